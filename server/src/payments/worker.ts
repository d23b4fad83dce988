// The worker: performs leased steps at the card processor, outside any transaction, and records the
// results. The commit that leased a step hands it over. The sweeper finds payments that nobody
// finished. Decides nothing.

import type { Database } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import { newId } from '../platform/process/clock.ts'
import { makeFailpoint } from '../platform/process/failpoint.ts'
import type { Log } from '../platform/process/log.ts'
import type { Metrics } from '../platform/process/metrics.ts'
import type { Command } from './domain/commands.ts'
import { leaseSeconds, type Payment } from './domain/payment.ts'
import type { PaymentsHandler } from './model.ts'
import type { Intent, Processor } from './processor/port.ts'
import { type Describe, makeSteps } from './processor/steps.ts'
import { findDue } from './store/payments.ts'
import type { Work, World } from './world.ts'

/**
 * The payment after its steps, and the intent, which only the buyer may see. Both are null if no
 * step was under way.
 */
export interface Settled {
  readonly payment: Payment | null
  readonly intent: Intent | null
}

export interface Advanced extends Settled {
  /** This call asked the processor for the current state and got it. Other steps may miss news. */
  readonly looked: boolean
  /** The look covered the refunds too. A look that first discovers a capture does not. */
  readonly lookedAtRefunds: boolean
}

export interface Worker {
  /** Starts the steps that a commit leased to this process. */
  committed(world: World): void
  /**
   * Moves a payment as far as it can go now. Idempotent: HTTP replies, webhooks and the sweeper all
   * use it.
   */
  advance(paymentId: string, look: boolean): Promise<Advanced>
  /**
   * Waits until this process has no step under way for the payment. Throws if a result could not be
   * stored.
   */
  settled(paymentId: string): Promise<Settled>
  isRunning(paymentId: string): boolean
  /** Starts the payments that are due, and gives their number. */
  sweep(): Promise<number>
  start(): () => Promise<void>
}

export interface WorkerOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly processor: Processor
  /** What is written to a new intent about its order. */
  readonly describe?: Describe
  /** A function, because the handler is made after the worker: its commits bring the work. */
  readonly handler: () => PaymentsHandler
}

/** Concurrent calls. More would only queue at the processor. */
const maxCalls = 64
const sweepEveryMs = 500
const sweepLimit = 200

interface Run {
  readonly work: Work
  readonly done: Promise<Intent | null>
  /** The payment as this process last committed it. */
  payment: Payment
  /** The processor's current state was read and recorded. */
  looked: boolean
  /** With its refunds. */
  lookedAtRefunds: boolean
}

export function makeWorker(options: WorkerOptions): Worker {
  const { db, clock, log, metrics, processor } = options
  const running = new Map<string, Run>()
  const slots = makeSlots(maxCalls)
  const perform = makeSteps(processor, metrics, options.describe)
  const beforeEffect = makeFailpoint('payments.before_effect')
  const afterEffect = makeFailpoint('payments.after_effect')

  const run = async (work: Work, onLooked: (atRefunds: boolean) => void): Promise<Intent | null> => {
    const takenMs = clock.nowMs()
    const result = await slots.lend(async () => {
      // If the lease expired in the queue, another process may hold the payment now.
      if (clock.nowMs() - takenMs > leaseSeconds * 1000) return null
      beforeEffect()
      return perform(work, { now: new Date(clock.nowMs()).toISOString(), newId })
    })
    if (result === null) return null
    afterEffect()
    const outcome = await options.handler().handle(result.command)
    if (!outcome.ok)
      log.warn(
        { paymentId: work.payment.id, step: work.step, rejection: outcome.rejection },
        'the result of a step was dropped',
      )
    else if (work.step === 'retrieve' && result.command.type !== 'RecordUnknown')
      onLooked(showsRefunds(result.command))
    return result.intent
  }

  const begin = (work: Work) => {
    const { id } = work.payment
    const done = run(work, (atRefunds) => {
      current.looked = true
      current.lookedAtRefunds = atRefunds
    })
    const current: Run = { work, done, payment: work.payment, looked: false, lookedAtRefunds: false }
    running.set(id, current)
    const leave = () => {
      if (running.get(id)?.work === work) running.delete(id)
    }
    done.then(leave, (error: Error) => {
      leave()
      // The lease expires, and the sweeper tries again.
      log.error({ err: error, paymentId: id, step: work.step }, 'a step of a payment failed')
    })
  }

  const committed = ({ changed, payments, works }: World) => {
    for (const id of changed.payments) {
      const current = running.get(id)
      const payment = payments.get(id)
      if (current && payment) current.payment = payment
    }
    for (const { id, paymentId, status, origin } of changed.refunds.values()) {
      // Money is owed and does not move by itself: an operator has to act.
      if (status === 'failed') log.error({ refundId: id, paymentId, origin }, 'a refund failed')
    }
    for (const work of works) begin(work)
  }

  const settled = async (paymentId: string): Promise<Settled> => {
    let intent: Intent | null = null
    let payment: Payment | null = null
    for (;;) {
      const current = running.get(paymentId)
      if (!current) return { payment, intent }
      intent = (await current.done) ?? intent
      payment = current.payment
      // `begin` deletes the entry only after this turn. Without this, the loop would find it again.
      if (running.get(paymentId) === current) running.delete(paymentId)
    }
  }

  const advance = async (paymentId: string, look: boolean): Promise<Advanced> => {
    let own: Run | undefined
    if (!running.has(paymentId)) {
      const outcome = await options.handler().handle({ type: 'TakeLease', paymentId, look })
      if (outcome.ok && outcome.answer.looks === true) own = running.get(paymentId)
    }
    const { payment, intent } = await settled(paymentId)
    return { payment, intent, looked: own?.looked === true, lookedAtRefunds: own?.lookedAtRefunds === true }
  }

  const sweep = async (): Promise<number> => {
    const ids = (await findDue(db, sweepLimit)).filter((id) => !running.has(id))
    await Promise.all(
      ids.map((paymentId) => options.handler().handle({ type: 'TakeLease', paymentId, look: false })),
    )
    return ids.length
  }

  return {
    committed,
    advance,
    settled,
    sweep,
    isRunning: (paymentId) => running.has(paymentId),
    start() {
      const stopping = new AbortController()
      const loop = async () => {
        while (!stopping.signal.aborted) {
          await sweep().catch((error: Error) =>
            log.warn({ err: error }, 'the search for due payments failed'),
          )
          await clock.sleep(sweepEveryMs, stopping.signal)
        }
      }
      const ended = loop()
      return async () => {
        stopping.abort()
        await ended
        await Promise.allSettled([...running.values()].map(({ done }) => done))
      }
    },
  }
}

/** The refunds are listed if our row knows of a capture. Without a capture there are none. */
function showsRefunds(command: Command): boolean {
  return (
    command.type === 'RecordRefunds' ||
    (command.type === 'RecordObservation' && command.seen.status !== 'succeeded')
  )
}

/** Lends at most `count` slots at a time. Other callers wait in line. */
function makeSlots(count: number) {
  let free = count
  const waiting: (() => void)[] = []
  return {
    async lend<Value>(work: () => Promise<Value>): Promise<Value> {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free += 1
      }
    },
  }
}
