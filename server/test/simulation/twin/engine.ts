// The database twin's engine: rows in memory with the rules of Postgres at "read committed".
// Versions and snapshots, row locks that are waited for, transaction ids and their horizon,
// constraints with their SQLSTATE codes. Knows no statement.
import { type Row, type TableDefinition, tables, type Value } from './schema.ts'

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Thrown by a statement that meets a lock: it is undone, and run again when one of the holders has
 * ended.
 */
export class MustWait extends Error {
  override readonly name = 'MustWait'
  readonly holders: ReadonlySet<Transaction>

  constructor(holders: ReadonlySet<Transaction>) {
    super('a lock is held by another transaction')
    this.holders = holders
  }
}

export type LockMode = 'key share' | 'share' | 'no key update' | 'update'

const conflicts: Record<LockMode, readonly LockMode[]> = {
  'key share': ['update'],
  share: ['no key update', 'update'],
  'no key update': ['share', 'no key update', 'update'],
  update: ['key share', 'share', 'no key update', 'update'],
}
const strength: Record<LockMode, number> = { 'key share': 0, share: 1, 'no key update': 2, update: 3 }

interface Version {
  readonly commit: number
  readonly row: Row | null
}

interface Slot {
  readonly table: TableDefinition
  readonly key: string
  /**
   * Committed versions, oldest first; only the newest unless somebody may still read an older one.
   */
  versions: Version[]
  pending: { readonly tx: Transaction; readonly row: Row | null } | null
  readonly locks: Map<Transaction, LockMode>
}

export interface Transaction {
  readonly number: number
  /** When it began, by the database's clock: what `now()` says in it. */
  readonly nowMs: number
  xid: number | null
  readonly written: Map<Slot, undefined>
  readonly locked: Set<Slot>
  ended: boolean
  /** Whom it waits for. */
  waitsFor: ReadonlySet<Transaction> | null
}

/** One row as a commit changed it. */
export interface Change {
  readonly table: string
  readonly key: string
  readonly before: Row | null
  readonly after: Row | null
}

export type ConflictRule = 'refuse' | 'skip' | ((existing: Row) => Partial<Row> | null)

export interface Engine {
  readonly lastCommit: number
  /** Of all transaction ids that ended, the newest. */
  readonly newestEnded: number
  /** The oldest transaction id still running, or the next one to come. */
  readonly horizon: number
  begin(nowMs: number): Transaction
  /** Ends it; gives what changed. */
  end(tx: Transaction, outcome: 'commit' | 'rollback'): Change[]
  statement<T>(tx: Transaction, snapshot: number, work: (view: View) => T): T
  /** Committed rows, for whoever looks from outside. */
  rows(table: string): Row[]
  row(table: string, key: string): Row | null
  /** Puts rows back to what they were: a crash that lost the newest lazy commits. */
  restore(changes: readonly Change[]): void
  readonly committedListeners: ((changes: readonly Change[], tx: Transaction) => void)[]
  waiters: number
}

/** What one statement sees and may do. */
export interface View {
  readonly nowMs: number
  /** The transaction's id; asking gives it one. */
  xid(): number
  readonly horizon: number
  readonly newestEnded: number
  get(table: string, key: string): Row | null
  all(table: string): Row[]
  /** Of the table's bounded column, no row that was ever written has more. */
  greatest(table: string): number
  /**
   * Locks rows in the order given and gives the newest version of each that is still there and
   * still `fits`.
   */
  lock(table: string, keys: readonly string[], mode: LockMode, fits?: (row: Row) => boolean): Row[]
  /** A lock on a fact that has no row, until the end of the transaction. */
  lockFact(fact: string): void
  /** Locks what nobody else has locked, up to `limit` rows, and skips the others. */
  lockFree(table: string, keys: readonly string[], limit: number): Row[]
  /** Inserts; false when a conflict was skipped. */
  insert(table: string, values: Row, rule?: ConflictRule): boolean
  /** Changes the newest version of a row this statement can see. */
  update(table: string, key: string, changes: Partial<Row>, fits?: (row: Row) => boolean): boolean
  remove(table: string, key: string, fits?: (row: Row) => boolean): boolean
}

interface Store {
  readonly definition: TableDefinition
  readonly slots: Map<string, Slot>
  greatest: number
}

/** What advisory locks are taken on. */
const facts: TableDefinition = {
  name: 'facts',
  columns: [],
  key: ['fact'],
  uniques: {},
  checks: [],
  references: [],
}

export function keyOf(definition: TableDefinition, row: Row): string {
  if (definition.key.length === 1) return String(row[definition.key[0] as string])
  return definition.key.map((column) => String(row[column])).join('\n')
}

