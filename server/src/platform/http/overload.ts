// Bounded admission: more requests under way than can be served soon are refused at once, with a
// time to come back.
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../process/metrics.ts'
import { sendProblem } from './problem.ts'

export interface OverloadOptions {
  /** Requests under way (streams not counted) before ordinary ones are refused. */
  readonly maxInFlight: number
  /** The same for vital routes, which keep a reserve. */
  readonly maxVitalInFlight: number
}

const defaults: OverloadOptions = { maxInFlight: 2_000, maxVitalInFlight: 3_000 }
const retryAfterSeconds = 1

export function guardOverload(
  app: FastifyInstance,
  metrics: Metrics,
  options: OverloadOptions = defaults,
): void {
  let inFlight = 0
  app.addHook('onRequest', (request, reply, done) => {
    const vital = request.routeOptions.config?.vital === true
    if (inFlight >= (vital ? options.maxVitalInFlight : options.maxInFlight)) {
      metrics.httpRefused.inc({ reason: 'overloaded' })
      sendProblem(reply, 'overloaded', { retryAfterSeconds })
      return
    }
    inFlight += 1
    const raw: Admitted = reply.raw
    raw[giveBack] = leave
    raw.on('close', onClose)
    done()
  })
  // One function for all requests: a closure for each is garbage on the hottest path.
  const leave = () => {
    inFlight -= 1
  }
}

const giveBack = Symbol('gives back the place of a request')

type Admitted = ServerResponse & { [giveBack]?: (() => void) | undefined }

function onClose(this: Admitted): void {
  releaseAdmission(this)
}

/**
 * A stream stays open for hours: it gives back its place among the requests under way as soon as it
 * is on its way.
 */
export function releaseAdmission(raw: Admitted): void {
  raw[giveBack]?.()
  raw[giveBack] = undefined
}
