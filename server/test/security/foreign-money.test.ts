// Strangers' money on the shop's own processor account: everything that it may say of itself is
// listed and stops nothing, with the real sandbox. Only an intent with our own mark is ours. And an
// auditor that cannot run says so.
import type { OpsOverview, ShowView } from '@holdfast/contract'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSmall } from '../../src/audit/run.ts'
import { readFailing } from '../../src/audit/store.ts'
import { makeAuditWorker } from '../../src/audit/worker.ts'
import { makeBooks } from '../../src/payments/processor/books.ts'
import { makeReadMark, markOf } from '../../src/payments/processor/marks.ts'
import { makeProcessor } from '../../src/payments/processor/stripe.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { auditNow, auditParts, differencesNow } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
  pay,
  placeOrder,
  publishShow,
  readOrder,
  signUp,
} from '../client.ts'
import { stripeOf } from '../flows/stripe.ts'
import { signUpOperator } from '../operators.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

let shop: TestShop
let stripe: Stripe
let operator: Client
let buyer: Client
let show: ShowView
/** An order of ours with its payment and its intent, whose marks a stranger reads. */
const ours = { orderId: '', paymentId: '', intentId: '', metadata: {} as Record<string, string> }

beforeAll(async () => {
  shop = await startTestShop({ environment: { AUDIT_SECONDS: '0' } })
  stripe = stripeOf(shop.sandbox)
  operator = await signUpOperator(shop)
  show = await publishShow(await signUp(shop.url))
  buyer = await asGuest(shop.url)
  const order = expectStatus(await placeOrder(buyer, show), 201)
  ours.orderId = order.id
  ours.paymentId = expectStatus(await pay(buyer, order.id), 201).id
  await waitFor('the tickets', async () => (await readOrder(buyer, order.id)).tickets)
  const [intent] = (await stripe.paymentIntents.list({ limit: 1 })).data
  ours.intentId = intent?.id ?? ''
  ours.metadata = { ...intent?.metadata }
})
afterAll(() => shop.stop())

const price = 4_500
const stranger = (
  metadata: Record<string, string>,
  changes: Partial<Stripe.PaymentIntentCreateParams> = {},
): Stripe.PaymentIntentCreateParams => ({
  amount: price,
  currency: 'eur',
  confirm: true,
  payment_method: 'pm_card_visa',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  metadata,
  ...changes,
})
const otherShop = markOf({ id: crypto.randomUUID(), secret: Buffer.alloc(32, 1) })
const money = { amountMinor: price, currency: 'EUR' }
const someone = () => ({ orderId: crypto.randomUUID(), paymentId: crypto.randomUUID() })
const changedMark = (text: string) => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`)

const strangers: Record<string, () => Stripe.PaymentIntentCreateParams> = {
  'an order id of another program': () => stranger({ order_id: '6735' }, { amount: 2_500 }),
  'a payment id of another program': () => stranger({ payment_id: '6735', order_id: '6735' }),
  'ids that look like ours': () => {
    const { orderId, paymentId } = someone()
    return stranger({ order_id: orderId, payment_id: paymentId })
  },
  'the ids of an order of ours': () => stranger({ order_id: ours.orderId, payment_id: ours.paymentId }),
  'only set aside': () => stranger({ order_id: '6735' }, { capture_method: 'manual' }),
  'no metadata': () => stranger({}),
  'huge metadata': () =>
    stranger(
      Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [
          index === 0 ? 'order_id' : `key_${index}`,
          'x'.repeat(500),
        ]),
      ),
    ),
  'text that is no id': () =>
    stranger({ order_id: `'; drop table orders.orders; --`, payment_id: '-'.repeat(36) }),
  'a prototype for a mark': () => stranger({ order_id: 'constructor', payment_id: 'x', mark: 'true' }),
  'the mark of another shop': () => stranger(otherShop.metadataOf(someone(), money)),
  'the mark of another shop on an order of ours': () => stranger(otherShop.metadataOf(ours, money)),
  'a copy of our marks': () => stranger(ours.metadata),
  'a copy of our marks, only set aside': () => stranger(ours.metadata, { capture_method: 'manual' }),
  'a copy of our marks with another sum': () => stranger(ours.metadata, { amount: 4_400 }),
  'a copy of our marks in another currency': () => stranger(ours.metadata, { currency: 'usd' }),
  'a copy of our marks for another payment': () =>
    stranger({ ...ours.metadata, payment_id: crypto.randomUUID() }),
  'our mark with a letter changed': () =>
    stranger({ ...ours.metadata, mark: changedMark(ours.metadata['mark'] ?? '') }),
}

