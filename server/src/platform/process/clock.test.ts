// Ids that are unique and grow, sleeps that can be ended.
import { afterEach, expect, test, vi } from 'vitest'
import { madeAtMs, newId, systemClock } from './clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('ids are version 7, variant 10, unique, and grow within a process', () => {
  const ids = Array.from({ length: 50_000 }, newId)
  expect(
    ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toEqual([])
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.toSorted()).toEqual(ids)
})

test('ids go on growing when the clock is set back, and tell the time when it goes on', () => {
  const before = newId()
  const now = Date.now()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now - 3_600_000)
  const during = Array.from({ length: 5_000 }, newId)
  clock.mockReturnValue(now + 60_000)
  const after = newId()
  const all = [before, ...during, after]
  expect(all.toSorted()).toEqual(all)
  expect(madeAtMs(after)).toBe(now + 60_000)
  expect(madeAtMs('9b2d4c1e-0000-4000-8000-000000000000')).toBeNaN()
})

test('a sleep ends at once when it is aborted, before or while it waits', async () => {
  const long = 3_600_000
  await systemClock.sleep(long, AbortSignal.abort())
  const controller = new AbortController()
  const slept = systemClock.sleep(long, controller.signal)
  controller.abort()
  await slept
})

test('a sleep longer than timers can hold does not end at once', async () => {
  const controller = new AbortController()
  let ended = false
  const slept = systemClock.sleep(Number.POSITIVE_INFINITY, controller.signal).then(() => (ended = true))
  await systemClock.sleep(5)
  expect(ended).toBe(false)
  controller.abort()
  await slept
})

test('elapsed time does not follow a clock that is set back', () => {
  const before = systemClock.elapsedMs()
  vi.spyOn(Date, 'now').mockReturnValue(0)
  expect(systemClock.elapsedMs()).toBeGreaterThanOrEqual(before)
})