export function makeEngine(): Engine {
  const stores = new Map<string, Store>(
    [...tables, facts].map((definition) => [definition.name, { definition, slots: new Map(), greatest: 0 }]),
  )
  const sequences = new Map<string, number>()
  const active = new Set<number>()
  const listeners: Engine['committedListeners'] = []
  let lastCommit = 0
  let nextXid = 1_000
  let newestEnded = nextXid - 1
  let transactions = 0

  const storeOf = (table: string): Store => {
    const store = stores.get(table)
    if (!store) throw new Error(`the twin has no table ${table}`)
    return store
  }
  const horizon = (): number => {
    let least = newestEnded + 1
    for (const xid of active) if (xid < least) least = xid
    return least
  }
  const newest = (slot: Slot): Row | null => slot.versions.at(-1)?.row ?? null
  const latest = (slot: Slot, tx: Transaction): Row | null =>
    slot.pending?.tx === tx ? slot.pending.row : newest(slot)
  const visible = (slot: Slot, tx: Transaction, snapshot: number): Row | null => {
    if (slot.pending?.tx === tx) return slot.pending.row
    for (let index = slot.versions.length - 1; index >= 0; index -= 1) {
      const version = slot.versions[index]
      if (version && version.commit <= snapshot) return version.row
    }
    return null
  }
  const holdersAgainst = (slot: Slot, tx: Transaction, mode: LockMode): Set<Transaction> | null => {
    let holders: Set<Transaction> | null = null
    for (const [holder, held] of slot.locks) {
      if (holder === tx || !conflicts[mode].includes(held)) continue
      holders ??= new Set()
      holders.add(holder)
    }
    return holders
  }
  const xidOf = (tx: Transaction): number => {
    if (tx.xid === null) {
      tx.xid = nextXid
      nextXid += 1
      active.add(tx.xid)
    }
    return tx.xid
  }
  const lockSlot = (slot: Slot, tx: Transaction, mode: LockMode): void => {
    const holders = holdersAgainst(slot, tx, mode)
    if (holders) throw new MustWait(holders)
    xidOf(tx)
    const held = slot.locks.get(tx)
    if (!held || strength[held] < strength[mode]) slot.locks.set(tx, mode)
    tx.locked.add(slot)
  }

  const end = (tx: Transaction, outcome: 'commit' | 'rollback'): Change[] => {
    if (tx.ended) throw new Error('a transaction ended twice')
    tx.ended = true
    const changes: Change[] = []
    if (outcome === 'commit' && tx.written.size > 0) lastCommit += 1
    for (const slot of tx.written.keys()) {
      const { pending } = slot
      slot.pending = null
      if (pending?.tx !== tx) continue
      if (outcome === 'commit') {
        const before = newest(slot)
        if (pending.row !== before)
          changes.push({ table: slot.table.name, key: slot.key, before, after: pending.row })
        const version = { commit: lastCommit, row: pending.row }
        slot.versions = engine.waiters > 0 ? [...slot.versions, version] : [version]
      }
    }
    for (const slot of tx.locked) slot.locks.delete(tx)
    for (const slot of tx.written.keys()) {
      const unused = newest(slot) === null && slot.pending === null && slot.locks.size === 0
      if (unused && engine.waiters === 0) storeOf(slot.table.name).slots.delete(slot.key)
    }
    if (tx.xid !== null) {
      active.delete(tx.xid)
      newestEnded = Math.max(newestEnded, tx.xid)
    }
    if (changes.length > 0) for (const listener of listeners) listener(changes, tx)
    return changes
  }

  const undo: [Slot, Slot['pending']][] = []
  const write = (slot: Slot, row: Row | null) => {
    const { tx } = inside
    undo.push([slot, slot.pending])
    slot.pending = { tx, row }
    tx.written.set(slot, undefined)
  }
  const begin = (nowMs: number): Transaction => {
    transactions += 1
    return {
      number: transactions,
      nowMs,
      xid: null,
      written: new Map(),
      locked: new Set(),
      ended: false,
      waitsFor: null,
    }
  }
  // Statements run one at a time and never inside each other: one view serves them all.
  const inside: Inside = {
    tx: begin(0),
    snapshot: 0,
    horizon,
    newestEnded: () => newestEnded,
    write,
    storeOf,
    sequences,
    visible,
    latest,
    lockSlot,
    holdersAgainst,
    xidOf,
  }
  const view = makeView(inside)

  const engine: Engine = {
    get lastCommit() {
      return lastCommit
    },
    get newestEnded() {
      return newestEnded
    },
    get horizon() {
      return horizon()
    },
    begin,
    end,
    statement(tx, snapshot, work) {
      Object.assign(inside, { tx, snapshot })
      undo.length = 0
      try {
        return work(view)
      } catch (error) {
        for (const [slot, before] of undo.toReversed()) slot.pending = before
        throw error
      }
    },
    rows: (table) => [...storeOf(table).slots.values()].flatMap((slot) => only(newest(slot))),
    row: (table, key) => {
      const slot = storeOf(table).slots.get(key)
      return slot ? newest(slot) : null
    },
    restore(changes) {
      for (const { table, key, before } of changes.toReversed()) {
        const { definition, slots } = storeOf(table)
        if (before === null) slots.delete(key)
        else
          slots.set(key, {
            table: definition,
            key,
            versions: [{ commit: lastCommit, row: before }],
            pending: null,
            locks: new Map(),
          })
      }
    },
    committedListeners: listeners,
    waiters: 0,
  }
  return engine
}

