// Rows as the server takes them in bulk, in binary, so that it has no text to read into values: new
// ones in the form of `copy`, which writes them to their pages together, others as an array for
// each column.
// https://www.postgresql.org/docs/16/sql-copy.html, "Binary Format"; of arrays and each type, what
// its `recv` function reads.
import { epochMsOf } from '@holdfast/contract'

/** The types of columns that can travel so, by their names in SQL. */
export type ColumnType = keyof typeof oids

/** Columns with their types, in the order in which they travel. */
export type Columns = Readonly<Record<string, ColumnType>>

/** The numbers by which arrays name the types of their elements. */
const oids = { uuid: 2950, text: 25, json: 114, int: 23, bigint: 20, boolean: 16, timestamptz: 1184 } as const

/** `CopyData`, whose length is put in at the end, and in it a signature, no flags, no extension. */
const opening = Buffer.concat([Buffer.from('d\0\0\0\0PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
/** No more rows, and `CopyDone`. */
const closing = Buffer.from([255, 255, 'c'.charCodeAt(0), 0, 0, 0, 4])
const pgEpochMs = Date.UTC(2000, 0, 1)
const microsInMs = 1000
const twoTo32 = 2 ** 32
const dash = '-'.charCodeAt(0)
const noDigit = 16
/** The values of hexadecimal digits by their character codes. */
const digits = new Uint8Array(128).fill(noDigit)
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  digits[digit.charCodeAt(0)] = value
  digits[digit.toUpperCase().charCodeAt(0)] = value
}

const usualBytes = 65_536
const mostKeptBytes = 524_288
/**
 * What is being written. Used again and again, unless a large hall made it large: what leaves is a
 * copy.
 */
let bytes = Buffer.allocUnsafe(usualBytes)
let at = 0

type Rows = readonly Readonly<Record<string, unknown>>[]

/**
 * The rows as the messages of a `copy` that carry them. A column that a row does not have, or has
 * as undefined, is null. Throws `RangeError` where a value cannot be what its column is.
 */
export function encodeRows(columns: Columns, rows: Rows): Buffer {
  const names = Object.keys(columns)
  const types = Object.values(columns)
  at = 0
  putBytes(opening)
  for (const row of rows) {
    putShort(names.length)
    // By number: a pair made for every value of every row is a thirtieth of all that a checkout
    // leaves to the collector.
    for (let index = 0; index < names.length; index += 1)
      putValue(types[index] as ColumnType, row[names[index] as string])
  }
  putBytes(closing)
  // Of `CopyData`, all but its first byte and what is `CopyDone`.
  bytes.writeInt32BE(at - 6, 1)
  return taken()
}

/**
 * The rows, one at least, as parameters: an array for each column, in their order. Missing and
 * wrong values as in `encodeRows`.
 */
export function encodeArrays(columns: Columns, rows: Rows): Buffer[] {
  at = 0
  const ends = Object.entries(columns).map(([name, type]) => {
    beginArray(type, rows.length)
    for (const row of rows) putValue(type, row[name])
    return at
  })
  const encoded = taken()
  return ends.map((end, index) => encoded.subarray(ends[index - 1] ?? 0, end))
}

/** A list of UUIDs as a parameter. Throws `RangeError` for what is none. */
export function encodeIds(ids: readonly string[]): Buffer {
  at = 0
  beginArray('uuid', ids.length)
  for (const id of ids) putValue('uuid', id)
  return taken()
}

/**
 * Of one dimension, or of none without elements; whether there are nulls in it is not read; its
 * first element is number 1.
 */
function beginArray(type: ColumnType, length: number): void {
  putInt(length === 0 ? 0 : 1)
  putInt(0)
  putInt(oids[type])
  if (length === 0) return
  putInt(length)
  putInt(1)
}

/** A copy of what was written. */
function taken(): Buffer {
  const encoded = Buffer.from(bytes.subarray(0, at))
  if (bytes.length > mostKeptBytes) bytes = Buffer.allocUnsafe(usualBytes)
  return encoded
}

function putValue(type: ColumnType, value: unknown): void {
  if (value === null || value === undefined) return putInt(-1)
  switch (type) {
    case 'uuid':
      return putUuid(value as string)
    case 'text':
      return putText(value as string)
    case 'json':
      return putText(JSON.stringify(value))
    case 'int':
      putInt(4)
      return putInt(whole(value, (Number(value) | 0) === value))
    case 'bigint':
      putInt(8)
      return putLong(whole(value, Number.isSafeInteger(value)), 1)
    case 'boolean':
      if (typeof value !== 'boolean') throw new RangeError(`not a boolean: ${value}`)
      putInt(1)
      return putByte(value ? 1 : 0)
    case 'timestamptz':
      putInt(8)
      return putLong(instant(value as string) - pgEpochMs, microsInMs)
  }
}

function putText(text: string): void {
  // A character takes three bytes at most.
  makeRoom(4 + text.length * 3)
  const length = bytes.write(text, at + 4)
  putInt(length)
  at += length
}

function putUuid(text: string): void {
  putInt(16)
  makeRoom(16)
  const end = at + 16
  let index = 0
  while (at < end) {
    if (text.charCodeAt(index) === dash) index += 1
    const high = digits[text.charCodeAt(index)] ?? noDigit
    const low = digits[text.charCodeAt(index + 1)] ?? noDigit
    if (high === noDigit || low === noDigit) break
    bytes[at] = high * 16 + low
    at += 1
    index += 2
  }
  if (at < end || index !== text.length) throw new RangeError(`not a UUID: ${text}`)
}

function whole(value: unknown, fits: boolean): number {
  if (!fits) throw new RangeError(`not a whole number in range: ${value}`)
  return value as number
}

function instant(text: string): number {
  const ms = epochMsOf(text)
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${text}`)
  return ms
}

/** A product of up to 64 bits, which a number alone would not hold. */
function putLong(value: number, factor: number): void {
  const high = Math.floor(value / twoTo32)
  const low = (value - high * twoTo32) * factor
  const carry = Math.floor(low / twoTo32)
  putInt(high * factor + carry)
  putInt(low - carry * twoTo32)
}

function putInt(value: number): void {
  makeRoom(4)
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
  at += 4
}

function putShort(value: number): void {
  makeRoom(2)
  bytes[at] = value >> 8
  bytes[at + 1] = value
  at += 2
}

function putByte(value: number): void {
  makeRoom(1)
  bytes[at] = value
  at += 1
}

function putBytes(more: Buffer): void {
  makeRoom(more.length)
  at += more.copy(bytes, at)
}

function makeRoom(needed: number): void {
  if (at + needed <= bytes.length) return
  const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, at + needed))
  bytes.copy(larger, 0, 0, at)
  bytes = larger
}
