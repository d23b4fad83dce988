// Mails on a real bus, database and mail server, which refuses, greylists, hangs, drops, and is away
// for a day: each goes out once, or twice under one Message-ID where the answer was lost.
import type { EventType, FactOf, RequestedPurpose } from '@holdfast/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testCodes } from '../../test/codes.ts'
import { tellFacts } from '../../test/foreign-events.ts'
import { type MailServer, startMailServer } from '../../test/mail-server.ts'
import { type ServiceApp, startServiceApp } from '../../test/service-app.ts'
import { waitFor } from '../../test/wait.ts'
import { newId } from '../platform/process/clock.ts'
import { service as mail } from './index.ts'

let server: MailServer
let app: ServiceApp
const organiser = { id: newId(), kind: 'user', email: 'organiser@example.com' } as const
const showId = newId()
const typeId = newId()
const poolId = newId()
const show = {
  id: showId,
  organiserId: organiser.id,
  title: 'Ebb & Flow <live>',
  startsAt: '2031-05-01T18:00:00.000Z',
  timeZone: 'Europe/Berlin',
  venue: 'Hafenhalle',
  currency: 'EUR',
  holdSeconds: 900,
  maxPerOrder: 10,
  onSale: true,
  ticketTypes: [],
  pools: [],
}
let showVersion = 1

beforeAll(async () => {
  server = await startMailServer()
  const { port } = server
  app = await startServiceApp(mail, {
    SMTP_URL: `smtp://127.0.0.1:${port}?socketTimeout=1000`,
    MAIL_FROM: 'Theatre <tickets@theatre.example>',
    PUBLIC_URL: 'http://localhost:3000',
  })
  await tellFacts(app.platform, [{ fact: { type: 'ShowPublished', data: show }, subject: showId }])
  // What was told before mail began to read is the past to it, of which it writes to nobody.
  await waitFor('the show known to mail', async () => {
    const known = await app.db.query({ name: '', text: 'select 1 from mail.shows' })
    return known.length > 0
  })
})
afterAll(async () => {
  await app?.stop()
  await server?.stop()
})
beforeEach(() => {
  server.mood = 'takes'
})

let people = 0
const line = {
  ticketTypeId: typeId,
  name: 'Stalls',
  takes: [{ poolId, count: 1 }],
  quantity: 1,
  unitPriceMinor: 4_500,
}
const amount = { amountMinor: 4_500, currency: 'EUR' }

/** A complete order with its ticket, told as orders and tickets tell it. */
async function sell(): Promise<{ orderId: string; email: string; code: string; ticketId: string }> {
  people += 1
  const [orderId, ticketId] = [newId(), newId()]
  const email = `buyer${people}@example.com`
  const ticket = { id: ticketId, unit: 0, generation: 1, keyVersion: testCodes.keyVersion }
  const code = testCodes.codeOf(ticket) ?? ''
  const buyer = { id: newId(), email }
  const facts: FactOf<EventType>[] = [
    { type: 'OrderCompleted', data: { orderId, showId, buyer, lines: [line], amount } },
    {
      type: 'TicketsIssued',
      data: { orderId, showId, tickets: [{ ...ticket, ticketTypeId: typeId, name: 'Stalls' }] },
    },
  ]
  await tellFacts(
    app.platform,
    facts.map((fact, index) => ({ fact, subject: orderId, version: index + 1 })),
  )
  return { orderId, email, code, ticketId }
}

interface MailRow {
  readonly id: string
  readonly state: string
  readonly attempts: number
  readonly reason: string | null
  readonly waits: boolean
}
const query = <Row>(text: string, values: readonly unknown[] = []) =>
  app.db.query<Row>({ name: '', text }, values)
const mailsOf = (orderId: string) =>
  query<MailRow>(
    `select id, state, attempts, reason, due_at > now() as waits from mail.mails where order_id = $1 order by queued_at`,
    [orderId],
  )
const untilState = (orderId: string, state: string) =>
  waitFor(`a mail that is ${state}`, async () => {
    const [first] = await mailsOf(orderId)
    return first?.state === state && first
  })
