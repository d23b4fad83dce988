// What may enter as an event, and what may not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventType, eventDefinitions, isEventType, MalformedEvent, parseEvent } from './events.ts'
import { unitsOf } from './orders.ts'

const id = '01900000-0000-7000-8000-000000000001'
const at = '2026-11-22T16:37:00.000Z'
const money = { amountMinor: 4_500, currency: 'EUR' }
const line = {
  ticketTypeId: id,
  name: 'Stalls',
  takes: [{ poolId: id, count: 1 }],
  quantity: 2,
  unitPriceMinor: 2_250,
}
const show = {
  id,
  organiserId: id,
  title: 'Tosca',
  startsAt: at,
  timeZone: 'Europe/Vienna',
  currency: 'EUR',
  holdSeconds: 900,
  maxPerOrder: 10,
  onSale: true,
  ticketTypes: [
    {
      id,
      name: 'Stalls',
      priceMinor: 2_250,
      takes: [{ poolId: id, count: 1 }],
      seats: [{ id, section: 'A', row: '1', number: '2' }],
    },
  ],
  pools: [{ id, capacity: 50 }],
}

const dataOf: Record<EventType, Record<string, unknown>> = {
  MemberInvited: {
    invitationId: id,
    organisationId: id,
    organisation: 'The house',
    role: 'door',
    email: 'a@b.example',
    invitedBy: 'b@b.example',
    language: 'en',
  },
  CheckInUndone: { orderId: id, ticketId: id, reason: 'scanned by mistake' },
  LinkRequested: { linkId: id, purpose: 'sign_in', email: 'a@b.example', language: 'en' },
  MailSent: { mailId: id, kind: 'order_confirmed', orderId: id },
  MailFailed: { mailId: id, kind: 'reminder', reason: 'bounced' },
  ShowPublished: show,
  ShowChanged: show,
  ShowCancelled: { showId: id },
  OrderCreated: {
    orderId: id,
    buyerId: id,
    buyerEmail: 'a@b.example',
    showId: id,
    organiserId: id,
    lines: [line],
    amount: money,
    due: money,
    channel: 'web',
    expiresAt: at,
  },
  OrderExtended: { orderId: id, expiresAt: at },
  OrderReopened: { orderId: id, paymentId: id, expiresAt: at },
  OrderCancelled: { orderId: id, reason: 'expired' },
  ExpirationComplete: { orderId: id, expiresAt: at },
  PaymentStarted: { orderId: id, paymentId: id },
  PaymentAuthorized: { orderId: id, paymentId: id, amount: money, orderVersion: 1 },
  OrderClaimed: { orderId: id, paymentId: id },
  ClaimRejected: { orderId: id, paymentId: id, reason: 'order_cancelled' },
  ChargeCreated: { orderId: id, paymentId: id, amount: money },
  ChargeFailed: { orderId: id, paymentId: id, code: 'expired_card' },
  PaymentVoided: { orderId: id, paymentId: id, reason: 'claim_rejected' },
  OrderCompleted: {
    orderId: id,
    showId: id,
    buyer: { id, email: 'a@b.example' },
    lines: [line],
    amount: money,
  },
  ChargeRefunded: {
    orderId: id,
    paymentId: id,
    refundId: id,
    amount: money,
    refundedTotal: money,
    full: true,
  },
  RefundReturned: { orderId: id, paymentId: id, refundId: id, amount: money, refundedTotal: money },
  TicketsIssued: {
    orderId: id,
    showId: id,
    tickets: [{ id, unit: 0, generation: 1, keyVersion: '0a1b', ticketTypeId: id, name: 'Stalls' }],
  },
  ReturnRequested: { orderId: id, returnId: id, units: [0, 1], amount: money, by: 'refund' },
  PlacesReturned: { orderId: id, returnId: id, units: [0, 1], amount: money },
  TicketsReturned: { orderId: id, returnId: id, ticketIds: [id] },
  ReturnRefused: { orderId: id, returnId: id, ticketIds: [id], reason: 'ticket_used' },
  RefundFailed: { orderId: id, paymentId: id, refundId: id, returnId: id, code: 'nothing_left' },
  DisputeOpened: { orderId: id, paymentId: id },
  DisputeClosed: { orderId: id, paymentId: id },
  TicketVoided: { orderId: id, ticketIds: [id], reason: 'refunded' },
  TicketCheckedIn: { orderId: id, ticketId: id },
}

const eventOf = (type: EventType, changes: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id,
  source: `holdfast/${eventDefinitions[type].owner}`,
  type,
  subject: id,
  version: 1,
  occurredAt: at,
  causationId: null,
  correlationId: id,
  data: dataOf[type],
  ...changes,
})
const types = Object.keys(eventDefinitions) as EventType[]
const optional = new Set(['MailSent.orderId', 'MailFailed.orderId'])

