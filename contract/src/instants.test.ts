// Instants that add up, asked once or again.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addSeconds, epochMsOf } from './instants.ts'

test('sums of instants and seconds compare as text as they do in time', () => {
  const instant = fc.integer({ min: 0, max: Date.parse('2100-01-01T00:00:00Z') }).map((ms) => new Date(ms).toISOString())
  fc.assert(
    fc.property(instant, fc.integer({ min: -86_400, max: 86_400 }), fc.integer({ min: -86_400, max: 86_400 }), (start, a, b) => {
      const [first, second] = [addSeconds(start, a), addSeconds(start, b)]
      expect(first < second).toBe(a < b)
      expect(addSeconds(first, -a)).toBe(start)
    }),
  )
  expect(addSeconds('2024-02-28T23:59:59.500Z', 1)).toBe('2024-02-29T00:00:00.500Z')
})

test('an answer that was kept is that of the same question, however many were asked since', () => {
  const instant = fc.integer({ min: 0, max: 3_000 }).map((ms) => new Date(ms).toISOString())
  fc.assert(
    fc.property(fc.array(fc.tuple(instant, fc.integer({ min: -9, max: 9 })), { maxLength: 2_500 }), (asked) => {
      for (const [start, seconds] of asked) {
        expect(epochMsOf(start)).toBe(Date.parse(start))
        expect(addSeconds(start, seconds)).toBe(new Date(Date.parse(start) + seconds * 1000).toISOString())
      }
    }),
  )
})

test('what is no instant is none', () => {
  expect(epochMsOf('soon')).toBeNaN()
  expect(() => addSeconds('soon', 1)).toThrow(RangeError)
})
