// SQL of the Postgres bus: reading the outbox in windows below the snapshot horizon, and positions.
import assert from 'node:assert/strict'
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

export async function readNextPage(
  db: Queryable,
  { position, types, limit, atHand }: PageQuery,
): Promise<EventPage> {
  const { windowFrom, windowTo, afterSeq } = position
  if (windowTo === null) {
    const found = await db.query<FirstPageRow>(readFirstPage, [windowFrom, types, limit])
    const horizon = Math.max(windowFrom, found[0]?.horizon ?? windowFrom)
    const rows = await contentsOf(
      db,
      found.filter((row) => row.seq !== null),
      atHand,
    )
    return pageOf(rows, { windowFrom, windowTo: horizon, afterSeq }, limit)
  }
  const found = await db.query<Place>(readLaterPage, [afterSeq, windowFrom, windowTo, types, limit])
  return pageOf(await contentsOf(db, found, atHand), { windowFrom, windowTo, afterSeq }, limit)
}

export async function contentsOf(
  db: Queryable,
  places: readonly Place[],
  atHand: PageQuery['atHand'],
): Promise<StoredEvent[]> {
  const own = places.map(({ id }) => atHand?.(id))
  const missing = places.flatMap(({ seq }, index) => (own[index] ? [] : [seq]))
  const rows = missing.length === 0 ? [] : await db.query<OutboxRow>(readEvents, [missing])
  const fetched = new Map(rows.map((row) => [row.seq, row]))
  return places.map(({ seq }, index) => {
    const event = own[index]
    if (event) return { seq, envelope: event, own: event }
    const row = fetched.get(seq)
    // Events are kept for ever: one that is gone would be passed over in silence.
    assert(row, `event ${seq} is in its window and not in the outbox`)
    return toStored(row)
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
  `insert into platform.cursors (consumer, heard) values ($1, $2)
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
const tryLock = sql(
  'bus.try_lock',
  `select pg_try_advisory_lock(hashtext('holdfast.bus'), hashtext($1)) as locked`,
)

export async function readPosition(db: Queryable, consumer: string): Promise<Position> {
  const [position] = await db.query<Position>(readCursor, [consumer])
  return position ?? startOfWindow(lowestPosition)
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
 * new.
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
