// Webhooks in every forged variant against one payment that waits for its challenge, which was
// passed. One event believed would authorize it. Bad signatures are refused and counted; signed
// events that are not for us are counted and do nothing.
import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import Stripe from 'stripe'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readPayment } from '../../src/payments/store/payments.ts'
import { expectStatus } from '../client.ts'
import { type PaymentsRig, startPaymentsRig, webhookSecret } from '../payments-rig.ts'
import { makeRawClient, type RawClient, type RawReply } from './raw-http.ts'
import { readState } from './state.ts'

let rig: PaymentsRig
let client: RawClient
let paymentId: string
let intentId: string
let payload: string

beforeAll(async () => {
  rig = await startPaymentsRig({ webhooks: false })
  client = makeRawClient(rig.url)
  const { id } = expectStatus(await rig.pay(await rig.order(), 'pm_card_authenticationRequired'), 201)
  paymentId = id
  intentId = (await rig.until(id, 'requires_action')).intentId ?? ''
  await rig.finishChallenge(intentId, 'succeed')
  payload = await eventOf()
})
afterAll(async () => {
  client.close()
  await rig.stop()
})
// Its own sweeper may look at the payment by and by; nothing that came in by a webhook may have
// made it look.
afterEach(async () => {
  const recorded = await rig.db.query({ name: '', text: 'select id from payments.webhook_events' })
  expect(recorded).toEqual([])
})

const path = '/api/payments/webhooks/stripe'
const now = () => Math.floor(Date.now() / 1000)
const hmac = (text: string, secret: string, kind = 'sha256') =>
  createHmac(kind, secret).update(text).digest('hex')
const mac = (body: string, { secret = webhookSecret, at = now() } = {}) => hmac(`${at}.${body}`, secret)

