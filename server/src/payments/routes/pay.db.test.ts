// Paying an order over HTTP against the real sandbox: the good way and every way that ends without
// money.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PaymentsRig, startPaymentsRig } from '../../../test/payments-rig.ts'
import { waitFor } from '../../../test/wait.ts'
import { sql } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import { readKnownOrder } from '../store/payments.ts'

let rig: PaymentsRig
beforeAll(async () => {
  rig = await startPaymentsRig()
})
afterAll(() => rig.stop())

const none = { posted: 0, pending: 0 }

it('authorizes, waits for the claim, then captures and tells of the charge', async () => {
  const order = await rig.order()
  const answer = await rig.pay(order)
  expect(answer.status).toBe(201)
  expect(answer.body).toMatchObject({
    orderId: order.id,
    status: 'authorized',
    amount: { amountMinor: 4_500, currency: 'EUR' },
  })
  const authorized = await rig.untilEvent(order, 'PaymentAuthorized')
  expect(authorized.data).toMatchObject({ paymentId: answer.body.id, orderVersion: 1 })
  expect(await rig.ledgerOf(order)).toEqual({
    processor_balance: { posted: 0, pending: 4_500 },
    organiser: { posted: 0, pending: -4_500 },
  })

  await rig.claim(order, answer.body.id)
  const payment = await rig.until(answer.body.id, 'captured')
  expect(payment).toMatchObject({
    capturedMinor: 4_500,
    authorizedMinor: 0,
    claim: 'won',
    nextAttemptAt: null,
  })
  const charge = await rig.untilEvent(order, 'ChargeCreated')
  expect(charge.data).toEqual({
    orderId: order.id,
    paymentId: answer.body.id,
    amount: { amountMinor: 4_500, currency: 'EUR' },
  })
  expect(await rig.ledgerOf(order)).toEqual({
    processor_balance: { posted: 4_500, pending: 0 },
    organiser: { posted: -4_500, pending: 0 },
  })
  const { values } = await rig.platform.metrics.processorCalls.get()
  // A webhook that is faster than the answer it tells of makes us look, at the intent and its
  // refunds, which changes nothing.
  const made = values.map(({ labels, value }) => [labels.operation, value] as const)
  const calls = Object.fromEntries(
    made.filter(([operation]) => operation !== 'retrieve' && operation !== 'list_refunds'),
  )
  expect(calls).toEqual({ create: 1, capture: 1 })
  const intent = await rig.stripe.paymentIntents.retrieve(payment.intentId ?? '')
  expect(intent).toMatchObject({
    status: 'succeeded',
    amount_received: 4_500,
    metadata: { order_id: order.id, payment_id: payment.id },
  })
})

it('authorized after the order was cancelled: voided, never captured', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order)
  await rig.cancel(order)
  const payment = await rig.until(body.id, 'voided')
  const intent = await rig.stripe.paymentIntents.retrieve(payment.intentId ?? '')
  expect(intent).toMatchObject({ status: 'canceled', amount_received: 0 })
  expect((await rig.untilEvent(order, 'PaymentVoided')).data).toMatchObject({ reason: 'order_cancelled' })
  expect(await rig.ledgerOf(order)).toEqual({ processor_balance: none, organiser: none })
})

it('answers a declined card with its code, keeps hot codes for staff, and takes a second card', async () => {
  const order = await rig.order()
  const poor = await rig.pay(order, 'pm_card_chargeDeclinedInsufficientFunds')
  expect(poor).toMatchObject({
    status: 402,
    body: { code: 'card_declined', declineCode: 'insufficient_funds' },
  })
  const stolen = await rig.pay(order, 'pm_card_chargeDeclinedStolenCard')
  expect(stolen).toMatchObject({
    status: 402,
    body: { code: 'card_declined', declineCode: 'generic_decline' },
  })
  const good = await rig.pay(order)
  expect(good).toMatchObject({ status: 201, body: { status: 'authorized' } })
})

it('says that it does not know a payment method', async () => {
  const order = await rig.order()
  expect(await rig.pay(order, 'pm_nobody')).toMatchObject({
    status: 422,
    body: { code: 'invalid_payment_method' },
  })
})

it('waits for the event of an order that it has not heard of yet', async () => {
  const id = crypto.randomUUID()
  const early = rig.pay({ id, amountMinor: 4_500, version: 0 })
  const unheard = await rig.db.query(sql('', 'select id from payments.known_orders where id = $1'), [id])
  expect(unheard).toEqual([])
  await rig.order({ id })
  expect(await early).toMatchObject({ status: 201, body: { status: 'authorized' } })
})

