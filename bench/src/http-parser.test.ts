// The load client's reader of responses: the same answers, however the socket cuts them.
import { describe, expect, it } from 'vitest'
import { makeResponseParser } from './http-parser.ts'

const withLength = 'HTTP/1.1 201 Created\r\nContent-Length: 11\r\nx: y\r\n\r\n{"id":"a1"}'
const inChunks =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n'
const empty = 'HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n'
const all = withLength + inChunks + empty + withLength
const answers = ['201 {"id":"a1"}', '200 abc0123456789', '204 ', '201 {"id":"a1"}']

function parse(pieces: readonly string[]): string[] {
  const seen: string[] = []
  const feed = makeResponseParser((status, body) => seen.push(`${status} ${body.toString()}`))
  const shared = Buffer.alloc(4_096)
  for (const piece of pieces) {
    // Sockets read into one buffer again and again: what was there before must not be needed.
    shared.fill('?')
    const length = shared.write(piece, 'latin1')
    feed(shared.subarray(0, length))
  }
  return seen
}

describe('the response parser', () => {
  it('reads several responses that came in one piece', () => {
    expect(parse([all])).toEqual(answers)
  })

  it('reads the same responses cut at every place', () => {
    for (let cut = 1; cut < all.length; cut += 1)
      expect(parse([all.slice(0, cut), all.slice(cut)])).toEqual(answers)
  })

  it('reads responses that come byte by byte', () => {
    expect(parse([...all])).toEqual(answers)
  })

  it('does not answer before the whole body is there', () => {
    expect(parse([withLength.slice(0, -1)])).toEqual([])
    expect(parse([inChunks.slice(0, -1)])).toEqual([])
  })

  it('refuses what is no response and what tells no length', () => {
    expect(() => parse(['SSH-2.0-OpenSSH\r\n\r\n'])).toThrow('not a response')
    expect(() => parse(['HTTP/1.1 200 OK\r\n\r\nwho knows'])).toThrow('told no length')
  })
})
