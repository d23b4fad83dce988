// Ticket codes: long, evenly random, and forgiving to whoever types them.
import { expect, test } from 'vitest'
import { makeCodes, normaliseCode } from './codes.ts'

test('codes are 26 letters of Crockford’s base 32: 130 random bits', () => {
  for (const code of makeCodes(100)) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
})

test('no code comes twice', () => {
  expect(new Set(makeCodes(10_000)).size).toBe(10_000)
})

test('every letter of the alphabet is used, at every place', () => {
  const codes = makeCodes(5_000)
  for (let place = 0; place < 26; place += 1) expect(new Set(codes.map((code) => code[place])).size).toBe(32)
})

test('a code may be typed in groups, in lower case and with letters that look like digits', () => {
  expect(normaliseCode(' o1il-abcd  ef')).toBe('0111ABCDEF')
})

test('no codes for no places', () => {
  expect(makeCodes(0)).toEqual([])
})
