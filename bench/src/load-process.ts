// The load client's process: turns scenarios into requests, counts statuses, and keeps the ids that were acknowledged.
import { runLoad, type LoadRequest, type LoadResult } from './load-client.ts'
import { seedId } from './ids.ts'
import { answerRequests } from './requests.ts'

/** `holds`: places of one pool. `seats`: each request another seat. */
export type Wanted =
  | { readonly kind: 'places'; readonly show: number }
  | { readonly kind: 'seats'; readonly shows: number; readonly seatsPerShow: number }

export interface LoadJob {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly tokens: readonly string[]
  readonly wanted: Wanted
  readonly expectedStatus: number
}

export interface LoadReport extends LoadResult {
  readonly cpuMs: number
  /** Ids of the orders that were acknowledged with 201, those after the time included. */
  readonly acknowledged: readonly string[]
}

const idPrefix = '{"id":"'
const idLength = 36
let seatsTaken = 0
let keys = 0

function makeNext({ tokens, wanted }: LoadJob): (connection: number) => LoadRequest | null {
  const heads = tokens.map(
    (token) =>
      `POST /api/orders HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json\r\ncookie: holdfast=${token}\r\nidempotency-key: ${process.pid}-`,
  )
  const headOf = (connection: number) => {
    keys += 1
    return `${heads[connection % heads.length]}${keys}\r\n`
  }
  if (wanted.kind === 'places') {
    const body = JSON.stringify({ showId: seedId('show', wanted.show), lines: [{ ticketTypeId: seedId('ticketType', wanted.show), quantity: 1 }] })
    return (connection) => ({ head: headOf(connection), body })
  }
  return (connection) => {
    const show = Math.floor(seatsTaken / wanted.seatsPerShow)
    if (show >= wanted.shows) return null
    const seatId = seedId('seat', show, seatsTaken % wanted.seatsPerShow)
    seatsTaken += 1
    const body = `{"showId":"${seedId('show', show)}","lines":[{"ticketTypeId":"${seedId('ticketType', show)}","seatIds":["${seatId}"]}]}`
    return { head: headOf(connection), body }
  }
}

async function run(job: LoadJob): Promise<LoadReport> {
  const acknowledged: string[] = []
  const before = process.cpuUsage()
  const result = await runLoad({
    port: job.port,
    connections: job.connections,
    seconds: job.seconds,
    next: makeNext(job),
    answered(_connection, status, body) {
      if (status !== job.expectedStatus) throw new Error(`expected ${job.expectedStatus}, got ${status}: ${body.toString()}`)
      if (status === 201) {
        const start = body.toString('latin1', 0, idPrefix.length + idLength)
        if (!start.startsWith(idPrefix)) throw new Error(`an order without an id: ${start}`)
        acknowledged.push(start.slice(idPrefix.length))
      }
      return null
    },
  })
  const { user, system } = process.cpuUsage(before)
  return { ...result, acknowledged, cpuMs: (user + system) / 1_000 }
}

answerRequests({ run })