it('answers that there is no such order when none comes', async () => {
  const nowhere = { id: crypto.randomUUID(), amountMinor: 4_500, version: 0 }
  expect(await rig.pay(nowhere)).toMatchObject({ status: 404, body: { code: 'order_unknown' } })
})

it('tells when to ask again of an order that may have been placed a moment ago, whose event is late', async () => {
  const late = { id: newId(), amountMinor: 4_500, version: 0 }
  expect(await rig.pay(late)).toMatchObject({
    status: 404,
    body: { code: 'order_unknown', retryAfterSeconds: 1 },
  })
  await rig.order({ id: late.id })
  expect(await rig.pay(late)).toMatchObject({ status: 201, body: { status: 'authorized' } })
  const old = await rig.pay({ ...late, id: '01900000-0000-7000-8000-000000000000' })
  expect(old).toMatchObject({ status: 404, body: { code: 'order_unknown' } })
  expect(old.body).not.toHaveProperty('retryAfterSeconds')
})

it("does not know another buyer's order, a cancelled, an expired or a free one", async () => {
  const order = await rig.order()
  const stranger = await rig.as({ id: crypto.randomUUID(), kind: 'guest', email: 'stranger@example.com' })
  const body = { orderId: order.id, paymentMethod: 'pm_card_visa' }
  expect(await stranger.call('POST', '/api/payments', body)).toMatchObject({
    status: 404,
    body: { code: 'order_unknown' },
  })
  const expired = await rig.order({ holdSeconds: 0 })
  expect(await rig.pay(expired)).toMatchObject({ status: 409, body: { code: 'order_not_payable' } })
  expect(await rig.pay(await rig.order({ amountMinor: 0 }))).toMatchObject({
    status: 409,
    body: { code: 'order_not_payable' },
  })
  const cancelled = await rig.order()
  await rig.cancel(cancelled)
  await waitFor(
    'the cancellation',
    async () => (await readKnownOrder(rig.db, cancelled.id))?.status === 'cancelled',
  )
  const refused = await rig.pay(cancelled)
  expect([refused.status, refused.body]).toMatchObject([409, { code: 'order_not_payable' }])
})

it('the same key is the same payment, whatever became of it; with another body it is refused', async () => {
  const order = await rig.order()
  const key = { 'idempotency-key': crypto.randomUUID() }
  const first = await rig.pay(order, 'pm_card_visa', key)
  await rig.claim(order, first.body.id)
  await rig.until(first.body.id, 'captured')
  expect(await rig.pay(order, 'pm_card_visa', key)).toMatchObject({
    status: 201,
    body: { id: first.body.id, status: 'captured' },
  })
  expect(await rig.pay(order, 'pm_card_mastercard', key)).toMatchObject({
    status: 422,
    body: { code: 'idempotency_key_reused' },
  })
  expect((await rig.eventsOf(order)).filter(({ type }) => type === 'PaymentStarted')).toHaveLength(1)
})

it('two cards at once: the claim takes one, the other is voided', async () => {
  const order = await rig.order()
  const [one, other] = await Promise.all([rig.pay(order), rig.pay(order, 'pm_card_mastercard')])
  expect([one.body.status, other.body.status]).toEqual(['authorized', 'authorized'])
  await rig.claim(order, one.body.id)
  await rig.reject(order, other.body.id)
  await rig.until(one.body.id, 'captured')
  await rig.until(other.body.id, 'voided')
  expect(await rig.ledgerOf(order)).toEqual({
    processor_balance: { posted: 4_500, pending: 0 },
    organiser: { posted: -4_500, pending: 0 },
  })
  expect(await rig.pay(order)).toMatchObject({ status: 409, body: { code: 'order_not_payable' } })
})

it('a challenge: gives the secret to the buyer only, and goes on after it', async () => {
  const order = await rig.order()
  const key = { 'idempotency-key': crypto.randomUUID() }
  const asked = await rig.pay(order, 'pm_card_authenticationRequired', key)
  expect(asked).toMatchObject({
    status: 201,
    body: { status: 'requires_action', nextAction: { type: 'use_stripe_sdk' } },
  })
  expect(asked.body.clientSecret).toMatch(/^pi_.+_secret_/)
  expect((await rig.pay(order, 'pm_card_authenticationRequired', key)).body.clientSecret).toBe(
    asked.body.clientSecret,
  )
  const stranger = await rig.as({ id: crypto.randomUUID(), kind: 'guest', email: 'stranger@example.com' })
  expect(await stranger.call('POST', `/api/payments/${asked.body.id}/advance`)).toMatchObject({
    status: 404,
    body: { code: 'payment_unknown' },
  })
  const { intentId } = await rig.until(asked.body.id, 'requires_action')
  await rig.finishChallenge(intentId ?? '', 'succeed')
  expect((await rig.buyer.call('POST', `/api/payments/${asked.body.id}/advance`)).body).toMatchObject({
    status: 'authorized',
  })
  await rig.untilEvent(order, 'PaymentAuthorized')
})

