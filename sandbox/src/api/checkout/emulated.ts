// Readers for parameters that the processor has and the sandbox does not: refused by name, because
// they change money.
import { invalidRequest } from '../../core/errors.ts'
import type { Reader } from '../../core/params.ts'

export const notEmulated: Reader<never> = (_value, name) => {
  throw invalidRequest(`The sandbox does not emulate \`${name}\`.`, { param: name })
}

/** A hash whose `enabled` may only be false. */
export const switchedOff: Reader<null> = (value, name) => {
  if (typeof value === 'object' && Object.keys(value).length === 1 && value['enabled'] === 'false')
    return null
  return notEmulated(value, name)
}
