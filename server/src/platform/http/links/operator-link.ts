// The link that makes the first operator: works once, for an hour, and only while the shop has no
// operator. Its token is stored nowhere but as a hash, so that a newer link replaces the one before.
import { createHash, randomBytes } from 'node:crypto'
import { type Queryable, sql, type Tx } from '../../postgres/database.ts'

export const operatorLinkMinutes = 60

const hasOperatorStatement = sql('platform.has_operator', 'select 1 as has from platform.operators limit 1')
const offerLink = sql(
  'platform.offer_operator_link',
  `insert into platform.operator_link (token_hash, expires_at)
   select $1, now() + $2 * interval '1 minute' where not exists (select from platform.operators)
   on conflict (is_only) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at,
     used_by = null
   returning 1 as offered`,
)
const lockLink = sql(
  'platform.lock_operator_link',
  `select token_hash = $1 as fits, expires_at <= now() as expired, used_by as "usedBy" from platform.operator_link for update`,
)
const useLink = sql('platform.use_operator_link', 'update platform.operator_link set used_by = $1')
const addOperatorStatement = sql(
  'platform.add_operator',
  'insert into platform.operators (user_id) values ($1)',
)

export async function hasOperator(db: Queryable): Promise<boolean> {
  return (await db.query(hasOperatorStatement)).length > 0
}

/** A new link's token, or null when the shop has an operator. */
export async function offerOperatorLink(db: Queryable): Promise<string | null> {
  const token = randomBytes(32).toString('base64url')
  const offered = await db.query(offerLink, [hashOf(token), operatorLinkMinutes])
  return offered.length === 1 ? token : null
}

/** Where the page of a link is. Behind `#`, the token reaches no server, log or `Referer`. */
export const addressOfLink = (publicUrl: string, token: string) =>
  `${publicUrl.replace(/\/$/, '')}/l#${token}`

export type LinkOutcome = 'operator' | 'link_expired' | 'link_used'

/** Makes the user an operator. The same user may repeat it: the first answer may have been lost. */
export async function redeemOperatorLink(tx: Tx, token: string, userId: string): Promise<LinkOutcome> {
  const [link] = await tx.query<{ fits: boolean; expired: boolean; usedBy: string | null }>(lockLink, [
    hashOf(token),
  ])
  if (!link?.fits) return 'link_expired'
  if (link.usedBy !== null) return link.usedBy === userId ? 'operator' : 'link_used'
  if (link.expired) return 'link_expired'
  if (await hasOperator(tx)) return 'link_used'
  await tx.query(useLink, [userId])
  await tx.query(addOperatorStatement, [userId])
  return 'operator'
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
