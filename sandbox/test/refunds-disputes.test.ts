// Money that goes back: refunds of every kind, and disputes from open to lost and won, with the
// ledger beside them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, startBench } from './harness.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

const automatic = { enabled: true, allow_redirects: 'never' as const }
const pay = (card = 'pm_card_visa', amount = 5000) =>
  bench.stripe.paymentIntents.create({
    amount,
    currency: 'eur',
    confirm: true,
    payment_method: card,
    automatic_payment_methods: automatic,
  })
/** The newest events, without those that only tell of the balance. */
const types = async (limit: number) => {
  const { data } = await bench.stripe.events.list({ limit: 50 })
  return data.flatMap(({ type }) => (type === 'balance.available' ? [] : [type])).slice(0, limit)
}

describe('a refund', () => {
  it('gives back a part, then the rest, then nothing more', async () => {
    const paid = await pay()
    const part = await bench.stripe.refunds.create({
      payment_intent: paid.id,
      amount: 2000,
      reason: 'requested_by_customer',
      metadata: { why: 'rain' },
    })
    expect(part).toMatchObject({
      status: 'succeeded',
      amount: 2000,
      charge: paid.latest_charge,
      metadata: { why: 'rain' },
    })
    expect(await types(2)).toEqual(['charge.refunded', 'refund.created'])
    const over = await refusal(bench.stripe.refunds.create({ payment_intent: paid.id, amount: 3001 }))
    expect(over).toMatchObject({
      statusCode: 400,
      param: 'amount',
      code: undefined,
      message: 'Refund amount (€30.01) is greater than unrefunded amount on charge (€30.00)',
    })
    await bench.stripe.refunds.create({ charge: String(paid.latest_charge) })
    expect(await bench.stripe.charges.retrieve(String(paid.latest_charge))).toMatchObject({
      refunded: true,
      amount_refunded: 5000,
    })
    expect(await refusal(bench.stripe.refunds.create({ payment_intent: paid.id }))).toMatchObject({
      code: 'charge_already_refunded',
    })
    const list = await bench.stripe.refunds.list({ payment_intent: paid.id })
    expect(list.data.map((refund) => refund.amount)).toEqual([3000, 2000])
  })

  it('never gives back more than was taken, however many come at once', async () => {
    const paid = await pay()
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        bench.stripe.refunds.create({ payment_intent: paid.id, amount: 1500 }),
      ),
    )
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(3)
  })

  it('may be pending first', async () => {
    const paid = await pay('pm_card_pendingRefund')
    const refund = await bench.stripe.refunds.create({ payment_intent: paid.id })
    expect(refund.status).toBe('pending')
    await bench.post('/_sandbox/clock', { advance_seconds: 61 })
    expect((await bench.stripe.refunds.retrieve(refund.id)).status).toBe('succeeded')
    expect(await types(2)).toEqual(['charge.refund.updated', 'refund.updated'])
  })

  it('may be cancelled while it is pending, and only then', async () => {
    const paid = await pay('pm_card_pendingRefund')
    const refund = await bench.stripe.refunds.create({ payment_intent: paid.id })
    expect((await bench.stripe.refunds.cancel(refund.id)).status).toBe('canceled')
    expect((await bench.stripe.charges.retrieve(String(paid.latest_charge))).amount_refunded).toBe(0)
    expect((await refusal(bench.stripe.refunds.cancel(refund.id))).statusCode).toBe(400)
  })

  it('may fail after it had succeeded, and the money is owed again', async () => {
    const paid = await pay('pm_card_refundFail')
    const refund = await bench.stripe.refunds.create({ payment_intent: paid.id })
    expect(refund.status).toBe('succeeded')
    await bench.post('/_sandbox/clock', { advance_seconds: 61 })
    expect(await bench.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
    })
    expect(await types(3)).toContain('refund.failed')
    expect(await bench.stripe.charges.retrieve(String(paid.latest_charge))).toMatchObject({
      amount_refunded: 0,
      refunded: false,
    })
  })

  it('needs money that was taken', async () => {
    const held = await bench.stripe.paymentIntents.create({
      amount: 5000,
      currency: 'eur',
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
      automatic_payment_methods: automatic,
    })
    expect(await refusal(bench.stripe.refunds.create({ payment_intent: held.id }))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    })
    await bench.stripe.refunds.create({ charge: String(held.latest_charge) })
    expect((await bench.stripe.paymentIntents.retrieve(held.id)).status).toBe('canceled')
  })
})

