// SQL of deliveries: taken from the feed, chosen, and what came of them. Each call has the row of the
// endpoint locked.
import { type InTransaction, type Queryable, sql } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import type { Answer, Delivery } from '../domain/delivery.ts'
import type { StoredEndpoint } from './endpoints.ts'

/** So many wait at most: what is behind them waits in the feed. */
const mostOpen = 100

const columns = `id, position, about, state, attempts, fence, leased_until as "leasedUntil",
  first_tried_at as "firstTriedAt", tried_at as "triedAt", retry_at as "retryAt"`

const busyStatement = sql(
  'webhooks.busy_endpoints',
  `select e.id from webhooks.endpoints e join webhooks.organisations o on o.id = e.organisation_id
   where e.state = 'active' and (e.retry_at is null or e.retry_at <= now())
     and (e.position < o.position or exists (
       select from webhooks.deliveries d where d.endpoint_id = e.id and d.state in ('waiting', 'sending')
         and case d.state when 'sending' then d.leased_until <= now() else coalesce(d.retry_at <= now(), true) end))
   order by e.id`,
)
const openStatement = sql(
  'webhooks.open_deliveries',
  `select ${columns} from webhooks.deliveries
   where endpoint_id = $1 and state in ('waiting', 'sending') order by position`,
)
const nextStatement = sql(
  'webhooks.next_of_feed',
  `select position, type, about from webhooks.feed
   where organisation_id = $1 and position > $2 order by position limit $3`,
)
const insertStatement = sql(
  'webhooks.insert_deliveries',
  `insert into webhooks.deliveries (id, endpoint_id, organisation_id, position, about, state)
   select id, $2, $3, position, about, 'waiting' from json_to_recordset($1) as d (id uuid, position bigint, about uuid)`,
)
const moveStatement = sql(
  'webhooks.move_endpoint',
  `update webhooks.endpoints set position = $2 where id = $1`,
)
const readStatement = sql(
  'webhooks.read_delivery',
  `select ${columns} from webhooks.deliveries where endpoint_id = $1 and id = $2`,
)
const saveStatement = sql(
  'webhooks.save_delivery',
  `update webhooks.deliveries set state = $2, attempts = $3, fence = $4, leased_until = $5, first_tried_at = $6,
     tried_at = $7, retry_at = $8 where id = $1`,
)
const answerStatement = sql(
  'webhooks.save_answer',
  `update webhooks.deliveries set status = $2, answer = $3, answered_at = clock_timestamp() where id = $1`,
)

/** Endpoints that have something to send and may be tried. */
export async function listBusyEndpoints(db: Queryable): Promise<string[]> {
  return (await db.query<{ id: string }>(busyStatement)).map(({ id }) => id)
}

export const loadOpen = (tx: InTransaction, endpointId: string): Promise<Delivery[]> =>
  tx.query<Delivery>(openStatement, [endpointId])

/** Takes what is next in the feed into deliveries, as far as there is room. */
export async function fill(tx: InTransaction, endpoint: StoredEndpoint, open: number): Promise<void> {
  if (open >= mostOpen) return
  const { id, organisationId, position, events } = endpoint
  const next = await tx.query<{ position: number; type: string; about: string }>(nextStatement, [
    organisationId,
    position,
    mostOpen - open,
  ])
  const last = next.at(-1)
  if (!last) return
  const wanted = next.filter(({ type }) => events.includes('*') || events.includes(type))
  const rows = wanted.map((each) => ({ id: newId(), position: each.position, about: each.about }))
  if (rows.length > 0) await tx.query(insertStatement, [JSON.stringify(rows), id, organisationId])
  await tx.query(moveStatement, [id, last.position])
}

export async function readDelivery(
  tx: InTransaction,
  endpointId: string,
  id: string,
): Promise<Delivery | null> {
  const [row] = await tx.query<Delivery>(readStatement, [endpointId, id])
  return row ?? null
}

export async function saveDelivery(
  tx: InTransaction,
  delivery: Delivery,
  answer: Answer | null,
): Promise<void> {
  const { id, state, attempts, fence, leasedUntil, firstTriedAt, triedAt, retryAt } = delivery
  await tx.query(saveStatement, [id, state, attempts, fence, leasedUntil, firstTriedAt, triedAt, retryAt])
  if (answer) await tx.query(answerStatement, [id, answer.status, answer.text])
}
