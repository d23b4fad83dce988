// How values travel: parameters as the text that Postgres reads, and its text as ours.
import pg from 'pg'

const instantOid = 1184
const bigintOid = 20
const jsonOid = 114

/** `2026-11-22 16:37:00.123+00`: whole milliseconds in UTC, as most are, need no calendar. */
const plainInstant = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+00$/

/**
 * Rows of one batch have few, and those of one order the same through its life: each is one text in
 * memory.
 */
const instants = new Map<string, string>()
const mostInstants = 1_000

function toInstant(text: string): string {
  const known = instants.get(text)
  if (known !== undefined) return known
  const instant = plainInstant.test(text)
    ? `${text.slice(0, 10)}T${text.slice(11, 23)}Z`
    : new Date(text).toISOString()
  if (instants.size >= mostInstants) instants.clear()
  instants.set(text, instant)
  return instant
}

function toSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is not a safe integer`)
  return value
}

/**
 * Reads the text of a value of this type: an instant as RFC 3339 in UTC, a bigint as a number that
 * is exact, JSON parsed.
 */
export function parserOf(oid: number): (text: string) => unknown {
  if (oid === instantOid) return toInstant
  if (oid === bigintOid) return toSafeInteger
  if (oid === jsonOid) return JSON.parse
  return pg.types.getTypeParser(oid, 'text')
}

const needsNoQuotes = /^(?!null$)[\w:-]+$/i

/** A parameter as it travels: a list as an array of Postgres, bytes as they are. */
export function toParameter(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `{${value.map(toElement).join(',')}}`
  throw new TypeError(`a parameter of this kind cannot be sent: ${typeof value}`)
}

function toElement(item: unknown): string {
  const text = toParameter(item)
  if (text === null) return 'null'
  if (typeof text !== 'string') return `"\\\\x${text.toString('hex')}"`
  return needsNoQuotes.test(text) ? text : `"${text.replaceAll(/[\\"]/g, '\\$&')}"`
}
