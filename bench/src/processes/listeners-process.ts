// Many listeners of one show in a process of their own: opens the streams, notes when each event
// arrived, and compares its counts with the answers that buyers got. Reads only the head of each
// event: the client shares the machine.
import { connect, type Socket } from 'node:net'
import { type Latency, latencyOf, makeHistogram } from '../histogram.ts'
import { monotonicMs } from '../machine.ts'
import { answerRequests } from '../requests.ts'

export interface ListenJob {
  readonly port: number
  readonly path: string
  readonly listeners: number
}

export interface ListenVerdict extends Latency {
  readonly events: number
  readonly megabytes: number
  readonly problems: readonly string[]
}

interface Listener {
  readonly socket: Socket
  /** How many places of the first type were gone, and when this was told. */
  readonly told: { readonly gone: number; readonly atMs: number }[]
}

const dataStart = Buffer.from('\ndata: ')
const eventEnd = Buffer.from('\n\n')
const countsPattern = /"available":\d+,"held":(\d+),"sold":(\d+)/
/** So much of an event is enough to find the counts of the first type. */
const headBytes = 200
const settleWithinMs = 30_000

let listeners: Listener[] = []
let bytes = 0

function open({ port, path }: ListenJob): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const listener: Listener = { socket, told: [] }
    let rest = Buffer.alloc(0)
    const take = (data: Buffer) => {
      let at = data.indexOf(dataStart)
      while (at >= 0) {
        if (data.length - at < headBytes && data.indexOf(eventEnd, at) < 0) {
          rest = Buffer.from(data.subarray(at))
          return
        }
        const found = countsPattern.exec(data.toString('latin1', at, at + headBytes))
        if (found) listener.told.push({ gone: Number(found[1]) + Number(found[2]), atMs: monotonicMs() })
        if (listener.told.length === 1) resolve(listener)
        at = data.indexOf(dataStart, at + 1)
      }
      rest = Buffer.from(data.subarray(Math.max(0, data.length - dataStart.length)))
    }
    socket.on('connect', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`),
    )
    socket.on('data', (chunk) => {
      bytes += chunk.length
      take(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk)
    })
    socket.on('error', reject)
  })
}

async function listen(job: ListenJob): Promise<void> {
  listeners = await Promise.all(Array.from({ length: job.listeners }, () => open(job)))
  bytes = 0
}

const lastOf = ({ told }: Listener) => told.at(-1)?.gone ?? -1

/** `acknowledgedAtMs`: of every order since the show was on sale, one place each. */
async function judge(acknowledgedAtMs: readonly number[]): Promise<ListenVerdict> {
  const moments = acknowledgedAtMs.toSorted((a, b) => a - b)
  const deadlineMs = performance.now() + settleWithinMs
  while (listeners.some((each) => lastOf(each) !== moments.length) && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 50))
  const wrong = listeners.filter((each) => lastOf(each) !== moments.length)
  const backwards = listeners.filter(({ told }) =>
    told.some(({ gone }, index) => gone < (told[index - 1]?.gone ?? 0)),
  )
  const histogram = makeHistogram()
  let events = 0
  for (const { told } of listeners) {
    let [seen] = told.map(({ gone }) => gone)
    for (const { gone, atMs } of told) {
      events += 1
      for (let order = seen ?? 0; order < gone; order += 1)
        histogram.record(Math.max(0, atMs - (moments[order] ?? atMs)))
      seen = gone
    }
  }
  const problems = [
    ...(wrong.length > 0
      ? [`${wrong.length} listeners ended with wrong numbers, one with ${wrong.map(lastOf)[0]}`]
      : []),
    ...(backwards.length > 0 ? [`${backwards.length} listeners were told of less gone than before`] : []),
  ]
  for (const { socket } of listeners) socket.destroy()
  return { ...latencyOf(histogram), events, megabytes: bytes / 2 ** 20, problems }
}

answerRequests({ listen, judge })
