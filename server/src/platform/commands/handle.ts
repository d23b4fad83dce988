// The walk of a command: load, decide, evolve, save, append, commit. The only place that opens a transaction in which events
// are stored, and many commands share one (group commit). Never calls the network.
import type { Event, ServiceName } from '@holdfast/contract'
import type { Database, Tx, Write } from '../postgres/database.ts'
import { isUnavailable, lostRace } from '../postgres/failures.ts'
import { makeFailpoint } from '../process/failpoint.ts'
import { type Job, type JobResult, makeBatch } from './batch.ts'
import { makeCoalescer } from './coalesce.ts'
import { type IdempotencyKey, indexOfKey } from './idempotency.ts'
import type { Recorded } from './outbox.ts'

/** What `decide` says: facts with an answer, or the reason why not. `Fact` is a fact of the deciding service. */
export type Decision<Fact, Rejection extends string, Answer = undefined> =
  | { readonly facts: readonly Fact[]; readonly answer: Answer }
  | { readonly rejection: Rejection; readonly detail?: string }

/** A fact of any kind: an event of the contract, or a private one that changes this service only and is not published. */
export interface AnyFact {
  readonly type: string
  readonly data: unknown
}

/** How one service decides. `World` is all that one batch of commands may read and change, in memory. */
export interface Model<Command, World, Fact extends AnyFact, Rejection extends string, Answer> {
  readonly service: ServiceName
  /** Reads and locks everything the commands need, in one fixed order. */
  load(tx: Tx, commands: readonly Command[]): Promise<World>
  decide(world: World, command: Command, now: string): Decision<Fact, Rejection, Answer>
  /** Evolves the world by a fact and tells whose fact it was. What it says of a private fact is not used. */
  apply(world: World, fact: Fact, now: string): Omit<Recorded, 'fact'>
  /** What is to be stored of the world. It travels with the commit, so nothing can be asked about it. */
  save(world: World, now: string): readonly Write[]
  /** Of it, what everybody changes at once: stored behind all else, so that it is locked for no longer than the commit takes. */
  saveContested?(world: World): readonly Write[]
  /** What is stored of an answer under its idempotency key, and given again as the answer of a replay. All of it by default. */
  remember?(answer: Answer): Answer
  /** Told after the commit, with the world as it now stands: for caches and for waking workers. Must not throw. */
  committed?(world: World): void
}

export type Outcome<Answer, Rejection extends string> =
  | { readonly ok: true; readonly answer: Answer; readonly replayed: boolean }
  | { readonly ok: false; readonly rejection: Rejection | IdempotencyRejection; readonly detail?: string }

export type IdempotencyRejection = 'idempotency_key_reused' | 'idempotency_key_in_use'

/** Who or what caused a command. */
export interface Cause {
  readonly causationId?: string | null
  readonly idempotency?: IdempotencyKey
}

/** A foreign event and the commands it means here. */
export interface Translated<Command> {
  readonly eventId: string
  /** The foreign aggregate: when one of its events is put off, the later ones wait behind it. */
  readonly subject: string
  readonly commands: readonly Command[]
}

/** What became of an event: its effect is in, or it was put off because a command was rejected as `notYet`. */
export type Handled<Rejection> = { readonly ok: true } | { readonly ok: false; readonly rejection: Rejection }

export interface Handler<Command, Rejection extends string, Answer> {
  handle(command: Command, cause?: Cause): Promise<Outcome<Answer, Rejection>>
  /** One transaction for all the events, effects and inbox together. `notYet` tells which rejections mean: try later. */
  handleEvents(
    consumer: string,
    events: readonly Translated<Command>[],
    notYet: (rejection: Rejection) => boolean,
  ): Promise<Handled<Rejection>[]>
  readonly waiting: number
  drain(): Promise<void>
}

export interface HandlerOptions {
  readonly db: Database
  /** Called after each commit that stored events, with them: the bus's wake-up hint. */
  readonly onCommitted: (events: readonly Event[]) => void
  readonly lanes?: number
  readonly maxBatch?: number
}

