// The walk of a command: load, decide, evolve, save, append, commit. The only place that opens a write transaction,
// and many commands share one (group commit). Never calls the network.
import { isEventType, type EventType, type FactOf, type ServiceName } from '@holdfast/contract'
import { makeCoalescer } from './coalesce.ts'
import { isUnavailable, type Database, type Tx } from './db.ts'
import {
  AnsweredElsewhere,
  findAnswers,
  indexOfKey,
  storeAnswers,
  type IdempotencyKey,
  type StoredAnswer,
} from './idempotency.ts'
import { HandledElsewhere, readHandled, recordHandled } from './inbox.ts'
import { appendToOutbox, seal, type Recorded } from './outbox.ts'

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
  save(tx: Tx, world: World): Promise<void>
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
  /** Called after each commit that stored events: the bus's wake-up hint. */
  readonly onCommitted: () => void
  readonly lanes?: number
  readonly maxBatch?: number
}

interface Item<Command> {
  readonly command: Command
  readonly causationId: string | null
}

/** The commands of one caller. They share one fate: a consumer's events, or one request's command. */
interface Job<Command, Rejection extends string, Answer> {
  readonly items: readonly Item<Command>[]
  readonly idempotency?: IdempotencyKey
  readonly inbox?: { consumer: string; events: readonly Translated<Command>[]; notYet: (r: Rejection) => boolean }
  settle(result: JobResult<Rejection, Answer>): void
  fail(error: unknown): void
}

interface JobResult<Rejection extends string, Answer> {
  readonly outcomes: Outcome<Answer, Rejection>[]
  readonly handled: Handled<Rejection>[]
}

/** By the contract's table of names; each service is typed to make only its own. */
function isPublished(fact: AnyFact): fact is FactOf<EventType> {
  return isEventType(fact.type)
}

const transientCodes = new Set(['40001', '40P01'])
const maxAttempts = 5

