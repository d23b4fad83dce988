// Events at hand: who gets one, how often, and that what nobody takes is let go of.
import type { Event } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { makeFreshEvents } from './fresh-events.ts'

const eventOf = (id: string, type = 'OrderCreated') => ({ id, type }) as Event
const hearers: Record<string, number> = { OrderCreated: 2, OrderClaimed: 1 }
const makeFresh = () => makeFreshEvents((type) => hearers[type] ?? 0)

test('each hearer takes an event once, and the last takes it away', () => {
  const fresh = makeFresh()
  const event = eventOf('a')
  fresh.add([event])
  expect([fresh.take('a'), fresh.take('a'), fresh.take('a')]).toEqual([event, event, undefined])
})

test('looking at an event takes nothing', () => {
  const fresh = makeFresh()
  const event = eventOf('a', 'OrderClaimed')
  fresh.add([event])
  expect([fresh.look('a'), fresh.look('a'), fresh.take('a'), fresh.look('a')]).toEqual([
    event,
    event,
    event,
    undefined,
  ])
})

test('an event that no consumer of this process hears is not kept', () => {
  const fresh = makeFresh()
  fresh.add([eventOf('a', 'TicketVoided')])
  expect([fresh.look('a'), fresh.take('a')]).toEqual([undefined, undefined])
})

test('what another process reads is let go of when many have come after it', () => {
  const fresh = makeFresh()
  const many = Array.from({ length: 5_000 }, (_, number) => eventOf(String(number)))
  fresh.add(many)
  const kept = many.filter(({ id }) => fresh.look(id) !== undefined)
  expect(kept.length).toBeLessThanOrEqual(2_000)
  expect(kept).toEqual(many.slice(-kept.length))
  expect(fresh.take('4999')).toBe(many.at(-1))
  expect(fresh.take(kept[0]?.id ?? '')).toBe(kept[0])
})