it('a challenge that fails is a decline, and its intent is closed so that nobody confirms it again', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order, 'pm_card_authenticationRequired')
  const { intentId } = await rig.until(body.id, 'requires_action')
  await rig.finishChallenge(intentId ?? '', 'fail')
  expect((await rig.buyer.call('POST', `/api/payments/${body.id}/advance`)).body).toMatchObject({
    status: 'declined',
    declineCode: 'payment_intent_authentication_failure',
  })
  expect(await rig.stripe.paymentIntents.retrieve(intentId ?? '')).toMatchObject({ status: 'canceled' })
})

it('an order cancelled in the middle of a challenge: its intent is cancelled and takes no card any more', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order, 'pm_card_authenticationRequired')
  await rig.cancel(order, 'buyer')
  const { intentId } = await rig.until(body.id, 'voided')
  expect(await rig.stripe.paymentIntents.retrieve(intentId ?? '')).toMatchObject({ status: 'canceled' })
})

it('a capture that fails for good un-claims the order, read back from the processor', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order, 'pm_card_declinedAtCapture')
  await rig.claim(order, body.id)
  const failed = await rig.untilEvent(order, 'ChargeFailed')
  expect(failed.data).toMatchObject({ paymentId: body.id })
  const { intentId, status } = await rig.until(body.id, 'voided')
  expect(status).toBe('voided')
  expect(await rig.stripe.paymentIntents.retrieve(intentId ?? '')).toMatchObject({ status: 'canceled' })
  expect(await rig.ledgerOf(order)).toEqual({ processor_balance: none, organiser: none })
})

it('money that the processor took by itself for a cancelled order is refunded once, in full', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order)
  const { intentId } = await rig.until(body.id, 'authorized')
  await rig.stripe.paymentIntents.capture(intentId ?? '')
  await rig.until(body.id, 'captured')
  expect(await rig.ledgerOf(order)).toMatchObject({ 'clearing:late_money': { posted: -4_500, pending: 0 } })
  await rig.cancel(order)
  await rig.until(body.id, 'refunded')
  const refunded = await rig.untilEvent(order, 'ChargeRefunded')
  expect(refunded.data).toMatchObject({ paymentId: body.id, amount: { amountMinor: 4_500 }, full: true })
  const { data } = await rig.stripe.refunds.list({ payment_intent: intentId ?? '' })
  expect(data.map(({ amount }) => amount)).toEqual([4_500])
  expect((await rig.eventsOf(order)).map(({ type }) => type)).not.toContain('ChargeCreated')
  for (const balance of Object.values(await rig.ledgerOf(order))) expect(balance).toEqual(none)
})

it('money taken before the claim is kept when the claim is won', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order)
  const { intentId } = await rig.until(body.id, 'authorized')
  await rig.stripe.paymentIntents.capture(intentId ?? '')
  await rig.until(body.id, 'captured')
  await rig.claim(order, body.id)
  await rig.untilEvent(order, 'ChargeCreated')
  expect(await rig.ledgerOf(order)).toEqual({
    processor_balance: { posted: 4_500, pending: 0 },
    organiser: { posted: -4_500, pending: 0 },
    'clearing:late_money': none,
  })
})

it('stops after too many declined cards for one order', async () => {
  const order = await rig.order()
  for (let card = 0; card < 10; card += 1)
    expect((await rig.pay(order, 'pm_card_chargeDeclined')).status).toBe(402)
  const detail = 'too many cards were declined for this order'
  expect(await rig.pay(order)).toMatchObject({ status: 409, body: { code: 'order_not_payable', detail } })
})

it('refuses bodies that are not a payment, and people who are nobody', async () => {
  const { buyer } = rig
  for (const body of [
    {},
    { orderId: 'x', paymentMethod: 'pm_x' },
    { orderId: crypto.randomUUID(), paymentMethod: '4242424242424242' },
    { orderId: crypto.randomUUID(), paymentMethod: 'pm_x', amount: 1 },
  ]) {
    expect(await buyer.call('POST', '/api/payments', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
  }
  const anonymous = await fetch(`${rig.url}/api/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect([400, 401]).toContain(anonymous.status)
})

it('tells a browser where to take cards', async () => {
  const { processor } = rig.platform.config
  const port = processor.kind === 'sandbox' ? processor.port : 0
  expect((await rig.buyer.call('GET', '/api/shop-config')).body).toEqual({
    processor: {
      publishableKey: 'pk_test_holdfast',
      scriptUrl: `http://localhost:${port}/stripe.js`,
      sandbox: true,
    },
    sendsMail: true,
  })
})
