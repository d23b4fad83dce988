// One address that opens all it can, and many that do so together: others are served meanwhile. The
// real server and real sockets, with limits small enough for a test.
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { crowdLimits } from '../../src/platform/http/crowd/limits.ts'
import { makeLive } from '../../src/platform/http/live.ts'
import { type Http, makeHttp } from '../../src/platform/http/server.ts'
import { systemClock } from '../../src/platform/process/clock.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { waitFor } from '../wait.ts'

const kilobyte = 1024
const limits = {
  sockets: { total: 120, reserved: 0, perNetwork: 40, perSecond: 100 },
  bodies: { total: 400 * kilobyte, reserved: 100 * kilobyte, perNetwork: 20 },
  streams: { total: 30, reserved: 10, perNetwork: 10 },
  requests: { total: 30, reserved: 10, perNetwork: 15, perNetworkInReserve: 3 },
}

const sockets = new Set<Socket>()
let app: Http
let port: number
let open: () => void
let gate: Promise<void>

async function start(changes: { trustProxy?: boolean; limitsNetwork?: () => boolean } = {}): Promise<void> {
  const log = makeLog('silent')
  const metrics = makeMetrics({ defaults: false })
  app = makeHttp({
    log,
    metrics,
    sessions: { find: () => null },
    keys: { find: async () => null },
    publicUrl: 'http://localhost:3000',
    trustProxy: false,
    contentSecurityPolicy: "default-src 'none'",
    limitsNetwork: () => true,
    crowd: limits,
    ...changes,
  })
  const live = makeLive({ name: 'hall', clock: systemClock, log, metrics, settleMs: 1, read: async () => 1 })
  app.addHook('onClose', async () => live.close())
  app.post('/api/things', async () => ({ ok: true }))
  app.post('/api/pay', { config: { vital: true } }, async () => ({ ok: true }))
  app.get('/api/slow', async () => gate.then(() => ({ ok: true })))
  app.get('/api/stream', async (request, reply) => live.stream(request, reply, { key: 'hall' }))
  app.get('/api/mine/stream', { config: { vital: true } }, async (request, reply) =>
    live.stream(request, reply, { key: 'mine' }),
  )
  await app.listen({ port: 0, host: '0.0.0.0' })
  port = (app.server.address() as { port: number }).port
}

beforeEach(() => {
  gate = new Promise((resolve) => (open = resolve))
})
afterEach(async () => {
  open()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  app.server.closeAllConnections()
  await app.close()
})

interface Wire {
  readonly socket: Socket
  text(): string
  closed(): boolean
}

/** A connection of one address of this machine to the server, with what is sent at once. */
function wire(from: string, bytes = ''): Wire {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  let text = ''
  let closed = false
  sockets.add(socket)
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.on('error', () => undefined)
  socket.on('close', () => (closed = true))
  if (bytes !== '') socket.write(bytes)
  return { socket, text: () => text, closed: () => closed }
}
const wires = (count: number, from: (index: number) => string, bytes = ''): Wire[] =>
  Array.from({ length: count }, (_, index) => wire(from(index), bytes))

const head = (method: string, path: string, more = '') =>
  `${method} ${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`
const json = 'content-type: application/json\r\n'
const bodyOf = (bytes: number) => head('POST', '/api/things', `${json}content-length: ${bytes}\r\n`)
const slowBody = `${bodyOf(90)}{`
const stream = head('GET', '/api/stream')

/** What a whole request of an address is answered. */
async function statusOf(from: string, path = '/api/things', method = 'POST'): Promise<string> {
  const asked = wire(from, head(method, path, 'content-length: 0\r\nconnection: close\r\n'))
  await waitFor('an answer or the end', () => asked.closed() || asked.text().includes('\r\n\r\n'))
  return asked.text().slice(9, 12) || 'closed'
}
const statusesOf = (all: readonly Wire[]) => all.map((each) => each.text().slice(9, 12))
const count = (all: readonly Wire[], status: string) =>
  statusesOf(all).filter((each) => each === status).length
