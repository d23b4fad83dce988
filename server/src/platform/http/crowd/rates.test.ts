// How fast a network may come, in virtual time.
import { expect, test } from 'vitest'
import { makeRates } from './rates.ts'

test.each<[string, number, number]>([
  ['a burst passes whole', 0, 5],
  ['what comes later is what was filled again', 1_000, 2],
  ['parts of a second count', 500, 1],
  ['never more than a burst', 3_600_000, 5],
  ['a clock that stands still fills nothing', 0, 5],
])('%s', (_what, laterMs, passed) => {
  const rates = makeRates({ burst: 5, perSecond: 2 })
  const passing = (atMs: number) =>
    Array.from({ length: 50 }, () => rates.take('a', atMs)).filter(Boolean).length
  if (laterMs > 0) expect(passing(1_000)).toBe(5)
  expect(passing(1_000 + laterMs)).toBe(passed)
  expect(passing(1_000 + laterMs)).toBe(0)
})

test('a network takes nothing from another, however many there are', () => {
  const rates = makeRates({ burst: 1, perSecond: 1 })
  for (let index = 0; index < 30_000; index += 1) expect(rates.take(`n${index}`, index)).toBe(true)
  expect(rates.take('n29999', 29_999)).toBe(false)
})
