// Statements that travel together: one write, one `Sync`, one answer. Each query of the driver ends
// in a `Sync` of its own, and each of those is a way into the kernel and back, for the server and
// for us: many times the cost of a small statement.
import type { Socket } from 'node:net'
import type pg from 'pg'
import { encodeArrays, encodeIds, encodeRows } from './binary-rows.ts'
import { isRefusal } from './failures.ts'
import type { Row, Statement } from './statements.ts'
import { parserOf, toParameter } from './values.ts'

/**
 * What a statement gave: its rows, and the word with which the server ended it, such as `COMMIT`.
 */
export interface Answer {
  readonly rows: unknown[]
  readonly command: string
}

/** Values as they travel. A `copy` has one, its rows, which travel behind it. */
type WireValues = (string | Buffer | null)[]

/** One statement of a bundle, its parameters, and who waits for it. */
interface Asked {
  readonly statement: Statement
  /**
   * Let go of once they are on their way: held during a commit, they would outlive the young
   * generation of the heap.
   */
  parameters: WireValues
  resolve(answer: Answer): void
  reject(error: Error): void
}

/**
 * A statement behind one that failed: the server has not run it. The code is that of any statement
 * of a transaction that failed.
 */
export class NotRun extends Error {
  override readonly name = 'NotRun'
  readonly code = '25P02'
  readonly severity = 'ERROR'
}

/**
 * How the rows of a statement are read. `empty` has all their names: a copy of it never has to
 * grow.
 */
interface Shape {
  readonly names: readonly string[]
  readonly parsers: readonly ((text: string) => unknown)[]
  readonly empty: Readonly<Record<string, unknown>>
}

const noRows: Shape = { names: [], parsers: [], empty: {} }

/**
 * Statements that a connection has prepared, with the shape of their rows: told once, and the same
 * for its whole life.
 */
const preparedOn = new WeakMap<pg.Connection, Map<string, Shape>>()

/** What the driver calls as the answer comes in. */
interface RowDescription {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}
interface DataRow {
  readonly fields: readonly (string | null)[]
}
interface CommandComplete {
  readonly text: string
}

/**
 * In a transaction, one failure is the end of the bundle: the server skips what is behind it.
 * Outside of one, a bundle is a transaction. See
 * https://www.postgresql.org/docs/16/protocol-flow.html, "Pipelining".
 */
class Bundle implements pg.Submittable {
  readonly #asked: readonly Asked[]
  #prepared = new Map<string, Shape>()
  #stream: Socket | undefined
  /** What the server has told whole: of as many statements as there are answers. */
  readonly #answers: (Answer | Error)[] = []
  /** What it told so far of the next one. */
  #shape: Shape | undefined
  #rows: unknown[] = []
  #broken: Error | undefined

  constructor(asked: readonly Asked[]) {
    this.#asked = asked
  }

  /**
   * The driver replaces it by one that ends its timer, and calls this one when the time is up:
   * nothing else frees the connection.
   */
  callback = (timeout?: Error): void => {
    if (timeout) this.#stream?.destroy()
  }