const left = (all: readonly Wire[]) => all.filter((each) => !each.closed()).length

const one = () => '127.0.0.9'
const many = (index: number) => `127.0.1.${1 + index}`
const honest = '127.0.2.1'

test('sockets of one address end at its limit, and others are served', async () => {
  await start()
  const attack = wires(100, one)
  await waitFor('the others closed', () => left(attack) === limits.sockets.perNetwork)
  expect(await statusOf(honest)).toBe('200')
})

test('an address that opens connections again and again is refused before it says anything', async () => {
  await start()
  const statuses: string[] = []
  for (let round = 0; round < 10; round += 1) {
    const attack = wires(38, one, head('POST', '/api/things', 'content-length: 0\r\nconnection: close\r\n'))
    await waitFor('all closed', () => left(attack) === 0)
    statuses.push(...statusesOf(attack))
  }
  expect(statuses.filter((status) => status === '').length).toBeGreaterThan(100)
  expect(await statusOf(honest)).toBe('200')
})

test('bodies of one address that never end are refused at its limit; its own whole requests are answered', async () => {
  await start()
  const attack = wires(38, one, slowBody)
  await waitFor('the refusals', () => count(attack, '503') === 38 - limits.bodies.perNetwork)
  // They count as no request that is being answered: all places are free.
  expect([await statusOf(honest), await statusOf('127.0.0.9')]).toEqual(['200', '200'])
  await waitFor('the refused closed', () => left(attack) === limits.bodies.perNetwork)
})

test('bodies of many addresses that never end leave every place to whole requests', async () => {
  await start()
  const attack = wires(100, many, slowBody)
  await waitFor('all arrived', async () => (await connections()) >= 100)
  const statuses = await Promise.all(Array.from({ length: 8 }, () => statusOf(honest)))
  expect(statuses).toEqual(Array.from({ length: 8 }, () => '200'))
  expect(count(attack, '503')).toBe(0)
})

const connections = () =>
  new Promise<number>((resolve, reject) =>
    app.server.getConnections((error, open) => (error ? reject(error) : resolve(open))),
  )

test('bytes of bodies have one limit: those with most go, and a small body comes in', async () => {
  await start()
  const half = ' '.repeat(40 * kilobyte)
  const small = wire(honest, `${bodyOf(20)}{`)
  const attack = wires(20, (index) => `127.0.1.${1 + (index % 4)}`, `${bodyOf(90 * kilobyte)}{${half}`)
  await waitFor('some refused', () => count(attack, '503') > 0)
  await waitFor('the refused closed', () => left(attack) * 40 * kilobyte <= limits.bodies.total)
  small.socket.write(`${' '.repeat(18)}}`)
  await waitFor('the small one answered', () => small.text().startsWith('HTTP/1.1 200'))
})

test('streams of one address end at its limit with 503 and a time to come back', async () => {
  await start()
  const attack = wires(25, one, stream)
  await waitFor('all answered', () => statusesOf(attack).every((status) => status !== ''))
  expect(count(attack, '200')).toBe(limits.streams.perNetwork)
  expect(attack.find((each) => each.text().startsWith('HTTP/1.1 503'))?.text()).toMatch(/retry-after: 5/i)
  const other = wire(honest, stream)
  await waitFor('the other one listens', () => other.text().includes('event: hall'))
})

test('streams of many addresses: who has one keeps it, who has many loses some, and an order’s keep a reserve', async () => {
  await start()
  const first = wire(honest, stream)
  await waitFor('listening', () => first.text().includes('event: hall'))
  const attack = wires(60, (index) => `127.0.1.${1 + (index % 6)}`, stream)
  await waitFor('all answered', () => attack.every((each) => each.text() !== '' || each.closed()))
  const late = wire('127.0.2.2', stream)
  const order = wire('127.0.2.3', head('GET', '/api/mine/stream'))
  await waitFor('the late one listens', () => late.text().includes('event: hall'))
  await waitFor('the order’s listens', () => order.text().includes('event: hall'))
  expect(first.closed()).toBe(false)
  const listening = attack.filter((each) => !each.closed() && each.text().startsWith('HTTP/1.1 200'))
  expect(listening.length).toBeLessThanOrEqual(limits.streams.total - limits.streams.reserved)
  expect(await statusOf(honest)).toBe('200')
})

