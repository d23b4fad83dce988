// The door over HTTP: each ticket once, whoever scans it and however often.
import type { CheckInView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Answer,
  type Client,
  expectStatus,
  makeClient,
  publishShow,
  standing,
} from '../../../test/client.ts'
import { testCodes } from '../../../test/codes.ts'
import { tellFacts } from '../../../test/foreign-events.ts'
import { type ServiceApp, startServiceApp } from '../../../test/service-app.ts'
import { waitFor } from '../../../test/wait.ts'
import { readProcessEvents } from '../../platform/commands/outbox.ts'
import { newId } from '../../platform/process/clock.ts'
import { service as tickets } from '../index.ts'

let app: ServiceApp
const organiserId = newId()
let organiser: Client
let other: Client

beforeAll(async () => {
  app = await startServiceApp(tickets)
  organiser = await app.as({ id: organiserId, kind: 'user', email: 'organiser@example.com' })
  other = await app.as({ id: newId(), kind: 'user', email: 'other@example.com' })
})
afterAll(() => app.stop())

const codeOf = ({ status, body }: Answer<Record<string, unknown>>) => `${status} ${String(body['code'])}`
const scan = (client: Client, code: unknown, { door, key }: { door?: unknown; key?: string } = {}) =>
  client.call<Record<string, unknown>>(
    'POST',
    '/api/tickets/check-in',
    { code, ...(door === undefined ? {} : { door }) },
    key === undefined ? {} : { 'idempotency-key': key },
  )

const codeOfTicket = (id: string) =>
  testCodes.codeOf({ id, generation: 1, keyVersion: testCodes.keyVersion }) ?? ''

/** Sells one seat and gives the code of its ticket. */
async function sell(): Promise<{ orderId: string; paymentId: string; code: string; showId: string }> {
  const seats = [{ section: 'A', row: '1', number: '1' }]
  const show = await publishShow(organiser, {
    ticketTypes: [standing, { name: 'Stalls', priceMinor: 8_000, seats }],
  })
  const [, stalls] = show.ticketTypes
  const [orderId, paymentId] = [newId(), newId()]
  const seatIds = stalls?.seats?.map((seat) => seat.id) ?? []
  const lines = [
    {
      ticketTypeId: stalls?.id ?? '',
      name: 'Stalls',
      takes: [{ poolId: newId(), count: 1 }],
      quantity: 1,
      unitPriceMinor: 8_000,
      seatIds,
    },
  ]
  const data = {
    orderId,
    showId: show.id,
    buyer: { id: newId(), email: 'ann@example.com' },
    lines,
    amount: { amountMinor: 8_000, currency: 'EUR' },
    paymentId,
  }
  await tellFacts(app.platform, [{ fact: { type: 'OrderCompleted', data }, subject: orderId }])
  const issued = await waitFor('the ticket', async () => {
    const events = await readProcessEvents(app.db, orderId)
    return events.find((event) => event.type === 'TicketsIssued')
  })
  return { orderId, paymentId, showId: show.id, code: codeOfTicket(issued.data.tickets[0]?.id ?? '') }
}

test('a ticket lets its holder in once, and the door learns who', async () => {
  const { code, orderId, showId } = await sell()
  const first = expectStatus(
    await organiser.call<CheckInView>('POST', '/api/tickets/check-in', { code }),
    200,
  )
  expect(first).toMatchObject({
    orderId,
    showId,
    name: 'Stalls',
    seat: { section: 'A', row: '1', number: '1' },
  })
  const again = await scan(organiser, code)
  expect(codeOf(again)).toBe('409 ticket_used')
  expect(again.body['detail']).toBe(`used at ${first.usedAt}`)
  const [used] = (await readProcessEvents(app.db, orderId)).filter(
    (event) => event.type === 'TicketCheckedIn',
  )
  expect(used).toMatchObject({ subject: orderId, version: 2, data: { orderId, ticketId: first.ticketId } })
})

