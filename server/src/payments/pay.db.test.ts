// Paying an order over HTTP against the real sandbox: the good way and every way that ends without money.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPaymentsRig, type PaymentsRig } from '../../test/payments-rig.ts'

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
  expect(answer.body).toMatchObject({ orderId: order.id, status: 'authorized', amount: { amountMinor: 4_500, currency: 'EUR' } })
  const authorized = await rig.untilEvent(order, 'PaymentAuthorized')
  expect(authorized.data).toMatchObject({ paymentId: answer.body.id, orderVersion: 1 })
  expect(await rig.ledgerOf(order)).toEqual({ processor_balance: { posted: 0, pending: 4_500 }, organiser: { posted: 0, pending: -4_500 } })

  await rig.claim(order, answer.body.id)
  const payment = await rig.until(answer.body.id, 'captured')
  expect(payment).toMatchObject({ capturedMinor: 4_500, authorizedMinor: 0, claim: 'won', nextAttemptAt: null })
  const charge = await rig.untilEvent(order, 'ChargeCreated')
  expect(charge.data).toEqual({ orderId: order.id, paymentId: answer.body.id, amount: { amountMinor: 4_500, currency: 'EUR' } })
  expect(await rig.ledgerOf(order)).toEqual({ processor_balance: { posted: 4_500, pending: 0 }, organiser: { posted: -4_500, pending: 0 } })
  const intent = await rig.stripe.paymentIntents.retrieve(payment.intentId ?? '')
  expect(intent).toMatchObject({ status: 'succeeded', amount_received: 4_500, metadata: { order_id: order.id, payment_id: payment.id } })
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
  expect(poor).toMatchObject({ status: 402, body: { code: 'card_declined', declineCode: 'insufficient_funds' } })
  const stolen = await rig.pay(order, 'pm_card_chargeDeclinedStolenCard')
  expect(stolen).toMatchObject({ status: 402, body: { code: 'card_declined', declineCode: 'generic_decline' } })
  const good = await rig.pay(order)
  expect(good).toMatchObject({ status: 201, body: { status: 'authorized' } })
})

it('says that it does not know a payment method', async () => {
  const order = await rig.order()
  expect(await rig.pay(order, 'pm_nobody')).toMatchObject({ status: 422, body: { code: 'invalid_payment_method' } })
})
