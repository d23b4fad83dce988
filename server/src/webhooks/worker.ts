// Sends webhooks. Any number of processes run it; a few messages are under way at once in each, so that
// receivers that hang fill no memory.
import type { Database } from '../platform/postgres/database.ts'
import { type Clock, makeWaker } from '../platform/process/clock.ts'
import { makeFailpoint } from '../platform/process/failpoint.ts'
import type { Log } from '../platform/process/log.ts'
import type { Metrics } from '../platform/process/metrics.ts'
import { signatureOf, type WebhookSecrets } from '../platform/secrets/webhooks.ts'
import type { Carrier } from './carrier/post.ts'
import type { Answer } from './domain/delivery.ts'
import { record, type Taken, takeDue } from './queue.ts'
import { readMessage } from './read/deliveries.ts'
import { listBusyEndpoints } from './store/deliveries.ts'
import { secretNamesOf } from './store/endpoints.ts'

const longestRestMs = 1_000
const mostUnderWay = 64
const stopWithinMs = 5_000

export interface WebhookWorkerParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly secrets: WebhookSecrets
  readonly carrier: Carrier
}

export function makeWebhookWorker(parts: WebhookWorkerParts) {
  const { db, clock, log } = parts
  const deliver = makeDelivery(parts)
  const waker = makeWaker(clock)
  const underWay = new Set<Promise<void>>()
  let stopping = false

  const begin = (taken: Taken) => {
    const sending = deliver(taken)
      .catch((error: unknown) => log.warn({ err: error }, 'a webhook could not be sent; trying again'))
      .finally(() => {
        underWay.delete(sending)
        // The next of its order may go.
        waker.wake()
      })
    underWay.add(sending)
  }

  const run = async () => {
    while (!stopping) {
      try {
        for (const id of await listBusyEndpoints(db)) {
          if (stopping || underWay.size >= mostUnderWay) break
          for (const taken of await takeDue(db, id)) begin(taken)
        }
      } catch (error) {
        log.warn({ err: error }, 'webhooks could not be looked at; trying again')
      }
      await waker.rest(longestRestMs)
    }
  }

  return {
    /** There may be something to send. */
    wake: () => waker.wake(),
    start() {
      const running = run()
      return async () => {
        stopping = true
        waker.wake()
        await running
        // What is under way is waited for a moment; its lease brings it back.
        await Promise.race([Promise.allSettled(underWay), clock.sleep(stopWithinMs)])
      }
    },
  }
}

/** Sends one message and records what came of it. */
function makeDelivery({ db, clock, metrics, secrets, carrier }: WebhookWorkerParts) {
  const beforeSend = makeFailpoint('webhooks.before_send')
  const afterSend = makeFailpoint('webhooks.after_send')

  const send = async ({ delivery, endpoint }: Taken): Promise<Answer | null> => {
    const event = await readMessage(db, delivery.id)
    if (!event) return null
    const body = JSON.stringify(event)
    const timestamp = Math.floor(clock.nowMs() / 1_000)
    const keys = secretNamesOf(endpoint).flatMap((name) => secrets.secretOf(name) ?? [])
    if (keys.length === 0) return { status: null, text: 'the key of its secret is not known here' }
    beforeSend()
    const answer = await carrier({
      url: endpoint.url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Holdfast-Webhooks/1',
        'webhook-id': event.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatureOf(keys, { id: event.id, timestamp, body }),
      },
      body,
    })
    afterSend()
    return answer
  }

  return async (taken: Taken): Promise<void> => {
    const answer = await send(taken)
    if (!answer) return
    const facts = await record(db, taken, answer)
    for (const { type } of facts) {
      if (type === 'Delivered' || type === 'Failed' || type === 'GivenUp' || type === 'EndpointDisabled')
        metrics.webhookDeliveries.inc({ outcome: outcomes[type] })
    }
  }
}

const outcomes = {
  Delivered: 'delivered',
  Failed: 'failed',
  GivenUp: 'given_up',
  EndpointDisabled: 'disabled',
} as const
