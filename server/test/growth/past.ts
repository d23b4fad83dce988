// Years of a shop at once: paid orders of a show that is over, with all that they leave behind, made
// by a few statements.
import { subscriptions } from '../../src/audit/subscriptions.ts'
import { type Database, sql } from '../../src/platform/postgres/database.ts'
import { newId } from '../../src/platform/process/clock.ts'

const line =
  '{"ticketTypeId":"0190aaaa-0000-7000-8000-000000000001","name":"Standing","takes":[{"poolId":"0190aaaa-0000-7000-8000-000000000002","count":1}],"quantity":2,"unitPriceMinor":4500}'
const money = '{"amountMinor":9000,"currency":"EUR"}'
const buyer =
  '"buyerId":"0190aaaa-0000-7000-8000-000000000003","buyerEmail":"somebody.with.a.name@example.com","organiserId":"0190aaaa-0000-7000-8000-000000000004","showId":"0190aaaa-0000-7000-8000-000000000005"'
const payment = '"paymentId":"0190aaaa-0000-7000-8000-000000000006"'

/** What one paid order tells, in order, with contents as long as those of a real one. */
const story: readonly [source: string, type: string, data: string][] = [
  [
    'orders',
    'OrderCreated',
    `{"orderId":"ID",${buyer},"lines":[${line}],"amount":${money},"expiresAt":"2030-01-01T10:15:00.000Z"}`,
  ],
  ['payments', 'PaymentStarted', `{"orderId":"ID",${payment}}`],
  ['payments', 'PaymentAuthorized', `{"orderId":"ID",${payment},"amount":${money}}`],
  ['orders', 'OrderClaimed', `{"orderId":"ID",${payment}}`],
  ['payments', 'ChargeCreated', `{"orderId":"ID",${payment},"amount":${money}}`],
  ['orders', 'OrderCompleted', `{"orderId":"ID",${buyer},"lines":[${line}],"amount":${money},${payment}}`],
  [
    'tickets',
    'TicketsIssued',
    `{"orderId":"ID","tickets":[{"id":"0190aaaa-0000-7000-8000-000000000007","name":"Standing"},{"id":"0190aaaa-0000-7000-8000-000000000008","name":"Standing"}]}`,
  ],
  [
    'mail',
    'MailSent',
    '{"mailId":"0190aaaa-0000-7000-8000-000000000009","kind":"order_confirmed","orderId":"ID"}',
  ],
  ['tickets', 'TicketCheckedIn', '{"orderId":"ID","ticketId":"0190aaaa-0000-7000-8000-000000000007"}'],
  ['tickets', 'TicketCheckedIn', '{"orderId":"ID","ticketId":"0190aaaa-0000-7000-8000-000000000008"}'],
]

/** A UUIDv7 of a moment some months ago, `number` milliseconds later. */
const idOf = (number: string, kind: number) =>
  `(lpad(to_hex(1700000000000 + ${number}), 12, '0') || '7000' || lpad(to_hex(${32_768 + kind}), 4, '0') || lpad(to_hex(${number}), 12, '0'))::uuid`

export async function makePast(db: Database, orders: number): Promise<void> {
  const run = (text: string, values: readonly unknown[] = []) => db.query(sql('', text), values)
  const showId = newId()
  const numbers = `generate_series(1, ${orders}) as n`
  await run(
    `insert into tickets.shows (id, organiser_id, title, starts_at, time_zone, currency, hold_seconds, max_per_order, status, published_at, version, local_day)
     values ($1, $1, 'A show', now() - interval '60 days', 'UTC', 'EUR', 900, 10, 'closed', now(), 1, now()::date)`,
    [showId],
  )
  await run(
    `insert into orders.orders (id, version, status, buyer_id, buyer_email, show_id, lines, total_minor, currency, created_at, expires_at, hold_seconds)
     select ${idOf('n', 0)}, 4, 'complete', ${idOf('n', 1)}, 'a@example.com', $1, $2, 9000, 'EUR', now() - interval '100 days', now() - interval '100 days', 900 from ${numbers}`,
    [showId, `[${line}]`],
  )
  await run(
    `insert into payments.payments (id, order_id, buyer_id, organiser_id, amount_minor, currency, payment_method, status, captured_minor, version, fence, open, created_at)
     select ${idOf('n', 2)}, ${idOf('n', 0)}, ${idOf('n', 1)}, $1, 9000, 'EUR', 'pm_card_visa', 'captured', 9000, 3, 3, false, now() - interval '100 days' from ${numbers}`,
    [showId],
  )
  await run(
    `insert into mail.mails (id, kind, fact, recipient, language, order_id, show_id, content, state, attempts, fence, queued_at, ended_at, version)
     select ${idOf('n', 3)}, 'order_confirmed', 'order_confirmed:' || ${idOf('n', 0)}, 'a@example.com', 'en', ${idOf('n', 0)}, $1, '{}', 'sent', 1, 1,
       now() - interval '100 days', now() - interval '100 days', 3 from ${numbers}`,
    [showId],
  )
  await run(
    `insert into expiration.timers (order_id, status, order_version, version) select ${idOf('n', 0)}, 'stopped', 3, 2 from ${numbers}`,
  )
  await run(
    `insert into platform.outbox (settled_xid, id, type, source, subject, version, occurred_at, correlation_id, data)
     select 0, ${idOf('n * 16 + k', 4)}, s.type, 'holdfast/' || s.source, ${idOf('n', 0)}, k, now() - interval '100 days', ${idOf('n', 0)}::text,
       replace(s.data, 'ID', ${idOf('n', 0)}::text)::json
     from ${numbers} cross join unnest($1::text[], $2::text[], $3::text[]) with ordinality as s (source, type, data, k)`,
    [story.map(([source]) => source), story.map(([, type]) => type), story.map(([, , data]) => data)],
  )
  await run(`insert into platform.cursors (consumer, window_from) select distinct unnest($1::text[]), 1`, [
    subscriptions.map(({ consumer }) => consumer),
  ])
  await run(
    `insert into platform.inbox (consumer, event_id)
     select s.consumer, o.id from platform.outbox o join unnest($1::text[], $2::text[]) as s (consumer, type) on s.type = o.type`,
    [subscriptions.map(({ consumer }) => consumer), subscriptions.map(({ type }) => type)],
  )
}
