// Messages on their way: to the address that was looked at, once, and with no more of the answer than
// is useful.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Address, makeCarrier } from './post.ts'

const asked: IncomingMessage[] = []
let cutOff = Promise.withResolvers<void>()
const receiver = createServer((request, response) => {
  asked.push(request)
  if (request.url === '/redirect') response.writeHead(302, { location: '/elsewhere' }).end()
  else if (request.url === '/endless') {
    response.on('close', () => cutOff.resolve())
    const more = () => {
      while (response.write('x'.repeat(16_384)));
    }
    response.on('drain', more)
    more()
  } else response.writeHead(200).end('taken\0')
})
let port: number
beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  port = (receiver.address() as AddressInfo).port
})
afterAll(() => {
  receiver.closeAllConnections()
  receiver.close()
})
beforeEach(() => {
  asked.length = 0
  cutOff = Promise.withResolvers<void>()
})

const here: Address = { address: '127.0.0.1', family: 4 }
const post = (url: string, options: Parameters<typeof makeCarrier>[0]) =>
  makeCarrier(options)({ url, headers: { 'webhook-id': 'one' }, body: '{"city":"Zürich"}' })

test.each<[string, Address[]]>([
  ['private', [here]],
  [
    'public and private',
    [
      { address: '1.1.1.1', family: 4 },
      { address: 'fd00::1', family: 6 },
    ],
  ],
  ['mapped', [{ address: '::ffff:10.0.0.1', family: 6 }]],
  ['none', []],
])('a name that leads to addresses that are %s is not connected to', async (_, addresses) => {
  const answer = await post('https://hooks.example/', {
    mayBePrivate: false,
    resolve: () => Promise.resolve(addresses),
  })
  expect(answer.status).toBeNull()
  expect(answer.text).toMatch(/not public|no address/)
})

test('the name is resolved once, and what was looked at is connected to', async () => {
  const resolve = vi.fn((_host: string) => Promise.resolve([here]))
  const answer = await post(`http://hooks.example:${port}/hook`, { mayBePrivate: true, resolve })
  expect(answer).toEqual({ status: 200, text: 'taken' })
  expect(resolve.mock.calls).toEqual([['hooks.example']])
  expect(asked[0]).toMatchObject({
    method: 'POST',
    url: '/hook',
    headers: { host: `hooks.example:${port}`, 'webhook-id': 'one', 'content-length': '18' },
  })
})

test('a redirect is an answer, and not followed', async () => {
  const answer = await post(`http://127.0.0.1:${port}/redirect`, { mayBePrivate: true })
  expect(answer.status).toBe(302)
  expect(asked).toHaveLength(1)
})

test('an answer without an end is cut off, and its start is kept', async () => {
  const answer = await post(`http://127.0.0.1:${port}/endless`, { mayBePrivate: true })
  expect(answer).toEqual({ status: 200, text: 'x'.repeat(1_024) })
  await cutOff.promise
})

test('where nobody listens there is no answer, but a reason', async () => {
  const answer = await post('http://127.0.0.1:1/', { mayBePrivate: true })
  expect(answer).toEqual({ status: null, text: 'ECONNREFUSED' })
})
