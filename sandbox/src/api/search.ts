// Searches over stored objects. Clauses on metadata, customer and e-mail are answered from indexes,
// the rest by looking. Fields: https://docs.stripe.com/search#query-fields-for-charges and its
// neighbours.
import { invalidRequest, missingParam } from '../core/errors.ts'
import { filled } from '../core/params.ts'
import { type Clause, readQuery } from '../core/search-query.ts'
import type { Kind, Kinds } from '../objects/kinds.ts'
import type { Filter } from '../store/store.ts'
import { type ApiCall, type Route, route } from './call.ts'
import { bodyOf, FOREVER, limitParam } from './lists.ts'

type FieldType = 'number' | 'string' | 'token'

const SHARED = {
  amount: 'number',
  created: 'number',
  currency: 'token',
  customer: 'token',
  status: 'token',
} as const
const CARD = ['brand', 'exp_month', 'exp_year', 'fingerprint', 'last4'].map((name): [string, FieldType] => [
  `payment_method_details.card.${name}`,
  'token',
])
const FIELDS: { [K in Kind]?: Record<string, FieldType> } = {
  charge: {
    ...SHARED,
    'billing_details.address.postal_code': 'token',
    disputed: 'token',
    refunded: 'token',
    ...Object.fromEntries(CARD),
  },
  customer: { created: 'number', email: 'string', name: 'string', phone: 'string' },
  payment_intent: SHARED,
}
const INDEXED = new Set(['customer', 'email'])
const STRIDE = 1000

function valueOf(body: object, field: string): unknown {
  let value: unknown = body
  for (const step of field.startsWith('metadata.') ? ['metadata', field.slice(9)] : field.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

function holds(clause: Clause, body: object): boolean {
  const actual = valueOf(body, clause.field)
  const absent = actual === undefined || actual === null || actual === ''
  if (clause.value === null) return absent
  if (absent) return false
  const [left, right] = [Number(actual), Number(clause.value)]
  switch (clause.sign) {
    case ':':
      return String(actual).toLowerCase() === clause.value.toLowerCase()
    case '~':
      return String(actual).toLowerCase().includes(clause.value.toLowerCase())
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '<':
      return left < right
    case '<=':
      return left <= right
  }
}

function checkClause({ field, sign, value }: Clause, kind: Kind): void {
  const type = field.startsWith('metadata.') && kind in FIELDS ? 'token' : FIELDS[kind]?.[field]
  if (type === undefined)
    throw invalidRequest(`Field \`${field}\` is an unsupported search field for resource \`${kind}s\`.`, {
      param: 'query',
    })
  const wrong = sign === '~' ? type !== 'string' : sign !== ':' && type !== 'number'
  if (wrong || (sign !== ':' && value === null))
    throw invalidRequest(`The \`${sign}\` operator cannot be used on the ${type} field \`${field}\`.`, {
      param: 'query',
    })
}

interface Plan {
  filters: Filter[]
  from: number
  to: number
  fits(body: object): boolean
}

/** What every match must have narrows the pages that are read; `fits` decides. */
function planOf(text: string, kind: Kind, newest: number): Plan {
  const { joint, clauses } = readQuery(text)
  for (const clause of clauses) checkClause(clause, kind)
  const plan: Plan = {
    filters: [],
    from: 0,
    to: newest,
    fits: (body) => {
      const test = (clause: Clause): boolean => holds(clause, body) !== clause.negated
      return joint === 'and' ? clauses.every(test) : clauses.some(test)
    },
  }
  if (joint === 'or') return plan
  for (const { field, sign, value, negated } of clauses) {
    if (negated || value === null) continue
    const at = Number(value)
    if (field === 'created' && (sign === ':' || sign.startsWith('>'))) plan.from = Math.max(plan.from, at)
    if (field === 'created' && (sign === ':' || sign.startsWith('<'))) plan.to = Math.min(plan.to, at)
    const found = field.startsWith('metadata.') ? kind !== 'charge' : INDEXED.has(field)
    if (found && sign === ':') plan.filters.push([field, value, 'any'])
  }
  return plan
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

export function searchRoute(op: string, kind: Kind): Route {
  return route(op, { query: filled, limit: limitParam, page: filled }, (call, params) => {
    if (params.query === undefined) throw missingParam('query')
    const newest = call.searchLagSeconds === 0 ? FOREVER : call.unit.now - call.searchLagSeconds
    const { filters, from, to, fits } = planOf(params.query, kind, newest)
    const limit = params.limit ?? 10
    const found: Kinds[Kind][] = []
    const stride = filters.length === 0 ? STRIDE : limit + 1
    let cursor = params.page === undefined ? undefined : decodePage(params.page)
    for (;;) {
      const rows = call.unit.store.page({
        account: call.unit.account,
        kind,
        filters,
        createdFrom: from,
        createdTo: to,
        ...(cursor === undefined ? {} : { cursor }),
        limit: stride,
      })
      for (const row of rows) {
        const body = bodyOf(kind, row, call.unit.now)
        if (!fits(body)) continue
        if (found.length === limit) return result(call, found, encodePage(cursor))
        found.push(body)
        cursor = { seq: row.seq, created: row.created, backwards: false }
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < stride) return result(call, found, null)
      cursor = { seq: last.seq, created: last.created, backwards: false }
    }
  })
}