describe('a dispute', () => {
  async function disputed(card = 'pm_card_createDispute') {
    const paid = await pay(card)
    const list = await bench.stripe.disputes.list({ payment_intent: paid.id })
    const dispute = list.data[0]
    if (dispute === undefined) throw new Error('no dispute was opened')
    return { paid, dispute, count: list.data.length }
  }

  it('takes amount and fee at once and stops refunds', async () => {
    const { paid, dispute } = await disputed()
    expect(dispute).toMatchObject({
      status: 'needs_response',
      reason: 'fraudulent',
      amount: 5000,
      is_charge_refundable: false,
    })
    expect(dispute.balance_transactions[0]).toMatchObject({ amount: -5000, fee: 1500, net: -6500 })
    expect((await bench.stripe.charges.retrieve(String(paid.latest_charge))).disputed).toBe(true)
    expect(await refusal(bench.stripe.refunds.create({ payment_intent: paid.id }))).toMatchObject({
      code: 'charge_disputed',
    })
  })

  it('is won with good evidence, and the money comes back', async () => {
    const { dispute } = await disputed()
    const won = await bench.stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'winning_evidence' },
    })
    expect(won.status).toBe('won')
    expect(won.balance_transactions.reduce((sum, line) => sum + line.net, 0)).toBe(0)
    expect(await types(3)).toEqual([
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
      'charge.dispute.updated',
    ])
  })

  it('is lost with bad evidence, by giving in, or by silence', async () => {
    const [one, two, three] = [await disputed(), await disputed(), await disputed()]
    expect(
      (
        await bench.stripe.disputes.update(one.dispute.id, {
          evidence: { uncategorized_text: 'losing_evidence' },
        })
      ).status,
    ).toBe('lost')
    expect((await bench.stripe.disputes.close(two.dispute.id)).status).toBe('lost')
    await bench.post('/_sandbox/clock', { advance_seconds: 8 * 86_400 })
    expect((await bench.stripe.disputes.retrieve(three.dispute.id)).status).toBe('lost')
    expect((await refusal(bench.stripe.disputes.close(two.dispute.id))).message).toBe(
      'This dispute is already closed',
    )
  })

  it('keeps a draft until it is submitted', async () => {
    const { dispute } = await disputed()
    const draft = await bench.stripe.disputes.update(dispute.id, {
      evidence: { customer_name: 'Ada' },
      submit: false,
    })
    expect(draft).toMatchObject({
      status: 'needs_response',
      evidence_details: { has_evidence: true, submission_count: 0 },
    })
    expect(
      (await bench.stripe.disputes.update(dispute.id, { submit: true, evidence: { receipt: 'file_1' } }))
        .status,
    ).toBe('under_review')
  })

  it('may be an inquiry, which costs nothing until it is escalated', async () => {
    const { dispute, paid } = await disputed('pm_card_createDisputeInquiry')
    expect(dispute).toMatchObject({
      status: 'warning_needs_response',
      is_charge_refundable: true,
      balance_transactions: [],
    })
    expect((await bench.stripe.refunds.create({ payment_intent: paid.id, amount: 100 })).status).toBe(
      'succeeded',
    )
    const raised = await bench.stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'escalate_inquiry_evidence' },
    })
    expect(raised).toMatchObject({ status: 'needs_response', is_charge_refundable: false })
    expect(raised.balance_transactions).toHaveLength(1)
  })

  it('may come as several, or be preceded by a warning', async () => {
    expect((await disputed('pm_card_createMultipleDisputes')).count).toBe(2)
    const warned = await pay('pm_card_createIssuerFraudRecord')
    const warnings = await bench.stripe.radar.earlyFraudWarnings.list({
      charge: String(warned.latest_charge),
    })
    expect(warnings.data[0]).toMatchObject({ actionable: true, charge: warned.latest_charge })
    expect((await bench.stripe.radar.earlyFraudWarnings.list({ payment_intent: warned.id })).data).toEqual(
      warnings.data,
    )
  })

  it('can be opened by hand', async () => {
    const paid = await pay()
    expect(
      await bench.post('/_sandbox/disputes/open', { payment_intent: paid.id, reason: 'duplicate' }),
    ).toMatchObject({
      object: 'dispute',
      reason: 'duplicate',
      status: 'needs_response',
    })
  })
})

describe('the balance', () => {
  it('is the sum of its lines, pending first and then available', async () => {
    const fresh = await startBench()
    try {
      const paid = await fresh.stripe.paymentIntents.create({
        amount: 10_000,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_visa',
        automatic_payment_methods: automatic,
      })
      await fresh.stripe.paymentIntents.create({
        amount: 4000,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_bypassPending',
        automatic_payment_methods: automatic,
      })
      await fresh.stripe.refunds.create({ payment_intent: paid.id, amount: 1000 })
      const lines = await fresh.stripe.balanceTransactions.list({ limit: 100 })
      expect(lines.data.map((line) => [line.type, line.net])).toEqual([
        ['refund', -1000],
        ['charge', 3854],
        ['charge', 9680],
      ])
      expect(await fresh.stripe.balance.retrieve()).toMatchObject({
        available: [{ amount: 3854, currency: 'usd' }],
        pending: [{ amount: 8680 }],
      })
      await fresh.post('/_sandbox/clock', { advance_seconds: 4 * 86_400 })
      expect(await fresh.stripe.balance.retrieve()).toMatchObject({
        available: [{ amount: 12_534 }],
        pending: [{ amount: 0 }],
      })
      expect(
        (await fresh.stripe.balanceTransactions.list()).data.every((line) => line.status === 'available'),
      ).toBe(true)
    } finally {
      await fresh.close()
    }
  })
})
