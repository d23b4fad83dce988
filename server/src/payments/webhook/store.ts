// SQL of webhooks: what our rows know already, and which events have taken effect.
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { KnownState } from '../domain/webhook-news.ts'

export interface Asked {
  readonly eventId: string
  readonly paymentId: string | null
  readonly intentId: string | null
}

const readStates = sql(
  'payments.read_webhook_states',
  `select e."eventId", w.id is not null as seen, p.id as "paymentId", p.status, p.intent_id as "intentId",
          p.intent_status as "intentStatus", p.amount_minor as "amountMinor", p.currency,
          p.refunded_minor as "refundedMinor"
   from json_to_recordset($1) as e ("eventId" text, "paymentId" uuid, "intentId" text)
   left join payments.webhook_events w on w.id = e."eventId"
   left join lateral (
     select * from payments.payments by_id where by_id.id = e."paymentId"
     union all
     select * from payments.payments by_intent where e."paymentId" is null and by_intent.intent_id = e."intentId"
   ) p on true`,
)
const recordEvents = sql(
  'payments.record_webhook_events',
  `insert into payments.webhook_events (id, type, payment_id, outcome)
   select id, type, payment_id, outcome
   from json_to_recordset($1) as e (id text, type text, payment_id uuid, outcome text)
   on conflict do nothing`,
)

export async function readKnownStates(
  db: Queryable,
  asked: readonly Asked[],
): Promise<Map<string, KnownState>> {
  const rows = await db.query<KnownState>(readStates, [JSON.stringify(asked)])
  return new Map(rows.map((row) => [row.eventId, row]))
}

export interface HandledEvent {
  readonly id: string
  readonly type: string
  readonly payment_id: string | null
  readonly outcome: string
}

export async function recordWebhookEvents(db: Queryable, events: readonly HandledEvent[]): Promise<void> {
  if (events.length > 0) await db.query(recordEvents, [JSON.stringify(events)])
}
