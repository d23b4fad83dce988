// Answers by idempotency key, stored in the transaction of the effect they tell of. Rejections are
// not stored: a request that changed nothing may be tried again with the same key.
import { hash } from 'node:crypto'
import { copyInto, type Queryable, sql, type Write, writeRows } from '../postgres/database.ts'

/** Whose key it is: `scope` is principal and route. */
export interface AskedKey {
  readonly scope: string
  readonly key: string
}

/** Who asks for what: `fingerprint` is a hash of the request. */
export interface IdempotencyKey extends AskedKey {
  readonly fingerprint: string
}

export interface StoredAnswer extends IdempotencyKey {
  readonly answer: unknown
}

const readAnswers = sql(
  'platform.read_answers',
  `select k.scope, k.key, k.fingerprint, k.answer
   from platform.idempotency_keys k
   join unnest($1::text[], $2::text[]) as wanted (scope, key) on k.scope = wanted.scope and k.key = wanted.key`,
)
const storeAnswersStatement = copyInto('platform.store_answers', 'platform.idempotency_keys', {
  scope: 'text',
  key: 'text',
  fingerprint: 'text',
  answer: 'json',
})

/** A short hash of the request's content: the same key with another one is refused. */
export function fingerprintOf(content: unknown): string {
  return hash('sha1', JSON.stringify(content), 'base64url')
}

export function indexOfKey({ scope, key }: AskedKey): string {
  return `${scope}\n${key}`
}

export async function findAnswers(
  db: Queryable,
  keys: readonly AskedKey[],
): Promise<Map<string, StoredAnswer>> {
  if (keys.length === 0) return new Map()
  const rows = await db.query<StoredAnswer>(readAnswers, [
    keys.map((key) => key.scope),
    keys.map((key) => key.key),
  ])
  return new Map(rows.map((row) => [indexOfKey(row), row]))
}

/**
 * A key that another process used while we worked is a duplicate: our transaction does not commit.
 */
export function storeAnswers(answers: readonly StoredAnswer[]): readonly Write[] {
  return writeRows(storeAnswersStatement, answers)
}