const maxAttempts = 5

export function makeHandler<Command, World, Fact extends AnyFact, Rejection extends string, Answer>(
  model: Model<Command, World, Fact, Rejection, Answer>,
  options: HandlerOptions,
): Handler<Command, Rejection, Answer> {
  type AnyJob = Job<Command, Rejection, Answer>
  const inFlight = new Set<string>()
  const beforeCommit = makeFailpoint(`${model.service}.before_commit`)
  const afterCommit = makeFailpoint(`${model.service}.after_commit`)

  /** By itself, so that nothing holds the rows while the commit is waited for. */
  const send = (tx: Tx, writes: readonly Write[]): Promise<void> => {
    beforeCommit()
    return tx.commitWith(writes)
  }

  /** One transaction for the whole batch. */
  const commitBatch = (jobs: readonly AnyJob[]) =>
    options.db.transaction(
      async (tx) => {
        const batch = makeBatch(model, tx)
        const world = await batch.begin(jobs)
        const results = jobs.map((job) => batch.decide(job))
        await send(tx, batch.writes())
        return { world, results, stored: batch.events }
      },
      { readsFirst: true },
    )

  /** Tells everybody once it is committed. From here on nothing may be tried again, whatever a listener throws. */
  const tell = (jobs: readonly AnyJob[], { world, results, stored }: Awaited<ReturnType<typeof commitBatch>>) => {
    afterCommit()
    try {
      if (stored.length > 0) options.onCommitted(stored)
      model.committed?.(world)
    } catch (error) {
      for (const job of jobs) job.fail(error)
      return
    }
    for (const [index, job] of jobs.entries()) job.settle(results[index] as JobResult<Rejection, Answer>)
  }

  const runAlone = async (job: AnyJob): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return tell([job], await commitBatch([job]))
      } catch (error) {
        if (!lostRace(error) || attempt === maxAttempts) return job.fail(error)
      }
    }
  }

  const run = async (jobs: AnyJob[]): Promise<void> => {
    const [first] = jobs
    if (first && jobs.length === 1) return runAlone(first)
    try {
      return tell(jobs, await commitBatch(jobs))
    } catch (error) {
      if (isUnavailable(error)) {
        for (const job of jobs) job.fail(error)
        return
      }
      // A batch of many may be refused for one of them, or for a deadlock: each is tried by itself.
      for (const job of jobs) await runAlone(job)
    }
  }

  const coalescer = makeCoalescer<AnyJob>({
    lanes: options.lanes ?? 2,
    maxWeight: options.maxBatch ?? 200,
    weigh: (job) => job.items.length,
    run,
  })

  return {
    handle(command, { causationId = null, idempotency } = {}) {
      const index = idempotency && indexOfKey(idempotency)
      if (index !== undefined) {
        if (inFlight.has(index)) return Promise.resolve({ ok: false, rejection: 'idempotency_key_in_use' })
        inFlight.add(index)
      }
      return new Promise((resolve, reject) => {
        const leave = () => index !== undefined && inFlight.delete(index)
        coalescer.submit({
          items: [{ command, causationId }],
          ...(idempotency ? { idempotency } : {}),
          settle({ outcomes: [outcome] }) {
            leave()
            if (outcome) resolve(outcome)
            else reject(new Error('a command got no outcome'))
          },
          fail(error) {
            leave()
            reject(error)
          },
        })
      })
    },
    handleEvents: (consumer, events, notYet) =>
      new Promise((resolve, reject) => {
        coalescer.submit({
          items: events.flatMap((event) => event.commands.map((command) => ({ command, causationId: event.eventId }))),
          inbox: { consumer, events, notYet },
          settle: (result) => resolve(result.handled),
          fail: reject,
        })
      }),
    get waiting() {
      return coalescer.waiting
    },
    drain: () => coalescer.drain(),
  }
}
