// The load client's process: turns scenarios into requests, counts statuses, and keeps the ids that
// were acknowledged.

import { seedId } from '../ids.ts'
import { type LoadOptions, type LoadRequest, type LoadResult, runLoad } from '../load-client.ts'
import { monotonicMs } from '../machine.ts'
import { answerRequests } from '../requests.ts'

/**
 * `places`: of one pool. `checkouts`: the same, and each is paid at once by who took it. `seats`:
 * each request another seat.
 */
export type Wanted =
  | { readonly kind: 'places' | 'checkouts'; readonly show: number }
  | { readonly kind: 'seats'; readonly shows: number; readonly seatsPerShow: number }

export interface LoadJob {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly tokens: readonly string[]
  readonly wanted: Wanted
  readonly expectedStatus: number
  /** Note when each order was acknowledged. Off where nobody asks: it costs the client time. */
  readonly moments?: boolean
}

export interface LoadReport extends LoadResult {
  readonly cpuMs: number
  /** Ids of the orders that were acknowledged with 201, those after the time included. */
  readonly acknowledged: readonly string[]
  /** Those of them whose payment was acknowledged with 201. */
  readonly paid: readonly string[]
  /** When each payment was acknowledged, on the machine's monotonic clock. Empty by default. */
  readonly acknowledgedAtMs: readonly number[]
}

const idPrefix = '{"id":"'
const idLength = 36
let seatsTaken = 0
let keys = 0

const headOf = (path: string, token: string) =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json\r\ncookie: holdfast=${token}\r\n`

/**
 * Who asks on a connection: every checkout on it is another buyer's, so that no buyer has thousands
 * of orders.
 */
function makeBuyers(tokens: readonly string[], connections: number) {
  const heads = tokens.map((token) => ({
    order: headOf('/api/orders', token),
    payment: headOf('/api/payments', token),
  }))
  const turns = Array.from({ length: connections }, (_, connection) => connection)
  return {
    now: (connection: number) => heads[(turns[connection] ?? 0) % heads.length] ?? { order: '', payment: '' },
    next(connection: number) {
      turns[connection] = (turns[connection] ?? 0) + connections
    },
  }
}
type Buyers = ReturnType<typeof makeBuyers>

function makeNext({ wanted }: LoadJob, buyers: Buyers): LoadOptions['next'] {
  const orderHead = (connection: number) => {
    keys += 1
    buyers.next(connection)
    return `${buyers.now(connection).order}idempotency-key: ${process.pid}-${keys}\r\n`
  }
  if (wanted.kind !== 'seats') {
    const body = JSON.stringify({
      showId: seedId('show', wanted.show),
      lines: [{ ticketTypeId: seedId('ticketType', wanted.show), quantity: 1 }],
    })
    return (connection) => ({ head: orderHead(connection), body })
  }
  return (connection) => {
    const show = Math.floor(seatsTaken / wanted.seatsPerShow)
    if (show >= wanted.shows) return null
    const seatId = seedId('seat', show, seatsTaken % wanted.seatsPerShow)
    seatsTaken += 1
    const body = `{"showId":"${seedId('show', show)}","lines":[{"ticketTypeId":"${seedId('ticketType', show)}","seatIds":["${seatId}"]}]}`
    return { head: orderHead(connection), body }
  }
}

function idOf(body: Buffer): string {
  const start = body.toString('latin1', 0, idPrefix.length + idLength)
  if (!start.startsWith(idPrefix)) throw new Error(`an answer without an id: ${start}`)
  return start.slice(idPrefix.length)
}

/** Takes each answer in; a checkout's first is followed by its payment. */
function makeAnswered(job: LoadJob, buyers: Buyers) {
  const acknowledged: string[] = []
  const acknowledgedAtMs: number[] = []
  const paid: string[] = []
  const paying: (string | undefined)[] = []
  const answered: LoadOptions['answered'] = (connection, status, body): LoadRequest | null => {
    if (status !== job.expectedStatus)
      throw new Error(`expected ${job.expectedStatus}, got ${status}: ${body.toString()}`)
    if (status !== 201) return null
    const orderId = paying[connection]
    if (orderId !== undefined) {
      paid.push(orderId)
      paying[connection] = undefined
      return null
    }
    const id = idOf(body)
    acknowledged.push(id)
    if (job.moments) acknowledgedAtMs.push(monotonicMs())
    if (job.wanted.kind !== 'checkouts') return null
    paying[connection] = id
    return {
      head: buyers.now(connection).payment,
      body: `{"orderId":"${id}","paymentMethod":"pm_card_visa"}`,
    }
  }
  return { answered, acknowledged, paid, acknowledgedAtMs }
}

async function run(job: LoadJob): Promise<LoadReport> {
  const buyers = makeBuyers(job.tokens, job.connections)
  const { answered, ...seen } = makeAnswered(job, buyers)
  const before = process.cpuUsage()
  const { port, connections, seconds } = job
  const result = await runLoad({ port, connections, seconds, next: makeNext(job, buyers), answered })
  const { user, system } = process.cpuUsage(before)
  return { ...result, ...seen, cpuMs: (user + system) / 1_000 }
}

answerRequests({ run })