/** Quoted-printable lines, in one piece again. */
const unfolded = (source = '') =>
  source
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
const takenFor = (email: string) => server.taken.filter(({ to }) => to === email)
/** Moves all that waits this far into the past: time goes by without anybody waiting. */
const passHours = (hours: number) =>
  query(
    `update mail.mails set due_at = due_at - $1 * interval '1 hour', queued_at = queued_at - $1 * interval '1 hour'
     where due_at is not null`,
    [hours],
  )
/** Until the mail is sent, an hour at a time. */
const untilSent = (orderId: string) =>
  waitFor('a mail that is sent', async () => {
    const [first] = await mailsOf(orderId)
    if (first?.state === 'retrying' && first.waits) await passHours(1)
    return first?.state === 'sent' && first
  })

test('a complete order gets one mail with its tickets, in HTML and text', async () => {
  const { orderId, email, code } = await sell()
  const sent = await untilState(orderId, 'sent')
  const [message, ...more] = takenFor(email)
  expect(more).toEqual([])
  expect(message?.messageId).toBe(sent.id)
  const source = message?.source ?? ''
  expect(source).toMatch(/^From: Theatre <tickets@theatre\.example>/m)
  expect(source).toContain('Auto-Submitted: auto-generated')
  expect(source).toContain(code)
  expect(source).toContain('<bdi>Ebb &amp; Flow &lt;live&gt;</bdi>')
  const [event] = await query(
    `select type from platform.outbox where source = 'holdfast/mail' and subject = $1`,
    [sent.id],
  )
  expect(event).toEqual({ type: 'MailSent' })
  const [row] = await query<{ content: string }>(`select content::text from mail.mails where id = $1`, [
    sent.id,
  ])
  expect(row?.content).not.toContain(code)
})

test('a recipient that the server refuses is not tried again', async () => {
  server.mood = 'refuses'
  const { orderId, email } = await sell()
  expect(await untilState(orderId, 'bounced')).toMatchObject({ reason: expect.stringContaining('550') })
  expect(takenFor(email)).toEqual([])
  await passHours(1)
  expect((await mailsOf(orderId))[0]?.state).toBe('bounced')
})

test('a grey list only delays', async () => {
  server.mood = 'greylists'
  const { orderId, email } = await sell()
  await untilState(orderId, 'retrying')
  await untilSent(orderId)
  expect(takenFor(email)).toHaveLength(1)
})

test('a mail about an order brings the link that opens it, until a month after the show', async () => {
  const { orderId, email } = await sell()
  await untilState(orderId, 'sent')
  const token = app.platform.linkTokens.make('order', orderId)
  const [taken] = takenFor(email)
  expect(unfolded(taken?.source)).toContain(`http://localhost:3000/l#${token}`)
  expect(
    await query('select purpose, email, expires_at as ends from platform.links where id = $1', [orderId]),
  ).toEqual([{ purpose: 'order', email, ends: '2031-05-31T18:00:00.000Z' }])
})

test('a link that was asked for goes to its address once, in its language, and never late', async () => {
  const ask = async (purpose: RequestedPurpose, email: string | null, language = 'en') => {
    const linkId = newId()
    const data = { linkId, purpose, email, language }
    await tellFacts(app.platform, [{ fact: { type: 'LinkRequested', data }, subject: linkId }])
    return { linkId, token: app.platform.linkTokens.make(purpose, linkId) }
  }
  const mailOf = async (linkId: string) =>
    (
      await query<{ state: string; reason: string | null }>(
        'select state, reason from mail.mails where fact = $1',
        [`link:${linkId}`],
      )
    )[0]
  const email = 'links@example.com'
  await ask('my_tickets', null)
  const asked = await ask('my_tickets', email, 'de')
  await waitFor('the mail', () => takenFor(email).length > 0)
  expect(takenFor(email)).toHaveLength(1)
  const source = unfolded(takenFor(email)[0]?.source)
  expect(source).toContain(`http://localhost:3000/l#${asked.token}`)
  expect(source).toContain('Meine Tickets zeigen')
  expect(await query(`select 1 from mail.mails where recipient not like '%@%'`)).toEqual([])
  server.mood = 'greylists'
  const late = await ask('sign_in', 'late@example.com')
  await waitFor('a first try', async () => (await mailOf(late.linkId))?.state === 'retrying')
  await passHours(1)
  await waitFor('its end', async () => (await mailOf(late.linkId))?.state === 'given_up')
  expect(takenFor('late@example.com')).toEqual([])
})

