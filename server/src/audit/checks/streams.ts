// Invariants 4 and 7 over the events of some orders, and which orders are between two states: an
// event of theirs has not reached everybody yet. Reads only.
import { lowestPosition } from '../../platform/bus/store.ts'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Finding, InvariantName } from '../invariants.ts'
import { subscriptions } from '../subscriptions.ts'

const consumers = subscriptions.map(({ consumer }) => consumer)
const types = subscriptions.map(({ type }) => type)
/** Nothing that is compared waits for mail and webhooks, which some shops do not run. */
const deciding = subscriptions.filter(({ consumer }) => consumer !== 'mail' && consumer !== 'webhooks')

/**
 * Below this a consumer `c` has handled the event `e`, also when a version reads for it that does
 * not hear the type.
 */
const handledBelow = `case when c.heard is null then c.window_from when c.heard -> e.type is null then ${lowestPosition}
  else coalesce((c.heard ->> e.type)::bigint, c.window_from) end`

const disorderStatement = sql(
  'audit.judge_streams',
  `with e as (
     select seq, id, subject, source, type, version, correlation_id, data ->> 'reason' as reason
     from platform.outbox where correlation_id = any($1::text[])
   ), versions as (
     select correlation_id, seq, version, lag(version) over (partition by subject, source order by seq) as before from e
   ), fates as (
     select correlation_id, type, reason, lag(type) over (partition by subject order by seq) as before
     from e where source = 'holdfast/orders'
       and type in ('OrderCreated', 'OrderReopened', 'OrderClaimed', 'OrderCompleted', 'OrderCancelled')
   )
   select correlation_id as "orderId", 'events_in_order' as invariant,
          'Event ' || min(seq) || ' has version ' || min(version) || ' after version ' || min(before) as explanation
   from versions where version <= before group by 1
   union all
   select correlation_id, 'paid_never_expires', 'The order was cancelled (' || min(reason) || ') after ' || min(before)
   from fates
   where type = 'OrderCancelled' and (before = 'OrderCompleted' or (before = 'OrderClaimed' and reason <> 'payment_failed'))
   group by 1`,
)

// An event below a consumer's position is handled: its inbox says so, or it was set aside. Only of
// the last hour: what is old may have been forgotten on both sides.
const lostStatement = sql(
  'audit.judge_deliveries',
  `select e.correlation_id as "orderId", min(e.type || ' (' || e.id || ') never reached ' || s.consumer) as explanation
   from platform.outbox e
     join unnest($2::text[], $3::text[]) as s (consumer, type) on s.type = e.type
     join platform.cursors c on c.consumer = s.consumer
   where e.correlation_id = any($1::text[]) and e.settled_xid < ${handledBelow}
     and e.occurred_at > now() - interval '1 hour'
     and not exists (select 1 from platform.inbox i where i.consumer = s.consumer and i.event_id = e.id)
     and not exists (select 1 from platform.parked_deliveries d where d.consumer = s.consumer and d.seq = e.seq)
   group by 1`,
)

const betweenStatement = sql(
  'audit.between_states',
  `select e.correlation_id as "orderId", max(e.seq) filter (where e.source <> 'holdfast/mail') as "lastSeq", bool_or(coalesce(p.waits, false)) as waits
   from platform.outbox e left join lateral (
     select bool_or(
       exists (select 1 from platform.parked_deliveries d where d.consumer = s.consumer and d.seq = e.seq)
       or (e.settled_xid >= coalesce(${handledBelow}, ${lowestPosition})
           and not exists (select 1 from platform.inbox i where i.consumer = s.consumer and i.event_id = e.id))) as waits
     from unnest($2::text[], $3::text[]) as s (consumer, type) left join platform.cursors c on c.consumer = s.consumer
     where s.type = e.type
   ) p on true
   where e.correlation_id = any($1::text[]) group by 1`,
)

export async function judgeStreams(db: Queryable, orderIds: readonly string[]): Promise<Finding[]> {
  if (orderIds.length === 0) return []
  const disorder = await db.query<{ orderId: string; invariant: InvariantName; explanation: string }>(
    disorderStatement,
    [orderIds],
  )
  const lost = await db.query<{ orderId: string; explanation: string }>(lostStatement, [
    orderIds,
    consumers,
    types,
  ])
  return [...disorder, ...lost.map((row) => ({ ...row, invariant: 'events_take_effect' as const }))].map(
    ({ orderId, invariant, explanation }) => ({ invariant, key: orderId, orderIds: [orderId], explanation }),
  )
}

/**
 * The newest event (0: none is kept) of each order whose news has reached everybody. Others are
 * between two states and prove nothing.
 */
export async function readAtRest(db: Queryable, orderIds: readonly string[]): Promise<Map<string, number>> {
  if (orderIds.length === 0) return new Map()
  const rows = await db.query<{ orderId: string; lastSeq: number; waits: boolean }>(betweenStatement, [
    orderIds,
    deciding.map(({ consumer }) => consumer),
    deciding.map(({ type }) => type),
  ])
  const atRest = new Map(orderIds.map((orderId) => [orderId, 0]))
  for (const { orderId, lastSeq, waits } of rows) {
    if (waits) atRest.delete(orderId)
    else atRest.set(orderId, lastSeq)
  }
  return atRest
}
