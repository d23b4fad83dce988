// Instants that add up, asked once or again.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addSeconds, epochMsOf } from './instants.ts'

test('sums of instants and seconds compare as text as they do in time', () => {
  const instant = fc
    .integer({ min: 0, max: Date.parse('2100-01-01T00:00:00Z') })
    .map((ms) => new Date(ms).toISOString())
  fc.assert(
    fc.property(
      instant,
      fc.integer({ min: -86_400, max: 86_400 }),
      fc.integer({ min: -86_400, max: 86_400 }),
      (start, a, b) => {
        const [first, second] = [addSeconds(start, a), addSeconds(start, b)]
        expect(first < second).toBe(a < b)
        expect(addSeconds(first, -a)).toBe(start)
      },
    ),
  )
  expect(addSeconds('2024-02-28T23:59:59.500Z', 1)).toBe('2024-02-29T00:00:00.500Z')
})

test('an answer is that of its own question, kept or forgotten', () => {
  const many = Array.from({ length: 2_500 }, (_, index) => new Date(index * 997).toISOString())
  for (const instant of [...many, ...many.toReversed(), ...many.slice(0, 900), ...many.slice(0, 900)]) {
    expect(epochMsOf(instant)).toBe(Date.parse(instant))
    expect(addSeconds(instant, 3)).toBe(new Date(Date.parse(instant) + 3_000).toISOString())
  }
})

test('what is no instant is none', () => {
  expect(epochMsOf('soon')).toBeNaN()
  expect(() => addSeconds('soon', 1)).toThrow(RangeError)
})