test('all sockets taken by many addresses: idle ones and streams of theirs make room, answers never', async () => {
  await start()
  const slow = wire('127.0.1.1', head('GET', '/api/slow'))
  const idle = wires(91, (index) => `127.0.1.${1 + (index % 10)}`)
  const dribble = wires(28, (index) => `127.0.1.${1 + (index % 10)}`, 'GET /api/things HTTP/1.1\r\nx-')
  await waitFor('all arrived', async () => (await connections()) >= 120)
  const statuses = []
  for (let index = 0; index < 10; index += 1) statuses.push(await statusOf(honest))
  expect(new Set(statuses)).toEqual(new Set(['200']))
  expect(left([...idle, ...dribble])).toBeLessThan(119)
  open()
  await waitFor('the slow one answered', () => slow.text().startsWith('HTTP/1.1 200'))
})

test('as many addresses as there are sockets, one each: who waited longest goes', async () => {
  await start()
  const idle = wires(120, (index) => `127.0.1.${1 + index}`)
  await waitFor('all arrived', async () => (await connections()) >= 120)
  expect(await statusOf(honest)).toBe('200')
  await waitFor('some closed', () => left(idle) < 120)
  expect(idle[119]?.closed()).toBe(false)
})

test('requests of one address fill its share: others are answered, and it can still pay', async () => {
  await start()
  const attack = wires(20, one, head('GET', '/api/slow'))
  await waitFor('the refusals', () => count(attack, '503') === 20 - limits.requests.perNetwork)
  expect(await statusOf('127.0.0.9')).toBe('503')
  expect(await statusOf('127.0.0.9', '/api/pay')).toBe('200')
  expect(await statusOf(honest)).toBe('200')
})

test('requests piled up on one connection count each', async () => {
  await start()
  wire('127.0.0.9', head('GET', '/api/slow').repeat(30))
  await waitFor('its share is taken', async () => (await statusOf('127.0.0.9')) === '503')
  expect(await statusOf(honest)).toBe('200')
})

test('requests of many addresses leave room to pay', async () => {
  await start()
  const attack = wires(40, many, head('GET', '/api/slow'))
  await waitFor('the refusals', () => count(attack, '503') === 20)
  expect([await statusOf(honest), await statusOf(honest, '/api/pay')]).toEqual(['503', '200'])
})

test('the sockets of a trusted proxy are not counted, and those behind it are told apart', async () => {
  await start({ trustProxy: true })
  const ask = (client: number) =>
    head('POST', '/api/things', `${json}x-forwarded-for: 203.0.113.${client}\r\ncontent-length: 9\r\n`)
  const idle = wires(50, one)
  const attack = wires(30, one, `${ask(7)}{`)
  await waitFor('the refusals', () => count(attack, '503') === 30 - limits.bodies.perNetwork)
  expect(left(idle)).toBe(50)
  const other = wire('127.0.0.9', `${ask(8)}{"a": 12}`)
  await waitFor('another client is answered', () => other.text().startsWith('HTTP/1.1 200'))
})

test('without limits per network one address may have all', async () => {
  await start({ limitsNetwork: () => false })
  const attack = wires(60, one, slowBody)
  await waitFor('all arrived', async () => (await connections()) >= 60)
  expect(count(attack, '503')).toBe(0)
  expect(await statusOf('127.0.0.9')).toBe('200')
})

test('a shop has the limits of the table', () => {
  const { sockets, bodies, streams, requests } = crowdLimits
  expect(bodies.total).toBe(32 * 1024 * 1024)
  for (const each of [sockets, streams, requests]) expect(each.perNetwork).toBeLessThan(each.total / 2)
})
