// The worker: does leased steps at the card processor, outside of any transaction, and records what came of them. A
// step comes from whoever committed the need for it; the sweeper brings what was left behind. Decides nothing.

import type { Database } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import { newId } from '../platform/process/clock.ts'
import { makeFailpoint } from '../platform/process/failpoint.ts'
import type { Log } from '../platform/process/log.ts'
import type { Metrics } from '../platform/process/metrics.ts'
import type { Command, Work, World } from './domain/commands.ts'
import { leaseSeconds, type Payment } from './domain/payment.ts'
import type { PaymentsHandler } from './model.ts'
import type { Intent, Processor } from './processor/port.ts'
import { makeSteps } from './processor/steps.ts'
import { findDue } from './store/payments.ts'

/** How a payment stands when its steps are done, with what only the buyer may see. Nulls when nothing was under way. */
export interface Settled {
  readonly payment: Payment | null
  readonly intent: Intent | null
}

export interface Advanced extends Settled {
  /** The processor was asked what it knows, after this call, and told it. Another step may not show what is new. */
  readonly looked: boolean
  /** Its refunds as well: not by a look that only finds out that money was taken. */
  readonly lookedAtRefunds: boolean
}

export interface Worker {
  /** Begins the steps that a commit leased to this process. */
  committed(world: World): void
  /** Brings a payment as far as it goes now. Idempotent: from the HTTP reply, the webhook and the sweeper alike. */
  advance(paymentId: string, look: boolean): Promise<Advanced>
  /** Waits until this process has nothing under way for the payment; throws when a result could not be stored. */
  settled(paymentId: string): Promise<Settled>
  isRunning(paymentId: string): boolean
  /** Looks for payments that are due and begins them; tells how many there were. */
  sweep(): Promise<number>
  start(): () => Promise<void>
}

export interface WorkerOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly processor: Processor
  /** Made after the worker, because its commits bring the work. */
  readonly handler: () => PaymentsHandler
}

/** Calls under way at once. More would only wait at the processor. */
const maxCalls = 64
const sweepEveryMs = 500
const sweepLimit = 200

interface Run {
  readonly work: Work
  readonly done: Promise<Intent | null>
  /** The payment as this process last committed it. */
  payment: Payment
  /** What the processor knows was asked for, and taken in. */
  looked: boolean
  /** Its refunds as well. */
  lookedAtRefunds: boolean
}

export function makeWorker(options: WorkerOptions): Worker {
  const { db, clock, log, metrics, processor } = options
  const running = new Map<string, Run>()
  const slots = makeSlots(maxCalls)
  const perform = makeSteps(processor, metrics)
  const beforeEffect = makeFailpoint('payments.before_effect')
  const afterEffect = makeFailpoint('payments.after_effect')

  const run = async (work: Work, onLooked: (atRefunds: boolean) => void): Promise<Intent | null> => {
    const takenMs = clock.nowMs()
    const result = await slots.lend(async () => {
      // A lease that ended in the queue may be somebody else's by now.
      if (clock.nowMs() - takenMs > leaseSeconds * 1000) return null
      beforeEffect()
      return perform(work, { now: new Date(clock.nowMs()).toISOString(), newId })
    })
    if (result === null) return null
    afterEffect()
    const outcome = await options.handler().handle(result.command)
    if (!outcome.ok)
      log.warn({ paymentId: work.payment.id, step: work.step, rejection: outcome.rejection }, 'a result was not taken')
    else if (work.step === 'retrieve' && result.command.type !== 'RecordUnknown') onLooked(showsRefunds(result.command))
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
      // The lease ends by itself, and the sweeper tries again.
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
      // Money is owed and does not move by itself: somebody has to act.
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
      // The entry of a finished step goes in the same turn; without this wait the loop would find it again.
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
    await Promise.all(ids.map((paymentId) => options.handler().handle({ type: 'TakeLease', paymentId, look: false })))
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
          await sweep().catch((error: Error) => log.warn({ err: error }, 'looking for payments that are due failed'))
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

/** Refunds are listed when our row knows that money was taken. Of what was not taken there are none. */
function showsRefunds(command: Command): boolean {
  return command.type === 'RecordRefunds' || (command.type === 'RecordObservation' && command.seen.status !== 'succeeded')
}

/** Lends at most `count` slots at a time; the others wait in line. */
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
