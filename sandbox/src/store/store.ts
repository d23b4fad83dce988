// Prepared statements over the tables of database.ts; every method is synchronous and runs in the
// open transaction. It reads and writes rows as they are and decides nothing.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

export interface ObjectRow {
  seq: number
  id: string
  account: string
  created: number
  body: string
  hidden: string | null
}
export interface EventRow {
  seq: number
  id: string
  account: string
  type: string
  created: number
  request: string | null
  idempotency_key: string | null
  object: string
  previous: string | null
}
export interface IdempotencyRow {
  created: number
  path: string
  digest: string
  request: string
  status: number
  body: string | null
  event_seq: number | null
}
/**
 * A value by which objects are found; the processor's searches do not tell capitals from small
 * letters.
 */
export type Filter = [name: string, value: string, capitals?: 'any']

export interface PageQuery {
  account: string
  kind: string
  filters: Filter[]
  /** Fields of the body that no index holds; their names are the code's own, never a caller's. */
  fields?: [name: string, value: string][]
  between?: { field: string; from: number; to: number }
  createdFrom: number
  createdTo: number
  cursor?: { seq: number; created: number; backwards: boolean }
  limit: number
}

function rowsOf<T>(rows: unknown): T {
  return rows as T
}

export type Store = ReturnType<typeof makeStore>