test('a door that lost the answer asks again with its key and is answered alike; any other door learns when and where', async () => {
  const { code, orderId } = await sell()
  const key = newId()
  const first = expectStatus(await scan(organiser, code, { door: ' North gate ', key }), 200)
  expect(first).toMatchObject({ door: 'North gate' })
  expect(expectStatus(await scan(organiser, code, { door: ' North gate ', key }), 200)).toEqual(first)
  const other = await scan(organiser, code, { door: 'South', key: newId() })
  expect(codeOf(other)).toBe('409 ticket_used')
  expect(other.body).toMatchObject({ usedAt: first['usedAt'], usedDoor: 'North gate' })
  const [used, ...more] = (await readProcessEvents(app.db, orderId)).filter(
    (event) => event.type === 'TicketCheckedIn',
  )
  expect(used?.data).toMatchObject({ door: 'North gate' })
  expect(more).toEqual([])
})

test('a key belongs to one code and one door', async () => {
  const [one, another] = [await sell(), await sell()]
  const key = newId()
  expectStatus(await scan(organiser, one.code, { key }), 200)
  expect(codeOf(await scan(organiser, another.code, { key }))).toBe('422 idempotency_key_reused')
  expectStatus(await scan(organiser, another.code, { key: newId() }), 200)
})

test('a refusal is not kept under its key: the ticket may be valid at the next try', async () => {
  const { code } = await sell()
  const key = newId()
  expect(codeOf(await scan(other, code, { key }))).toBe('404 ticket_unknown')
  expectStatus(await scan(organiser, code, { key }), 200)
})

test.each([[''], ['x'.repeat(61)], [7], [null]])('the door %j is refused', async (door) => {
  expect(codeOf(await scan(organiser, 'x', { door }))).toBe('400 invalid_request')
})

test('a code typed by hand is the same code', async () => {
  const { code } = await sell()
  expectStatus(
    await scan(
      organiser,
      ` ${code.toLowerCase().slice(0, 13)}-${code.slice(13).replaceAll('0', 'O').replaceAll('1', 'l')} `,
    ),
    200,
  )
})

