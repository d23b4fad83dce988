// Tickets issued and taken back by events, on a real bus and database: twice, too early, by two
// processes, in bulk.

import type { EventOf, FactOf } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testCodes } from '../../test/codes.ts'
import { watched } from '../../test/database.ts'
import { tellFacts } from '../../test/foreign-events.ts'
import { type ServiceApp, startServiceApp } from '../../test/service-app.ts'
import { waitFor } from '../../test/wait.ts'
import { readProcessEvents } from '../platform/commands/outbox.ts'
import { newId } from '../platform/process/clock.ts'
import { ticketIdOf } from '../platform/secrets/tickets.ts'
import type { AdmissionCommand } from './domain/admission.ts'
import type { Show } from './domain/show.ts'
import { service as tickets } from './index.ts'
import { makeAdmissionHandler, makeShowHandler } from './model.ts'

let app: ServiceApp
let show: Show
const organiserId = newId()

beforeAll(async () => {
  app = await startServiceApp(tickets)
  const stock = {
    seats: Array.from({ length: 50 }, (_, index) => ({
      freshId: newId(),
      section: 'A',
      row: '1',
      number: String(index + 1),
    })),
  }
  const content = {
    title: 'A show',
    startsAt: '2031-05-01T18:00:00.000Z',
    timeZone: 'UTC',
    currency: 'EUR',
    venue: null,
    description: null,
    holdSeconds: 900,
    maxPerOrder: 10,
    ticketTypes: [
      {
        freshId: newId(),
        freshPoolId: newId(),
        name: 'Standing',
        priceMinor: 1_000,
        stock: { capacity: 1_000 },
      },
      { freshId: newId(), freshPoolId: newId(), name: 'Stalls', priceMinor: 2_000, stock },
    ],
  }
  const drafted = await makeShowHandler({ db: app.db, onCommitted: () => undefined }, 'open').handle({
    type: 'DraftShow',
    showId: newId(),
    organiserId,
    content,
  })
  if (!drafted.ok) throw new Error(drafted.rejection)
  show = drafted.answer
})
afterAll(() => app.stop())

const typeAt = (index: number) => {
  const type = show.ticketTypes[index]
  if (!type) throw new Error('no such ticket type')
  return type
}
type Lines = FactOf<'OrderCompleted'>['data']['lines']
const standing = (quantity: number): Lines => [
  {
    ticketTypeId: typeAt(0).id,
    name: 'Standing',
    takes: [...typeAt(0).takes],
    quantity,
    unitPriceMinor: 1_000,
  },
]
const stalls = (...seatIds: string[]): Lines => [
  {
    ticketTypeId: typeAt(1).id,
    name: 'Stalls',
    takes: [...typeAt(1).takes],
    quantity: seatIds.length,
    unitPriceMinor: 2_000,
    seatIds,
  },
]
const seatAt = (index: number) => typeAt(1).seats?.[index] ?? { id: '', section: '', row: '', number: '' }

interface Sale {
  readonly orderId: string
  readonly paymentId?: string
  readonly lines?: Lines
}
const completed = ({ orderId, paymentId, lines = standing(2) }: Sale) => ({
  subject: orderId,
  version: 3,
  fact: {
    type: 'OrderCompleted',
    data: {
      orderId,
      showId: show.id,
      buyer: { id: newId(), email: 'ann@example.com' },
      amount: { amountMinor: 2_000, currency: 'EUR' },
      lines,
      ...(paymentId ? { paymentId } : {}),
    },
  } satisfies FactOf<'OrderCompleted'>,
})
const refunded = ({ orderId, paymentId }: Required<Pick<Sale, 'orderId' | 'paymentId'>>, full = true) => ({
  // Payments counts its own aggregate, the payment.
  subject: paymentId,
  version: 5,
  fact: {
    type: 'ChargeRefunded',
    data: {
      orderId,
      paymentId,
      refundId: newId(),
      amount: { amountMinor: 500, currency: 'EUR' },
      refundedTotal: { amountMinor: 500, currency: 'EUR' },
      full,
    },
  } satisfies FactOf<'ChargeRefunded'>,
})

