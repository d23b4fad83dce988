// Sessions and API tokens: opaque tokens, stored hashed. Every process can tell who asks; only
// identity begins sessions.
import { createHash, randomBytes } from 'node:crypto'
import { isLanguage, type Language } from '@holdfast/contract'
import { makeBatchLoader } from '../postgres/batch-loader.ts'
import { type Database, type Queryable, sql } from '../postgres/database.ts'
import type { Clock } from '../process/clock.ts'
import {
  type Membership,
  type MembershipsRow,
  membershipColumns,
  membershipsOf,
} from './staff/memberships.ts'

/** Who is asking. Guests may buy; users may also sell. */
export interface Principal {
  readonly id: string
  readonly kind: 'user' | 'guest'
  readonly email: string
  /** Addresses whose mails this person reads, as links in them have shown. */
  readonly proved?: readonly string[]
  /** The guests that this account was before. */
  readonly buyerIds?: readonly string[]
  /** Orders that a link opened: to look at, and nothing else. */
  readonly orders?: readonly string[]
  /** Of a user; left out for who has only the organisation of their own account. */
  readonly memberships?: readonly Membership[]
}

/** What a session may beside what its principal may. */
export type Grants = Pick<Principal, 'proved' | 'orders'>

/** Whether orders of this buyer are this person's: theirs, or those of a guest that they were. */
export const isBuyer = ({ id, buyerIds = [] }: Principal, buyerId: string): boolean =>
  buyerId === id || buyerIds.includes(buyerId)

/** Whether an order is this person's own: bought by them, or with an address that they proved. */
export const ownsOrder = (
  principal: Principal,
  { buyerId, email }: { readonly buyerId: string; readonly email: string | null },
): boolean => isBuyer(principal, buyerId) || (email !== null && (principal.proved ?? []).includes(email))

/** Whether this person may look at an order: it is theirs, or a link opened it. */
export const maySeeOrder = (
  principal: Principal,
  order: { readonly id: string; readonly buyerId: string; readonly email: string | null },
): boolean => ownsOrder(principal, order) || (principal.orders ?? []).includes(order.id)

interface SessionRow extends MembershipsRow {
  readonly token_hash: Buffer
  readonly principal_id: string
  readonly kind: 'user' | 'guest'
  readonly email: string
  readonly expires_at: string
  readonly proved: readonly string[]
  readonly orders: readonly string[]
  readonly buyer_ids: readonly string[]
}

export interface Sessions {
  /** The principal behind a token, or null. Asks the database at most once a second per token. */
  find(token: string): Promise<Principal | null> | Principal | null
  end(token: string): Promise<void>
  /**
   * All sessions of a principal were ended in the database: what this process remembers of them
   * counts no more.
   */
  forget(principalId: string): void
  /** What a principal may has changed in the database: it is asked for again. */
  refresh(principalId: string): void
}

const findSessions = sql(
  'platform.find_sessions',
  `select token_hash, principal_id, kind, email, expires_at, proved, orders,
     array(select buyer_id from platform.buyer_ids where owner = s.principal_id::text
           order by buyer_id desc limit 200) as buyer_ids,
     ${membershipColumns}
   from platform.sessions s
   where token_hash = any($1::bytea[]) and expires_at > now()`,
)
const insertSession = sql(
  'platform.insert_session',
  `insert into platform.sessions (token_hash, principal_id, kind, email, purpose, expires_at, language, proved, orders)
   values ($1, $2, $3, $4, $5, now() + $6 * interval '1 second', $7, $8, $9)
   returning expires_at`,
)
const findLanguages = sql(
  'platform.find_languages',
  `select distinct on (principal_id) principal_id, language from platform.sessions
   where principal_id = any($1::uuid[]) and language is not null
   order by principal_id, created_at desc`,
)
const findLive = sql(
  'platform.find_live_session',
  `select 1 as live from platform.sessions where token_hash = $1 and principal_id = $2 and expires_at > now()`,
)
const continueSessionStatement = sql(
  'platform.continue_session',
  `insert into platform.sessions
     (token_hash, principal_id, kind, email, purpose, expires_at, language, proved, orders)
   select $2, principal_id, kind, email, purpose, now() + $3 * interval '1 second', language,
     array(select distinct unnest(proved || $4::text[])), array(select distinct unnest(orders || $5::uuid[]))
   from platform.sessions where token_hash = $1 and purpose = 'session' and expires_at > now()
   returning proved, orders`,
)
const addBuyer = sql(
  'platform.add_buyer_id',
  `insert into platform.buyer_ids (owner, buyer_id) values ($1, $2) on conflict do nothing`,
)
const findBuyers = sql(
  'platform.find_buyers',
  `select distinct buyer_id from platform.buyer_ids where owner = any($1::text[])
   order by buyer_id desc limit $2`,
)
const deleteSession = sql('platform.delete_session', `delete from platform.sessions where token_hash = $1`)
const deleteSessionsOf = sql(
  'platform.delete_sessions_of',
  `delete from platform.sessions where principal_id = $1`,
)
/**
 * What `beginSession` makes. Anything else is nobody's: it neither costs a query nor fills the
 * memory.
 */
const tokenPattern = /^hf[st]_[\w-]{43}$/
/** How the token of a browser's session begins; one for programs begins with `hft_`. */
export const sessionPrefix = 'hfs_'

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

export interface SessionOptions {
  readonly purpose: 'session' | 'api_token'
  readonly ttlSeconds: number
  /** What its pages are read in. */
  readonly language?: Language | null
}

/** 256 random bits. */
const newToken = (purpose: SessionOptions['purpose']) =>
  `${purpose === 'session' ? sessionPrefix : 'hft_'}${randomBytes(32).toString('base64url')}`

