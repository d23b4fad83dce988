// Refunds over HTTP against the real sandbox: never more than was captured, never twice, never over
// a dispute.
import type { RefundView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PaymentsRig, startPaymentsRig, type TestOrder } from '../../../test/payments-rig.ts'
import { waitFor } from '../../../test/wait.ts'
import { readPayment, readRefund } from '../store/payments.ts'

let rig: PaymentsRig
beforeAll(async () => {
  rig = await startPaymentsRig()
})
afterAll(() => rig.stop())

const none = { posted: 0, pending: 0 }

async function sell(
  paymentMethod = 'pm_card_visa',
): Promise<{ order: TestOrder; paymentId: string; intentId: string }> {
  const order = await rig.order()
  const { body } = await rig.pay(order, paymentMethod)
  await rig.claim(order, body.id)
  const { intentId } = await rig.until(body.id, 'captured')
  await rig.complete(order)
  return { order, paymentId: body.id, intentId: intentId ?? '' }
}

const refund = (order: TestOrder, body: object = {}, headers: Record<string, string> = {}) =>
  rig.organiser.call<RefundView>('POST', `/api/orders/${order.id}/refunds`, body, headers)

it('in two parts: the first leaves the rest, the second tells that nothing is left', async () => {
  const { order, paymentId } = await sell()
  const first = await refund(order, { amountMinor: 1_000, reason: 'rain' })
  expect(first).toMatchObject({
    status: 201,
    body: {
      orderId: order.id,
      paymentId,
      amount: { amountMinor: 1_000, currency: 'EUR' },
      status: 'succeeded',
      reason: 'rain',
    },
  })
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'captured', refundedMinor: 1_000 })
  const rest = await refund(order)
  expect(rest).toMatchObject({ status: 201, body: { amount: { amountMinor: 3_500 } } })
  await rig.until(paymentId, 'refunded')
  const told = (await rig.eventsOf(order))
    .filter(({ type }) => type === 'ChargeRefunded')
    .map(({ data }) => data)
  expect(told).toMatchObject([
    { refundId: first.body.id, refundedTotal: { amountMinor: 1_000 }, full: false },
    { refundId: rest.body.id, refundedTotal: { amountMinor: 4_500 }, full: true },
  ])
  for (const balance of Object.values(await rig.ledgerOf(order))) expect(balance).toEqual(none)
  const list = await rig.organiser.call<{ items: RefundView[] }>('GET', `/api/orders/${order.id}/refunds`)
  expect(list.body.items.map(({ id }) => id)).toEqual([rest.body.id, first.body.id])
})

it('ten at once of 4,000 out of 4,500: one is made', async () => {
  const { order, intentId } = await sell()
  const answers = await Promise.all(Array.from({ length: 10 }, () => refund(order, { amountMinor: 4_000 })))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([
    201,
    ...Array.from({ length: 9 }, () => 422),
  ])
  const { data } = await rig.stripe.refunds.list({ payment_intent: intentId })
  expect(data.map(({ amount }) => amount)).toEqual([4_000])
})

it('refuses more than the charge, nothing, and an order without a charge', async () => {
  const { order } = await sell()
  expect(await refund(order, { amountMinor: 4_501 })).toMatchObject({
    status: 422,
    body: { code: 'refund_exceeds_charge' },
  })
  expect(await refund(order, { amountMinor: 0 })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  })
  expect(await refund(order, { amountMinor: -5 })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  })
  const unpaid = await rig.order()
  expect((await rig.pay(unpaid, 'pm_card_chargeDeclined')).status).toBe(402)
  expect(await refund(unpaid)).toMatchObject({ status: 409, body: { code: 'nothing_to_refund' } })
  expect((await refund(order)).status).toBe(201)
  expect(await refund(order)).toMatchObject({ status: 409, body: { code: 'nothing_to_refund' } })
})

it('is for the organiser of the show only', async () => {
  const { order } = await sell()
  const buyer = await rig.buyer.call('POST', `/api/orders/${order.id}/refunds`, {})
  expect(buyer).toMatchObject({ status: 404, body: { code: 'order_unknown' } })
  expect(await rig.buyer.call('GET', `/api/orders/${order.id}/refunds`)).toMatchObject({ status: 404 })
  expect(await refund({ ...order, id: crypto.randomUUID() })).toMatchObject({ status: 404 })
})

