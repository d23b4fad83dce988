// Answers that are compressed once and known by their tag: every way to ask for them.
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodingFor, isKnown, makePackedMemory, type PackedMemory, pack, sendPacked } from './packed.ts'

test.each<[string | undefined, string | null]>([
  [undefined, null],
  ['', null],
  ['identity', null],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['GZIP;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0.0,gzip;q=0', null],
  ['br;q=0.001', 'br'],
  ['*', 'br'],
  ['*;q=0', null],
  ['gzip;q=0, *', 'br'],
  ['deflate', null],
])('Accept-Encoding %j gets %j', (header, encoding) => {
  expect(encodingFor(header)).toBe(encoding)
})

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['', false],
  ['W/"a"', true],
  ['"a"', true],
  ['"b", W/"a"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
  ['"ab"', false],
])('If-None-Match %j knows W/"a": %j', (header, known) => {
  expect(isKnown(header, 'W/"a"')).toBe(known)
})

describe('what is remembered', () => {
  const made: string[] = []
  const ask = (memory: PackedMemory, key: string, text = key.repeat(100)) =>
    memory.get(key, async () => {
      made.push(key)
      return pack(text)
    })

  test('is bounded by bytes, and what was asked for last stays', async () => {
    made.length = 0
    const memory = makePackedMemory(250)
    for (const key of ['a', 'b', 'a', 'c', 'a', 'c', 'b']) await ask(memory, key)
    expect(made).toEqual(['a', 'b', 'c', 'b'])
    await ask(memory, 'large', 'x'.repeat(1_000))
    await ask(memory, 'large')
    await ask(memory, 'a')
    expect(made.slice(4)).toEqual(['large', 'a'])
  })

  test('is made once for all who ask meanwhile, and again when it could not be made', async () => {
    made.length = 0
    const memory = makePackedMemory(1_000)
    await Promise.all([ask(memory, 'a'), ask(memory, 'a'), ask(memory, 'a')])
    expect(made).toEqual(['a'])
    await expect(memory.get('b', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect((await ask(memory, 'b')).plain.length).toBe(100)
  })
})

describe('over HTTP', () => {
  const text = JSON.stringify(Array.from({ length: 500 }, (_, index) => ({ number: String(index) })))
  let app: FastifyInstance
  beforeAll(async () => {
    app = Fastify()
    const [large, small] = [pack(text), pack('{}')]
    app.get('/large', (request, reply) => sendPacked(request, reply.header('vary', 'accept-language'), large))
    app.get('/small', (request, reply) => sendPacked(request, reply, small, { isPublic: false }))
  })
  afterAll(() => app.close())
  const ask = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })

  test('plain, Brotli and gzip are the same text under the same tag', async () => {
    const plain = await ask('/large')
    const br = await ask('/large', { 'accept-encoding': 'gzip, br' })
    const gzip = await ask('/large', { 'accept-encoding': 'gzip' })
    expect(plain.body).toBe(text)
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(text)
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(text)
    expect(br.rawPayload.length).toBeLessThan(text.length / 4)
    expect(new Set([plain, br, gzip].map(({ headers }) => headers['etag'])).size).toBe(1)
    expect(br.headers).toMatchObject({
      'content-encoding': 'br',
      'content-length': String(br.rawPayload.length),
      'cache-control': 'no-cache',
      vary: 'accept-language, accept-encoding',
    })
  })

  test('who has it gets 304 without a body, and who has another gets this one', async () => {
    const { headers } = await ask('/large')
    const again = await ask('/large', { 'if-none-match': String(headers['etag']), 'accept-encoding': 'br' })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    expect((await ask('/large', { 'if-none-match': '"other"' })).statusCode).toBe(200)
  })

  test('a small one is sent as it is', async () => {
    const small = await ask('/small', { 'accept-encoding': 'br' })
    expect(small.headers['content-encoding']).toBeUndefined()
    expect([small.body, small.headers['cache-control']]).toEqual(['{}', 'private, no-cache'])
  })
})
