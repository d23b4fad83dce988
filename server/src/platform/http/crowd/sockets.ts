// The connections of a server: too many of one network are refused, and when all are taken, those
// that wait or only listen are closed, of the networks with most. Never one that is being answered.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf } from '../network.ts'
import { makeRates } from './rates.ts'
import { type Holding, makeShares, type ShareLimits } from './shares.ts'

export interface SocketLimits extends ShareLimits {
  /** New connections of one network, after a burst of as many as it may have. */
  readonly perSecond: number
}

export interface SocketsOptions {
  readonly limits: SocketLimits
  /** Whether the sockets of this peer are counted for it: not those of a trusted proxy. */
  isCounted(socket: Socket): boolean
  onRefused(): void
}

/** What the requests on a socket tell of it. */
export interface Line {
  /** A request is answered from here on. */
  begin(): void
  /** It was answered. */
  end(): void
  /** A stream is open on it, which may be closed at any time. */
  listen(): void
  /** It is not any more. */
  silence(): void
}

interface OpenSocket extends Holding {
  readonly socket: Socket
  answering: number
  listening: boolean
}

const lineOf = Symbol('the line of a socket')
type KnownSocket = Socket & { [lineOf]?: Line }

/** Undefined for a socket that was opened before, or that is none. */
export const findLine = (socket: Socket): Line | undefined => (socket as KnownSocket)[lineOf]

const ranks = { waiting: 0, listening: 1 } as const
const rankOf = ({ answering, listening }: OpenSocket) =>
  answering > 0 ? null : listening ? ranks.listening : ranks.waiting
/** Of those that wait, so many go at once when no network has more than its share. */
const waitingGone = 0.05

export function watchSockets(server: Server, { limits, isCounted, onRefused }: SocketsOptions): void {
  const shares = makeShares<OpenSocket>(limits)
  // To refuse a request costs ten times what it costs to refuse its connection.
  const rates = makeRates({ burst: limits.perNetwork, perSecond: limits.perSecond })
  /** By the time since which they wait. */
  const waiting = new Set<OpenSocket>()

  const close = (open: OpenSocket): void => {
    shares.remove(open)
    waiting.delete(open)
    open.socket.resetAndDestroy()
  }

  const makeRoom = (network: string | null): void => {
    if (network !== null && shares.hasItsShare(network)) return
    const going = shares.excess(rankOf)
    for (const open of going) close(open)
    if (going.length > 0) return
    // Many networks with a few each: who asked for something longest ago goes.
    let left = Math.ceil(waiting.size * waitingGone)
    for (const open of waiting) {
      if (left === 0) break
      close(open)
      left -= 1
    }
  }

  server.on('connection', (socket: Socket) => {
    const network = isCounted(socket) ? networkOf(socket.remoteAddress ?? '') : null
    const wanted = { network, size: 1 }
    const comesSlowly = network === null || rates.take(network, performance.now())
    if (comesSlowly && shares.refusalOf(wanted) === 'total') makeRoom(network)
    if (!comesSlowly || shares.refusalOf(wanted) !== null) {
      onRefused()
      socket.resetAndDestroy()
      return
    }
    const open: OpenSocket = { ...wanted, socket, answering: 0, listening: false }
    shares.add(open)
    waiting.add(open)
    ;(socket as KnownSocket)[lineOf] = lineFor(open, waiting)
    socket.once('close', () => {
      shares.remove(open)
      waiting.delete(open)
    })
  })
}

function lineFor(open: OpenSocket, waiting: Set<OpenSocket>): Line {
  const settle = () => {
    if (open.answering > 0 || open.listening || open.socket.destroyed) waiting.delete(open)
    else waiting.add(open)
  }
  return {
    begin() {
      open.answering += 1
      waiting.delete(open)
    },
    end() {
      open.answering -= 1
      settle()
    },
    listen() {
      open.listening = true
      settle()
    },
    silence() {
      open.listening = false
      settle()
    },
  }
}
