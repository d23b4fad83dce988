// Who sends slowly, or not at all, or on too many connections, is cut off, and others are served
// meanwhile.
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Http, makeHttp } from '../../src/platform/http/server.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'

let app: Http
let url: string
beforeEach(() => {
  app = makeHttp({
    log: makeLog('silent'),
    metrics: makeMetrics({ defaults: false }),
    sessions: { find: () => null },
    keys: { find: async () => null },
    publicUrl: 'http://localhost:3000',
    trustProxy: false,
    contentSecurityPolicy: "default-src 'none'",
  })
  app.post('/api/things', async () => ({ ok: true }))
})
afterEach(async () => {
  app.server.closeAllConnections()
  await app.close()
})

/** The same server with its times in another scale: nobody wants to wait for the true ones. */
async function listen(times: { headersMs?: number; requestMs?: number } = {}): Promise<void> {
  const server = app.server as typeof app.server & { connectionsCheckingInterval: number }
  if (times.headersMs !== undefined || times.requestMs !== undefined) server.connectionsCheckingInterval = 20
  if (times.headersMs !== undefined) server.headersTimeout = times.headersMs
  if (times.requestMs !== undefined) server.requestTimeout = times.requestMs
  url = await app.listen({ port: 0, host: '127.0.0.1' })
}

interface Line {
  readonly socket: Socket
  /** All that came until the other side hung up. */
  readonly ended: Promise<string>
}

function dial(): Promise<Line> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<string>((resolve) => {
    socket.on('error', () => resolve(text))
    socket.on('close', () => resolve(text))
  })
  return new Promise((resolve) => socket.once('connect', () => resolve({ socket, ended })))
}

test('a shop gives headers 15 seconds, a whole request 20, and looks every 5', async () => {
  await listen()
  const { headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxConnections } = app.server
  const { connectionsCheckingInterval } = app.server as typeof app.server & {
    connectionsCheckingInterval: number
  }
  expect({
    headersTimeout,
    requestTimeout,
    keepAliveTimeout,
    timeout,
    maxConnections,
    connectionsCheckingInterval,
  }).toEqual({
    headersTimeout: 15_000,
    requestTimeout: 20_000,
    keepAliveTimeout: 30_000,
    timeout: 60_000,
    maxConnections: 10_000,
    connectionsCheckingInterval: 5_000,
  })
})

test.each([
  [
    'headers that never end',
    { headersMs: 100, requestMs: 60_000 },
    'POST /api/things HTTP/1.1\r\nhost: x\r\nx-slow: ',
  ],
  [
    'a body that never comes',
    { headersMs: 100, requestMs: 200 },
    'POST /api/things HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n',
  ],
  [
    'chunks that never end',
    { headersMs: 100, requestMs: 200 },
    'POST /api/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
  ],
])('%s are cut off with 408, and others are served meanwhile', async (_what, times, bytes) => {
  await listen(times)
  const slow = await dial()
  slow.socket.write(bytes)
  // A byte now and then keeps no connection alive.
  const drip = setInterval(() => slow.socket.write(bytes.includes('chunked') ? '1\r\n \r\n' : 'x'), 30)
  expect((await fetch(`${url}/api/things`, { method: 'POST' })).status).toBe(200)
  const answer = await slow.ended
  clearInterval(drip)
  expect(answer).toContain('HTTP/1.1 408 ')
  expect(answer).toContain('"code":"request_timeout"')
})

test('one connection more than there may be is refused, and there is room again when one goes', async () => {
  await listen()
  app.server.maxConnections = 2
  const [first, second] = [await dial(), await dial()]
  // Accepted by us too, and not only by the system's queue.
  const ask = 'POST /api/things HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n'
  await Promise.all(
    [first, second].map(
      ({ socket }) =>
        new Promise((resolve) => {
          socket.once('data', resolve)
          socket.write(ask)
        }),
    ),
  )
  const third = await dial()
  expect(await third.ended).toBe('')
  first.socket.destroy()
  await first.ended
  await expect
    .poll(async () => {
      const next = await dial()
      next.socket.end(ask)
      return next.ended
    })
    .toContain('HTTP/1.1 200 ')
})
