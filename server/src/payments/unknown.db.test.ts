// Outcomes that are not certain: asked again until they are, never guessed, never by a retry count
// running out.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PaymentsRig, startPaymentsRig, type TestOrder } from '../../test/payments-rig.ts'
import { waitFor } from '../../test/wait.ts'
import { sql } from '../platform/postgres/database.ts'
import { makeReadMark } from './processor/marks.ts'
import { makeProcessor } from './processor/stripe.ts'
import { readPayment } from './store/payments.ts'

let rig: PaymentsRig
beforeAll(async () => {
  // No webhooks: only asking finds out.
  rig = await startPaymentsRig({ webhooks: false })
})
afterAll(() => rig.stop())

const intentsOf = async (order: TestOrder) =>
  (await rig.stripe.paymentIntents.list({ limit: 100 })).data.filter(
    ({ metadata }) => metadata['order_id'] === order.id,
  )

/** Lets the sweeper look at once, until the payment has the status. */
async function hurryUntil(paymentId: string, status: string) {
  return waitFor(`payment ${status}`, async () => {
    await rig.hurry()
    const payment = await readPayment(rig.db, paymentId)
    return payment?.status === status ? payment : null
  })
}

it.each(['truncate', 'rate_limit'] as const)(
  'create: %s is unknown to the buyer, then resolved with the same key',
  async (kind) => {
    const order = await rig.order()
    await rig.fault({
      kind,
      op: 'payment_intents.create',
      when: kind === 'truncate' ? 'after' : 'before',
      metadata: { order_id: order.id },
    })
    const { status, body } = await rig.pay(order)
    expect([status, body.status]).toEqual([201, 'unknown'])
    await hurryUntil(body.id, 'authorized')
    expect(await intentsOf(order)).toHaveLength(1)
    expect((await rig.eventsOf(order)).filter(({ type }) => type === 'PaymentAuthorized')).toHaveLength(1)
  },
)

it('create: a stored 500 that had made the intent is resolved by the list', async () => {
  const order = await rig.order()
  await rig.fault({
    kind: 'api_error',
    op: 'payment_intents.create',
    when: 'after',
    metadata: { order_id: order.id },
  })
  const { body } = await rig.pay(order)
  expect(body.status).toBe('unknown')
  await hurryUntil(body.id, 'authorized')
  expect(await intentsOf(order)).toHaveLength(1)
})

it('an intent is found however many came after it; that there is none is not said of a list too long to read', async () => {
  // The story. A create failed after its effect, and its webhook was lost. It was to be found in
  // the list of intents, newest first, up to 20,000. The tries of the first minutes met other
  // faults, and then too many had come after it: the payment stayed unknown, and the buyer's money
  // set aside. Found by an hour of chaos, once in a hundred thousand orders.
  const orders: TestOrder[] = []
  const paymentIds: string[] = []
  for (let count = 0; count < 3; count += 1) {
    const order = await rig.order()
    orders.push(order)
    paymentIds.push((await rig.pay(order)).body.id)
  }
  const processor = makeProcessor(rig.platform.config.processor, makeReadMark(rig.db), { maxListed: 1 })
  const since = new Date(Date.now() - 60_000).toISOString()
  const [paymentId = ''] = paymentIds
  expect(await processor.find({ paymentId, since })).toMatchObject({
    kind: 'ok',
    value: { status: 'requires_capture' },
  })
  const absent = { paymentId: crypto.randomUUID(), since }
  expect(await processor.find(absent)).toEqual({ kind: 'unknown', reason: 'list_too_long' })
  expect(await makeProcessor(rig.platform.config.processor, makeReadMark(rig.db)).find(absent)).toEqual({
    kind: 'ok',
    value: null,
  })
  // Without an index to search in, the list tells.
  await rig.fault({ kind: 'api_error', op: 'payment_intents.search', when: 'before' })
  expect(
    await makeProcessor(rig.platform.config.processor, makeReadMark(rig.db)).find({ paymentId, since }),
  ).toMatchObject({
    kind: 'ok',
    value: { status: 'requires_capture' },
  })
})