it('the same key is the same refund', async () => {
  const { order, intentId } = await sell()
  const key = { 'idempotency-key': crypto.randomUUID() }
  const first = await refund(order, { amountMinor: 500 }, key)
  expect((await refund(order, { amountMinor: 500 }, key)).body.id).toBe(first.body.id)
  expect(await refund(order, { amountMinor: 600 }, key)).toMatchObject({
    status: 422,
    body: { code: 'idempotency_key_reused' },
  })
  expect((await rig.stripe.refunds.list({ payment_intent: intentId })).data).toHaveLength(1)
})

it.each(['truncate:after', 'truncate:before', 'api_error:after'])(
  '%s: unknown, then resolved; made once',
  async (fault) => {
    const [kind, when] = fault.split(':')
    const { order, paymentId, intentId } = await sell()
    await rig.fault({ kind, when, op: 'refunds.create' })
    const answer = await refund(order)
    expect(answer.status).toBe(201)
    await waitFor('the refund succeeded', async () => {
      await rig.hurry()
      return (await readRefund(rig.db, answer.body.id))?.status === 'succeeded'
    })
    await rig.until(paymentId, 'refunded')
    expect((await rig.stripe.refunds.list({ payment_intent: intentId })).data).toHaveLength(1)
    expect((await rig.eventsOf(order)).filter(({ type }) => type === 'ChargeRefunded')).toHaveLength(1)
  },
)

it('a refund made at the processor itself is taken in', async () => {
  const { order, paymentId, intentId } = await sell()
  await rig.stripe.refunds.create({ payment_intent: intentId, amount: 700 })
  const event = await rig.untilEvent(order, 'ChargeRefunded')
  expect(event.data).toMatchObject({ paymentId, amount: { amountMinor: 700 }, full: false })
  const list = await rig.organiser.call<{ items: RefundView[] }>('GET', `/api/orders/${order.id}/refunds`)
  expect(list.body.items).toMatchObject([{ amount: { amountMinor: 700 }, status: 'succeeded' }])
  expect((await rig.ledgerOf(order))['clearing:refunds']).toEqual(none)
  expect(await refund(order, { amountMinor: 4_000 })).toMatchObject({
    status: 422,
    body: { code: 'refund_exceeds_charge' },
  })
})

it('a refund that comes back from the bank is owed again', async () => {
  const { order, paymentId } = await sell('pm_card_refundFail')
  const { body } = await refund(order)
  await rig.until(paymentId, 'refunded')
  await moveSandboxClock(120)
  await waitFor('the refund failed', async () => (await readRefund(rig.db, body.id))?.status === 'failed')
  expect(await rig.until(paymentId, 'captured')).toMatchObject({ refundedMinor: 0 })
  expect(await rig.ledgerOf(order)).toEqual({
    processor_balance: { posted: 4_500, pending: 0 },
    organiser: { posted: -4_500, pending: 0 },
    'clearing:refunds': none,
  })
})

it('a refund on its way is pending, and told when it arrives', async () => {
  const { order } = await sell('pm_card_pendingRefund')
  const { body } = await refund(order)
  expect(body.status).toBe('pending')
  expect((await rig.eventsOf(order)).map(({ type }) => type)).not.toContain('ChargeRefunded')
  await moveSandboxClock(120)
  await rig.untilEvent(order, 'ChargeRefunded')
})

it('is refused while the buyer disputes the charge', async () => {
  const { order, paymentId } = await sell('pm_card_createDispute')
  await waitFor('the dispute is known', async () => (await readPayment(rig.db, paymentId))?.disputed)
  expect(await refund(order)).toMatchObject({ status: 409, body: { code: 'payment_disputed' } })
})

async function moveSandboxClock(seconds: number): Promise<void> {
  const body = JSON.stringify({ advance_seconds: seconds })
  const answer = await fetch(`${rig.sandbox.url}/_sandbox/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(answer.status).toBe(200)
}
