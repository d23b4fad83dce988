// SQL of endpoints: made, changed and locked. The lock of an endpoint's row is the lock of its queue.
import { type InTransaction, type Queryable, sql } from '../../platform/postgres/database.ts'
import type { SecretName } from '../../platform/secrets/webhooks.ts'
import type { Endpoint } from '../domain/delivery.ts'

export interface StoredEndpoint extends Endpoint {
  readonly organisationId: string
  readonly url: string
  readonly events: readonly string[]
  readonly position: number
  readonly generation: number
  readonly keyVersion: string
  readonly oldKeyVersion: string | null
  /** Null once it signs no more. */
  readonly oldSecretUntil: string | null
  readonly madeAt: string
}

const columns = `id, organisation_id as "organisationId", url, events, state, disabled_because as "disabledBecause",
  position, failures, failing_since as "failingSince", retry_at as "retryAt", generation, key_version as "keyVersion",
  old_key_version as "oldKeyVersion", made_at as "madeAt",
  case when old_secret_until > now() then old_secret_until end as "oldSecretUntil"`

const beginFeed = sql(
  'webhooks.begin_feed',
  `insert into webhooks.organisations (id) values ($1) on conflict do nothing`,
)
const countStatement = sql(
  'webhooks.count_endpoints',
  `select o.position, (select count(*)::int from webhooks.endpoints where organisation_id = $1) as count
   from webhooks.organisations o where o.id = $1 for update`,
)
const insertStatement = sql(
  'webhooks.insert_endpoint',
  `insert into webhooks.endpoints (id, organisation_id, url, events, position, key_version)
   values ($1, $2, $3, (select array_agg(value) from json_array_elements_text($4) as value), $5, $6)`,
)
const listStatement = sql(
  'webhooks.list_endpoints',
  `select ${columns} from webhooks.endpoints where organisation_id = $1 order by made_at, id`,
)
const readStatement = sql(
  'webhooks.read_endpoint',
  `select ${columns} from webhooks.endpoints where organisation_id = $1 and id = $2`,
)
const lockStatement = sql(
  'webhooks.lock_endpoint',
  `select ${columns} from webhooks.endpoints where id = $1 for update`,
)
const lockFreeStatement = sql(
  'webhooks.lock_free_endpoint',
  `select ${columns} from webhooks.endpoints where id = $1 for update skip locked`,
)
const saveStatement = sql(
  'webhooks.save_endpoint',
  `update webhooks.endpoints set url = $2, state = $3, disabled_because = $4, failures = $5, failing_since = $6,
     retry_at = $7, events = (select array_agg(value) from json_array_elements_text($8) as value)
   where id = $1`,
)
const forgiveStatement = sql(
  'webhooks.forgive_deliveries',
  `update webhooks.deliveries set retry_at = null, first_tried_at = null, attempts = 0
   where endpoint_id = $1 and state = 'waiting'`,
)
const rotateStatement = sql(
  'webhooks.rotate_secret',
  `update webhooks.endpoints set generation = generation + 1, old_key_version = key_version, key_version = $3,
     old_secret_until = now() + interval '24 hours'
   where organisation_id = $1 and id = $2 returning ${columns}`,
)
const removeStatement = sql(
  'webhooks.remove_endpoint',
  `delete from webhooks.endpoints where organisation_id = $1 and id = $2 returning 1 as one`,
)

export const mostEndpoints = 20

export interface NewEndpoint {
  readonly id: string
  readonly organisationId: string
  readonly url: string
  readonly events: readonly string[]
  readonly keyVersion: string
}

/** It begins with what happens from now on. False: the organisation has as many as it may. */
export async function insertEndpoint(tx: InTransaction, endpoint: NewEndpoint): Promise<boolean> {
  const { id, organisationId, url, events, keyVersion } = endpoint
  await tx.query(beginFeed, [organisationId])
  const [feed] = await tx.query<{ position: number; count: number }>(countStatement, [organisationId])
  if (!feed || feed.count >= mostEndpoints) return false
  await tx.query(insertStatement, [
    id,
    organisationId,
    url,
    JSON.stringify(events),
    feed.position,
    keyVersion,
  ])
  return true
}

export const listEndpoints = (db: Queryable, organisationId: string): Promise<StoredEndpoint[]> =>
  db.query<StoredEndpoint>(listStatement, [organisationId])

export async function readEndpoint(
  db: Queryable,
  organisationId: string,
  id: string,
): Promise<StoredEndpoint | null> {
  const [row] = await db.query<StoredEndpoint>(readStatement, [organisationId, id])
  return row ?? null
}

/** `orSkip`: null also when another process is at it. */
export async function lockEndpoint(
  tx: InTransaction,
  id: string,
  orSkip = false,
): Promise<StoredEndpoint | null> {
  const [row] = await tx.query<StoredEndpoint>(orSkip ? lockFreeStatement : lockStatement, [id])
  return row ?? null
}

export async function saveEndpoint(tx: InTransaction, endpoint: StoredEndpoint): Promise<void> {
  const { id, url, state, disabledBecause, failures, failingSince, retryAt, events } = endpoint
  const clock = [failures, failingSince, retryAt] as const
  await tx.query(saveStatement, [id, url, state, disabledBecause, ...clock, JSON.stringify(events)])
}

/** What waited through the time in which the endpoint was off is tried as if for the first time. */
export async function forgiveDeliveries(tx: InTransaction, endpointId: string): Promise<void> {
  await tx.query(forgiveStatement, [endpointId])
}

export async function rotateSecret(
  db: Queryable,
  endpoint: Pick<StoredEndpoint, 'organisationId' | 'id' | 'keyVersion'>,
): Promise<StoredEndpoint | null> {
  const { organisationId, id, keyVersion } = endpoint
  const [row] = await db.query<StoredEndpoint>(rotateStatement, [organisationId, id, keyVersion])
  return row ?? null
}

export async function removeEndpoint(db: Queryable, organisationId: string, id: string): Promise<boolean> {
  return (await db.query(removeStatement, [organisationId, id])).length === 1
}

/** The secrets that sign now, the newest first. */
export function secretNamesOf(endpoint: StoredEndpoint): SecretName[] {
  const { id: endpointId, generation, keyVersion, oldKeyVersion, oldSecretUntil } = endpoint
  const current = { endpointId, generation, keyVersion }
  if (oldKeyVersion === null || oldSecretUntil === null) return [current]
  return [current, { endpointId, generation: generation - 1, keyVersion: oldKeyVersion }]
}
