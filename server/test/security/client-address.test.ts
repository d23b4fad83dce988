// Whose attempts are counted: the address comes from the socket, or from the one proxy that is
// trusted, and never from what a client says of itself.
import { afterEach, expect, test } from 'vitest'
import { service as identity } from '../../src/identity/index.ts'
import { type ServiceApp, startServiceApp } from '../service-app.ts'

let app: ServiceApp
afterEach(() => app.stop())

let guesses = 0
async function guess(forwardedFor: string): Promise<number> {
  guesses += 1
  const answer = await fetch(`${app.url}/api/users/signin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
    body: JSON.stringify({ email: 'victim@example.com', password: `guess number ${guesses}` }),
  })
  return answer.status
}

async function statusesOf(addresses: readonly string[]): Promise<number[]> {
  const statuses: number[] = []
  for (const address of addresses) statuses.push(await guess(address))
  return statuses
}

const wrong = Array.from({ length: 10 }, () => 401)

test('without a proxy the header is not listened to: an address of one’s own for each guess does not help', async () => {
  app = await startServiceApp(identity, { RATE_LIMITS: 'on' })
  const addresses = Array.from({ length: 11 }, (_, n) => `198.51.100.${n}`)
  expect(await statusesOf(addresses)).toEqual([...wrong, 429])
})

// The whole list was trusted, and its first entry taken: a client who sent the header himself,
// which proxies add to and do not replace, chose a new address for each guess and was never
// limited.
test('behind the proxy only what it adds itself counts, not what the client sent before', async () => {
  app = await startServiceApp(identity, { RATE_LIMITS: 'on', TRUST_PROXY: 'on' })
  const addresses = Array.from({ length: 11 }, (_, n) => `198.51.100.${n}, 203.0.113.7`)
  expect(await statusesOf(addresses)).toEqual([...wrong, 429])
  expect(await guess('198.51.100.1, 203.0.113.8')).toBe(401)
})

// Some proxies write the client's port: each connection was a stranger of its own, and the limit
// void.
test('a proxy that writes ports makes no new stranger of each connection', async () => {
  app = await startServiceApp(identity, { RATE_LIMITS: 'on', TRUST_PROXY: 'on' })
  const addresses = Array.from({ length: 11 }, (_, n) => `203.0.113.9:${40_000 + n}`)
  expect(await statusesOf(addresses)).toEqual([...wrong, 429])
  const brackets = Array.from({ length: 11 }, (_, n) => `[2001:db8::${n + 1}]:${40_000 + n}`)
  expect(await statusesOf(brackets)).toEqual([...wrong, 429])
})