/** Begins a session and returns its token, which is stored nowhere. */
export async function beginSession(
  tx: Queryable,
  principal: Principal,
  { purpose, ttlSeconds, language = null }: SessionOptions,
): Promise<{ token: string; expiresAt: string }> {
  const token = newToken(purpose)
  const { id, kind, email, proved = [], orders = [] } = principal
  const values = [hashOf(token), id, kind, email, purpose, ttlSeconds, language, proved, orders]
  const [row] = await tx.query<{ expires_at: string }>(insertSession, values)
  if (!row) throw new Error('a session was not stored')
  return { token, expiresAt: row.expires_at }
}

/**
 * Goes on with a session under a new token that may more; null when the session ended meanwhile.
 * Processes remember for a moment what the old token may.
 */
export async function continueSession(
  tx: Queryable,
  from: { readonly token: string; readonly principal: Principal; readonly ttlSeconds: number },
  { proved = [], orders = [] }: Grants,
): Promise<{ token: string; principal: Principal } | null> {
  const token = newToken('session')
  const values = [hashOf(from.token), hashOf(token), from.ttlSeconds, proved, orders]
  const [grants] = await tx.query<Required<Grants>>(continueSessionStatement, values)
  return grants ? { token, principal: { ...from.principal, ...grants } } : null
}

/** Notes that a buyer gave this address, or is this account now. */
export async function noteBuyer(tx: Queryable, owner: string, buyerId: string): Promise<void> {
  await tx.query(addBuyer, [owner, buyerId])
}

/** More guests than anybody was, and no more than a query takes. */
const buyersMax = 10_000

/** The buyers who gave one of these addresses, newest first. They may have bought with others too. */
export async function findBuyersWith(db: Queryable, addresses: readonly string[]): Promise<string[]> {
  if (addresses.length === 0) return []
  const rows = await db.query<{ buyer_id: string }>(findBuyers, [addresses, buyersMax])
  return rows.map(({ buyer_id }) => buyer_id)
}

export async function hasBuyers(db: Queryable, address: string): Promise<boolean> {
  return (await db.query(findBuyers, [[address], 1])).length > 0
}

/** The languages that these people read: those of their newest sessions. */
export async function readLanguages(
  tx: Queryable,
  principalIds: readonly string[],
): Promise<Map<string, Language>> {
  const rows = await tx.query<{ principal_id: string; language: string }>(findLanguages, [principalIds])
  return new Map(
    rows.flatMap(({ principal_id, language }) => (isLanguage(language) ? [[principal_id, language]] : [])),
  )
}

/** Ends every session and token of a principal: password change, disabled account. */
export async function endSessionsOf(tx: Queryable, principalId: string): Promise<void> {
  await tx.query(deleteSessionsOf, [principalId])
}

/**
 * Whether the token still speaks for the principal, asked of the database and not of a memory that
 * may be a second old.
 */
export async function isLiveSession(tx: Queryable, token: string, principalId: string): Promise<boolean> {
  return (await tx.query(findLive, [hashOf(token), principalId])).length === 1
}

/** How long another process may still honour a session that was ended elsewhere. */
const cacheMs = 1_000
const cacheEntriesMax = 50_000

interface Entry {
  readonly principal: Principal | null
  readonly validUntilMs: number
}

function principalOf(row: SessionRow): Principal {
  const { principal_id: id, kind, email, proved, orders, buyer_ids } = row
  return {
    id,
    kind,
    email,
    ...(proved.length > 0 ? { proved } : {}),
    ...(buyer_ids.length > 0 ? { buyerIds: buyer_ids } : {}),
    ...(orders.length > 0 ? { orders } : {}),
    ...membershipsOf(row, id),
  }
}

export function makeSessions(db: Database, clock: Clock): Sessions {
  const cache = new Map<string, Entry>()
  /**
   * Grows whenever sessions are ended by their principal: what was read before is not remembered
   * after.
   */
  let forgotten = 0
  const cached = (token: string): Entry | undefined => {
    const entry = cache.get(token)
    return entry && entry.validUntilMs > clock.elapsedMs() ? entry : undefined
  }
  const remember = (token: string, principal: Principal | null) => {
    if (cache.size >= cacheEntriesMax) cache.clear()
    cache.set(token, { principal, validUntilMs: clock.elapsedMs() + cacheMs })
  }

  const findMany = makeBatchLoader(async (tokens: readonly string[]) => {
    const hashes = tokens.map(hashOf)
    const rows = await db.query<SessionRow>(findSessions, [hashes])
    const found = new Map(rows.map((row) => [row.token_hash.toString('base64'), row]))
    return hashes.map((hash) => found.get(hash.toString('base64')))
  })

  return {
    find(token) {
      if (!tokenPattern.test(token)) return null
      const entry = cached(token)
      if (entry) return entry.principal
      const forgottenBefore = forgotten
      return findMany(token).then((row) => {
        const principal = row ? principalOf(row) : null
        // It may have been ended while the query ran: what is known as nobody's stays so.
        const meanwhile = cached(token)
        if (meanwhile) return meanwhile.principal
        if (forgotten === forgottenBefore) remember(token, principal)
        return principal
      })
    },
    async end(token) {
      await db.query(deleteSession, [hashOf(token)])
      remember(token, null)
    },
    forget(principalId) {
      forgotten += 1
      for (const [token, { principal }] of cache) if (principal?.id === principalId) remember(token, null)
    },
    refresh(principalId) {
      forgotten += 1
      for (const [token, { principal }] of cache) if (principal?.id === principalId) cache.delete(token)
    },
  }
}