describe('a stranger’s intent with', () => {
  it.each(Object.entries(strangers))('%s is listed and stops nothing', async (_what, make) => {
    const { id } = await stripe.paymentIntents.create(make())
    await waitFor('the stranger to be listed', async () => {
      expect((await auditNow(shop)).breaches).toEqual([])
      return (await differencesNow(shop)).find(
        (difference) => difference.id === `foreign:${id}` && difference.orderId === null,
      )
    })
    for (let runs = 0; runs < 2; runs += 1) expect((await runSmall(auditParts(shop))).breaches).toEqual([])
    expect(await buyer.call('GET', '/api/sales')).toMatchObject({ body: { state: 'open' } })
  })

  it('any of these changes nothing for ours: it is held, paid and found as before', async () => {
    const mine = (await differencesNow(shop)).filter(({ kind }) => kind !== 'foreign')
    expect(mine).toEqual([])
    const order = expectStatus(await placeOrder(buyer, show), 201)
    expectStatus(await pay(buyer, order.id), 201)
    await waitFor('the tickets', async () => (await readOrder(buyer, order.id)).tickets)
    // Also when the answer was lost, so that the intent has to be found by its mark: not a copy.
    const processor = makeProcessor(shop.platform.config.processor, makeReadMark(shop.db))
    const since = new Date(Date.now() - 60_000).toISOString()
    expect(await processor.find({ paymentId: ours.paymentId, since })).toMatchObject({
      kind: 'ok',
      value: { intentId: ours.intentId },
    })
  })
})

it('a payment that does not know its intent yet takes its own, and the copy stays a stranger', async () => {
  const setIntent = (intentId: string | null) =>
    shop.db.query({ name: '', text: 'update payments.payments set intent_id = $2 where id = $1' }, [
      ours.paymentId,
      intentId,
    ])
  await setIntent(null)
  expect((await auditNow(shop)).breaches).toEqual([])
  await setIntent(ours.intentId)
})

describe('the mark', () => {
  const mark = markOf({ id: 'one', secret: Buffer.alloc(32, 2) })
  const marked = someone()
  const metadata = mark.metadataOf(marked, money)

  it('is read by who made it', () => {
    expect(mark.read(metadata, { amountMinor: price, currency: 'eur' })).toEqual(marked)
  })

  it.each<[string, Record<string, string> | null, number]>([
    ['nothing', null, price],
    ['no mark', { order_id: marked.orderId, payment_id: marked.paymentId }, price],
    ['an empty mark', { ...metadata, mark: '' }, price],
    ['another order', { ...metadata, order_id: crypto.randomUUID() }, price],
    ['another sum', metadata, price + 1],
    [
      'ids with a line between them',
      { ...metadata, order_id: `${marked.orderId}\n${marked.paymentId}` },
      price,
    ],
  ])('is not found in %s', (_what, said, amountMinor) => {
    expect(mark.read(said, { amountMinor, currency: 'EUR' })).toBeNull()
  })

  it.each([
    ['another installation', { id: 'two', secret: Buffer.alloc(32, 2) }],
    ['another key', { id: 'one', secret: Buffer.alloc(32, 3) }],
  ])('is not read by %s', (_what, installation) => {
    expect(markOf(installation).read(metadata, money)).toBeNull()
  })

  it('is of an id and a key that are made once', async () => {
    const [one, other] = [await makeReadMark(shop.db)(), await makeReadMark(shop.db)()]
    expect(other.read(one.metadataOf(marked, money), money)).toEqual(marked)
  })
})

it('an auditor that cannot run says so to operators, and that it can again', async () => {
  const { platform } = shop
  const metrics = makeMetrics({ defaults: false })
  const books = makeBooks(platform.config.processor, makeReadMark(shop.db))
  const rename = (from: string, to: string) =>
    shop.db.query({ name: '', text: `alter table audit.${from} rename to ${to}` })
  const overview = async () =>
    expectStatus(await operator.call<OpsOverview>('GET', '/api/ops/overview'), 200).audit
  await rename('watched_orders', 'elsewhere')
  const stop = makeAuditWorker({ ...platform, metrics, books, everySeconds: 1 }).start()
  await waitFor('the failure to be told', async () => (await overview()).failing)
  expect(await overview()).toMatchObject({ verdict: 'unchecked', failing: { runs: expect.any(Number) } })
  expect(await metrics.registry.metrics()).toMatch(/holdfast_audit_failing_runs [1-9]/)
  await rename('elsewhere', 'watched_orders')
  await waitFor('the end of the failures', async () => (await readFailing(shop.db)) === null)
  expect((await overview()).failing).toBeNull()
  await stop()
})
