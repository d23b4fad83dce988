// One unit of work: reads through to the store, buffers its writes and events, writes them in one
// go at the end. A handler that throws leaves nothing behind because its unit is dropped; bodies
// are never changed in place.
import { newId } from '../core/ids.ts'
import { type Hidden, type Kind, type Kinds, refsOf } from '../objects/kinds.ts'
import type { ObjectRow, Store } from './store.ts'

export interface RequestMark {
  id: string | null
  idempotencyKey: string | null
}
export interface WrittenEvent {
  seq: number
  id: string
  type: string
  account: string
  object: string
}
/** When and how often an event goes to one endpoint, and what is done to it on the way. */
export interface DeliveryPlan {
  copies: number
  atMs: number
  fault: string | null
}

interface Entry {
  kind: Kind
  row: ObjectRow | undefined
  seq: number
  body: Kinds[Kind]
  before: Kinds[Kind] | undefined
  hidden: unknown
  due: number | null | undefined
  dirty: boolean
  deleted: boolean
  /** What stays of a deleted object under its id, and as which kind. */
  rest?: { kind: Kind; body: Kinds[Kind] } | undefined
}
interface PendingEvent {
  event: WrittenEvent
  previous: string | null
}

export interface UnitDeps {
  store: Store
  now: number
  account: string
  request: RequestMark
  /** Which endpoints want this event; each gets a delivery in the same transaction. */
  subscribers(account: string, type: string): string[]
  planDelivery(event: WrittenEvent): DeliveryPlan
  nextDeliveryId(): number
}

export type Unit = ReturnType<typeof makeUnit>

