// The database twin as the shop meets it: the `Database` port over the engine, with connections
// that wait, break and are lost. Everything it does takes virtual time; what goes wrong is told to
// it from outside.
import {
  type BatchTx,
  type Connection,
  type Database,
  endOf,
  type Statement,
  type Tx,
  type Write,
} from '../../../src/platform/postgres/database.ts'
import { isUnavailable } from '../../../src/platform/postgres/failures.ts'
import { type Change, DatabaseError, type Engine, MustWait, type Transaction } from './engine.ts'
import type { Row } from './schema.ts'
import type { StatementTwins, Values } from './statement.ts'

/** Where and when the twin runs. */
export interface Host {
  nowMs(): number
  /** Runs something at the server after a while. */
  later(delayMs: number, run: () => void): void
  /** The same, for what matters even when all else is calm. Gives what calls it off. */
  surely(delayMs: number, run: () => void): () => void
  latencyMs(): number
  trace(text: string): void
}

/** A process that uses the database. */
export interface Client {
  readonly name: string
  /** Runs what an answer wakes: at once, when the process thaws, or never. */
  answer(run: () => void): void
  crash(): void
  readonly dead: boolean
}

export type DatabaseFault =
  | 'slow_statement'
  | 'deadlock'
  | 'query_timeout'
  | 'connection_lost_before_statement'
  | 'connection_lost_after_statement'
  | 'crash_before_statement'
  | 'crash_after_statement'
  | 'crash_before_commit'
  | 'crash_after_commit'
  | 'commit_unknown_undone'
  | 'commit_unknown_done'
  | 'connection_refused'

/** A moment at which something may go wrong. */
export interface Point {
  readonly client: Client
  readonly where: 'in_transaction' | 'alone' | 'bus' | 'commit' | 'connect'
  /** The statement, or for a commit the first statement of its service. */
  readonly name: string
}

export interface Step {
  readonly session: number
  readonly kind: 'begin' | 'statement' | 'commit' | 'rollback'
  readonly statement?: Statement
  readonly values?: Values
  readonly rows?: readonly Row[]
  readonly error?: string
}

export interface ServerOptions {
  readonly host: Host
  readonly engine: Engine
  readonly statements: StatementTwins
  /** What goes wrong at this point, if anything. */
  readonly faultAt?: (point: Point) => DatabaseFault | null
  readonly onStep?: (step: Step) => void
}

export interface Server {
  readonly executed: ReadonlySet<string>
  connect(client: Client): Database
  /** The process is gone: its connections end, what they had open is rolled back. */
  forget(client: Client): void
  /**
   * A frozen process answers nothing: what it holds open in a transaction is ended after a while.
   */
  freeze(client: Client, forMs: number): void
  /** Ends a process's connection for events. */
  dropBus(client: Client): void
  /** Ends every connection; commits that were not yet on disk are lost. Gives how many. */
  crash(): number
  /** Somebody outside holds a consumer's lock. */
  holdConsumer(consumer: string, held: boolean): void
  isHeld(consumer: string): boolean
}

interface Request {
  readonly kind: 'begin' | 'statement' | 'commit' | 'rollback'
  readonly statement?: Statement
  readonly values?: Values
  settle(rows: Row[]): void
  fail(error: Error): void
}

interface Session {
  readonly id: number
  client: Client
  readonly bus: boolean
  readonly lazy: boolean
  readonly requests: Request[]
  tx: Transaction | null
  failed: boolean
  working: boolean
  broken: Error | null
  /** The first statement of a service in the open transaction. */
  about: string
  waiting: Waiter | null
  /** Taken from the line and not answered yet. */
  served: Request | null
  idleSinceMs: number
  readonly lost: (() => void)[]
  readonly channels: ((payload: string) => void)[]
}

interface Waiter {
  readonly session: Session
  readonly request: Request
  readonly tx: Transaction
  readonly snapshot: number
  ended: boolean
}

/** Whose connection it is once its client is gone. Nothing more goes wrong with it. */
const nobody: Client = { name: 'nobody', dead: false, answer: () => undefined, crash: () => undefined }

