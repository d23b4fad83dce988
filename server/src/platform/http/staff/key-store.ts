// SQL of the tokens and devices of an organisation, as its owners keep them.
import { type Queryable, sql, type Tx } from '../../postgres/database.ts'
import type { OrganisationKey } from './keys.ts'

export interface StoredKey extends OrganisationKey {
  readonly name: string
  readonly madeBy: string
  readonly expiresAt: string | null
}
export interface ListedKey extends StoredKey {
  readonly madeAt: string
  readonly lastUsedAt: string | null
  readonly paired: boolean
}

const columns = `id, kind, organisation_id as "organisationId", role, show_ids as "showIds", name,
  made_by as "madeBy", made_at as "madeAt", expires_at as "expiresAt", last_used_at as "lastUsedAt",
  token_hash is not null as paired`
const insertStatement = sql(
  'platform.insert_organisation_key',
  `insert into platform.organisation_keys
     (id, organisation_id, kind, name, role, show_ids, token_hash, pairing_hash, pairing_until, made_by, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 minute', $10, $11)
   returning ${columns}`,
)
const listStatement = sql(
  'platform.list_organisation_keys',
  `select ${columns} from platform.organisation_keys
   where organisation_id = $1 and kind = $2 and ended_at is null and (expires_at is null or expires_at > now())
   order by made_at, id`,
)
const endStatement = sql(
  'platform.end_organisation_key',
  `update platform.organisation_keys set ended_at = now()
   where organisation_id = $1 and kind = $2 and id = $3 and ended_at is null returning id`,
)
// Compare and set: of two who come with one code, one finds it.
const pairStatement = sql(
  'platform.pair_device',
  `update platform.organisation_keys set token_hash = $2, pairing_hash = null, pairing_until = null
   where pairing_hash = $1 and pairing_until > now() and ended_at is null and expires_at > now()
   returning ${columns}`,
)
const readStatement = sql(
  'platform.read_organisation_key',
  `select ${columns} from platform.organisation_keys where id = $1`,
)

/** A device's code works for so long. */
export const pairingMinutes = 10

/** `secret` is the hash of a token, `pairing` that of the code of a device. */
export async function insertKey(
  tx: Tx,
  key: StoredKey,
  { secret = null, pairing = null }: { readonly secret?: Buffer | null; readonly pairing?: Buffer | null },
): Promise<ListedKey> {
  const { id, organisationId, kind, name, role, showIds, madeBy, expiresAt } = key
  const hashes = [secret, pairing, pairing === null ? null : pairingMinutes]
  const values = [id, organisationId, kind, name, role, showIds, ...hashes, madeBy, expiresAt]
  const [row] = await tx.query<ListedKey>(insertStatement, values)
  if (!row) throw new Error('a key was not stored')
  return row
}

/** Those that work, or wait to be paired. */
export function listKeys(
  db: Queryable,
  organisationId: string,
  kind: OrganisationKey['kind'],
): Promise<ListedKey[]> {
  return db.query<ListedKey>(listStatement, [organisationId, kind])
}

/** False when there is none. */
export async function endKey(
  db: Queryable,
  { organisationId, kind, id }: Pick<OrganisationKey, 'organisationId' | 'kind' | 'id'>,
): Promise<boolean> {
  return (await db.query(endStatement, [organisationId, kind, id])).length === 1
}

/** Gives the device that waits for this code its token; null when none does. */
export async function pairDevice(
  db: Queryable,
  hashes: { readonly pairing: Buffer; readonly secret: Buffer },
): Promise<ListedKey | null> {
  const [row] = await db.query<ListedKey>(pairStatement, [hashes.pairing, hashes.secret])
  return row ?? null
}

export async function readKey(db: Queryable, id: string): Promise<ListedKey | null> {
  const [row] = await db.query<ListedKey>(readStatement, [id])
  return row ?? null
}
