// Which news of a show is told to those who hold its tickets, what a long flow does step by step,
// and when a mail is no longer true.
import { expect, test } from 'vitest'
import { type KnownOrder, type KnownShow, knowShow, untrueBecause, withoutTickets } from './known.ts'
import type { Draft } from './mail.ts'
import { advanceTelling, type Telling, tellingOfChange } from './telling.ts'

const id = '01990000-0000-7000-8000-000000000001'
const published = {
  id,
  organiserId: id,
  title: 'Ebb',
  startsAt: '2030-05-01T18:00:00.000Z',
  timeZone: 'Europe/Berlin',
  venue: 'Hall 1',
  currency: 'EUR',
  holdSeconds: 900,
  maxPerOrder: 10,
  onSale: true,
  ticketTypes: [],
  pools: [],
}
const before = knowShow(undefined, published, 1)
const { venue: _, ...withoutVenue } = published

test.each<[string, KnownShow | undefined, typeof published, boolean]>([
  ['the first news', undefined, published, false],
  ['nothing', before, published, false],
  ['another price or title', before, { ...published, title: 'Flood' }, false],
  ['a closed sale', before, { ...published, onSale: false }, false],
  ['another time', before, { ...published, startsAt: '2030-05-02T18:00:00.000Z' }, true],
  ['another zone', before, { ...published, timeZone: 'Europe/London' }, true],
  ['another place', before, { ...published, venue: 'Hall 2' }, true],
  ['no place any more', before, { ...published, venue: null as unknown as string }, true],
  ['a place that nobody told before', knowShow(undefined, withoutVenue, 1), published, false],
  ['a time after the end', { ...before, cancelled: true }, { ...published, startsAt: id }, false],
])('%s is told to ticket holders or not', (_name, known, show, isTold) => {
  expect(tellingOfChange(known, knowShow(known, show, 2)) !== null).toBe(isTold)
})

const order = (number: number, status: KnownOrder['status'] = 'complete'): KnownOrder => ({
  id: `01990000-0000-7000-8000-00000000000${number}`,
  showId: id,
  buyerId: id,
  email: `buyer${number}@example.com`,
  language: 'en',
  status,
  lines: [],
  total: { amountMinor: 0, currency: 'EUR' },
  tickets: [
    { id: 'a', unit: 0, generation: 1, ticketTypeId: id, name: 'Stalls' },
    { id: 'b', unit: 1, generation: 1, ticketTypeId: id, name: 'Stalls' },
  ],
  createdAt: published.startsAt,
})

test('a telling goes through all orders, writes to those that are complete, and ends', () => {
  const all = [order(1), order(2, 'refunded'), order(3), order(4), order(5)]
  const start: Telling = {
    id,
    showId: id,
    kind: 'show_cancelled',
    fact: `show_cancelled:${id}`,
    content: {},
    afterId: null,
    ended: false,
    told: 0,
  }
  let telling = start
  const recipients: string[] = []
  for (let steps = 0; !telling.ended && steps < 10; steps += 1) {
    const { afterId } = telling
    const orders = all.filter((each) => afterId === null || each.id > afterId).slice(0, 2)
    const step = advanceTelling(telling, { show: before, orders, asked: 2 })
    recipients.push(...step.drafts.map(({ recipient }) => recipient))
    telling = step.telling
  }
  expect(recipients).toEqual([1, 3, 4, 5].map((number) => `buyer${number}@example.com`))
  expect(telling).toMatchObject({ ended: true, told: 4, afterId: all.at(-1)?.id })
})

test('an order is over when its last ticket is void', () => {
  expect(withoutTickets(order(1), ['a']).status).toBe('complete')
  expect(withoutTickets(withoutTickets(order(1), ['a']), ['b']).status).toBe('refunded')
  expect(withoutTickets({ ...order(1), tickets: null }, ['a'])).toMatchObject({ tickets: null })
})

const { title, startsAt, timeZone } = before
const content = (venue: string | null): Draft['content'] => ({
  show: { title, startsAt, timeZone, venue },
  order: { id, lines: [], total: { amountMinor: 0, currency: 'EUR' } },
})

test.each<[Draft['kind'], Partial<KnownOrder>, Partial<KnownShow>, string | null, string | null]>([
  ['order_confirmed', {}, {}, 'Hall 1', null],
  ['order_confirmed', { status: 'refunded' }, {}, 'Hall 1', 'order_refunded'],
  ['order_confirmed', {}, { cancelled: true }, 'Hall 1', null],
  ['show_changed', {}, {}, 'Hall 1', null],
  ['show_changed', {}, { venue: 'Hall 3' }, 'Hall 1', 'show_changed'],
  ['show_changed', {}, { startsAt: '2031-01-01T00:00:00.000Z' }, 'Hall 1', 'show_changed'],
  ['show_changed', { status: 'refunded' }, {}, 'Hall 1', 'order_refunded'],
  ['reminder', {}, { cancelled: true }, 'Hall 1', 'show_cancelled'],
  ['money_back', { status: 'refunded' }, { cancelled: true }, null, null],
  ['late_money', { status: 'cancelled' }, { cancelled: true }, null, null],
  ['refund_bounced', { status: 'refunded' }, {}, null, null],
  ['show_cancelled', {}, { cancelled: true }, 'Hall 1', null],
])('%s of an order %o and a show %o', (...[kind, ofOrder, ofShow, venue, reason]) => {
  const subject = { kind, content: content(venue) }
  expect(untrueBecause(subject, { ...order(1), ...ofOrder }, { ...before, ...ofShow })).toBe(reason)
})
