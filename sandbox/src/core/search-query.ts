// Reads the processor's search language into clauses. Pure.
// Source: https://docs.stripe.com/search#search-query-language
import { type ApiError, invalidRequest } from './errors.ts'

export interface Clause {
  negated: boolean
  /** A field, or `metadata.KEY`. */
  field: string
  sign: ':' | '~' | '>' | '>=' | '<' | '<='
  /** Null asks whether the field is empty. */
  value: string | null
}
export interface Query {
  joint: 'and' | 'or'
  clauses: Clause[]
}

const MOST_CLAUSES = 10
const LEAST_SUBSTRING = 3
const TEXT = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'`
const CLAUSE = new RegExp(
  `\\s*(-?)(?:metadata\\[(${TEXT})\\]|([a-z_][a-z0-9_.]*))\\s*(:|~|>=|<=|>|<)\\s*(?:(${TEXT})|(null)\\b|(-?\\d+)\\b)`,
  'iy',
)
const JOINT = /\s+(?:(and|or)\s+)?(?=\S)/iy

function unreadable(rest: string): ApiError {
  const near = rest.trim().slice(0, 60)
  return invalidRequest(`We were unable to parse your search query. Please check the syntax near: ${near}`, {
    param: 'query',
  })
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}

function readClause(query: string, at: number): { clause: Clause; end: number } {
  CLAUSE.lastIndex = at
  const match = CLAUSE.exec(query)
  if (match === null) throw unreadable(query.slice(at))
  const [, minus, key, name = '', sign, quoted, empty, bare = ''] = match
  const field = key === undefined ? name : `metadata.${unquoted(key)}`
  const value = empty === undefined ? (quoted === undefined ? bare : unquoted(quoted)) : null
  const clause: Clause = { negated: minus === '-', field, sign: sign as Clause['sign'], value }
  if (clause.sign === '~' && (value ?? '').length < LEAST_SUBSTRING)
    throw invalidRequest(`Substring search needs at least ${LEAST_SUBSTRING} characters: ${field}`, {
      param: 'query',
    })
  return { clause, end: CLAUSE.lastIndex }
}

export function readQuery(query: string): Query {
  const clauses: Clause[] = []
  let joint: Query['joint'] | undefined
  let at = 0
  for (;;) {
    const { clause, end } = readClause(query, at)
    clauses.push(clause)
    if (clauses.length > MOST_CLAUSES)
      throw invalidRequest(`You can combine up to ${MOST_CLAUSES} query clauses in a search.`, {
        param: 'query',
      })
    if (query.slice(end).trim() === '') return { joint: joint ?? 'and', clauses }
    JOINT.lastIndex = end
    const between = JOINT.exec(query)
    if (between === null) throw unreadable(query.slice(end))
    const word = (between[1] ?? 'and').toLowerCase() as Query['joint']
    if (joint !== undefined && joint !== word)
      throw invalidRequest('You cannot combine AND and OR in the same search query.', { param: 'query' })
    joint = word
    at = JOINT.lastIndex
  }
}