async function eventOf(changes: object = {}, objectChanges: object = {}): Promise<string> {
  const intent = await rig.stripe.paymentIntents.retrieve(intentId)
  return JSON.stringify({
    id: `evt_${crypto.randomUUID()}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: now(),
    livemode: false,
    type: 'payment_intent.amount_capturable_updated',
    data: { object: { ...intent, ...objectChanges } },
    ...changes,
  })
}

type Headers = Record<string, string | readonly string[]>
function send(
  body: string | Buffer,
  signature: string | readonly string[] | null,
  headers: Headers = {},
): Promise<RawReply> {
  return client.send({
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      ...headers,
      ...(signature === null ? {} : { 'stripe-signature': signature }),
    },
    body,
  })
}

async function counted(outcome: string): Promise<number> {
  const { values } = await rig.platform.metrics.webhooks.get()
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0
}

const year = 365 * 24 * 3600
type Forgery = (body: string) => string | readonly string[] | null
const forgeries: readonly (readonly [what: string, forge: Forgery])[] = [
  ['no signature', () => null],
  ['an empty one', () => ''],
  ['another secret', (body) => `t=${now()},v1=${mac(body, { secret: 'whsec_other' })}`],
  [
    'the empty secret',
    (body) => `t=${now()},v1=${createHmac('sha256', '').update(`${now()}.${body}`).digest('hex')}`,
  ],
  ['the publishable key as secret', (body) => `t=${now()},v1=${mac(body, { secret: 'pk_test_holdfast' })}`],
  [
    'the secret without its prefix',
    (body) => `t=${now()},v1=${mac(body, { secret: webhookSecret.replace('whsec_', '') })}`,
  ],
  [
    'no secret at all: a plain hash',
    (body) => `t=${now()},v1=${createHash('sha256').update(`${now()}.${body}`).digest('hex')}`,
  ],
  ['SHA-1', (body) => `t=${now()},v1=${hmac(`${now()}.${body}`, webhookSecret, 'sha1')}`],
  ['the body signed without the stamp', (body) => `t=${now()},v1=${hmac(body, webhookSecret)}`],
  ['another body’s signature', () => `t=${now()},v1=${mac('{}')}`],
  ['another stamp than the signed one', (body) => `t=${now() - 1},v1=${mac(body)}`],
  ['no stamp', (body) => `v1=${mac(body)}`],
  ['a stamp that is no number', (body) => `t=now,v1=${hmac(`now.${body}`, webhookSecret)}`],
  ['a stamp that is empty', (body) => `t=,v1=${hmac(`.${body}`, webhookSecret)}`],
  ['a stamp of the year 1970', (body) => `t=0,v1=${mac(body, { at: 0 })}`],
  ['a negative stamp', (body) => `t=-1,v1=${mac(body, { at: -1 })}`],
  ['a stamp of six minutes ago', (body) => `t=${now() - 360},v1=${mac(body, { at: now() - 360 })}`],
  ['a stamp of six minutes ahead', (body) => `t=${now() + 360},v1=${mac(body, { at: now() + 360 })}`],
  ['a stamp of years ahead', (body) => `t=${now() + 5 * year},v1=${mac(body, { at: now() + 5 * year })}`],
  ['a stamp in milliseconds', (body) => `t=${now() * 1000},v1=${mac(body, { at: now() * 1000 })}`],
  ['a stamp of infinity', (body) => `t=Infinity,v1=${hmac(`Infinity.${body}`, webhookSecret)}`],
  ['a stamp of 1e309', (body) => `t=1e309,v1=${hmac(`1e309.${body}`, webhookSecret)}`],
  [
    'an old stamp before a new one',
    (body) => `t=${now() - 360},t=${now()},v1=${mac(body, { at: now() - 360 })}`,
  ],
  [
    'a new stamp before an old one',
    (body) => `t=${now()},t=${now() - 360},v1=${mac(body, { at: now() - 360 })}`,
  ],
  ['v0 only', (body) => `t=${now()},v0=${mac(body)}`],
  ['v0 right and v1 wrong', (body) => `t=${now()},v0=${mac(body)},v1=${mac('{}')}`],
  ['v2', (body) => `t=${now()},v2=${mac(body)}`],
  [
    'many wrong v1',
    (body) =>
      `t=${now()},${Array.from({ length: 50 }, (_, n) => `v1=${mac(body, { secret: `whsec_${n}` })}`).join(',')}`,
  ],
  ['half a signature', (body) => `t=${now()},v1=${mac(body).slice(0, 32)}`],
  ['a signature and more', (body) => `t=${now()},v1=${mac(body)}00`],
  ['an empty v1', () => `t=${now()},v1=`],
  ['base64', (body) => `t=${now()},v1=${Buffer.from(mac(body), 'hex').toString('base64')}`],
  ['rubbish', () => 'Bearer sk_test_holdfast'],
  ['commas', () => ',,,,'],
  ['prototype keys', (body) => `t=${now()},__proto__=${mac(body)},constructor=1`],
  ['two headers, each half of it', (body) => [`t=${now()}`, `v1=${mac(body)}`]],
]

describe('a bad signature', () => {
  test.each([...forgeries])('%s: 400, counted, and nothing happens', async (_what, forge) => {
    const [before, forged] = [await readState(rig.db), await counted('forged')]
    const reply = await send(payload, forge(payload))
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([400, { code: 'bad_signature' }])
    expect(await counted('forged')).toBe(forged + 1)
    expect(await readState(rig.db)).toEqual(before)
  })

  test.each<[string, (signed: string) => string | Buffer, Headers]>([
    ['a space more', (body) => `${body} `, {}],
    ['the same JSON in another order', (body) => JSON.stringify(JSON.parse(body), null, 1), {}],
    ['another amount', (body) => body.replace(/"amount":\d+/, '"amount":1'), {}],
    ['a field twice', (body) => body.replace('{', '{"livemode":false,'), {}],
    // The SDK decodes before it verifies: the mark was dropped, and broken characters became
    // others, unseen.
    [
      'a mark of UTF-8 before it',
      (body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]),
      {},
    ],
    ['nothing', () => '', {}],
    ['the form of a form', () => 'id=evt_1', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a text', () => 'x', { 'content-type': 'text/plain' }],
    ['the claim to be compressed', () => '{}', { 'content-encoding': 'gzip' }],
  ])('a body that was tampered with: %s', async (_what, tamper, headers) => {
    const [before, forged] = [await readState(rig.db), await counted('forged')]
    const reply = await send(tamper(payload), `t=${now()},v1=${mac(payload)}`, headers)
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([400, { code: 'bad_signature' }])
    expect(await counted('forged')).toBe(forged + 1)
    expect(await readState(rig.db)).toEqual(before)
  })

  test('any one bit of body or signature that is not as it was sent', async () => {
    const bits = fc.sample(fc.tuple(fc.boolean(), fc.nat(), fc.nat({ max: 7 })), { numRuns: 60, seed: 1 })
    const flip = (bytes: Buffer, where: number, bit: number) => {
      const index = where % bytes.length
      bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index)
      return bytes
    }
    const replies = await Promise.all(
      bits.map(([inBody, where, bit]) => {
        const right = mac(payload)
        if (inBody) return send(flip(Buffer.from(payload), where, bit), `t=${now()},v1=${right}`)
        return send(payload, `t=${now()},v1=${flip(Buffer.from(right, 'hex'), where, bit).toString('hex')}`)
      }),
    )
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([400]))
  })

  test('a huge body is not even looked at, signed or not', async () => {
    const before = await readState(rig.db)
    const huge = `{"x":"${'x'.repeat(600 * 1024)}"}`
    for (const signature of [null, `t=${now()},v1=${mac(huge)}`]) {
      const reply = await send(huge, signature)
      expect([reply.status, JSON.parse(reply.text)]).toMatchObject([413, { code: 'body_too_large' }])
    }
    expect(await readState(rig.db)).toEqual(before)
  })
})

describe('a good signature on what is not for us', () => {
  const strangers: readonly (readonly [what: string, outcome: string, changes: object, object: object])[] = [
    ['the other mode', 'mismatch', { livemode: true }, {}],
    ['a mode that is no yes or no', 'mismatch', { livemode: 'false' }, {}],
    ['another account', 'mismatch', { account: 'acct_other' }, {}],
    ['another amount', 'mismatch', {}, { amount: 1 }],
    ['no amount that one could pay', 'mismatch', {}, { amount: -4_500 }],
    ['another currency', 'mismatch', {}, { currency: 'usd' }],
    ['another intent of our payment', 'mismatch', {}, { id: 'pi_other' }],
    [
      'a payment that we do not know',
      'foreign',
      {},
      { id: 'pi_x', metadata: { payment_id: '01990000-0000-7000-8000-0000000000ff' } },
    ],
    ['a payment whose id is SQL', 'foreign', {}, { id: 'pi_x', metadata: { payment_id: "' or 1=1 --" } }],
    ['an intent that we do not know', 'foreign', {}, { id: 'pi_unknown', metadata: {} }],
    ['a type that we do not listen to', 'ignored', { type: 'customer.created' }, {}],
    ['a type of nobody', 'ignored', { type: '__proto__' }, {}],
  ]
  test.each([...strangers])(
    '%s: taken, counted as %s, and nothing happens',
    async (_what, outcome, changes, object) => {
      const event = await eventOf(changes, object)
      const [before, count] = [await readState(rig.db), await counted(outcome)]
      const reply = await send(event, `t=${now()},v1=${mac(event)}`)
      expect([reply.status, reply.text]).toEqual([200, '{"received":true}'])
      expect(await counted(outcome)).toBe(count + 1)
      expect(await readState(rig.db)).toEqual(before)
    },
  )
})

test('after all of it the payment waits as before, and one true event still has its effect, once', async () => {
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'requires_action' })
  const event = await eventOf()
  const signature = Stripe.webhooks.generateTestHeaderString({ payload: event, secret: webhookSecret })
  const replies = await Promise.all(Array.from({ length: 20 }, () => send(event, signature)))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'authorized' })
  const [row] = await rig.db.query<{ n: number }>({
    name: '',
    text: `select count(*)::int as n from platform.outbox where type = 'PaymentAuthorized'`,
  })
  expect(row?.n).toBe(1)
  await rig.db.query({ name: '', text: 'delete from payments.webhook_events' })
})