export function makeHandler<Command, World, Fact extends AnyFact, Rejection extends string, Answer>(
  model: Model<Command, World, Fact, Rejection, Answer>,
  options: HandlerOptions,
): Handler<Command, Rejection, Answer> {
  type AnyJob = Job<Command, Rejection, Answer>
  const inFlight = new Set<string>()

  /** One transaction for the whole batch. Returns what to tell each job, once it is committed. */
  const commitBatch = (jobs: readonly AnyJob[]): Promise<JobResult<Rejection, Answer>[]> => {
    const work = options.db.transaction(async (tx) => {
      const batch = makeBatch(model, tx)
      const world = await batch.begin(jobs)
      const results = jobs.map((job) => batch.decide(job))
      const stored = await batch.finish()
      return { world, results, stored }
    })
    return work.then(({ world, results, stored }) => {
      if (stored) options.onCommitted()
      model.committed?.(world)
      return results
    })
  }

  const runAlone = async (job: AnyJob): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [result] = await commitBatch([job])
        if (!result) throw new Error('a batch of one gave no result')
        return job.settle(result)
      } catch (error) {
        const again =
          error instanceof AnsweredElsewhere ||
          error instanceof HandledElsewhere ||
          transientCodes.has((error as { code?: string }).code ?? '')
        if (!again || attempt === maxAttempts) return job.fail(error)
      }
    }
  }

  const run = async (jobs: AnyJob[]): Promise<void> => {
    try {
      const results = await commitBatch(jobs)
      for (const [index, job] of jobs.entries()) {
        const result = results[index]
        if (result) job.settle(result)
      }
    } catch (error) {
      if (isUnavailable(error)) {
        for (const job of jobs) job.fail(error)
        return
      }
      // One poison command must not hurt its neighbours: each is tried by itself.
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
          items: events.flatMap((event) =>
            event.commands.map((command) => ({ command, causationId: event.eventId })),
          ),
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

/** The state of one transaction: the world, what was decided so far, and what is to be stored with it. */
function makeBatch<Command, World, Fact extends AnyFact, Rejection extends string, Answer>(
  model: Model<Command, World, Fact, Rejection, Answer>,
  tx: Tx,
) {
  const events: ReturnType<typeof seal>[] = []
  const answers: StoredAnswer[] = []
  const handledBy = new Map<string, string[]>()
  let known = new Map<string, StoredAnswer>()
  const seenBy = new Map<string, Set<string>>()
  const putOff = new Map<string, Rejection>()
  let world: World

  const decideOne = ({ command, causationId }: Item<Command>): Outcome<Answer, Rejection> => {
    const decision = model.decide(world, command, tx.now)
    if ('rejection' in decision) return { ok: false, ...decision }
    for (const fact of decision.facts) {
      const recorded = model.apply(world, fact, tx.now)
      if (isPublished(fact)) events.push(seal(model.service, { fact, ...recorded }, tx.now, causationId))
    }
    return { ok: true, answer: decision.answer, replayed: false }
  }

  const decideRequest = (item: Item<Command>, key: IdempotencyKey): Outcome<Answer, Rejection> => {
    const before = known.get(indexOfKey(key))
    if (before) {
      if (before.fingerprint !== key.fingerprint) return { ok: false, rejection: 'idempotency_key_reused' }
      return { ok: true, answer: before.answer as Answer, replayed: true }
    }
    const outcome = decideOne(item)
    if (outcome.ok) {
      const stored = { ...key, answer: outcome.answer }
      known.set(indexOfKey(key), stored)
      answers.push(stored)
    }
    return outcome
  }

  const decideEvent = (event: Translated<Command>, job: Required<Job<Command, Rejection, Answer>>['inbox']) => {
    const seen = seenBy.get(job.consumer)
    if (seen?.has(event.eventId)) return { ok: true } as const
    const blockedBy = putOff.get(event.subject)
    if (blockedBy !== undefined) return { ok: false, rejection: blockedBy } as const
    const rejections: Rejection[] = []
    for (const command of event.commands) {
      const outcome = decideOne({ command, causationId: event.eventId })
      if (!outcome.ok) rejections.push(outcome.rejection as Rejection)
    }
    const later = rejections.find((rejection) => job.notYet(rejection))
    if (later !== undefined) {
      putOff.set(event.subject, later)
      return { ok: false, rejection: later } as const
    }
    seen?.add(event.eventId)
    const handled = handledBy.get(job.consumer)
    if (handled) handled.push(event.eventId)
    else handledBy.set(job.consumer, [event.eventId])
    return { ok: true } as const
  }

  return {
    async begin(jobs: readonly Job<Command, Rejection, Answer>[]): Promise<World> {
      known = await findAnswers(tx, jobs.flatMap((job) => (job.idempotency ? [job.idempotency] : [])))
      for (const { inbox } of jobs) {
        if (!inbox) continue
        const ids = inbox.events.map((event) => event.eventId)
        const before = await readHandled(tx, inbox.consumer, ids)
        seenBy.set(inbox.consumer, new Set([...(seenBy.get(inbox.consumer) ?? []), ...before]))
      }
      world = await model.load(tx, jobs.flatMap((job) => job.items.map((item) => item.command)))
      return world
    },
    decide(job: Job<Command, Rejection, Answer>): JobResult<Rejection, Answer> {
      const { inbox, idempotency } = job
      if (inbox) return { outcomes: [], handled: inbox.events.map((event) => decideEvent(event, inbox)) }
      const outcomes = job.items.map((item) => (idempotency ? decideRequest(item, idempotency) : decideOne(item)))
      return { outcomes, handled: [] }
    },
    /** Stores everything; tells whether any event was among it. */
    async finish(): Promise<boolean> {
      await model.save(tx, world)
      await appendToOutbox(tx, events)
      await storeAnswers(tx, answers)
      for (const [consumer, ids] of handledBy) await recordHandled(tx, consumer, ids)
      return events.length > 0
    },
  }
}
