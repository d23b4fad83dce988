// SQL of the Postgres bus: reading the outbox in windows below the snapshot horizon, and positions.
import type { Envelope, Event } from '@holdfast/contract'
import { type Queryable, sql } from '../postgres/database.ts'
import { type OutboxRow, outboxColumns, toEnvelope } from './outbox-row.ts'

/**
 * How far a consumer has read. Everything settled below `windowFrom` is handled. While `windowTo`
 * is set, the window [windowFrom, windowTo) is being read in order of seq, and is handled up to
 * `afterSeq`.
 *
 * Why windows: a sequence number is taken before commit, so a reader of `seq > cursor` loses what
 * commits late. Below the horizon every transaction has ended. Within a window seq gives the order
 * of each aggregate, because it is taken while the aggregate is locked. No aggregate's later event
 * can be in an earlier window: when it was written, the writer of the one before had ended, so its
 * `settled_xid` is no smaller. (By the writers' own ids it could be: a transaction that got its id
 * early may lock the aggregate late.)
 */
export interface Position {
  readonly windowFrom: number
  readonly windowTo: number | null
  readonly afterSeq: number
}

/**
 * Where a consumer begins that has read nothing. Not 0: after a restore, events from before it have
 * numbers below 0.
 */
export const lowestPosition = Number.MIN_SAFE_INTEGER

export function startOfWindow(windowFrom: number): Position {
  return { windowFrom, windowTo: null, afterSeq: 0 }
}

export interface StoredEvent {
  readonly seq: number
  readonly envelope: Envelope
  /** The same, where this process made it: nobody needs to check it. */
  readonly own?: Event
}

export interface EventPage {
  readonly rows: readonly StoredEvent[]
  /** The position once these rows are handled. */
  readonly next: Position
}

const readHorizonStatement = sql(
  'bus.read_horizon',
  `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon`,
)

// The first page of a window sorts the window's rows of the wanted types.
const readFirstPage = sql(
  'bus.read_first_page',
  `with horizon as (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin),
   inside as materialized (
     select o.seq, o.id from platform.outbox o
     where o.settled_xid >= $1 and o.settled_xid < (select xmin from horizon) and ($2::text[] is null or o.type = any($2))
   ),
   page as (select seq, id from inside order by seq limit $3)
   select horizon.xmin as horizon, page.seq, page.id from horizon left join page on true order by page.seq`,
)

// Later pages walk the primary key from where the last page ended.
const readLaterPage = sql(
  'bus.read_later_page',
  `select o.seq, o.id from platform.outbox o
   where o.seq > $1 and o.settled_xid >= $2 and o.settled_xid < $3 and ($4::text[] is null or o.type = any($4))
   order by o.seq limit $5`,
)

const readEvents = sql(
  'bus.read_events',
  `select ${outboxColumns} from platform.outbox o where o.seq = any($1::bigint[]) order by o.seq`,
)

type Place = Pick<OutboxRow, 'seq' | 'id'>
type FirstPageRow = Place & { readonly horizon: number } & { readonly seq: number | null }

export async function readHorizon(db: Queryable): Promise<number> {
  const [row] = await db.query<{ horizon: number }>(readHorizonStatement)
  if (!row) throw new Error('the database told no horizon')
  return row.horizon
}

export const toStored = (row: OutboxRow): StoredEvent => ({ seq: row.seq, envelope: toEnvelope(row) })

export interface PageQuery {
  readonly position: Position
  /** Null: of every type, also those that this version does not know. */
  readonly types: readonly string[] | null
  readonly limit: number
  /** The contents of an event that this process has at hand. The others are fetched. */
  readonly atHand?: (id: string) => Event | undefined
}

export async function readNextPage(db: Queryable, query: PageQuery): Promise<EventPage> {
  for (let tries = 1; tries < triesMax; tries += 1) {
    const page = await tryReadPage(db, query)
    if (page) return page
  }
  throw new Error('events are removed faster than a page of them can be read')
}

const triesMax = 10

/** Null when an event of the page was removed between its two reads: the page begins again. */
async function tryReadPage(
  db: Queryable,
  { position, types, limit, atHand }: PageQuery,
): Promise<EventPage | null> {
  const { windowFrom, windowTo, afterSeq } = position
  if (windowTo === null) {
    const found = await db.query<FirstPageRow>(readFirstPage, [windowFrom, types, limit])
    const horizon = Math.max(windowFrom, found[0]?.horizon ?? windowFrom)
    const places = found.filter((row) => row.seq !== null)
    const rows = await contentsOf(db, places, atHand)
    if (rows.length < places.length) return null
    return pageOf(rows, { windowFrom, windowTo: horizon, afterSeq }, limit)
  }
  const found = await db.query<Place>(readLaterPage, [afterSeq, windowFrom, windowTo, types, limit])
  const rows = await contentsOf(db, found, atHand)
  return rows.length < found.length ? null : pageOf(rows, { windowFrom, windowTo, afterSeq }, limit)
}

