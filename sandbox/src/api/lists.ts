// Cursor pages and searches over stored objects, each answered from an index: newest first, at most one hundred.
import { invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import type { FormValue } from '../core/form.ts'
import { filled, integer, positive, type Reader, readAll, type Spec } from '../core/params.ts'
import type { Kind, Kinds } from '../objects/kinds.ts'
import type { ObjectRow } from '../store/store.ts'
import type { Unit } from '../store/unit.ts'
import { type ApiCall, type Route, route } from './call.ts'

export interface Range {
  from: number
  to: number
}
const FOREVER = Number.MAX_SAFE_INTEGER

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
  filters: [string, string][],
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
    ...(cursorRow === undefined ? {} : { cursor: { seq: cursorRow.seq, created: cursorRow.created, backwards } }),
    limit: limit + 1,
  })
  const shown = rows.slice(0, limit)
  if (backwards) shown.reverse()
  return { object: 'list', data: shown.map((row) => bodyOf(kind, row, unit.now)), has_more: rows.length > limit, url }
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
    const filters = names.flatMap((name): [string, string][] => (typeof params[name] === 'string' ? [[name, params[name]]] : []))
    return listObjects(call.unit, kind, [...(fixed?.(call) ?? []), ...filters], params as PageParams, call.path)
  })
}

export function retrieveRoute(op: string, kind: Kind): Route {
  return route(op, {}, (call) => {
    const body = call.unit.find(kind, call.id)
    if (body === undefined) throw noSuch(kind, call.id)
    return asOf(kind, body, call.unit.now)
  })
}

const CLAUSE = /^\s*(metadata\[['"]([^'"]+)['"]\]|[a-z_.]+)\s*(:|>=|<=|>|<)\s*(?:['"]([^'"]*)['"]|(\d+))\s*$/

interface SearchPlan {
  filters: [string, string][]
  from: number
  to: number
  tests: ((body: Record<string, unknown>) => boolean)[]
}

function planClause(plan: SearchPlan, clause: string, indexed: Set<string>): void {
  const match = CLAUSE.exec(clause)
  if (match === null)
    throw invalidRequest(`We were unable to parse your search query near: ${clause.slice(0, 60)}`, { param: 'query' })
  const [, field = '', metadataKey, sign = ':', quoted, bare] = match
  const value = quoted ?? bare ?? ''
  if (field === 'created') {
    const at = Number(value)
    if (sign === ':' || sign === '>=' || sign === '>') plan.from = Math.max(plan.from, sign === '>' ? at + 1 : at)
    if (sign === ':' || sign === '<=' || sign === '<') plan.to = Math.min(plan.to, sign === '<' ? at - 1 : at)
  } else if (metadataKey !== undefined && sign === ':') {
    plan.filters.push([`metadata.${metadataKey}`, value])
  } else if (indexed.has(field) && sign === ':') {
    plan.filters.push([field, value])
  } else if (['status', 'currency', 'amount'].includes(field)) {
    plan.tests.push((body) => {
      const actual = body[field]
      if (sign === ':') return String(actual) === value
      const [left, right] = [Number(actual), Number(value)]
      return sign === '>' ? left > right : sign === '>=' ? left >= right : sign === '<' ? left < right : left <= right
    })
  } else {
    throw invalidRequest(`Field \`${field}\` is an unsupported search field for resource.`, { param: 'query' })
  }
}

const SEARCH_STRIDE = 1000

/** Search by metadata, customer, creation time, status, currency and amount, joined by AND. */
export function searchRoute(op: string, kind: Kind): Route {
  return route(op, { query: filled, limit: limitParam, page: filled }, (call, params) => {
    if (params.query === undefined) throw missingParam('query')
    const newest = call.searchLagSeconds === 0 ? FOREVER : call.unit.now - call.searchLagSeconds
    const plan: SearchPlan = { filters: [], from: 0, to: newest, tests: [] }
    for (const clause of params.query.split(/\s+AND\s+/i)) planClause(plan, clause, new Set(['customer', 'email']))
    const limit = params.limit ?? 10
    const found: Kinds[Kind][] = []
    let cursor = params.page === undefined ? undefined : decodePage(params.page)
    for (;;) {
      const rows = call.unit.store.page({
        account: call.unit.account,
        kind,
        filters: plan.filters,
        createdFrom: plan.from,
        createdTo: plan.to,
        ...(cursor === undefined ? {} : { cursor }),
        limit: plan.tests.length === 0 ? limit + 1 : SEARCH_STRIDE,
      })
      for (const row of rows) {
        const body = bodyOf(kind, row, call.unit.now)
        if (!plan.tests.every((test) => test({ ...body }))) continue
        if (found.length === limit) return result(call, found, encodePage(cursor))
        found.push(body)
        cursor = { seq: row.seq, created: row.created, backwards: false }
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < (plan.tests.length === 0 ? limit + 1 : SEARCH_STRIDE))
        return result(call, found, null)
      cursor = { seq: last.seq, created: last.created, backwards: false }
    }
  })
}

type Cursor = { seq: number; created: number; backwards: boolean }

function encodePage(cursor: Cursor | undefined): string | null {
  return cursor === undefined ? null : Buffer.from(`${cursor.created}.${cursor.seq}`).toString('base64url')
}

function decodePage(page: string): Cursor {
  const match = /^(\d+)\.(\d+)$/.exec(Buffer.from(page, 'base64url').toString())
  if (match === null) throw invalidRequest('Invalid page token', { param: 'page' })
  return { created: Number(match[1]), seq: Number(match[2]), backwards: false }
}

function result(call: ApiCall, data: object[], next: string | null): object {
  return { object: 'search_result', data, has_more: next !== null, next_page: next, url: call.path }
}
