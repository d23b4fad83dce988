// Tokens and door devices: they act for an organisation in one role, without being anybody. Their
// secrets are stored hashed. Identity makes and ends them.
import { createHash, randomBytes } from 'node:crypto'
import { type Database, sql } from '../../postgres/database.ts'
import type { Clock } from '../../process/clock.ts'
import type { Membership } from './memberships.ts'

export interface OrganisationKey extends Membership {
  readonly id: string
  readonly kind: 'token' | 'device'
}

export interface Keys {
  /** What acts by this secret, or null. Asks the database at most once a second for each. */
  find(secret: string): Promise<OrganisationKey | null>
  /** Keys were changed: what this process remembers counts no more. */
  forget(): void
}

const findKey = sql(
  'platform.find_organisation_key',
  `select id, kind, organisation_id as "organisationId", role, show_ids as "showIds",
     last_used_at is null or last_used_at < now() - interval '1 minute' as "isStale"
   from platform.organisation_keys
   where token_hash = $1 and ended_at is null and (expires_at is null or expires_at > now())`,
)
const noteUse = sql(
  'platform.note_key_use',
  'update platform.organisation_keys set last_used_at = now() where id = $1',
)

const secretPattern = /^hf[od]_[\w-]{43}$/
/** Whether a bearer token is one of an organisation, and not a person's. */
export const isKeySecret = (token: string): boolean => secretPattern.test(token)

export const hashOfSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** 256 random bits. */
export const newKeySecret = (kind: OrganisationKey['kind']): string =>
  `${kind === 'token' ? 'hfo_' : 'hfd_'}${randomBytes(32).toString('base64url')}`

const rememberedMs = 1_000
const entriesMax = 10_000

export function makeKeys(db: Database, clock: Clock): Keys {
  const seen = new Map<string, { key: OrganisationKey | null; untilMs: number }>()
  let forgotten = 0
  return {
    async find(secret) {
      const known = seen.get(secret)
      if (known && known.untilMs > clock.elapsedMs()) return known.key
      const forgottenBefore = forgotten
      const [row] = await db.query<OrganisationKey & { isStale: boolean }>(findKey, [hashOfSecret(secret)])
      if (row?.isStale) await db.query(noteUse, [row.id])
      const key = row
        ? {
            id: row.id,
            kind: row.kind,
            organisationId: row.organisationId,
            role: row.role,
            showIds: row.showIds,
          }
        : null
      if (seen.size >= entriesMax) seen.clear()
      if (forgotten === forgottenBefore) seen.set(secret, { key, untilMs: clock.elapsedMs() + rememberedMs })
      return key
    },
    forget() {
      forgotten += 1
      seen.clear()
    },
  }
}