test('a server that hangs is given up after its time, and tried again', async () => {
  server.mood = 'hangs'
  const { orderId, email } = await sell()
  await untilState(orderId, 'retrying')
  server.mood = 'takes'
  await untilSent(orderId)
  expect(takenFor(email)).toHaveLength(1)
})

test('a mail whose answer is lost goes out again under the same Message-ID', async () => {
  server.mood = 'drops'
  const { orderId, email } = await sell()
  await untilState(orderId, 'retrying')
  server.mood = 'takes'
  const { id } = await untilSent(orderId)
  expect(takenFor(email).map(({ messageId }) => messageId)).toEqual([id, id])
})

test('a server that is away for a day loses nothing and doubles nothing', async () => {
  const { port } = server
  await server.stop()
  const orders = [await sell(), await sell(), await sell()]
  for (const { orderId } of orders) await untilState(orderId, 'retrying')
  await passHours(24)
  for (const { orderId } of orders) {
    await waitFor('another try', async () => {
      const [first] = await mailsOf(orderId)
      return (first?.attempts ?? 0) >= 2 && first?.state === 'retrying'
    })
  }
  server = await startMailServer(port)
  for (const { orderId, email } of orders) {
    await untilSent(orderId)
    expect(takenFor(email)).toHaveLength(1)
  }
})

test('news is told once, however often it comes, and not when nobody is concerned', async () => {
  const { orderId, email } = await sell()
  await untilState(orderId, 'sent')
  const refundId = newId()
  const paymentId = newId()
  const refund = (version: number) => ({
    fact: {
      type: 'ChargeRefunded',
      data: { orderId, paymentId, refundId, amount, refundedTotal: amount, full: false },
    } as const,
    subject: paymentId,
    version,
  })
  await tellFacts(app.platform, [refund(1)])
  await tellFacts(app.platform, [refund(2)])
  const change = (changes: Partial<typeof show>) => {
    showVersion += 1
    const fact = { type: 'ShowChanged', data: { ...show, ...changes } } as const
    return tellFacts(app.platform, [{ fact, subject: showId, version: showVersion }])
  }
  await change({ title: 'Ebb' })
  await change({ venue: 'Speicher', title: 'Ebb' })
  const kinds = async () =>
    (
      await query<{ kind: string }>(
        `select kind from mail.mails where order_id = $1 and state = 'sent' order by 1`,
        [orderId],
      )
    ).map(({ kind }) => kind)
  await waitFor('three mails', async () => (await kinds()).length === 3)
  expect(await kinds()).toEqual(['money_back', 'order_confirmed', 'show_changed'])
  const moved = takenFor(email).find(({ source }) => source.includes('Speicher'))
  expect(moved?.source).toContain('Hafenhalle')
  await change({ venue: 'Speicher', title: 'Flow' })
  await tellFacts(app.platform, [
    { fact: { type: 'ShowCancelled', data: { showId } }, subject: showId, version: showVersion + 1 },
  ])
  await waitFor('four mails', async () => (await kinds()).length === 4)
  expect(await kinds()).toEqual(['money_back', 'order_confirmed', 'show_cancelled', 'show_changed'])
})

test('the organiser sends the tickets again: once per request, under another Message-ID', async () => {
  const { orderId, email, code } = await sell()
  await waitFor('its first mail', () => takenFor(email).length > 0)
  const client = await app.as(organiser)
  const resend = (key: string) =>
    client.call<{ id: string }>('POST', `/api/orders/${orderId}/mails`, undefined, { 'idempotency-key': key })
  const [first, again, second] = [await resend('a'), await resend('a'), await resend('b')]
  expect([first.status, again.body.id === first.body.id, second.body.id === first.body.id]).toEqual([
    202,
    true,
    false,
  ])
  await waitFor(
    'three mails',
    () => takenFor(email).filter(({ source }) => source.includes(code)).length >= 3,
  )
  expect(new Set(takenFor(email).map(({ messageId }) => messageId)).size).toBe(takenFor(email).length)
  const stranger = await app.as({ ...organiser, id: newId() })
  expect((await stranger.call('POST', `/api/orders/${orderId}/mails`)).status).toBe(404)
  const listed = await client.call<{ items: { kind: string }[] }>('GET', `/api/orders/${orderId}/mails`)
  expect(listed.body.items.length).toBeGreaterThanOrEqual(3)
})
