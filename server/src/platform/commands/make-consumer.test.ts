// The loop around a consumer's table: what reaches the handler, and what the bus hears of it.
import type { Event } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { type ConsumerTable, makeConsumer } from './make-consumer.ts'
import type { Handled, Translated } from './model.ts'

type Rejection = 'early' | 'no'
const table: ConsumerTable<'TicketVoided', string, Rejection> = {
  name: 'testers',
  types: ['TicketVoided'],
  translate: (event) => (event.data.ticketIds.length === 0 ? [] : [`void ${event.data.orderId}`]),
  notYet: (rejection) => rejection === 'early',
}
const eventOf = (id: string, ticketIds: string[]) =>
  ({ id, subject: `order ${id}`, type: 'TicketVoided', data: { orderId: id, ticketIds } }) as unknown as Event

test('every event reaches the handler under the consumer’s name, and each gets its verdict', async () => {
  const log: unknown[] = []
  const handled: Handled<Rejection>[] = [{ ok: true }, { ok: false, rejection: 'early' }]
  const handleEvents = (
    consumer: string,
    events: readonly Translated<string>[],
    notYet: (rejection: Rejection) => boolean,
  ) => {
    log.push(consumer, events, [notYet('early'), notYet('no')])
    return Promise.resolve(handled)
  }
  const afterwards = async (events: readonly Event[]) => void log.push(events.map(({ id }) => id))
  const subscription = makeConsumer(table, { handleEvents }, { afterwards })
  expect([subscription.consumer, subscription.types, subscription.isUnhurried]).toEqual([
    'testers',
    ['TicketVoided'],
    undefined,
  ])
  expect(await subscription.handle([eventOf('a', ['t']), eventOf('b', [])])).toEqual([
    { kind: 'ack' },
    { kind: 'retry', reason: 'early' },
  ])
  expect(log).toEqual([
    'testers',
    [
      { eventId: 'a', subject: 'order a', commands: ['void a'] },
      { eventId: 'b', subject: 'order b', commands: [] },
    ],
    [true, false],
    ['a', 'b'],
  ])
})

test('what fails after the effect makes the delivery come again', async () => {
  const handleEvents = () => Promise.resolve<Handled<Rejection>[]>([{ ok: true }])
  const afterwards = () => Promise.reject(new Error('not cancelled'))
  await expect(
    makeConsumer(table, { handleEvents }, { afterwards }).handle([eventOf('a', ['t'])]),
  ).rejects.toThrow('not cancelled')
})