it('create: a stored 500 that had made nothing is never guessed: the key repeats it, the list is empty, and minutes have passed', async () => {
  // The story. The processor failed before it did anything, and kept that failure for the key.
  // Every try got it again, and the payment stayed unknown for a day, until the key was dead. The
  // repeated failure itself says that its request has ended and that no other with this key will do
  // anything; a list that is read after it and has no intent says that there is none.
  const order = await rig.order()
  await rig.fault({
    kind: 'api_error',
    op: 'payment_intents.create',
    when: 'before',
    metadata: { order_id: order.id },
  })
  const { body } = await rig.pay(order)
  await waitFor('a second uncertain outcome', async () => {
    await rig.hurry()
    return ((await readPayment(rig.db, body.id))?.attempts ?? 0) >= 2
  })
  expect(await readPayment(rig.db, body.id)).toMatchObject({ status: 'unknown', step: 'create' })
  await rig.db.query(
    sql('', `update payments.payments set created_at = created_at - interval '6 minutes' where id = $1`),
    [body.id],
  )
  const payment = await hurryUntil(body.id, 'voided')
  expect(payment).toMatchObject({ reason: 'never_reached_processor', intentId: null })
  expect(await intentsOf(order)).toHaveLength(0)
  // Another try is a payment of its own, with a key of its own.
  const again = await rig.pay(order)
  expect(again).toMatchObject({ status: 201, body: { status: 'authorized' } })
  expect(await intentsOf(order)).toHaveLength(1)
})

it('create: answers that are lost are no proof, whatever the list says, until the key is dead', async () => {
  const order = await rig.order()
  await rig.fault({
    kind: 'truncate',
    op: 'payment_intents.create',
    when: 'before',
    times: 1_000,
    metadata: { order_id: order.id },
  })
  const { body } = await rig.pay(order)
  await rig.db.query(
    sql('', `update payments.payments set created_at = created_at - interval '6 minutes' where id = $1`),
    [body.id],
  )
  await waitFor('a third uncertain outcome', async () => {
    await rig.hurry()
    return ((await readPayment(rig.db, body.id))?.attempts ?? 0) >= 3
  })
  expect(await readPayment(rig.db, body.id)).toMatchObject({ status: 'unknown', step: 'create' })
  await rig.db.query(
    sql('', `update payments.payments set created_at = created_at - interval '2 days' where id = $1`),
    [body.id],
  )
  expect(await hurryUntil(body.id, 'voided')).toMatchObject({
    reason: 'never_reached_processor',
    intentId: null,
  })
  expect(await intentsOf(order)).toHaveLength(0)
})

it('create: lost on the way for an order that is cancelled meanwhile: found and voided', async () => {
  const order = await rig.order()
  await rig.fault({
    kind: 'truncate',
    op: 'payment_intents.create',
    when: 'after',
    metadata: { order_id: order.id },
  })
  const { body } = await rig.pay(order)
  await rig.cancel(order)
  await hurryUntil(body.id, 'voided')
  expect((await intentsOf(order)).map(({ status }) => status)).toEqual(['canceled'])
  expect((await rig.eventsOf(order)).map(({ type }) => type)).not.toContain('PaymentAuthorized')
})

it.each([
  'truncate:after',
  'truncate:before',
  'api_error:before',
  'api_error:after',
  'in_use:before',
  'bad_gateway:after',
])(
  'capture: %s leaves the order claimed until the processor says what happened; one charge',
  async (fault) => {
    const [kind, when] = fault.split(':')
    const order = await rig.order()
    const { body } = await rig.pay(order)
    await rig.fault({
      kind,
      op: 'payment_intents.capture',
      when,
      times: kind === 'in_use' || kind === 'bad_gateway' ? 3 : 1,
    })
    await rig.claim(order, body.id)
    const payment = await hurryUntil(body.id, 'captured')
    expect(payment.capturedMinor).toBe(4_500)
    expect((await rig.eventsOf(order)).filter(({ type }) => type === 'ChargeCreated')).toHaveLength(1)
    expect((await rig.eventsOf(order)).map(({ type }) => type)).not.toContain('ChargeFailed')
    const charges = await rig.stripe.charges.list({ payment_intent: payment.intentId ?? '' })
    expect(charges.data.map(({ amount_captured }) => amount_captured)).toEqual([4_500])
  },
)