describe.each(types)('%s', (type) => {
  test('a sound one enters as it is', () => {
    const event = eventOf(type)
    expect(parseEvent(event)).toBe(event)
  })

  test('none enters without one of its fields, or with one of another type', () => {
    for (const name of Object.keys(dataOf[type])) {
      const { [name]: _left, ...without } = dataOf[type]
      if (!optional.has(`${type}.${name}`))
        expect(() => parseEvent(eventOf(type, { data: without }))).toThrow(MalformedEvent)
      expect(() => parseEvent(eventOf(type, { data: { ...dataOf[type], [name]: { not: 'this' } } }))).toThrow(
        MalformedEvent,
      )
    }
  })

  test('none enters from a service that does not own it', () => {
    const source = eventDefinitions[type].owner === 'identity' ? 'holdfast/mail' : 'holdfast/identity'
    expect(() => parseEvent(eventOf(type, { source }))).toThrow(`${type}/source`)
  })
})

test.each([
  ['no id', { id: undefined }],
  ['an id that is none', { id: 'x' }],
  ['version nought', { version: 0 }],
  ['half a version', { version: 1.5 }],
  ['a time that is none', { occurredAt: 'yesterday' }],
  ['a day that does not exist', { occurredAt: '2026-02-30T10:00:00.000Z' }],
  ['the 29th of February in a common year', { occurredAt: '2026-02-29T10:00:00.000Z' }],
  ['another specification', { specversion: '2.0' }],
  ['a causation of a wrong type', { causationId: 5 }],
  ['an attribute that nobody knows', { traceparent: 'x' }],
  ['money as a float', { data: { ...dataOf.ChargeCreated, amount: { amountMinor: 1.5, currency: 'EUR' } } }],
  ['negative money', { data: { ...dataOf.ChargeCreated, amount: { amountMinor: -1, currency: 'EUR' } } }],
  [
    'a currency in small letters',
    { data: { ...dataOf.ChargeCreated, amount: { amountMinor: 1, currency: 'eur' } } },
  ],
])('an event with %s is malformed', (_what, changes) => {
  expect(() => parseEvent(eventOf('ChargeCreated', changes))).toThrow(MalformedEvent)
})

test('a field that a newer sender added to the data is let in', () => {
  expect(() =>
    parseEvent(eventOf('ChargeCreated', { data: { ...dataOf.ChargeCreated, fee: 5 } })),
  ).not.toThrow()
})

test('whatever comes in, it is an event or MalformedEvent is thrown', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.record({
          type: fc.constantFrom(...types, '__proto__', 'toString', 'Nothing'),
          data: fc.anything(),
        }),
      ),
      (value) => {
        expect(() => parseEvent(value)).toThrow(MalformedEvent)
      },
    ),
  )
  expect(isEventType('toString')).toBe(false)
})

describe('events of older versions', () => {
  // As version 0.1 stored them: each line and each type took one place of one pool.
  const { takes, ...oldLine } = { ...line, poolId: id }
  const { ticketTypes, ...oldShow } = show
  const oldTypes = ticketTypes.map(({ takes: _, ...type }) => ({ ...type, poolId: id }))

  test.each(['OrderCreated', 'OrderCompleted'] as const)('%s: lines take from pools', (type) => {
    const old = eventOf(type, { data: { ...dataOf[type], lines: [oldLine, line] } })
    expect(parseEvent(old)).toEqual(eventOf(type, { data: { ...dataOf[type], lines: [line, line] } }))
    expect(takes).toEqual([{ poolId: id, count: 1 }])
  })

  test('TicketsIssued: tickets are numbered as they stand, and keep their random codes', () => {
    const old = ['K7Q2', 'M3X9'].map((code) => ({ id, code, ticketTypeId: id, name: 'Stalls' }))
    const event = (tickets: unknown) =>
      eventOf('TicketsIssued', { data: { ...dataOf.TicketsIssued, tickets } })
    expect(parseEvent(event(old))).toEqual(
      event(old.map((ticket, unit) => ({ unit, generation: 1, ...ticket }))),
    )
  })

  test('OrderCreated: all of the total is due, and the order came from a page', () => {
    const { due: _due, channel: _channel, ...old } = dataOf.OrderCreated
    expect(parseEvent(eventOf('OrderCreated', { data: old }))).toEqual(eventOf('OrderCreated'))
  })

  test.each(['ShowPublished', 'ShowChanged'] as const)('%s: ticket types take from pools', (type) => {
    const old = eventOf(type, { data: { ...oldShow, ticketTypes: oldTypes } })
    expect(parseEvent(old)).toEqual(eventOf(type))
  })
})

test('the units of an order are numbered through its lines, each with its own seat', () => {
  const seats = [id.replace(/1$/, '2'), id.replace(/1$/, '3')]
  const other = id.replace(/1$/, '4')
  const lines = [line, { ...line, showId: other, name: 'Box', seatIds: seats }]
  expect(
    unitsOf({ showId: id, lines }).map(({ no, name, showId, seatIds }) => [no, name, showId, seatIds]),
  ).toEqual([
    [0, 'Stalls', id, []],
    [1, 'Stalls', id, []],
    [2, 'Box', other, seats.slice(0, 1)],
    [3, 'Box', other, seats.slice(1)],
  ])
})