export function makeUnit(deps: UnitDeps) {
  const { store } = deps
  const entries = new Map<string, Entry>()
  const events: PendingEvent[] = []
  const texts = new Map<object, string>()
  const writers: (() => void)[] = []
  const shown = new Map<string, object>()

  /**
   * The JSON of a body; one object is turned into text once per unit however often it is stored,
   * sent or replied.
   */
  function textOf(body: object): string {
    let text = texts.get(body)
    if (text === undefined) {
      text = JSON.stringify(body)
      texts.set(body, text)
    }
    return text
  }

  function load<K extends Kind>(kind: K, id: string): Entry | undefined {
    const known = entries.get(id)
    if (known !== undefined) return known.kind === kind && !known.deleted ? known : undefined
    const row = store.object(kind, id)
    if (row === undefined || row.account !== deps.account) return undefined
    const body = JSON.parse(row.body) as Kinds[Kind]
    texts.set(body, row.body)
    const hidden: unknown = row.hidden === null ? undefined : JSON.parse(row.hidden)
    const entry: Entry = {
      kind,
      row,
      seq: row.seq,
      body,
      before: body,
      hidden,
      due: undefined,
      dirty: false,
      deleted: false,
    }
    entries.set(id, entry)
    return entry
  }

  function put<K extends Kind>(
    kind: K,
    body: Kinds[K],
    detail: { hidden?: Hidden<K>; due?: number | null } = {},
  ): void {
    const id = body.id ?? ''
    const known = load(kind, id)
    if (known !== undefined) {
      known.body = body
      if (detail.hidden !== undefined) known.hidden = detail.hidden
      if (detail.due !== undefined) known.due = detail.due
      known.dirty = true
      return
    }
    entries.set(id, {
      kind,
      row: undefined,
      seq: store.nextSeq(),
      body,
      before: undefined,
      hidden: detail.hidden,
      due: detail.due,
      dirty: true,
      deleted: false,
    })
  }

  function writeRefs(entry: Entry, row: Pick<ObjectRow, 'account' | 'created' | 'seq'>): void {
    const after = entry.deleted ? [] : refsOf(entry.kind, entry.body)
    const before = entry.before === undefined ? [] : refsOf(entry.kind, entry.before)
    for (const [name, value] of before) {
      if (!after.some((ref) => ref[0] === name && ref[1] === value))
        store.dropRef(entry.kind, name, value, row)
    }
    for (const [name, value] of after) {
      if (!before.some((ref) => ref[0] === name && ref[1] === value))
        store.addRef(entry.kind, name, value, row)
    }
  }

  function writeEntry(id: string, entry: Entry): void {
    if (entry.deleted) {
      if (entry.row !== undefined) {
        writeRefs(entry, entry.row)
        if (entry.rest === undefined) store.deleteObject(id)
        else store.replaceObject(id, entry.rest.kind, JSON.stringify(entry.rest.body))
      }
      return
    }
    const body = textOf(entry.body)
    const hidden = entry.hidden === undefined ? null : JSON.stringify(entry.hidden)
    const created =
      'created' in entry.body && typeof entry.body.created === 'number' ? entry.body.created : deps.now
    const row = entry.row ?? { seq: entry.seq, id, account: deps.account, created, body, hidden }
    if (entry.row === undefined) {
      store.insertObject({ ...row, kind: entry.kind, due: entry.due ?? null })
    } else {
      store.updateObject(id, body, hidden, entry.due)
    }
    writeRefs(entry, row)
  }

  function writeEvent({ event, previous }: PendingEvent): void {
    store.insertEvent({
      seq: event.seq,
      id: event.id,
      account: event.account,
      type: event.type,
      created: deps.now,
      request: deps.request.id,
      idempotency_key: deps.request.idempotencyKey,
      object: event.object,
      previous,
    })
    for (const endpoint of deps.subscribers(event.account, event.type)) {
      const plan = deps.planDelivery(event)
      for (let copy = 0; copy < plan.copies; copy++) {
        store.insertDelivery({
          id: deps.nextDeliveryId(),
          eventSeq: event.seq,
          endpoint,
          nextAtMs: plan.atMs,
          fault: plan.fault,
        })
      }
    }
  }

  return {
    now: deps.now,
    account: deps.account,
    store,
    textOf,
    put,
    find: <K extends Kind>(kind: K, id: string): Kinds[K] | undefined =>
      load(kind, id)?.body as Kinds[K] | undefined,
    hidden: <K extends Kind>(kind: K, id: string): Hidden<K> | undefined =>
      load(kind, id)?.hidden as Hidden<K> | undefined,
    /** What this unit has written and no list shows yet. */
    written: <K extends Kind>(kind: K): Kinds[K][] =>
      [...entries.values()].flatMap((entry) =>
        entry.kind === kind && entry.dirty ? [entry.body as Kinds[K]] : [],
      ),
    /** Deletes an object; `rest` is what can still be read under its id. */
    remove(kind: Kind, id: string, rest?: { kind: Kind; body: Kinds[Kind] }): void {
      const entry = load(kind, id)
      if (entry !== undefined) Object.assign(entry, { deleted: true, rest })
    },
    /** Records an event with the object as it is at this moment. */
    emit(type: string, object: object, previous?: Record<string, unknown>): void {
      const event = {
        seq: store.nextSeq(),
        id: newId('evt'),
        type,
        account: deps.account,
        object: textOf(object),
      }
      events.push({ event, previous: previous === undefined ? null : JSON.stringify(previous) })
    },
    /** An event of a connected account, whichever account the call was made for. */
    emitFor(account: string, type: string, object: object, previous?: Record<string, unknown>): void {
      const event = { seq: store.nextSeq(), id: newId('evt'), type, account, object: textOf(object) }
      events.push({ event, previous: previous === undefined ? null : JSON.stringify(previous) })
    },
    /**
     * Of an object that the answer must not show as it is stored: `body` stands in for it there.
     */
    showAs: (body: { id: string }) => void shown.set(body.id, body),
    shown: (id: string): object | undefined => shown.get(id),
    deps,
    /**
     * The event that carries exactly this text, so that an idempotency record can point at it
     * instead of copying.
     */
    eventWith: (text: string): number | null =>
      events.findLast((pending) => pending.event.object === text)?.event.seq ?? null,
    /** Work on tables of another module, done only when this unit is written. */
    onWrite: (writer: () => void) => void writers.push(writer),
    write(): number {
      for (const [id, entry] of entries) if (entry.dirty || entry.deleted) writeEntry(id, entry)
      for (const writer of writers) writer()
      for (const pending of events) writeEvent(pending)
      return events.length
    },
  }
}

/** A unit on another account's books: written when `unit` is, in the same transaction. */
export function booksOf(unit: Unit, account: string): Unit {
  const other = makeUnit({ ...unit.deps, account })
  unit.onWrite(() => void other.write())
  return other
}