/** The statement that runs, and what it needs of the engine. */
interface Inside {
  tx: Transaction
  snapshot: number
  horizon(): number
  newestEnded(): number
  write(slot: Slot, row: Row | null): void
  storeOf(table: string): Store
  readonly sequences: Map<string, number>
  visible(slot: Slot, tx: Transaction, snapshot: number): Row | null
  latest(slot: Slot, tx: Transaction): Row | null
  lockSlot(slot: Slot, tx: Transaction, mode: LockMode): void
  holdersAgainst(slot: Slot, tx: Transaction, mode: LockMode): Set<Transaction> | null
  xidOf(tx: Transaction): number
}

function makeView(inside: Inside): View {
  const { write, storeOf, visible, latest, lockSlot } = inside

  const seen = (table: string, key: string): { slot: Slot; row: Row } | null => {
    const slot = storeOf(table).slots.get(key)
    const row = slot && visible(slot, inside.tx, inside.snapshot)
    return slot && row ? { slot, row } : null
  }
  /**
   * A row of this statement's snapshot, locked, in its newest version; null when it is gone or no
   * longer `fits`.
   */
  const hold = (table: string, key: string, mode: LockMode, fits?: (row: Row) => boolean) => {
    const found = seen(table, key)
    if (!found || (fits && !fits(found.row))) return null
    lockSlot(found.slot, inside.tx, mode)
    const row = latest(found.slot, inside.tx)
    return row && (!fits || fits(row)) ? { slot: found.slot, row } : null
  }

  const refer = (definition: TableDefinition, row: Row): void => {
    for (const { column, table } of definition.references) {
      const target = row[column]
      if (target === null) continue
      const slot = storeOf(table).slots.get(String(target))
      if (slot && latest(slot, inside.tx) === null && slot.pending === null)
        throw missing(definition.name, column)
      if (!slot) throw missing(definition.name, column)
      lockSlot(slot, inside.tx, 'key share')
      if (latest(slot, inside.tx) === null) throw missing(definition.name, column)
    }
  }
  const verify = (definition: TableDefinition, row: Row): void => {
    for (const { name, type, required } of definition.columns) {
      // A null of JSON is a value.
      if (required && type !== 'json' && row[name] === null)
        throw new DatabaseError('23502', `${definition.name}.${name} is null`)
    }
    for (const check of definition.checks) {
      if (!check(row))
        throw new DatabaseError(
          '23514',
          `a row of ${definition.name} breaks ${check.toString()}: ${JSON.stringify(row)}`,
        )
    }
  }
  /** Another row with the same value of a unique constraint; waits when it is not committed. */
  const rival = (definition: TableDefinition, own: string, row: Row): string | null => {
    for (const [name, of] of Object.entries(definition.uniques)) {
      const value = of(row)
      if (value === null) continue
      for (const slot of storeOf(definition.name).slots.values()) {
        if (slot.key === own) continue
        const other = latest(slot, inside.tx)
        if (other && of(other) === value) {
          if (slot.pending && slot.pending.tx !== inside.tx) throw new MustWait(new Set([slot.pending.tx]))
          return name
        }
        const { pending } = slot
        if (pending?.row && pending.tx !== inside.tx && of(pending.row) === value)
          throw new MustWait(new Set([pending.tx]))
      }
    }
    return null
  }

  const insert: View['insert'] = (table, values, rule = 'refuse') => {
    const store = storeOf(table)
    const { definition, slots } = store
    const row = complete(definition, values, inside)
    if (definition.bounded !== undefined)
      store.greatest = Math.max(store.greatest, row[definition.bounded] as number)
    const key = keyOf(definition, row)
    const slot = slots.get(key)
    if (slot) {
      if (slot.pending && slot.pending.tx !== inside.tx) throw new MustWait(new Set([slot.pending.tx]))
      const existing = latest(slot, inside.tx)
      if (existing) {
        if (rule === 'skip') return false
        if (rule === 'refuse') throw new DatabaseError('23505', `duplicate key ${key} in ${table}`)
        lockSlot(slot, inside.tx, 'no key update')
        const changes = rule(existing)
        if (changes === null) return false
        const changed = coerce(definition, { ...existing, ...changes })
        verify(definition, changed)
        write(slot, changed)
        return true
      }
    }
    const broken = rival(definition, key, row)
    if (broken !== null) {
      if (rule === 'skip') return false
      throw new DatabaseError('23505', `duplicate ${broken} in ${table}`)
    }
    verify(definition, row)
    refer(definition, row)
    const fresh = slot ?? { table: definition, key, versions: [], pending: null, locks: new Map() }
    if (!slot) slots.set(key, fresh)
    lockSlot(fresh, inside.tx, 'update')
    write(fresh, row)
    return true
  }

  return {
    get horizon() {
      return inside.horizon()
    },
    get newestEnded() {
      return inside.newestEnded()
    },
    get nowMs() {
      return inside.tx.nowMs
    },
    xid: () => inside.xidOf(inside.tx),
    get: (table, key) => seen(table, key)?.row ?? null,
    all(table) {
      const rows: Row[] = []
      for (const slot of storeOf(table).slots.values()) {
        const row = visible(slot, inside.tx, inside.snapshot)
        if (row) rows.push(row)
      }
      return rows
    },
    greatest: (table) => storeOf(table).greatest,
    lock: (table, keys, mode, fits) => keys.flatMap((key) => only(hold(table, key, mode, fits)?.row)),
    lockFact(fact) {
      const { definition, slots } = storeOf(facts.name)
      const slot = slots.get(fact) ?? {
        table: definition,
        key: fact,
        versions: [],
        pending: null,
        locks: new Map(),
      }
      slots.set(fact, slot)
      lockSlot(slot, inside.tx, 'update')
    },
    lockFree(table, keys, limit) {
      const rows: Row[] = []
      for (const key of keys) {
        if (rows.length === limit) break
        const found = seen(table, key)
        if (!found || inside.holdersAgainst(found.slot, inside.tx, 'update')) continue
        // What changed since the snapshot is no longer what was looked for, as far as this
        // statement can tell.
        if (latest(found.slot, inside.tx) !== found.row) continue
        lockSlot(found.slot, inside.tx, 'update')
        rows.push(found.row)
      }
      return rows
    },
    insert,
    update(table, key, changes, fits) {
      const held = hold(table, key, 'no key update', fits)
      if (!held) return false
      const { definition } = storeOf(table)
      const row = coerce(definition, { ...held.row, ...changes })
      const broken = Object.keys(definition.uniques).length > 0 ? rival(definition, key, row) : null
      if (broken !== null) throw new DatabaseError('23505', `duplicate ${broken} in ${table}`)
      verify(definition, row)
      write(held.slot, row)
      return true
    },
    remove(table, key, fits) {
      const held = hold(table, key, 'update', fits)
      if (!held) return false
      write(held.slot, null)
      return true
    },
  }
}

/** A row as a list of it, or of nothing. */
export function only(row: Row | null | undefined): Row[] {
  return row ? [row] : []
}

function missing(table: string, column: string): DatabaseError {
  return new DatabaseError('23503', `${table}.${column} refers to nothing`)
}

const instant = (value: Value): Value => {
  if (value === null || value === undefined) return null
  // It is written so already.
  if (typeof value === 'string' && value.length === 24 && value[10] === 'T' && value[23] === 'Z') return value
  return new Date(value as string | number).toISOString()
}

function coerce(definition: TableDefinition, row: Row): Row {
  for (const { name, type } of definition.columns) if (type === 'time') row[name] = instant(row[name])
  return row
}

function complete(definition: TableDefinition, values: Row, { tx, sequences }: Inside): Row {
  const row: Row = {}
  for (const { name, type, fallback } of definition.columns) {
    const given = values[name]
    if (given !== undefined) row[name] = given
    else if (name === definition.sequence) {
      const next = (sequences.get(definition.name) ?? 0) + 1
      sequences.set(definition.name, next)
      row[name] = next
    } else row[name] = fallback === 'now' && type === 'time' ? new Date(tx.nowMs).toISOString() : fallback
    if (type === 'time') row[name] = instant(row[name])
  }
  return row
}