test('twenty doors that scan one ticket at once let one person in', async () => {
  const { code, orderId } = await sell()
  const answers = await Promise.all(Array.from({ length: 20 }, () => scan(organiser, code)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter((answer) => answer.status !== 200).map(codeOf)).toEqual(
    Array.from({ length: 19 }, () => '409 ticket_used'),
  )
  expect(
    (await readProcessEvents(app.db, orderId)).filter((event) => event.type === 'TicketCheckedIn'),
  ).toHaveLength(1)
})

test('a refunded ticket lets nobody in', async () => {
  const { code, orderId, paymentId } = await sell()
  const money = { amountMinor: 8_000, currency: 'EUR' }
  const data = { orderId, paymentId, refundId: newId(), amount: money, refundedTotal: money, full: true }
  await tellFacts(app.platform, [{ fact: { type: 'ChargeRefunded', data }, subject: paymentId }])
  await waitFor('the void', async () =>
    (await readProcessEvents(app.db, orderId)).some((event) => event.type === 'TicketVoided'),
  )
  expect(codeOf(await scan(organiser, code))).toBe('409 ticket_void')
})

test('a code of somebody else’s show is as unknown as one that never was', async () => {
  const { code } = await sell()
  const foreign = await scan(other, code)
  const invented = await scan(other, 'Z'.repeat(26))
  expect(codeOf(foreign)).toBe('404 ticket_unknown')
  expect(foreign.body).toEqual(invented.body)
  expectStatus(await scan(organiser, code), 200)
})

test('only users check in', async () => {
  const guest = await app.as({ id: newId(), kind: 'guest', email: 'guest@example.com' })
  expect(codeOf(await scan(guest, 'x'))).toBe('403 forbidden')
  expect(codeOf(await scan(makeClient(app.url), 'x'))).toBe('401 unauthenticated')
})

test.each([
  ['', '400 invalid_request'],
  [42, '400 invalid_request'],
  [null, '400 invalid_request'],
  ['x'.repeat(65), '400 invalid_request'],
  ['\0', '400 invalid_request'],
  ['🎟️', '404 ticket_unknown'],
  ['   ', '404 ticket_unknown'],
])('the code %j is answered with %s', async (code, expected) => {
  expect(codeOf(await scan(organiser, code))).toBe(expected)
})

test('unknown fields are refused', async () => {
  expect(codeOf(await organiser.call('POST', '/api/tickets/check-in', { code: 'x', force: true }))).toBe(
    '400 invalid_request',
  )
})

describe('a door that is open for some shows', () => {
  const at = (client: Client, code: string, showIds?: readonly string[]) =>
    client.call<Record<string, unknown>>('POST', '/api/tickets/check-in', {
      code,
      ...(showIds ? { showIds } : {}),
    })
  const undo = (client: Client, ticketId: unknown, reason = 'by mistake') =>
    client.call<Record<string, unknown>>('POST', '/api/tickets/check-in/undo', { ticketId, reason })
  /** Somebody at the door of the organiser's house, for single shows or all. */
  const member = async (role: string, showIds: readonly string[] | null) => {
    const id = newId()
    await app.db.query(
      {
        name: '',
        text: 'insert into platform.members (organisation_id, user_id, role, show_ids) values ($1, $2, $3, $4)',
      },
      [organiserId, id, role, showIds],
    )
    return app.as({ id, kind: 'user', email: `${id}@example.com` })
  }

  test('refuses the ticket of another show by its title and date, and does not use it', async () => {
    const [one, another] = [await sell(), await sell()]
    const refused = await at(organiser, one.code, [another.showId])
    expect(codeOf(refused)).toBe('409 wrong_show')
    expect(refused.body['show']).toMatchObject({ id: one.showId, title: 'A show', timeZone: 'Europe/Berlin' })
    expectStatus(await at(organiser, one.code, [another.showId, one.showId]), 200)
  })

  test('is that of a role for single shows', async () => {
    const [one, another] = [await sell(), await sell()]
    const door = await member('door', [one.showId])
    expect(codeOf(await at(door, another.code))).toBe('409 wrong_show')
    expect(codeOf(await at(door, another.code, [another.showId]))).toBe('409 wrong_show')
    expectStatus(await at(door, one.code), 200)
  })

  test('is not that of a house where one keeps the books', async () => {
    const { code } = await sell()
    const books = await member('finance', null)
    expect(codeOf(await at(books, code))).toBe('404 ticket_unknown')
    expectStatus(await at(await member('box_office', null), code), 200)
  })

  test('does not let in to a cancelled show', async () => {
    const { code, showId } = await sell()
    expectStatus(await organiser.call('POST', `/api/shows/${showId}/cancel`), 200)
    const refused = await at(organiser, code)
    expect(codeOf(refused)).toBe('409 show_cancelled')
    expect(refused.body['show']).toMatchObject({ id: showId })
  })

  test('undoes a mistake: the ticket lets in once more, and the order’s history says why', async () => {
    const { code, orderId } = await sell()
    const { ticketId } = expectStatus(await at(organiser, code), 200)
    expect(codeOf(await undo(other, ticketId))).toBe('404 ticket_unknown')
    expectStatus(await undo(organiser, ticketId), 200)
    expect(codeOf(await undo(organiser, ticketId))).toBe('409 ticket_not_used')
    expectStatus(await at(organiser, code), 200)
    const undone = (await readProcessEvents(app.db, orderId)).find(({ type }) => type === 'CheckInUndone')
    expect(undone).toMatchObject({ data: { ticketId, reason: 'by mistake' } })
  })
})
