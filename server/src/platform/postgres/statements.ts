// Statements by name, and rows for them: what stores are made of. Asks nothing.
import type { Columns, ColumnType } from './binary-rows.ts'

/**
 * A statement with a name, so that Postgres plans it once per connection. Parameters only, never
 * spliced text.
 */
export interface Statement {
  readonly name: string
  readonly text: string
  /** Of one that is given rows, as its first value: what they are made of. */
  readonly columns?: Columns
  /** They follow it, where others have them as parameters. */
  readonly copies?: true
  /** Which parameters, from 0, are lists of ids: those that its text has as `$1::uuid[]`. */
  readonly idLists?: readonly number[]
}

/**
 * One that is given rows, which have all its columns: what a row does not have would be stored as
 * null.
 */
export interface RowStatement<Column extends string> extends Statement {
  readonly columns: Readonly<Record<Column, ColumnType>>
}

/** One with parameters of other kinds. */
export interface PlainStatement extends Statement {
  readonly columns?: never
}

export function sql(name: string, text: string): PlainStatement {
  return {
    name,
    text,
    idLists: [...text.matchAll(/\$(\d+)::uuid\[\]/g)].map(([, number]) => Number(number) - 1),
  }
}

/**
 * Stores many new rows at once, for half of what `insert` costs. A row that is there already is an
 * error; columns not named get their default.
 */
export function copyInto<Given extends Columns>(
  name: string,
  table: string,
  columns: Given,
): RowStatement<keyof Given & string> {
  return {
    name,
    text: `copy ${table} (${Object.keys(columns).join(', ')}) from stdin (format binary)`,
    columns,
    copies: true,
  }
}

/**
 * A statement that takes rows from where `text` says so, under a name that it gives them: `from
 * ${rows} as n where p.id = n.id`.
 */
export function withRows<Given extends Columns>(
  name: string,
  columns: Given,
  text: (rows: string) => string,
): RowStatement<keyof Given & string> {
  const names = Object.keys(columns).map((column) => `"${column}"`)
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`)
  return {
    name,
    text: text(`(select * from unnest(${arrays.join(', ')}) as given (${names.join(', ')}))`),
    columns,
  }
}

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>

/**
 * Something to store: a statement with its parameters, and nothing that could be asked for in
 * between.
 */
export interface Write {
  readonly statement: Statement
  readonly values: readonly (string | number | null | readonly (string | number)[] | readonly Row[])[]
}

/**
 * Rows in bulk: as they are to a statement that knows their columns, to others as the JSON that
 * they take apart. No rows, nothing to store.
 */
export function writeRows<Column extends string>(
  statement: RowStatement<Column>,
  rows: readonly Readonly<Record<NoInfer<Column>, unknown>>[],
  ...more: Write['values']
): readonly Write[]
export function writeRows(
  statement: PlainStatement,
  rows: readonly object[],
  ...more: Write['values']
): readonly Write[]
export function writeRows(
  statement: Statement,
  rows: readonly object[],
  ...more: Write['values']
): readonly Write[] {
  if (rows.length === 0) return []
  return [
    { statement, values: [statement.columns ? (rows as readonly Row[]) : JSON.stringify(rows), ...more] },
  ]
}