export function makeStore(db: DatabaseSync) {
  const get = db.prepare(
    'select seq, id, account, created, body, hidden from objects where id = ? and kind = ?',
  )
  const insert = db.prepare(
    'insert into objects (seq, id, kind, account, created, due, body, hidden) values (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const update = db.prepare('update objects set body = ?, hidden = ? where id = ?')
  const updateDue = db.prepare('update objects set body = ?, hidden = ?, due = ? where id = ?')
  const remove = db.prepare('delete from objects where id = ?')
  const replace = db.prepare('update objects set kind = ?, body = ?, hidden = null, due = null where id = ?')
  const addRef = db.prepare(
    'insert or ignore into refs (kind, name, value, account, created, seq) values (?, ?, ?, ?, ?, ?)',
  )
  const dropRef = db.prepare(
    'delete from refs where kind = ? and name = ? and value = ? and account = ? and created = ? and seq = ?',
  )
  const due = db.prepare(
    'select seq, id, kind, account from objects where due is not null and due <= ? order by due limit ?',
  )
  const timedWork = db.prepare(
    "select 1 from objects where due is not null union all select 1 from deliveries where state = 'waiting' limit 1",
  )
  const insertEvent = db.prepare(
    'insert into events (seq, id, account, type, created, request, idempotency_key, object, previous) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const insertDelivery = db.prepare(
    "insert into deliveries (id, event_seq, endpoint, state, next_at, fault) values (?, ?, ?, 'waiting', ?, ?)",
  )
  const getEvent = db.prepare('select * from events where id = ?')
  const getEventBySeq = db.prepare('select * from events where seq = ?')
  const getKey = db.prepare(
    'select created, path, digest, request, status, body, event_seq from idempotency where account = ? and key = ?',
  )
  const putKey = db.prepare(
    'insert or replace into idempotency (account, key, created, path, digest, request, status, body, event_seq) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const dropKeys = db.prepare(
    'delete from idempotency where (account, key) in (select account, key from idempotency where created < ? limit 500)',
  )
  const firstKey = db.prepare('select 1 from idempotency where created < ? limit 1')
  // Numbers grow with time, so the oldest events are the first rows.
  const oldestEvents =
    'select seq from (select seq, created from events order by seq limit 500) where created < ?'
  const dropDeliveries = db.prepare(`delete from deliveries where event_seq in (${oldestEvents})`)
  const dropEvents = db.prepare(`delete from events where seq in (${oldestEvents})`)
  const firstEvent = db.prepare('select created from events order by seq limit 1')
  const getMeta = db.prepare('select value from meta where name = ?')
  const putMeta = db.prepare(
    'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  )
  const pages = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  let lastSeq = Math.max(
    ...['objects', 'events'].map(
      (table) =>
        rowsOf<{ top: number | null }>(db.prepare(`select max(seq) as top from ${table}`).get()).top ?? 0,
    ),
  )

  function prepared(sql: string) {
    const known = pages.get(sql) ?? db.prepare(sql)
    pages.set(sql, known)
    return known
  }

  /** One page of objects, newest first (oldest first when walking backwards). */
  function page(query: PageQuery): ObjectRow[] {
    const [first, ...rest] = query.filters
    const values: SQLInputValue[] = []
    const where: string[] = []
    let from = 'objects o'
    let by = 'o'
    if (first === undefined) {
      where.push('o.kind = ?')
      values.push(query.kind)
    } else {
      from = 'refs r join objects o on o.seq = r.seq'
      by = 'r'
      where.push(`r.kind = ? and r.name = ? and r.value = ?${first[2] === 'any' ? ' collate nocase' : ''}`)
      values.push(query.kind, first[0], first[1])
    }
    where.push(`${by}.account = ? and ${by}.created >= ? and ${by}.created <= ?`)
    values.push(query.account, query.createdFrom, query.createdTo)
    for (const [name, value, capitals] of rest) {
      const alike = capitals === 'any' ? ' collate nocase' : ''
      where.push(
        `exists (select 1 from refs x where x.kind = ? and x.name = ? and x.value = ?${alike} and x.account = o.account and x.created = o.created and x.seq = o.seq)`,
      )
      values.push(query.kind, name, value)
    }
    for (const [name, value] of query.fields ?? []) {
      where.push(`o.body ->> '$.${name}' = ?`)
      values.push(value)
    }
    if (query.between !== undefined) {
      where.push(`o.body ->> '$.${query.between.field}' between ? and ?`)
      values.push(query.between.from, query.between.to)
    }
    const backwards = query.cursor?.backwards === true
    if (query.cursor !== undefined) {
      where.push(`(${by}.created, ${by}.seq) ${backwards ? '>' : '<'} (?, ?)`)
      values.push(query.cursor.created, query.cursor.seq)
    }
    const order = backwards ? 'asc' : 'desc'
    const sql = `select o.seq, o.id, o.account, o.created, o.body, o.hidden from ${from} where ${where.join(' and ')} order by ${by}.created ${order}, ${by}.seq ${order} limit ?`
    return rowsOf<ObjectRow[]>(prepared(sql).all(...values, query.limit))
  }

  return {
    nextSeq: () => ++lastSeq,
    lastSeq: () => lastSeq,
    object: (kind: string, id: string) => rowsOf<ObjectRow | undefined>(get.get(id, kind)),
    insertObject(row: ObjectRow & { kind: string; due: number | null }) {
      insert.run(row.seq, row.id, row.kind, row.account, row.created, row.due, row.body, row.hidden)
    },
    /** An undefined `dueAt` keeps the time at which the object next moves by itself. */
    updateObject(id: string, body: string, hidden: string | null, dueAt: number | null | undefined) {
      if (dueAt === undefined) update.run(body, hidden, id)
      else updateDue.run(body, hidden, dueAt, id)
    },
    deleteObject: (id: string) => void remove.run(id),
    /** Leaves a remainder of another kind where an object was. */
    replaceObject: (id: string, kind: string, body: string) => void replace.run(kind, body, id),
    addRef(kind: string, name: string, value: string, row: Pick<ObjectRow, 'account' | 'created' | 'seq'>) {
      addRef.run(kind, name, value, row.account, row.created, row.seq)
    },
    dropRef(kind: string, name: string, value: string, row: Pick<ObjectRow, 'account' | 'created' | 'seq'>) {
      dropRef.run(kind, name, value, row.account, row.created, row.seq)
    },
    page,
    dueBefore: (now: number, limit: number) =>
      rowsOf<{ seq: number; id: string; kind: string; account: string }[]>(due.all(now, limit)),
    /** True if an object moves by itself later, or a delivery waits. */
    hasTimedWork: () => timedWork.get() !== undefined,
    insertEvent(row: EventRow) {
      insertEvent.run(
        row.seq,
        row.id,
        row.account,
        row.type,
        row.created,
        row.request,
        row.idempotency_key,
        row.object,
        row.previous,
      )
    },
    insertDelivery(row: {
      id: number
      eventSeq: number
      endpoint: string
      nextAtMs: number
      fault: string | null
    }) {
      insertDelivery.run(row.id, row.eventSeq, row.endpoint, row.nextAtMs, row.fault)
    },
    lastDeliveryId: () =>
      rowsOf<{ top: number | null }>(db.prepare('select max(id) as top from deliveries').get()).top ?? 0,
    event: (id: string) => rowsOf<EventRow | undefined>(getEvent.get(id)),
    eventBySeq: (seq: number) => rowsOf<EventRow | undefined>(getEventBySeq.get(seq)),
    events: (sql: string, values: SQLInputValue[]) => rowsOf<EventRow[]>(prepared(sql).all(...values)),
    query: <T>(sql: string, ...values: SQLInputValue[]) => rowsOf<T[]>(prepared(sql).all(...values)),
    /** Gives the number of rows that it changed. */
    execute: (sql: string, ...values: SQLInputValue[]): number =>
      Number(prepared(sql).run(...values).changes),
    idempotency: (account: string, key: string) =>
      rowsOf<IdempotencyRow | undefined>(getKey.get(account, key)),
    putIdempotency(account: string, key: string, row: IdempotencyRow) {
      putKey.run(
        account,
        key,
        row.created,
        row.path,
        row.digest,
        row.request,
        row.status,
        row.body,
        row.event_seq,
      )
    },
    hasKeyBefore: (created: number) => firstKey.get(created) !== undefined,
    forgetKeysBefore: (created: number) => Number(dropKeys.run(created).changes),
    hasEventBefore(created: number): boolean {
      const first = rowsOf<{ created: number } | undefined>(firstEvent.get())
      return first !== undefined && first.created < created
    },
    /** Forgets some of the oldest events together with their deliveries. */
    forgetEventsBefore(created: number): void {
      dropDeliveries.run(created)
      dropEvents.run(created)
    },
    meta: (name: string) => rowsOf<{ value: string } | undefined>(getMeta.get(name))?.value,
    putMeta: (name: string, value: string) => void putMeta.run(name, value),
  }
}
