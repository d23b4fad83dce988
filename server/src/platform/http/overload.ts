// Bounded admission: a request counts when its body is there, and more than can be served soon are
// refused at once, with a time to come back. What one network may take stands in crowd/limits.ts.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from '../process/metrics.ts'
import { sendBusy } from './busy.ts'
import { type CrowdLimits, crowdLimits } from './crowd/limits.ts'
import { makeRequestCounts, type RequestCounts } from './crowd/requests.ts'
import { type Holding, makeShares, type Shares } from './crowd/shares.ts'
import { findLine, type Line, watchSockets } from './crowd/sockets.ts'
import { networkOf } from './network.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom limits per network count the request for; null where there are no such limits. */
    network: string | null
  }
}

export interface OverloadOptions {
  readonly limits?: CrowdLimits
  readonly trustProxy: boolean
  /** Whether limits per network hold for a request. */
  readonly limitsNetwork: (request: Pick<IncomingMessage, 'headers' | 'socket'>) => boolean
}

const retryAfterSeconds = 1

/** Peers of the questions that the shop asks itself; no socket has this address. */
const insideAddress = '0.0.0.0'

/** Asks an own route on the way of another request, which was admitted and stands for both. */
export const askInside = (
  app: Pick<FastifyInstance, 'inject'>,
  url: string,
  headers: Readonly<Record<string, string>> = {},
) => app.inject({ method: 'GET', url, headers, remoteAddress: insideAddress })

interface Body extends Holding {
  readonly refuse: () => void
}
interface Stream extends Holding {
  readonly raw: ServerResponse
}

/** What all requests of one server share. */
interface Crowd {
  readonly requests: RequestCounts
  readonly bodies: Shares<Body>
  readonly streams: Shares<Stream>
  refused(reason: string): void
}

/** One request's part of it, from its head to the end of its answer. */
interface Place {
  readonly crowd: Crowd
  readonly network: string | null
  readonly vital: boolean
  readonly line: Line | undefined
  state: 'arriving' | 'admitted' | 'streaming' | 'gone'
  body: Body | null
  stream: Stream | null
}

const placeOf = Symbol('the place of a request')
type Admitted = ServerResponse & { [placeOf]?: Place }
type Arriving = IncomingMessage & { [placeOf]?: Place }

export function guardOverload(app: FastifyInstance, metrics: Metrics, options: OverloadOptions): void {
  const limits = options.limits ?? crowdLimits
  const { trustProxy, limitsNetwork } = options
  const refused = (reason: string) => metrics.httpRefused.inc({ reason })
  const crowd: Crowd = {
    requests: makeRequestCounts(limits.requests),
    bodies: makeShares(limits.bodies),
    streams: makeShares(limits.streams),
    refused,
  }
  watchSockets(app.server, {
    limits: limits.sockets,
    // A socket has no headers yet: it is taken for local if its requests may be.
    isCounted: (socket) => !trustProxy && limitsNetwork({ headers: { host: 'localhost' }, socket }),
    onRefused: () => refused('sockets'),
  })
  app.decorateRequest('network', null)

  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request
    if (raw.socket.remoteAddress === insideAddress) return done()
    request.network = limitsNetwork(raw) ? networkOf(request.ip) : null
    const vital = request.routeOptions.config?.vital === true
    if (crowd.requests.refusalOf(request.network, vital) !== null) return refuse(crowd, request, reply)
    const place: Place = {
      crowd,
      network: request.network,
      vital,
      line: findLine(raw.socket),
      state: 'arriving',
      body: null,
      stream: null,
    }
    ;(reply.raw as Admitted)[placeOf] = place
    reply.raw.on('close', onClose)
    done()
  })

  app.addHook('preParsing', (request, reply, _payload, done) => {
    const place = (reply.raw as Admitted)[placeOf]
    if (!place || !hasBody(request)) return done()
    const { network, vital } = place
    if (crowd.bodies.refusalOf({ network, size: 0, vital }) !== null) {
      refuse(crowd, request, reply, 'bodies')
      return
    }
    place.body = { network, size: 0, refuse: () => refuse(crowd, request, reply, 'bodies') }
    crowd.bodies.add(place.body)
    ;(request.raw as Arriving)[placeOf] = place
    // Counts what comes; the parser listens beside it, from before the first byte.
    request.raw.on('data', onBytes)
    done()
  })

  app.addHook('preValidation', (request, reply, done) => {
    const place = (reply.raw as Admitted)[placeOf]
    // Refused while the body came: nothing may run after the answer.
    if (reply.sent) return
    if (!place || place.state !== 'arriving') return done()
    endBody(place)
    const { network, vital } = place
    if (crowd.requests.refusalOf(network, vital) !== null) {
      refuse(crowd, request, reply)
      return
    }
    crowd.requests.enter(network)
    place.state = 'admitted'
    place.line?.begin()
    done()
  })
}

/** A body that is not read to its end would keep the socket: it is closed after the answer. */
function refuse(
  crowd: Crowd,
  request: FastifyRequest,
  reply: FastifyReply,
  reason: 'overloaded' | 'bodies' = 'overloaded',
): void {
  crowd.refused(reason)
  if (reply.sent) return
  if (hasBody(request) && !request.raw.complete) reply.header('connection', 'close')
  sendBusy(request, reply, { code: 'overloaded', retryAfterSeconds })
}

function hasBody({ headers }: FastifyRequest): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers
  return length !== '0' || encoding !== undefined
}

function onBytes(this: Arriving, chunk: Buffer): void {
  const place = this[placeOf]
  if (!place?.body) return
  const { bodies } = place.crowd
  if (bodies.grow(place.body, chunk.length)) return
  for (const body of bodies.excess(() => 0)) {
    bodies.remove(body)
    body.refuse()
  }
}

function endBody(place: Place): void {
  if (place.body) place.crowd.bodies.remove(place.body)
  place.body = null
}

function onClose(this: Admitted): void {
  const place = this[placeOf]
  if (!place) return
  endBody(place)
  leave(place)
  if (place.stream) {
    place.crowd.streams.remove(place.stream)
    place.line?.silence()
  }
  place.state = 'gone'
}

function leave(place: Place): void {
  if (place.state !== 'admitted') return
  place.crowd.requests.leave(place.network)
  place.line?.end()
}

/**
 * A stream stays open for hours: it gives back its place among the requests under way, and takes
 * one among the streams. False when there is none: then it must not be opened.
 */
export function becomeStream(raw: ServerResponse): boolean {
  const place = (raw as Admitted)[placeOf]
  if (!place || place.state !== 'admitted') return true
  const { network, vital, crowd } = place
  const { streams } = crowd
  const wanted = { network, size: 1, vital }
  if (streams.refusalOf(wanted) === 'total' && !streams.hasItsShare(network)) {
    for (const stream of streams.excess(() => 0)) {
      streams.remove(stream)
      stream.raw.destroy()
    }
  }
  if (streams.refusalOf(wanted) !== null) {
    crowd.refused('streams')
    return false
  }
  place.stream = { network, size: 1, raw }
  streams.add(place.stream)
  leave(place)
  place.state = 'streaming'
  place.line?.listen()
  return true
}
