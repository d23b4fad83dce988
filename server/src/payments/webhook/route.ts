// The processor's signed webhook. Its body is a trigger and never the truth: what a row does not
// know yet is asked at the processor. Events may come before the HTTP reply, twice, late, never,
// out of order and forged.
import type { FastifyInstance } from 'fastify'
import { makeCoalescer } from '../../platform/commands/coalesce.ts'
import { networkOf } from '../../platform/http/network.ts'
import { sendProblem } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { Log } from '../../platform/process/log.ts'
import type { Metrics } from '../../platform/process/metrics.ts'
import type { SecurityLog } from '../../platform/process/security-log.ts'
import {
  isOfInterest,
  type Judgement,
  judgeEvent,
  type KnownState,
  type WebhookEvent,
} from '../domain/webhook-news.ts'
import type { Processor } from '../processor/port.ts'
import type { Worker } from '../worker.ts'
import { readKnownStates, recordWebhookEvents } from './store.ts'

export interface WebhookOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly security: SecurityLog
  readonly processor: Processor
  readonly worker: Worker
}

const bodyLimitBytes = 512 * 1024
/**
 * Looks before the processor is told to come again: another process may hold the payment for a
 * moment.
 */
const looksMax = 4
const lookAgainMs = 150
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function registerWebhook(app: Http, options: WebhookOptions): void {
  const { metrics, processor, clock, security } = options
  const take = makeIntake(options)
  const register = async (scope: FastifyInstance) => {
    // The signature covers the bytes as they came: nothing may parse them before.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: bodyLimitBytes },
      (_request, body, done) => done(null, body),
    )
    const schema = {
      security: [],
      summary: 'Receive the card processor’s signed events',
      tags: ['payments'],
      response: {},
    }
    scope.post(
      '/api/payments/webhooks/stripe',
      { config: { signed: true, vital: true }, bodyLimit: bodyLimitBytes, schema },
      async (request, reply) => {
        const header = request.headers['stripe-signature']
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const event = processor.verifyWebhook(
          body,
          typeof header === 'string' ? header : undefined,
          clock.nowMs(),
        )
        if (!event) {
          metrics.webhooks.inc({ outcome: 'forged' })
          const network = networkOf(request.ip)
          security.note('webhook_refused', { network }, network)
          return sendProblem(reply, 'bad_signature')
        }
        const outcome = await take(event)
        metrics.webhooks.inc({ outcome })
        // A wanted retry is a 5xx; everything that is dealt with is a 2xx, also a no.
        if (outcome === 'busy') return sendProblem(reply, 'unavailable', { retryAfterSeconds: 2 })
        return reply.send({ received: true })
      },
    )
  }
  ;(app as unknown as FastifyInstance).register(register)
}

/** Takes one event in: what happened to it, for the count. */
function makeIntake({
  db,
  clock,
  log,
  processor,
  worker,
}: WebhookOptions): (event: WebhookEvent) => Promise<Judgement | 'advanced' | 'busy'> {
  const judge = makeJudge(db, processor)
  return async (event) => {
    if (!isOfInterest(event.type)) return 'ignored'
    for (let look = 1; look <= looksMax; look += 1) {
      const { judgement, state } = await judge(event)
      if (judgement === 'mismatch')
        log.warn({ eventId: event.id, type: event.type }, 'a webhook does not fit its payment')
      if (judgement !== 'behind' || !state?.paymentId) return judgement
      const { paymentId } = state
      // The reply of our own call is on its way: it tells the same.
      if (worker.isRunning(paymentId)) {
        await worker.settled(paymentId)
        continue
      }
      // Only a look that began after the event tells what it tells: a step that was faster to the
      // lease may not.
      const { looked, lookedAtRefunds } = await worker.advance(paymentId, true)
      if (event.intentStatus === null ? lookedAtRefunds : looked) {
        await recordWebhookEvents(db, [
          { id: event.id, type: event.type, payment_id: paymentId, outcome: 'advanced' },
        ])
        return 'advanced'
      }
      await clock.sleep(lookAgainMs * look)
    }
    return 'busy'
  }
}

interface Judged {
  readonly judgement: Judgement
  readonly state: KnownState | undefined
}

interface JudgeJob {
  readonly event: WebhookEvent
  resolve(judged: Judged): void
  reject(error: unknown): void
}

/**
 * Judges all events that come together with one read, and records those that tell nothing new with
 * one insert.
 */
function makeJudge(db: Database, processor: Processor): (event: WebhookEvent) => Promise<Judged> {
  const run = async (jobs: JudgeJob[]) => {
    try {
      const asked = jobs.map(({ event }) => ({
        eventId: event.id,
        paymentId: event.paymentId !== null && uuid.test(event.paymentId) ? event.paymentId : null,
        intentId: event.intentId,
      }))
      const states = await readKnownStates(db, asked)
      const judged = jobs.map(({ event }) => {
        const state = states.get(event.id)
        return { judgement: judgeEvent(event, state, processor.livemode), state }
      })
      const settled = jobs.flatMap(({ event }, index) => {
        const outcome = judged[index]?.judgement
        const paymentId = judged[index]?.state?.paymentId ?? null
        return outcome === 'known' ? [{ id: event.id, type: event.type, payment_id: paymentId, outcome }] : []
      })
      await recordWebhookEvents(db, settled)
      for (const [index, job] of jobs.entries())
        job.resolve(judged[index] ?? { judgement: 'foreign', state: undefined })
    } catch (error) {
      for (const job of jobs) job.reject(error)
    }
  }
  const coalescer = makeCoalescer<JudgeJob>({ lanes: 1, maxWeight: 200, weigh: () => 1, run })
  return (event) => new Promise((resolve, reject) => coalescer.submit({ event, resolve, reject }))
}
