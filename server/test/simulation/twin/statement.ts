// What a statement of the twin is: one function by the name of the real statement. Shared pieces of
// such functions.
import { only, type View } from './engine.ts'
import type { Row } from './schema.ts'

export type Values = readonly unknown[]

/**
 * Runs as one statement: sees one snapshot, waits for locks as a whole. Gives the rows that the
 * real one gives.
 */
export type StatementTwin = (view: View, values: Values) => Row[]

export type StatementTwins = Readonly<Record<string, StatementTwin>>

/**
 * Rows that a statement is given, as JSON or as they are: a copy, as the other end of a connection
 * has them.
 */
export const recordsOf = (rows: unknown): Row[] =>
  JSON.parse(typeof rows === 'string' ? rows : JSON.stringify(rows)) as Row[]

/** Text by bytes, as ids are ordered; nulls last. */
export function compare(a: unknown, b: unknown): number {
  if (a === b) return 0
  if (a === null || a === undefined) return 1
  if (b === null || b === undefined) return -1
  return (a as string | number) < (b as string | number) ? -1 : 1
}

export const by =
  (...columns: readonly string[]) =>
  (a: Row, b: Row): number => {
    for (const column of columns) {
      const order = compare(a[column], b[column])
      if (order !== 0) return order
    }
    return 0
  }

type Pair = readonly [given: string, column: string]
const pairsByText = new Map<string, readonly Pair[]>()

/**
 * `showId=show_id version` as pairs, read once for each text: statements name their columns at
 * every call.
 */
function pairsOf(columns: string): readonly Pair[] {
  let pairs = pairsByText.get(columns)
  if (!pairs) {
    pairs = columns
      .trim()
      .split(/[\s,]+/)
      .map((text): Pair => {
        const [given = '', column = given] = text.split('=')
        return [given, column]
      })
    pairsByText.set(columns, pairs)
  }
  return pairs
}

/** Columns under the names that the statement gives them: `showId=show_id version`. */
export function shape(columns: string): (row: Row) => Row {
  const pairs = pairsOf(columns)
  return (row) => {
    const shaped: Row = {}
    for (const [given, column] of pairs) shaped[given] = row[column] ?? null
    return shaped
  }
}

/** `select … where <key> = any($1) order by <key> [for …]`. */
export function byKeys(table: string, columns: string, mode?: Parameters<View['lock']>[2]): StatementTwin {
  const toShape = shape(columns)
  return (view, values) => {
    const keys = [...new Set(values[0] as string[])].toSorted(compare)
    const rows = mode ? view.lock(table, keys, mode) : keys.flatMap((key) => only(view.get(table, key)))
    return rows.map(toShape)
  }
}

/** `select … where <column> = any($1) [order by …]`. */
export function byColumn(
  table: string,
  column: string,
  columns: string,
  order: readonly string[] = [],
): StatementTwin {
  const toShape = shape(columns)
  return (view, values) => {
    const wanted = new Set(values[0] as string[])
    const rows = view.all(table).filter((row) => wanted.has(row[column] as string))
    return (order.length > 0 ? rows.toSorted(by(...order)) : rows).map(toShape)
  }
}

/** `update … from <rows> … where <key> = <key>`: sets these columns to what each record says. */
export function updateByKey(table: string, key: string, columns: string): StatementTwin {
  const pairs = pairsOf(columns)
  const keyColumns = key.split(' ')
  return (view, values) => {
    for (const record of recordsOf(values[0])) {
      const changes: Row = {}
      for (const [column, given] of pairs) changes[column] = record[given] ?? null
      view.update(table, keyColumns.map((column) => String(record[column])).join('\n'), changes)
    }
    return []
  }
}

/**
 * `copy <table> (<columns>) from stdin`: stores rows that are not there yet, with what the table
 * itself adds.
 */
export function copyInto(
  table: string,
  columns: string,
  added: (view: View) => Row = () => ({}),
): StatementTwin {
  return (view, [rows]) => {
    for (const row of recordsOf(rows)) view.insert(table, { ...columnsOf(row, columns), ...added(view) })
    return []
  }
}

/** The named columns of a record, null where it has none. */
export function columnsOf(record: Row, columns: string): Row {
  const row: Row = {}
  for (const [column, given] of pairsOf(columns)) row[column] = record[given] ?? null
  return row
}

export const except = (row: Row, ...columns: readonly string[]): Row => {
  const rest = { ...row }
  for (const column of columns) delete rest[column]
  return rest
}
