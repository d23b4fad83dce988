// Which requests come through a proxy of one's own.
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { isForwarded } from './proxies.ts'

const through = { 'x-forwarded-for': '203.0.113.9' }
const cases: [string, Record<string, string>, string, boolean][] = [
  ['a proxy beside the shop', through, '127.0.0.1', true],
  ['one in the same network', through, '10.3.0.7', true],
  ['one in a container network', through, '172.18.0.2', true],
  ['as an IPv6 address', through, '::ffff:192.168.1.2', true],
  ['one with IPv6', through, 'fd00::7', true],
  ['one that keeps the standard', { forwarded: 'for=203.0.113.9' }, '10.3.0.7', true],
  ['one that tells only the address', { 'x-real-ip': '203.0.113.9' }, '10.3.0.7', true],
  ['a stranger who writes the header', through, '203.0.113.7', false],
  ['a stranger with IPv6', through, '2001:db8::7', false],
  ['a neighbour of one’s own', {}, '10.3.0.7', false],
  ['a socket that is gone', through, '', false],
]
test.each(cases)('%s', (_what, headers, remoteAddress, expected) => {
  expect(isForwarded({ headers, socket: { remoteAddress } as Socket })).toBe(expected)
})
