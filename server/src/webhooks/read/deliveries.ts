// The log of an endpoint's deliveries, with the bodies as they were sent.
import type { DeliveryView, PublicEvent } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'

export interface FeedEntry {
  readonly organisationId: string
  readonly position: number
  readonly eventId: string
  readonly type: string
  readonly version: number
  readonly occurredAt: string
  readonly data: unknown
}

export const feedColumns = `f.organisation_id as "organisationId", f.position, f.event_id as "eventId", f.type, f.version,
  f.occurred_at as "occurredAt", f.data`

/** The public event as it is sent, listed and shown: one shape everywhere. */
export const bodyOf = (entry: FeedEntry): PublicEvent =>
  ({
    id: entry.eventId,
    type: entry.type,
    version: entry.version,
    timestamp: entry.occurredAt,
    organisationId: entry.organisationId,
    data: entry.data,
  }) as PublicEvent

type DeliveryRow = FeedEntry & Omit<DeliveryView, 'event'>

const columns = `d.id, d.state, d.attempts, d.status, d.answer, d.answered_at as "answeredAt", ${feedColumns}`
const listStatement = sql(
  'webhooks.list_deliveries',
  `select ${columns} from webhooks.deliveries d
     join webhooks.feed f on f.organisation_id = d.organisation_id and f.position = d.position
   where d.endpoint_id = $1 and d.position < $2 order by d.position desc limit $3`,
)
const messageStatement = sql(
  'webhooks.read_message',
  `select ${feedColumns} from webhooks.deliveries d
     join webhooks.feed f on f.organisation_id = d.organisation_id and f.position = d.position where d.id = $1`,
)
const endpointStatement = sql(
  'webhooks.endpoint_of_delivery',
  `select endpoint_id as "endpointId" from webhooks.deliveries where organisation_id = $1 and id = $2`,
)

/** The newest first, before a position. */
export async function listDeliveries(
  db: Queryable,
  { endpointId, before, limit }: { endpointId: string; before: number; limit: number },
): Promise<{ view: DeliveryView; position: number }[]> {
  const rows = await db.query<DeliveryRow>(listStatement, [endpointId, before, limit])
  return rows.map((row) => {
    const { id, state, attempts, status, answer, answeredAt, position } = row
    const event = bodyOf(row) as DeliveryView['event']
    return { position, view: { id, state, attempts, status, answer, answeredAt, event } }
  })
}

/** What a delivery sends; null when it went with its event. */
export async function readMessage(db: Queryable, deliveryId: string): Promise<PublicEvent | null> {
  const [row] = await db.query<FeedEntry>(messageStatement, [deliveryId])
  return row ? bodyOf(row) : null
}

export async function findEndpointOf(
  db: Queryable,
  organisationId: string,
  deliveryId: string,
): Promise<string | null> {
  const [row] = await db.query<{ endpointId: string }>(endpointStatement, [organisationId, deliveryId])
  return row?.endpointId ?? null
}
