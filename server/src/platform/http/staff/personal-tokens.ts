// SQL of the tokens that people make for their programs: sessions of another kind.
import { type Queryable, sql } from '../../postgres/database.ts'

// Two requests of one principal wait for each other: what is counted stays so until the commit.
const lockTokens = sql(
  'platform.lock_tokens',
  `select pg_advisory_xact_lock(hashtext('platform.tokens'), hashtext($1))`,
)
const countTokensOf = sql(
  'platform.count_tokens',
  `select count(*)::int as tokens from platform.sessions
   where principal_id = $1 and purpose = 'api_token' and expires_at > now()`,
)

/** How many tokens for programs a principal has; none can be added before the commit. */
export async function countTokens(tx: Queryable, principalId: string): Promise<number> {
  await tx.query(lockTokens, [principalId])
  const [row] = await tx.query<{ tokens: number }>(countTokensOf, [principalId])
  return row?.tokens ?? 0
}