it('a void that is lost on the way is done again', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order)
  await rig.fault({ kind: 'truncate', op: 'payment_intents.cancel', when: 'before' })
  await rig.cancel(order)
  await waitFor('the lost void', async () => (await readPayment(rig.db, body.id))?.status !== 'authorized')
  const payment = await hurryUntil(body.id, 'voided')
  expect(await rig.stripe.paymentIntents.retrieve(payment.intentId ?? '')).toMatchObject({
    status: 'canceled',
  })
})

it('a process that died after its lease: the next one asks with the same key', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order)
  const { intentId } = await rig.until(body.id, 'authorized')
  // As a crash leaves it: the intent row is there, the answer is not.
  await rig.db.query(
    sql(
      '',
      `update payments.payments set status = 'started', step = 'create', intent_id = null, intent_status = null, asked_version = null,
             authorized_minor = 0, next_attempt_at = now(), leased_until = now(), open = true where id = $1`,
    ),
    [body.id],
  )
  await rig.db.query(sql('', `delete from payments.ledger_entries where payment_id = $1`), [body.id])
  expect(await rig.until(body.id, 'authorized')).toMatchObject({ intentId })
  expect(await intentsOf(order)).toHaveLength(1)
})

it('the same request again, while another process still asks the processor, waits for what comes of it', async () => {
  const order = await rig.order()
  const key = { 'idempotency-key': crypto.randomUUID() }
  const { body } = await rig.pay(order, 'pm_card_visa', key)
  await rig.db.query(
    sql(
      '',
      `with entries as (delete from payments.ledger_entries where payment_id = $1)
       update payments.payments set status = 'started', step = 'create', intent_id = null, intent_status = null,
              asked_version = null, authorized_minor = 0, leased_until = now() + interval '1 hour',
              next_attempt_at = now() + interval '1 hour', open = true where id = $1`,
    ),
    [body.id],
  )
  // Meanwhile nobody knows, and a buyer is told so.
  expect((await rig.buyer.call('POST', `/api/payments/${body.id}/advance`)).body).toMatchObject({
    status: 'unknown',
  })
  const replayed = rig.pay(order, 'pm_card_visa', key)
  // The other process is gone.
  await rig.db.query(sql('', 'update payments.payments set leased_until = null where id = $1'), [body.id])
  expect(await replayed).toMatchObject({ status: 201, body: { id: body.id, status: 'authorized' } })
})

it('an authorization that the bank let expire before the claim is voided, and a late claim hears that no money comes', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order)
  const { intentId } = await rig.until(body.id, 'authorized')
  await rig.stripe.paymentIntents.cancel(intentId ?? '')
  await hurryUntil(body.id, 'voided')
  expect((await rig.untilEvent(order, 'PaymentVoided')).data.reason).toBe('processor_cancelled')
  await rig.claim(order, body.id)
  expect((await rig.untilEvent(order, 'ChargeFailed')).data).toMatchObject({ paymentId: body.id })
})

it('an authorization that nobody has answered yet is looked at and kept, not given up', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order)
  await waitFor('three looks', async () => {
    await rig.hurry()
    return ((await readPayment(rig.db, body.id))?.attempts ?? 0) >= 3
  })
  expect(await readPayment(rig.db, body.id)).toMatchObject({ status: 'authorized', claim: null })
  await rig.claim(order, body.id)
  await hurryUntil(body.id, 'captured')
})
