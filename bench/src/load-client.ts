// A closed loop of keep-alive connections: each sends its next request when the last is answered.
// Lean on purpose: the client shares the machine's cores with what it measures.
import { connect } from 'node:net'
import { type Latency, latencyOf, makeHistogram } from './histogram.ts'
import { makeResponseParser } from './http-parser.ts'

export interface LoadRequest {
  readonly head: string
  readonly body: string
}

export interface LoadOptions {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  /** The next request of this connection, or null when there is nothing left to ask for. */
  next(connection: number): LoadRequest | null
  /**
   * Told of each answer. What it returns is sent next on the same connection, as part of the same
   * unit of work.
   */
  answered(connection: number, status: number, body: Buffer): LoadRequest | null
}

export interface LoadResult extends Latency {
  /** Units of work that ended within the time, per second of it. */
  readonly perSecond: number
  readonly done: number
  readonly seconds: number
}

const readBytes = 64 * 1024

export function runLoad(options: LoadOptions): Promise<LoadResult> {
  const histogram = makeHistogram()
  const startedMs = performance.now()
  const endMs = startedMs + options.seconds * 1_000
  let lastMs = startedMs
  let ranOut = false

  const runConnection = (connection: number) =>
    new Promise<void>((resolve, reject) => {
      let begunMs = 0
      let over = false
      const send = ({ head, body }: LoadRequest) => {
        socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`, 'latin1')
      }
      const begin = () => {
        begunMs = performance.now()
        const request = begunMs < endMs ? options.next(connection) : null
        if (request) return send(request)
        if (begunMs < endMs) ranOut = true
        over = true
        socket.end()
      }
      const feed = makeResponseParser((status, body) => {
        const more = options.answered(connection, status, body)
        if (more) return send(more)
        const nowMs = performance.now()
        if (nowMs <= endMs) {
          histogram.record(nowMs - begunMs)
          lastMs = nowMs
        }
        begin()
      })
      const socket = connect({
        port: options.port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: Buffer.alloc(readBytes),
          callback(length, buffer) {
            try {
              feed((buffer as Buffer).subarray(0, length))
            } catch (error) {
              reject(error)
              socket.destroy()
              return false
            }
            return true
          },
        },
      })
      socket.on('connect', begin)
      socket.on('error', reject)
      socket.on('close', () => (over ? resolve() : reject(new Error('the server closed a connection'))))
    })

  const all = Array.from({ length: options.connections }, (_, connection) => runConnection(connection))
  return Promise.all(all).then(() => {
    // When there was nothing left to ask for, the time after the last answer measured nothing.
    const seconds = ranOut ? (lastMs - startedMs) / 1_000 : options.seconds
    return { perSecond: histogram.count / seconds, done: histogram.count, seconds, ...latencyOf(histogram) }
  })
}