const ticketsOf = (orderId: string) =>
  app.db.query<{ id: string; code: string; name: string; number: string | null; status: string }>(
    {
      name: '',
      text: 'select id, code, name, number, status from tickets.tickets where order_id = $1 order by unit',
    },
    [orderId],
  )
/** Events of ours about the order, once there are so many. */
const told = (orderId: string, count = 1) =>
  waitFor(`${count} events about the tickets of an order`, async () => {
    const events = (await readProcessEvents(app.db, orderId)).filter(
      (event) => event.source === 'holdfast/tickets',
    )
    return events.length >= count && events
  })
/**
 * Everything told before this has been heard: a sentinel behind it in the stream got its tickets.
 */
const heardAll = async () => {
  const orderId = newId()
  await tellFacts(app.platform, [completed({ orderId })])
  await told(orderId)
}

test('a complete order gets one ticket per place, with a code of its own', async () => {
  const orderId = newId()
  await tellFacts(app.platform, [
    completed({ orderId, lines: [...standing(3), ...stalls(seatAt(0).id, seatAt(1).id)] }),
  ])
  const [event] = (await told(orderId)) as [EventOf<'TicketsIssued'>]
  const stored = await ticketsOf(orderId)
  expect(event).toMatchObject({
    type: 'TicketsIssued',
    subject: orderId,
    version: 1,
    correlationId: orderId,
    data: { orderId, showId: show.id },
  })
  expect(event.data.tickets.map(({ name, seat }) => [name, seat])).toEqual([
    ['Standing', undefined],
    ['Standing', undefined],
    ['Standing', undefined],
    ['Stalls', seatAt(0)],
    ['Stalls', seatAt(1)],
  ])
  expect(event.data.tickets.map(({ id, unit }) => [id, unit])).toEqual(
    [0, 1, 2, 3, 4].map((unit) => [ticketIdOf(event.data.orderId, unit), unit]),
  )
  // The door's codes are computed, and no event carries one.
  expect(stored.map(({ id, code }) => [id, code])).toEqual(
    event.data.tickets.map(({ id }) => [
      id,
      testCodes.codeOf({ id, generation: 1, keyVersion: testCodes.keyVersion }),
    ]),
  )
  for (const { code } of stored) expect(JSON.stringify(event)).not.toContain(code)
  expect(new Set(stored.map((ticket) => ticket.code)).size).toBe(5)
  expect(stored.every((ticket) => ticket.status === 'valid')).toBe(true)
})

test('an order that completes twice gets its tickets once', async () => {
  const orderId = newId()
  await tellFacts(app.platform, [completed({ orderId }), completed({ orderId })])
  await tellFacts(app.platform, [completed({ orderId })])
  await heardAll()
  expect(await ticketsOf(orderId)).toHaveLength(2)
  expect(await told(orderId)).toHaveLength(1)
})

test('a full refund takes the tickets, a refund in part does not', async () => {
  const partly = { orderId: newId(), paymentId: newId() }
  const fully = { orderId: newId(), paymentId: newId() }
  await tellFacts(app.platform, [
    completed(partly),
    completed(fully),
    refunded(partly, false),
    refunded(fully),
  ])
  const [, voided] = await told(fully.orderId, 2)
  expect(voided).toMatchObject({
    type: 'TicketVoided',
    version: 2,
    data: { reason: 'refunded', ticketIds: (await ticketsOf(fully.orderId)).map(({ id }) => id) },
  })
  await heardAll()
  expect((await ticketsOf(fully.orderId)).map(({ status }) => status)).toEqual(['void', 'void'])
  expect((await ticketsOf(partly.orderId)).map(({ status }) => status)).toEqual(['valid', 'valid'])
})