const queryTimeoutMs = 15_000
const idleInTransactionMs = 16_000
const outsider = { id: -1 }

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code })
const lostError = () => withCode('read ECONNRESET', 'ECONNRESET')
/** It knows statements by their names, and nothing of SQL. */
const onlyNamed = () => Promise.reject(new Error('the twin runs statements by name only'))

export function makeServer(options: ServerOptions): Server {
  const { host, engine, statements } = options
  const executed = new Set<string>()
  const sessions = new Set<Session>()
  const consumerLocks = new Map<string, { readonly id: number }>()
  const waiters = new Set<Waiter>()
  let lazyCommits: Change[][] = []
  let lastSession = 0

  const faultAt = ({ client }: Session, where: Point['where'], name: string) =>
    client === nobody ? null : (options.faultAt?.({ client, where, name }) ?? null)

  const openSession = (client: Client, { bus = false, lazy = false } = {}): Session => {
    lastSession += 1
    const session: Session = {
      id: lastSession,
      client,
      bus,
      lazy,
      requests: [],
      tx: null,
      failed: false,
      working: false,
      broken: null,
      about: '',
      waiting: null,
      served: null,
      idleSinceMs: host.nowMs(),
      lost: [],
      channels: [],
    }
    sessions.add(session)
    return session
  }

  const endTransaction = (session: Session, outcome: 'commit' | 'rollback'): void => {
    const { tx } = session
    if (!tx || tx.ended) return
    session.tx = null
    endLoose(session, tx, outcome)
    options.onStep?.({ session: session.id, kind: outcome })
  }
  /** Ends a transaction and lets those go on who waited for it. */
  const endLoose = (session: Session, tx: Transaction, outcome: 'commit' | 'rollback'): void => {
    const changes = engine.end(tx, outcome)
    if (changes.length > 0) {
      if (session.lazy) lazyCommits.push(changes)
      else lazyCommits = []
    }
    for (const waiter of waiters) {
      if (!waiter.tx.waitsFor?.has(tx)) continue
      waiter.tx.waitsFor = null
      host.later(host.latencyMs() / 4, () => attempt(waiter))
    }
  }

  /**
   * The connection is gone at the server's side: all it had open is rolled back, all it asked
   * fails.
   */
  const breakSession = (session: Session, error: Error): void => {
    if (session.broken) return
    session.broken = error
    sessions.delete(session)
    if (session.waiting) stopWaiting(session.waiting)
    endTransaction(session, 'rollback')
    for (const [consumer, holder] of consumerLocks) if (holder === session) consumerLocks.delete(consumer)
    const left = session.served ? [session.served, ...session.requests.splice(0)] : session.requests.splice(0)
    session.served = null
    session.client.answer(() => {
      for (const request of left) request.fail(error)
      for (const callback of session.lost) callback()
    })
  }

  /**
   * The client is gone, and had sent its commit already: the server does all that was sent,
   * whenever it comes to it. Tells whether that was so.
   */
  const leaveBehind = (session: Session, error: Error, asked = session.served): boolean => {
    if (session.broken || !session.requests.some(({ kind }) => kind === 'commit')) return false
    const { client, lost } = session
    const left = asked ? [asked, ...session.requests] : [...session.requests]
    session.client = nobody
    client.answer(() => {
      for (const request of left) request.fail(error)
      for (const callback of lost) callback()
    })
    return true
  }

  const stopWaiting = (waiter: Waiter): void => {
    if (waiter.ended) return
    waiter.ended = true
    waiters.delete(waiter)
    waiter.tx.waitsFor = null
    waiter.session.waiting = null
    engine.waiters -= 1
    if (waiter.tx !== waiter.session.tx && !waiter.tx.ended) endLoose(waiter.session, waiter.tx, 'rollback')
  }

  const send = (session: Session, request: Request): void => {
    if (session.broken) {
      const error = session.broken
      session.client.answer(() => request.fail(error))
      return
    }
    session.requests.push(request)
    if (session.working) return
    session.working = true
    host.later(host.latencyMs(), () => serve(session))
  }

  /** The next request of the line; those behind it follow without another journey. */
  const goOn = (session: Session): void => {
    session.idleSinceMs = host.nowMs()
    session.served = null
    if (session.requests.length === 0 || session.broken) session.working = false
    else host.later(host.latencyMs() / 4, () => serve(session))
  }

  const serve = (session: Session): void => {
    if (session.broken) return
    const request = session.requests.shift()
    if (!request) {
      session.working = false
      return
    }
    session.served = request
    if (request.kind === 'statement') runStatement(session, request)
    else if (request.kind === 'commit') runCommit(session, request)
    else {
      if (request.kind === 'begin') {
        session.tx = engine.begin(host.nowMs())
        session.failed = false
        session.about = ''
        options.onStep?.({ session: session.id, kind: 'begin' })
      } else endTransaction(session, 'rollback')
      const now = new Date(host.nowMs()).toISOString()
      reply(session, request, [{ now }])
    }
  }

  const reply = (session: Session, request: Request, rows: Row[]): void => {
    session.client.answer(() => request.settle(rows))
    goOn(session)
  }
  const refuse = (session: Session, request: Request, error: Error): void => {
    session.client.answer(() => request.fail(error))
    goOn(session)
  }
  /** The client hears no answer; what was open is rolled back. */
  const lose = (session: Session, request: Request, error: Error): void => {
    session.served = request
    breakSession(session, error)
  }

  const runStatement = (session: Session, request: Request): void => {
    const name = request.statement?.name ?? ''
    if (session.tx && session.about === '' && !name.startsWith('platform.')) session.about = name
    const where = session.bus ? 'bus' : session.tx ? 'in_transaction' : 'alone'
    const fault = faultAt(session, where, name)
    switch (fault) {
      case 'slow_statement':
        host.surely(200 + host.latencyMs() * 3_000, () => execute(session, request))
        return
      case 'query_timeout':
        host.surely(queryTimeoutMs, () => {
          const error = new Error('Query read timeout')
          if (leaveBehind(session, error)) execute(session, request)
          else lose(session, request, error)
        })
        return
      case 'deadlock':
        session.failed = session.tx !== null
        refuse(session, request, new DatabaseError('40P01', 'deadlock detected'))
        return
      case 'connection_lost_before_statement':
        lose(session, request, lostError())
        return
      case 'crash_before_statement':
        session.client.crash()
        if (session.client === nobody) execute(session, request)
        return
      case 'connection_lost_after_statement':
      case 'crash_after_statement':
        execute(session, {
          ...request,
          settle: () => undefined,
          fail: () => undefined,
        })
        if (fault === 'crash_after_statement') session.client.crash()
        else if (!leaveBehind(session, lostError(), request)) lose(session, request, lostError())
        return
      default:
        execute(session, request)
    }
  }

  const execute = (session: Session, request: Request): void => {
    if (session.broken || session.client.dead) return
    if (session.failed) {
      refuse(session, request, new DatabaseError('25P02', 'current transaction is aborted'))
      return
    }
    const tx = session.tx ?? engine.begin(host.nowMs())
    attempt({ session, request, tx, snapshot: engine.lastCommit, ended: false })
  }

  const attempt = (waiter: Waiter): void => {
    const { session, request, tx, snapshot } = waiter
    if (waiter.ended || session.broken) return
    const { statement, values = [] } = request
    const name = statement?.name ?? ''
    try {
      const rows =
        name === 'bus.try_lock' ? tryLock(session, values) : evaluate(tx, snapshot, { name, values })
      if (session.waiting === waiter) leaveLine(waiter)
      executed.add(name)
      host.trace(`${session.client.name} ${name} ${rows.length}`)
      if (statement) options.onStep?.({ session: session.id, kind: 'statement', statement, values, rows })
      if (tx !== session.tx) endLoose(session, tx, 'commit')
      if (name === 'platform.notify_hint') notify(session, String(values[0]))
      reply(session, request, rows)
    } catch (error) {
      if (error instanceof MustWait) {
        waitFor(waiter, error.holders)
        return
      }
      if (session.waiting === waiter) leaveLine(waiter)
      if (!(error instanceof DatabaseError)) throw error
      host.trace(`${session.client.name} ${name} ${error.code}`)
      if (statement)
        options.onStep?.({ session: session.id, kind: 'statement', statement, values, error: error.code })
      if (tx === session.tx) session.failed = true
      else endLoose(session, tx, 'rollback')
      refuse(session, request, error)
    }
  }

  const leaveLine = (waiter: Waiter): void => {
    waiter.ended = true
    waiters.delete(waiter)
    waiter.session.waiting = null
    engine.waiters -= 1
  }

  const evaluate = (
    tx: Transaction,
    snapshot: number,
    { name, values }: { name: string; values: Values },
  ): Row[] => {
    const twin = statements[name]
    if (!twin) throw new Error(`the database twin does not know the statement ${name}`)
    return engine.statement(tx, snapshot, (view) => twin(view, values))
  }

  const waitFor = (waiter: Waiter, holders: ReadonlySet<Transaction>): void => {
    const { session, tx, request } = waiter
    tx.waitsFor = holders
    if (session.waiting !== waiter) {
      session.waiting = waiter
      waiters.add(waiter)
      engine.waiters += 1
      host.trace(`${session.client.name} ${request.statement?.name} waits`)
      host.surely(queryTimeoutMs, () => {
        if (!waiter.ended) lose(session, request, new Error('Query read timeout'))
      })
    }
    if (!reaches(holders, tx)) return
    stopWaiting(waiter)
    if (tx === session.tx) session.failed = true
    refuse(session, request, new DatabaseError('40P01', 'deadlock detected'))
  }

  const tryLock = (session: Session, [consumer]: Values): Row[] => {
    const holder = consumerLocks.get(consumer as string)
    if (!holder) consumerLocks.set(consumer as string, session)
    return [{ locked: !holder || holder === session }]
  }

  const notify = (from: Session, payload: string): void => {
    for (const session of sessions) {
      if (session === from || session.channels.length === 0) continue
      host.later(host.latencyMs(), () => {
        if (!session.broken) session.client.answer(() => session.channels.forEach((hear) => hear(payload)))
      })
    }
  }

  const runCommit = (session: Session, request: Request): void => {
    const fault = faultAt(session, 'commit', session.about)
    const { failed } = session
    switch (fault) {
      case 'crash_before_commit':
        session.client.crash()
        return
      case 'commit_unknown_undone':
        lose(session, request, lostError())
        return
      default:
    }
    host.trace(`${session.client.name} ${failed ? 'rolled back' : 'commit'} ${session.about}`)
    endTransaction(session, failed ? 'rollback' : 'commit')
    if (session.client === nobody) sessions.delete(session)
    if (fault === 'crash_after_commit') session.client.crash()
    else if (fault === 'commit_unknown_done') lose(session, request, lostError())
    else reply(session, request, [{ committed: !failed }])
  }

  const ask = (session: Session, request: Omit<Request, 'settle' | 'fail'>): Promise<Row[]> =>
    new Promise((settle, fail) => send(session, { ...request, settle, fail }))

  /**
   * As the real adapter does it: begin with the time, the work, commit; a rollback for what failed.
   */
  const transaction = async <T>(client: Client, work: (tx: Tx & BatchTx) => Promise<T>): Promise<T> => {
    const session = openSession(client)
    if (faultAt(session, 'connect', 'begin') === 'connection_refused') {
      sessions.delete(session)
      await pause(client)
      throw withCode('connect ECONNREFUSED', 'ECONNREFUSED')
    }
    let broken = false
    try {
      const [began] = await ask(session, { kind: 'begin' })
      const now = began?.['now'] as string
      const query = <R>(statement: Statement, values: Values = []) =>
        ask(session, { kind: 'statement', statement, values }) as Promise<R[]>
      let ending: Promise<void> | undefined
      const commitWith = (writes: readonly Write[]) => {
        if (ending) throw new Error('a transaction is committed twice')
        const sent = writes.map(({ statement, values }) => query(statement, values))
        const committed = ask(session, { kind: 'commit' }).then(([ended]) => ended?.['committed'] === true)
        ending = endOf(sent, committed)
        ending.catch(() => undefined)
        return ending
      }
      const result = await work({
        now,
        begun: Promise.resolve(now),
        query: async (statement, values) => {
          if (ending) throw new Error(`${statement.name} is asked of a transaction that was committed`)
          return query(statement, values)
        },
        commitWith,
        execute: onlyNamed,
      })
      await (ending ?? commitWith([]))
      return result
    } catch (error) {
      broken = isUnavailable(error)
      if (!broken) await ask(session, { kind: 'rollback' }).catch(() => undefined)
      throw error
    } finally {
      // What was left behind goes on without us.
      if (session.client === client) {
        if (broken) breakSession(session, lostError())
        sessions.delete(session)
      }
    }
  }
  const pause = (client: Client): Promise<void> =>
    new Promise((resolve) => host.later(host.latencyMs(), () => client.answer(resolve)))

  const lend = async (client: Client, lazy: boolean): Promise<Connection> => {
    const session = openSession(client, { bus: true, lazy })
    await pause(client)
    if (faultAt(session, 'connect', 'bus') === 'connection_refused') {
      sessions.delete(session)
      throw withCode('connect ECONNREFUSED', 'ECONNREFUSED')
    }
    return {
      query: <R>(statement: Statement, values: Values = []) =>
        ask(session, { kind: 'statement', statement, values }) as Promise<R[]>,
      async listen(_channel, onNotify) {
        await pause(client)
        session.channels.push(onNotify)
      },
      onLost: (callback) => session.lost.push(callback),
      async close() {
        breakSession(session, withCode('Connection terminated', '08003'))
        await pause(client)
      },
    }
  }

  return {
    executed,
    connect: (client) => ({
      async query<R>(statement: Statement, values: Values = []) {
        const session = openSession(client)
        try {
          return (await ask(session, { kind: 'statement', statement, values })) as R[]
        } finally {
          sessions.delete(session)
        }
      },
      transaction: (work) => transaction(client, work),
      batch: (work) => transaction(client, work),
      execute: onlyNamed,
      connect: ({ lazyCommit = false } = {}) => lend(client, lazyCommit),
      close: () => Promise.resolve(),
    }),
    forget(client) {
      for (const session of sessions) {
        if (session.client === client && !leaveBehind(session, lostError()))
          breakSession(session, lostError())
      }
    },
    freeze(client, forMs) {
      if (forMs < idleInTransactionMs) return
      host.surely(idleInTransactionMs, () => {
        for (const session of sessions) {
          const idle =
            session.tx !== null &&
            !session.waiting &&
            host.nowMs() - session.idleSinceMs >= idleInTransactionMs / 2
          if (session.client === client && idle)
            breakSession(session, withCode('idle-in-transaction timeout', '25P03'))
        }
      })
    },
    dropBus(client) {
      for (const session of sessions)
        if (session.client === client && session.bus) breakSession(session, lostError())
    },
    crash() {
      for (const session of sessions) breakSession(session, withCode('terminating connection', '57P02'))
      const lost = lazyCommits.flat()
      engine.restore(lost)
      lazyCommits = []
      return lost.length
    },
    holdConsumer(consumer, held) {
      if (!held && consumerLocks.get(consumer) === outsider) consumerLocks.delete(consumer)
      if (held && !consumerLocks.has(consumer)) consumerLocks.set(consumer, outsider)
    },
    isHeld: (consumer) => consumerLocks.get(consumer) === outsider,
  }
}

/** Whether somebody in this chain of waiting waits for `tx`. */
function reaches(holders: ReadonlySet<Transaction>, tx: Transaction, seen = new Set<Transaction>()): boolean {
  for (const holder of holders) {
    if (holder === tx) return true
    if (seen.has(holder)) continue
    seen.add(holder)
    if (holder.waitsFor && reaches(holder.waitsFor, tx, seen)) return true
  }
  return false
}
