// Bounded admission: more requests under way than can be served soon are refused at once, with a time to come back.
import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'
import { sendProblem } from './problem.ts'

export interface OverloadOptions {
  /** Requests under way (streams not counted) before ordinary ones are refused. */
  readonly maxInFlight: number
  /** The same for vital routes, which keep a reserve. */
  readonly maxVitalInFlight: number
}

const defaults: OverloadOptions = { maxInFlight: 2_000, maxVitalInFlight: 3_000 }
const retryAfterSeconds = 1

export function guardOverload(app: FastifyInstance, metrics: Metrics, options: OverloadOptions = defaults): void {
  let inFlight = 0
  app.addHook('onRequest', (request, reply, done) => {
    const vital = request.routeOptions.config?.vital === true
    if (inFlight >= (vital ? options.maxVitalInFlight : options.maxInFlight)) {
      metrics.httpRefused.inc({ reason: 'overloaded' })
      sendProblem(reply, 'overloaded', { retryAfterSeconds })
      return
    }
    inFlight += 1
    // A stream stays open for hours: it gives its place back as soon as it is under way.
    reply.raw.once('close', () => {
      if (!released.has(reply.raw)) inFlight -= 1
    })
    releases.set(reply.raw, () => {
      inFlight -= 1
    })
    done()
  })
}

const released = new WeakSet<object>()
const releases = new WeakMap<object, () => void>()

/** A long-lived stream gives back its place among the requests under way. */
export function releaseAdmission(raw: object): void {
  if (released.has(raw)) return
  released.add(raw)
  releases.get(raw)?.()
}
