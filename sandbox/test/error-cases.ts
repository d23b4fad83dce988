// Wrong input and the answer it gets, as one table: the test sends each, the README shows each.
import { MORE_ERRORS } from './more-errors.ts'
import { OBJECT_ERRORS } from './object-errors.ts'
import { REQUEST_ERRORS } from './request-errors.ts'

export { tableRow } from './error-case.ts'
export const ERROR_CASES = [...REQUEST_ERRORS, ...OBJECT_ERRORS, ...MORE_ERRORS]
