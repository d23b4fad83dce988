// Who is at the machine itself, and who only looks like it.
import { expect, test } from 'vitest'
import { type Environment, readConfig } from './config.ts'
import { type Asking, makeIsLocal, makeLimitsNetwork } from './local-mode.ts'

const ask = (changes: Record<string, string | undefined> = {}, remoteAddress = '127.0.0.1'): Asking => ({
  headers: { host: 'localhost:3000', 'user-agent': 'x', ...changes },
  socket: { remoteAddress },
})
const isLocal = (environment: Environment, request: Asking) => makeIsLocal(readConfig(environment))(request)

test.each<[string, Asking]>([
  ['a browser of this machine', ask()],
  ['by its number', ask({ host: '127.0.0.1:3000' })],
  ['by another loopback number', ask({ host: '127.9.9.9' }, '127.1.2.3')],
  ['over IPv6', ask({ host: '[::1]:3000' }, '::1')],
  ['over IPv4 in an IPv6 socket', ask({}, '::ffff:127.0.0.1')],
  ['without a port', ask({ host: 'localhost' })],
  ['by a name under localhost', ask({ host: 'shop.localhost:3000' })],
  ['in capitals', ask({ host: 'LOCALHOST:3000' })],
])('local: %s', (_what, request) => {
  expect(isLocal({}, request)).toBe(true)
})

test.each<[string, Asking]>([
  ['another machine', ask({}, '192.0.2.7')],
  ['another machine over IPv6', ask({}, '2001:db8::7')],
  ['a machine that writes an address of ours into IPv6', ask({}, '::ffff:192.0.2.7')],
  ['an address that only begins like ours', ask({}, '127.evil.example')],
  ['no address', ask({}, '')],
  ['a page of another site that resolves to us', ask({ host: 'evil.example:3000' })],
  ['a host that only begins like ours', ask({ host: '127.0.0.1.evil.example' })],
  ['a host that only ends like ours', ask({ host: 'evillocalhost' })],
  ['no host', ask({ host: undefined })],
  ['a proxy', ask({ 'x-forwarded-for': '127.0.0.1' })],
  ['a proxy that tells only the protocol', ask({ 'x-forwarded-proto': 'https' })],
  ['a proxy that keeps the standard', ask({ forwarded: 'for=127.0.0.1' })],
  ['nginx', ask({ 'x-real-ip': '127.0.0.1' })],
  ['a cache', ask({ via: '1.1 cache' })],
])('not local: %s', (_what, request) => {
  expect(isLocal({}, request)).toBe(false)
})

const stripe = {
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
}
test.each<[string, Environment]>([
  ['a public address', { PUBLIC_URL: 'https://shop.example', SANDBOX: 'on' }],
  ['a public address on plain http', { PUBLIC_URL: 'http://shop.example' }],
  ['every address of the machine', { HOST: '0.0.0.0', SANDBOX: 'on' }],
  ['a trusted proxy', { TRUST_PROXY: 'on' }],
  ['real cards', stripe],
])('a shop with %s is never local', (_what, environment) => {
  expect(isLocal(environment, ask())).toBe(false)
  expect(makeLimitsNetwork(readConfig(environment))(ask())).toBe(true)
})

test('limits per network are off in local mode, unless RATE_LIMITS says on; off is off everywhere', () => {
  const stranger = ask({}, '192.0.2.7')
  const limited = (RATE_LIMITS: string, request: Asking) =>
    makeLimitsNetwork(readConfig(RATE_LIMITS === '' ? {} : { RATE_LIMITS }))(request)
  expect([limited('', ask()), limited('', stranger)]).toEqual([false, true])
  expect([limited('on', ask()), limited('on', stranger)]).toEqual([true, true])
  expect([limited('off', ask()), limited('off', stranger)]).toEqual([false, false])
})
