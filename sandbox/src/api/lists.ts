// Cursor pages and searches over stored objects, each answered from an index: newest first, at most
// one hundred.
import { invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import type { FormValue } from '../core/form.ts'
import { filled, integer, positive, type Reader, readAll, type Spec } from '../core/params.ts'
import type { Kind, Kinds } from '../objects/kinds.ts'
import type { Filter, ObjectRow } from '../store/store.ts'
import type { Unit } from '../store/unit.ts'
import { type ApiCall, type Route, route } from './call.ts'

export interface Range {
  from: number
  to: number
}
export const FOREVER = Number.MAX_SAFE_INTEGER

const bounds = { gt: integer, gte: integer, lt: integer, lte: integer } satisfies Spec

/** `created=…` or `created[gte]=…`. */
export const createdRange: Reader<Range> = (value: FormValue, name) => {
  if (typeof value === 'string') {
    const exact = integer(value, name)
    return { from: exact, to: exact }
  }
  const read = readAll(bounds, value, name)
  return {
    from: Math.max(read.gte ?? 0, read.gt === undefined ? 0 : read.gt + 1),
    to: Math.min(read.lte ?? FOREVER, read.lt === undefined ? FOREVER : read.lt - 1),
  }
}

export const limitParam: Reader<number> = (value, name) => {
  const read = positive(value, name)
  if (read > 100) throw invalidRequest('Limit must be between 1 and 100', { param: name })
  return read
}

export const pageSpec = { limit: limitParam, starting_after: filled, ending_before: filled } satisfies Spec

export interface PageParams {
  limit?: number | undefined
  starting_after?: string | undefined
  ending_before?: string | undefined
  created?: Range | undefined
  /** Values that no index holds, found by looking at the objects. */
  fields?: [name: string, value: string][]
  between?: Range & { field: string }
}

export interface Page<T> {
  object: 'list'
  data: T[]
  has_more: boolean
  url: string
}

/** The stored body as of now: what time alone changes is not written. */
function asOf(kind: Kind, body: Kinds[Kind], now: number): Kinds[Kind] {
  if (kind !== 'balance_transaction' || body.object !== 'balance_transaction') return body
  return body.status === 'pending' && body.available_on <= now ? { ...body, status: 'available' } : body
}

export function bodyOf<K extends Kind>(kind: K, row: ObjectRow, now: number): Kinds[K] {
  return asOf(kind, JSON.parse(row.body) as Kinds[Kind], now) as Kinds[K]
}

export function listObjects<K extends Kind>(
  unit: Unit,
  kind: K,
  filters: Filter[],
  params: PageParams,
  url: string,
): Page<Kinds[K]> {
  const limit = params.limit ?? 10
  if (params.starting_after !== undefined && params.ending_before !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: starting_after, ending_before.', {
      code: 'parameters_exclusive',
    })
  }
  const cursorId = params.starting_after ?? params.ending_before
  const cursorRow = cursorId === undefined ? undefined : unit.store.object(kind, cursorId)
  if (cursorId !== undefined && (cursorRow === undefined || cursorRow.account !== unit.account)) {
    throw noSuch(kind, cursorId, params.starting_after === undefined ? 'ending_before' : 'starting_after')
  }
  const backwards = params.ending_before !== undefined
  const rows = unit.store.page({
    account: unit.account,
    kind,
    filters,
    createdFrom: params.created?.from ?? 0,
    createdTo: params.created?.to ?? FOREVER,
    ...(cursorRow === undefined
      ? {}
      : { cursor: { seq: cursorRow.seq, created: cursorRow.created, backwards } }),
    ...(params.fields === undefined ? {} : { fields: params.fields }),
    ...(params.between === undefined ? {} : { between: params.between }),
    limit: limit + 1,
  })
  const shown = rows.slice(0, limit)
  if (backwards) shown.reverse()
  return {
    object: 'list',
    data: shown.map((row) => bodyOf(kind, row, unit.now)),
    has_more: rows.length > limit,
    url,
  }
}

/** The usual list: filters by the named references, by creation time, in pages. */
export function listRoute(
  op: string,
  kind: Kind,
  names: string[],
  fixed?: (call: ApiCall) => [string, string][],
  wanted: string[] = [],
): Route {
  const spec: Spec = { ...pageSpec, created: createdRange }
  for (const name of names) spec[name] = filled
  return route(op, spec, (call, params) => {
    for (const name of wanted) if (params[name] === undefined) throw missingParam(name)
    const filters = names.flatMap((name): [string, string][] =>
      typeof params[name] === 'string' ? [[name, params[name]]] : [],
    )
    return listObjects(
      call.unit,
      kind,
      [...(fixed?.(call) ?? []), ...filters],
      params as PageParams,
      call.path,
    )
  })
}

/** The object that the path names. */
export function loadObject<K extends Kind>(call: Pick<ApiCall, 'unit' | 'id'>, kind: K): Kinds[K] {
  const body = call.unit.find(kind, call.id)
  if (body === undefined) throw noSuch(kind, call.id)
  return body
}

export function retrieveRoute(op: string, kind: Kind): Route {
  return route(op, {}, (call) => asOf(kind, loadObject(call, kind), call.unit.now))
}
