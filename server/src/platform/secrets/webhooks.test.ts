// Secrets of webhooks, and the example of the guide that checks what they sign.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeWebhookSecrets, signatureOf } from './webhooks.ts'

const [newKey, oldKey] = [Buffer.from('a newer secret key'), Buffer.from('an older secret key')]
const guide = readFileSync(join(import.meta.dirname, '../../../../docs/guide/webhooks.md'), 'utf8')
const example = /```js\n(.*?)```/s.exec(guide)?.[1] ?? ''

type Verify = (headers: Record<string, string>, body: string, secret: string) => boolean

async function guidesVerify(): Promise<Verify> {
  const module = (await import(`data:text/javascript,${encodeURIComponent(example)}`)) as { verify: Verify }
  return module.verify
}

test('a secret is the same for its endpoint and generation, and for no other', () => {
  const secrets = makeWebhookSecrets([newKey])
  const { keyVersion } = secrets
  const all = [
    { endpointId: 'one', generation: 1, keyVersion },
    { endpointId: 'one', generation: 2, keyVersion },
    { endpointId: 'other', generation: 1, keyVersion },
  ].map((name) => secrets.secretOf(name))
  expect(new Set(all).size).toBe(3)
  for (const secret of all) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
})

test('secrets of an older key stay as long as it is known', () => {
  const before = makeWebhookSecrets([oldKey])
  const name = { endpointId: 'one', generation: 1, keyVersion: before.keyVersion }
  const secret = before.secretOf(name)
  expect(makeWebhookSecrets([newKey, oldKey]).secretOf(name)).toBe(secret)
  expect(makeWebhookSecrets([newKey]).secretOf(name)).toBeNull()
})

test('the example of the guide takes what is signed, with either secret, and nothing else', async () => {
  const verify = await guidesVerify()
  const secrets = makeWebhookSecrets([newKey])
  const [secret = '', old = '', another = ''] = [2, 1, 3].map(
    (generation) => secrets.secretOf({ endpointId: 'one', generation, keyVersion: secrets.keyVersion }) ?? '',
  )
  const body = '{"type":"OrderCancelled","data":{"city":"Zürich"}}'
  const headersAt = (timestamp: number) => ({
    'webhook-id': 'an id',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf([secret, old], { id: 'an id', timestamp, body }),
  })
  const now = Math.floor(Date.now() / 1_000)
  expect(verify(headersAt(now), body, secret)).toBe(true)
  expect(verify(headersAt(now), body, old)).toBe(true)
  expect(verify(headersAt(now), body, another)).toBe(false)
  expect(verify(headersAt(now), `${body} `, secret)).toBe(false)
  expect(verify({ ...headersAt(now), 'webhook-id': 'another' }, body, secret)).toBe(false)
  expect(verify(headersAt(now - 400), body, secret)).toBe(false)
})