/** Without those that were removed meanwhile: old ones, which everybody who counts has read. */
export async function contentsOf(
  db: Queryable,
  places: readonly Place[],
  atHand: PageQuery['atHand'],
): Promise<StoredEvent[]> {
  const own = places.map(({ id }) => atHand?.(id))
  const missing = places.flatMap(({ seq }, index) => (own[index] ? [] : [seq]))
  const rows = missing.length === 0 ? [] : await db.query<OutboxRow>(readEvents, [missing])
  const fetched = new Map(rows.map((row) => [row.seq, row]))
  return places.flatMap(({ seq }, index) => {
    const event = own[index]
    if (event) return [{ seq, envelope: event, own: event }]
    const row = fetched.get(seq)
    return row ? [toStored(row)] : []
  })
}

function pageOf(rows: StoredEvent[], inside: Position & { windowTo: number }, limit: number): EventPage {
  const last = rows.at(-1)
  if (last && rows.length === limit) return { rows, next: { ...inside, afterSeq: last.seq } }
  return { rows, next: startOfWindow(inside.windowTo) }
}

const readCursor = sql(
  'bus.read_cursor',
  `select window_from as "windowFrom", window_to as "windowTo", after_seq as "afterSeq"
   from platform.cursors where consumer = $1`,
)
const readHeardStatement = sql('bus.read_heard', `select heard from platform.cursors where consumer = $1`)
const saveHeardStatement = sql(
  'bus.save_heard',
  `insert into platform.cursors (consumer, heard)
   select $1::text, $2::json from pg_advisory_xact_lock(hashtext('holdfast.bus'), hashtext('heard'))
   on conflict (consumer) do update set heard = excluded.heard, window_to = null, after_seq = 0`,
)
const saveCursorStatement = sql(
  'bus.save_cursor',
  `insert into platform.cursors (consumer, window_from, window_to, after_seq) values ($1, $2, $3, $4)
   on conflict (consumer) do update
   set window_from = excluded.window_from, window_to = excluded.window_to, after_seq = excluded.after_seq,
       updated_at = now()
   where (platform.cursors.window_from, platform.cursors.after_seq) <= (excluded.window_from, excluded.after_seq)`,
)
const beganStatement = sql(
  'bus.read_began',
  `select began_at as "beganAt" from platform.cursors where consumer = $1`,
)
const returnStatement = sql(
  'bus.note_return',
  `with before as (select consumer, passed_over_at from platform.cursors where consumer = $1 for update)
   update platform.cursors c set passed_over_at = null from before
   where c.consumer = before.consumer and before.passed_over_at is not null
   returning before.passed_over_at as "passedOverAt"`,
)
const tryLock = sql(
  'bus.try_lock',
  `select pg_try_advisory_lock(hashtext('holdfast.bus'), hashtext($1)) as locked`,
)

export async function readPosition(db: Queryable, consumer: string): Promise<Position> {
  const [position] = await db.query<Position>(readCursor, [consumer])
  return position ?? startOfWindow(lowestPosition)
}

/**
 * When a consumer began to read; null before that. Events from before it fill its copies, and make
 * it do nothing.
 */
export async function readBeganAt(db: Queryable, consumer: string): Promise<string | null> {
  const [row] = await db.query<{ beganAt: string }>(beganStatement, [consumer])
  return row?.beganAt ?? null
}

/**
 * A consumer reads again. Tells since when events were removed that it had not read; null when none
 * were.
 */
export async function noteReturn(db: Queryable, consumer: string): Promise<string | null> {
  const [row] = await db.query<{ passedOverAt: string }>(returnStatement, [consumer])
  return row?.passedOverAt ?? null
}

/**
 * What a position stands for, by type of event: null where everything below the position is
 * handled, else the window from which nothing was, because whoever read meanwhile was of a version
 * that does not hear this type.
 */
export type Heard = Readonly<Record<string, number | null>>

export async function readHeard(db: Queryable, consumer: string): Promise<Heard | null> {
  const [row] = await db.query<{ heard: Heard | null }>(readHeardStatement, [consumer])
  return row?.heard ?? null
}

/**
 * The window that is open begins again: what was read of it was read without the types that are
 * new. Waits until no events are being removed: what is there afterwards, this consumer reads.
 */
export async function saveHeard(db: Queryable, consumer: string, heard: Heard): Promise<void> {
  await db.query(saveHeardStatement, [consumer, JSON.stringify(heard)])
}

/** Moves a position forward; a woken process that lost its lock cannot move it back. */
export async function savePosition(db: Queryable, consumer: string, position: Position): Promise<void> {
  await db.query(saveCursorStatement, [consumer, position.windowFrom, position.windowTo, position.afterSeq])
}

/**
 * Takes the session lock of a consumer. It ends with the connection, so a killed process gives it
 * back.
 */
export async function tryLockConsumer(db: Queryable, consumer: string): Promise<boolean> {
  const [row] = await db.query<{ locked: boolean }>(tryLock, [consumer])
  return row?.locked === true
}
