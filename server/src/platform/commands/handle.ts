// The walk of a command: load, decide, evolve, save, append, commit. The only place that opens a
// transaction in which events are stored, and many commands share one (group commit). Never calls
// the network.
import type { Event } from '@holdfast/contract'
import type { BatchTx, Database, Write } from '../postgres/database.ts'
import { isUnavailable, lostRace } from '../postgres/failures.ts'
import { makeFailpoint } from '../process/failpoint.ts'
import { type Job, type JobResult, makeBatch } from './batch.ts'
import { makeCoalescer } from './coalesce.ts'
import { indexOfKey } from './idempotency.ts'
import type { AnyFact, Cause, Handled, Model, Outcome, Translated } from './model.ts'

export interface Handler<Command, Rejection extends string, Answer> {
  handle(command: Command, cause?: Cause): Promise<Outcome<Answer, Rejection>>
  /**
   * One transaction for all the events, effects and inbox together. `notYet` tells which rejections
   * mean: try later.
   */
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
  const send = (tx: BatchTx, writes: readonly Write[]): Promise<void> => {
    beforeCommit()
    return tx.commitWith(writes)
  }

  /** One transaction for the whole batch. */
  const commitBatch = (jobs: readonly AnyJob[]) =>
    options.db.batch(async (tx) => {
      const batch = makeBatch(model, tx)
      const world = await batch.begin(jobs)
      const results = jobs.map((job) => batch.decide(job))
      await send(tx, batch.writes())
      return { world, results, stored: batch.events }
    })

  /**
   * Tells everybody once it is committed. From here on nothing may be tried again, whatever a
   * listener throws.
   */
  const tell = (
    jobs: readonly AnyJob[],
    { world, results, stored }: Awaited<ReturnType<typeof commitBatch>>,
  ) => {
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