  submit = (connection: pg.Connection): void => {
    this.#stream = connection.stream as Socket
    this.#prepared = preparedOn.get(connection) ?? new Map()
    preparedOn.set(connection, this.#prepared)
    const preparing = new Set<string>()
    connection.stream.cork()
    for (const asked of this.#asked) {
      const { statement, parameters } = asked
      const { name, text, copies } = statement
      const isPrepared = this.#prepared.has(name) || preparing.has(name)
      if (!isPrepared) {
        // A bundle that failed may have got as far as to prepare it. To close what is not there is
        // no error.
        if (name !== '') connection.close({ type: 'S', name }, true)
        connection.parse({ name, text, types: [] }, true)
        if (name !== '') preparing.add(name)
      }
      connection.bind({ statement: name, values: copies ? [] : parameters }, true)
      if (!this.#prepared.has(name)) connection.describe({ type: 'P' }, true)
      connection.execute({}, true)
      // Behind a statement that failed the server drops the rows, as it skips the `copy`.
      if (copies) for (const rows of parameters) connection.stream.write(rows)
      asked.parameters = []
    }
    connection.sync()
    connection.stream.uncork()
  }

  handleRowDescription({ fields }: RowDescription): void {
    const names = fields.map(({ name }) => name)
    const parsers = fields.map(({ dataTypeID }) => parserOf(dataTypeID))
    this.#shape = { names, parsers, empty: Object.fromEntries(names.map((name) => [name, null])) }
  }

  handleDataRow({ fields }: DataRow): void {
    try {
      this.#rows.push(toRow(this.#shapeNow(), fields))
    } catch (error) {
      this.#broken = error as Error
    }
  }

  handleCommandComplete({ text }: CommandComplete): void {
    const name = this.#nameNow()
    if (name !== '') this.#prepared.set(name, this.#shapeNow())
    this.#answers.push(this.#broken ?? { rows: this.#rows, command: text })
    this.#shape = undefined
    this.#rows = []
    this.#broken = undefined
  }

  /** It is ready for the rows of a `copy`: they are on their way. */
  handleCopyInResponse(): void {}

  /** The answer to a statement without a text. */
  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' })
  }

  /**
   * Only now it is over: what was asked outside of a transaction is committed behind its last
   * answer.
   */
  handleReadyForQuery(): void {
    this.#settle()
  }

  handleError(error: Error): void {
    // Behind the last answer it is the commit of that one that failed.
    if (this.#answers.length === this.#asked.length) this.#answers.pop()
    this.#answers.push(error)
    // The server itself refused one: those behind it are skipped. Else nobody knows what became of
    // them.
    const behind = isRefusal(error)
      ? new NotRun('not run: a statement before it failed', { cause: error })
      : error
    while (this.#answers.length < this.#asked.length) this.#answers.push(behind)
    this.#settle()
  }

  #settle(): void {
    this.callback()
    for (const [index, { resolve, reject }] of this.#asked.entries()) {
      const answer = this.#answers[index] ?? new Error('the server said nothing of a statement')
      if (answer instanceof Error) reject(answer)
      else resolve(answer)
    }
  }

  #nameNow(): string {
    return this.#asked[this.#answers.length]?.statement.name ?? ''
  }

  #shapeNow(): Shape {
    return this.#shape ?? this.#prepared.get(this.#nameNow()) ?? noRows
  }
}

/** Values as they travel. Throws for what cannot be sent. */
export function parametersOf(
  { columns, copies, idLists }: Statement,
  values: readonly unknown[],
): WireValues {
  if (!columns) {
    // In binary the server has no text to read, as with rows.
    const isIds = (value: unknown, index: number) => Array.isArray(value) && idLists?.includes(index)
    return values.map((value, index) =>
      isIds(value, index) ? encodeIds(value as string[]) : toParameter(value),
    )
  }
  const [rows, ...more] = values as readonly [readonly Row[], ...unknown[]]
  return copies ? [encodeRows(columns, rows)] : [...encodeArrays(columns, rows), ...more.map(toParameter)]
}

function toRow({ names, parsers, empty }: Shape, fields: DataRow['fields']): Record<string, unknown> {
  const row = { ...empty }
  for (let index = 0; index < names.length; index += 1) {
    const text = fields[index]
    if (text != null) row[names[index] as string] = parsers[index]?.(text)
  }
  return row
}

/**
 * Asks on one connection: what is asked for in one turn travels together, and `send` is for who
 * cannot wait for its end.
 */
export function makeBundler(client: pg.ClientBase) {
  let asked: Asked[] = []
  const send = (): void => {
    if (asked.length > 0) client.query(new Bundle(asked))
    asked = []
  }
  const askWith = (statement: Statement, parameters: WireValues): Promise<Answer> => {
    if (asked.length === 0) process.nextTick(send)
    return new Promise((resolve, reject) => asked.push({ statement, parameters, resolve, reject }))
  }
  return {
    send,
    askWith,
    ask: (statement: Statement, values: readonly unknown[] = []) =>
      askWith(statement, parametersOf(statement, values)),
  }
}

/** Asks for one statement by itself. */
export async function queryOn<Row>(
  client: pg.ClientBase,
  statement: Statement,
  values?: readonly unknown[],
): Promise<Row[]> {
  const { ask, send } = makeBundler(client)
  const answer = ask(statement, values)
  send()
  return (await answer).rows as Row[]
}
