// Ticket codes are forgiving to whoever types them.
import { expect, test } from 'vitest'
import { normaliseCode } from './codes.ts'

test('a code may be typed in groups, in lower case and with letters that look like digits', () => {
  expect(normaliseCode(' o1il-abcd  ef')).toBe('0111ABCDEF')
})