test('a refund that comes before its order leaves no valid ticket, in one batch or in two', async () => {
  const together = { orderId: newId(), paymentId: newId() }
  const apart = { orderId: newId(), paymentId: newId() }
  await tellFacts(app.platform, [refunded(together), completed(together), refunded(apart)])
  await heardAll()
  await tellFacts(app.platform, [completed(apart)])
  await heardAll()
  expect(await ticketsOf(together.orderId)).toEqual([])
  expect(await ticketsOf(apart.orderId)).toEqual([])
})

test('the refund of a second payment of an order leaves its tickets, before or after', async () => {
  const paymentId = newId()
  const before = { orderId: newId(), paymentId }
  const after = { orderId: newId(), paymentId }
  await tellFacts(app.platform, [
    refunded({ ...before, paymentId: newId() }),
    completed(before),
    completed(after),
    refunded({ ...after, paymentId: newId() }),
  ])
  await heardAll()
  for (const { orderId } of [before, after])
    expect((await ticketsOf(orderId)).map(({ status }) => status)).toEqual(['valid', 'valid'])
  await tellFacts(app.platform, [refunded(before)])
  await told(before.orderId, 2)
  expect((await ticketsOf(before.orderId)).map(({ status }) => status)).toEqual(['void', 'void'])
})

test('two processes that hear of an order at once issue its tickets once', async () => {
  const orderIds = Array.from({ length: 30 }, newId)
  const issue = (orderId: string): AdmissionCommand => {
    return {
      type: 'IssueTickets',
      orderId,
      showId: show.id,
      paymentId: null,
      keyVersion: testCodes.keyVersion,
      places: [{ ticketId: newId(), unit: 0, ticketTypeId: typeAt(0).id, name: 'Standing' }],
    }
  }
  const one = makeAdmissionHandler({ db: app.db, onCommitted: () => undefined }, testCodes)
  const other = makeAdmissionHandler({ db: app.db, onCommitted: () => undefined }, testCodes)
  await Promise.all(orderIds.flatMap((orderId) => [one.handle(issue(orderId)), other.handle(issue(orderId))]))
  for (const orderId of orderIds) {
    expect(await ticketsOf(orderId)).toHaveLength(1)
    expect(await told(orderId)).toHaveLength(1)
  }
})

test('two hundred orders with seats take no more statements than one', async () => {
  const statements: string[] = []
  const db = watched(app.db, ({ name }) => statements.push(name))
  const handler = makeAdmissionHandler({ db, onCommitted: () => undefined }, testCodes)
  const event = () => {
    const place = {
      ticketId: newId(),
      unit: 0,
      ticketTypeId: typeAt(1).id,
      name: 'Stalls',
      seatId: seatAt(7).id,
    }
    const orderId = newId()
    return {
      eventId: newId(),
      subject: orderId,
      commands: [
        {
          type: 'IssueTickets',
          orderId,
          showId: show.id,
          paymentId: null,
          places: [place],
          keyVersion: testCodes.keyVersion,
        },
      ] as const,
    }
  }
  const issueBatch = async (size: number) => {
    statements.length = 0
    const handled = await handler.handleEvents('tickets', Array.from({ length: size }, event), () => false)
    expect(handled).toEqual(Array.from({ length: size }, () => ({ ok: true })))
    return [...statements]
  }
  const forOne = await issueBatch(1)
  expect(await issueBatch(200)).toEqual(forOne)
  expect(forOne.length).toBeGreaterThan(3)
})

test('one order that cannot be issued does not hold up its neighbours, and is kept for a person', async () => {
  const broken = newId()
  const good = newId()
  await tellFacts(app.platform, [
    completed({ orderId: broken, lines: stalls(newId()) }),
    completed({ orderId: good }),
  ])
  await told(good)
  expect(await ticketsOf(good)).toHaveLength(2)
  const parked = await waitFor('the broken one is parked', async () => {
    const rows = await app.db.query<{ reason: string }>(
      { name: '', text: 'select reason from platform.parked_deliveries where subject = $1' },
      [broken],
    )
    return rows[0]
  })
  expect(parked.reason).toContain('which no show has')
})
