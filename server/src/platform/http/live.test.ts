// Live views over real sockets: everybody ends with the newest state, a slow reader costs one event
// and no more, and who leaves early is forgotten.
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { waitFor } from '../../../test/wait.ts'
import { systemClock } from '../process/clock.ts'
import { makeLog } from '../process/log.ts'
import { makeMetrics } from '../process/metrics.ts'
import { type Live, makeLive } from './live.ts'

interface Hall {
  readonly number: number
  readonly seats: readonly string[]
}

const key = 'the hall'
const metrics = makeMetrics({ defaults: false })
let server: Server
let live: Live
let hall: Hall
let reads = 0
let readFails = false
let served: ServerResponse[] = []
let sockets: Socket[] = []

beforeEach(async () => {
  hall = { number: 0, seats: [] }
  reads = 0
  readFails = false
  served = []
  sockets = []
  metrics.liveListeners.reset()
  live = makeLive<Hall>({
    name: 'hall',
    clock: systemClock,
    log: makeLog('silent'),
    metrics,
    settleMs: 1,
    async read() {
      reads += 1
      const seen = hall
      if (readFails) throw new Error('the database is away')
      return seen
    },
    changes: (before, now) => ({
      number: now.number,
      seats: now.seats.filter((seat) => !before.seats.includes(seat)),
    }),
  })
  server = createServer((request, response) => {
    served.push(response)
    const reply = {
      raw: response,
      hijack: () => undefined,
      getHeaders: () => ({}),
    } as unknown as FastifyReply
    live.stream({ raw: request } as unknown as FastifyRequest, reply, {
      key,
      changesOnly: request.url === '/changes',
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  live.close()
  for (const socket of sockets) socket.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

interface Told {
  readonly name: string
  readonly data: Hall
}

interface Heard {
  readonly socket: Socket
  readonly events: readonly Told[]
}

async function listen(path = '/'): Promise<Heard> {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
  sockets.push(socket)
  const events: Told[] = []
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const [, name, data] = /event: (\w+)\ndata: (.*)/.exec(part) ?? []
      if (name !== undefined && data !== undefined) events.push({ name, data: JSON.parse(data) as Hall })
    }
  })
  const before = served.length
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
  await waitFor('the request to arrive', () => served.length > before)
  return { socket, events }
}

function change(seats: readonly string[] = hall.seats): void {
  hall = { number: hall.number + 1, seats }
  live.changed(key)
}

const listening = async () =>
  (await metrics.liveListeners.get()).values.reduce((sum, { value }) => sum + value, 0)

it('many who come at once share a few reads, and all of them end with the newest state', async () => {
  const heard = await Promise.all(Array.from({ length: 120 }, () => listen()))
  for (let turn = 0; turn < 50; turn += 1) {
    change()
    await systemClock.sleep(1)
  }
  await waitFor('everybody told of the last', () =>
    heard.every((each) => each.events.at(-1)?.data.number === 50),
  )
  for (const each of heard) {
    const numbers = each.events.map(({ data }) => data.number)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  }
  // One for each change at most, and some for the crowd that came: never one for each of them.
  expect(reads).toBeLessThan(120)
})

it('one who wants changes gets the whole first and then only what is different', async () => {
  hall = { number: 1, seats: ['A1'] }
  const heard = await listen('/changes')
  await waitFor('the whole', () => heard.events.length === 1)
  change(['A1', 'A2'])
  await waitFor('the change', () => heard.events.length === 2)
  expect(heard.events).toEqual([
    { name: 'hall', data: { number: 1, seats: ['A1'] } },
    { name: 'changes', data: { number: 2, seats: ['A2'] } },
  ])
})

it('one who reads nothing holds back one event, however much changes, and gets the newest whole when he reads again', async () => {
  const megabyte = 'x'.repeat(1_000_000)
  const quick = await listen()
  const slow = await listen('/changes')
  await waitFor('both told', () => quick.events.length > 0 && slow.events.length > 0)
  slow.socket.pause()
  for (let turn = 1; turn <= 20; turn += 1) {
    change([`${turn} ${megabyte}`])
    await waitFor('the quick one told', () => quick.events.at(-1)?.data.number === turn)
  }
  const waiting = Math.max(...served.map((response) => response.writableLength))
  expect(waiting).toBeGreaterThan(0)
  expect(waiting).toBeLessThan(1_100_000)
  slow.socket.resume()
  await waitFor('the slow one told of the last', () => slow.events.at(-1)?.data.number === 20)
  expect(slow.events.at(-1)?.name).toBe('hall')
  expect(slow.events.length).toBeLessThan(20)
})

// A read that failed told nobody anything, and the old state stayed on every screen until the next
// sale.
it('a change whose read fails is told as soon as reading works again', async () => {
  const heard = await listen()
  await waitFor('the first', () => heard.events.length === 1)
  readFails = true
  const before = reads
  change()
  await waitFor('a failed read', () => reads > before)
  readFails = false
  await waitFor('the change', () => heard.events.at(-1)?.data.number === 1)
})

// The response had closed before anybody listened for its end: it stayed in the list, and in the
// metric, for ever.
it('one who leaves while he is let in is not kept', async () => {
  const gone = await listen()
  await waitFor('one listener', async () => (await listening()) === 1)
  gone.socket.destroy()
  await waitFor('nobody', async () => (await listening()) === 0)
  const [response] = served
  const reply = { raw: response, hijack: () => undefined, getHeaders: () => ({}) } as unknown as FastifyReply
  live.stream({ raw: {} } as unknown as FastifyRequest, reply, { key })
  expect(await listening()).toBe(0)
})

it('ends every stream when the shop stops, and those that come then', async () => {
  const heard = await listen()
  const ended = new Promise((resolve) => heard.socket.once('end', resolve))
  live.close()
  await waitFor('the end of the stream', () => served[0]?.writableEnded)
  const late = await listen()
  await waitFor('the end of the late one', () => served[1]?.writableEnded)
  heard.socket.end()
  late.socket.end()
  await ended
})
