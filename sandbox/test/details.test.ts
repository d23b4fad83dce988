// Details that shops rely on: what a capture may still change, what disputes leave behind, what a
// browser may see.
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, sdk, startBench } from './harness.ts'

let bench: Bench
let stripe: Stripe
beforeAll(async () => {
  bench = await startBench()
  ;({ stripe } = bench)
})
afterAll(() => bench.close())

const automatic = { enabled: true, allow_redirects: 'never' as const }

function pay(
  method: string,
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create({
    amount: 5000,
    currency: 'eur',
    confirm: true,
    payment_method: method,
    automatic_payment_methods: automatic,
    ...more,
  })
}

describe('an intent that only the server may confirm', () => {
  it('is not confirmed by a browser, and after the bank’s question waits for the server again', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 5000,
      currency: 'eur',
      confirmation_method: 'manual',
      automatic_payment_methods: automatic,
    })
    // Only browsers send the secret, so the server's SDK has no word for it.
    const byBrowser = { payment_method: 'pm_card_visa', client_secret: intent.client_secret }
    const refused = await refusal(bench.publishable.paymentIntents.confirm(intent.id, byBrowser))
    expect(refused.message).toContain('cannot be confirmed using your publishable key')
    const asked = await stripe.paymentIntents.confirm(intent.id, {
      payment_method: 'pm_card_authenticationRequired',
    })
    expect(asked.status).toBe('requires_action')
    await fetch(`${bench.sandbox.url}/_sandbox/3ds/${intent.id}`, {
      method: 'POST',
      body: new URLSearchParams({ outcome: 'succeed' }),
    })
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_confirmation')
    const paid = await stripe.paymentIntents.confirm(intent.id, {}, { idempotencyKey: 'last word' })
    expect(paid.status).toBe('succeeded')
    expect(await stripe.charges.retrieve(String(paid.latest_charge))).toMatchObject({
      payment_method_details: { card: { three_d_secure: { result: 'authenticated' } } },
    })
  })
})

describe('a capture', () => {
  it('happens later where only cards are to be held', async () => {
    const held = await pay('pm_card_visa', { payment_method_options: { card: { capture_method: 'manual' } } })
    expect(held).toMatchObject({ status: 'requires_capture', capture_method: 'automatic_async' })
    expect((await stripe.paymentIntents.capture(held.id)).status).toBe('succeeded')
  })

  it('names the charge on the statement', async () => {
    const held = await pay('pm_card_visa', {
      capture_method: 'manual',
      statement_descriptor_suffix: 'TICKETS',
    })
    await stripe.paymentIntents.capture(held.id, { statement_descriptor_suffix: 'ROCK NIGHT' })
    expect(await stripe.charges.retrieve(String(held.latest_charge))).toMatchObject({
      statement_descriptor_suffix: 'ROCK NIGHT',
      calculated_statement_descriptor: 'HOLDFAST* ROCK NIGHT',
    })
  })

  it('pays a seller the share and takes the fee that are named with it', async () => {
    const seller = await stripe.accounts.create({ type: 'custom', country: 'DE' })
    const held = await pay('pm_card_visa', {
      capture_method: 'manual',
      application_fee_amount: 500,
      transfer_data: { destination: seller.id },
    })
    expect(
      (
        await refusal(
          stripe.paymentIntents.capture(held.id, { amount_to_capture: 3000, application_fee_amount: 3001 }),
        )
      ).param,
    ).toBe('application_fee_amount')
    await stripe.paymentIntents.capture(held.id, { amount_to_capture: 3000, application_fee_amount: 300 })
    const [transfer] = (await stripe.transfers.list({ destination: seller.id })).data
    expect(transfer?.amount).toBe(3000)
    expect((await stripe.applicationFees.list({ charge: String(held.latest_charge) })).data[0]?.amount).toBe(
      300,
    )
  })
})

describe('a dispute', () => {
  async function disputed(
    method = 'pm_card_createDispute',
  ): Promise<{ payment: string; dispute: Stripe.Dispute }> {
    const paid = await pay(method)
    const [dispute] = (await stripe.disputes.list({ payment_intent: paid.id })).data
    if (dispute === undefined) throw new Error('no dispute was opened')
    return { payment: paid.id, dispute }
  }

  it('that was lost leaves nothing to refund; one that was won does', async () => {
    const lost = await disputed()
    await stripe.disputes.close(lost.dispute.id)
    expect(await refusal(stripe.refunds.create({ payment_intent: lost.payment }))).toMatchObject({
      code: 'charge_disputed',
    })
    const won = await disputed()
    const after = await stripe.disputes.update(won.dispute.id, {
      evidence: { uncategorized_text: 'winning_evidence' },
    })
    expect(after).toMatchObject({ status: 'won', is_charge_refundable: true })
    expect((await stripe.refunds.create({ payment_intent: won.payment })).status).toBe('succeeded')
  })

  it('is not lost by the lapse of the time for evidence once evidence was sent', async () => {
    const { dispute } = await disputed()
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'The guest was there.' } })
    await bench.post('/_sandbox/clock', { advance_seconds: 8 * 86_400 })
    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe('under_review')
  })

  it('that is only an inquiry ends by itself, and no money was taken', async () => {
    const { dispute } = await disputed('pm_card_createDisputeInquiry')
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'The guest was there.' } })
    await bench.post('/_sandbox/clock', { advance_seconds: 121 * 86_400 })
    const after = await stripe.disputes.retrieve(dispute.id)
    expect(after).toMatchObject({
      status: 'warning_closed',
      balance_transactions: [],
      is_charge_refundable: true,
    })
  })
})

describe('a refund', () => {
  it('gets the number by which its bank finds it some time later, and says so', async () => {
    const paid = await pay('pm_card_visa')
    const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 700 })
    expect(refund.destination_details?.card).toMatchObject({ reference_status: 'pending' })
    await bench.post('/_sandbox/clock', { advance_seconds: 61 })
    const after = await stripe.refunds.retrieve(refund.id)
    expect(after).toMatchObject({
      status: 'succeeded',
      amount: 700,
      destination_details: { card: { reference_status: 'available' } },
    })
    const told = (await stripe.events.list({ limit: 100 })).data.filter(
      ({ data }) => (data.object as { id?: string }).id === refund.id,
    )
    expect(told.map(({ type }) => type).toReversed()).toEqual([
      'refund.created',
      'refund.updated',
      'charge.refund.updated',
    ])
  })
})

describe('what is saved', () => {
  it('keeps what an update does not name', async () => {
    const method = await stripe.paymentMethods.create({
      type: 'card',
      card: { token: 'tok_visa' },
      billing_details: { name: 'Ada', email: 'ada@example.org', address: { country: 'DE', city: 'Berlin' } },
    })
    const owner = await stripe.customers.create({})
    await stripe.paymentMethods.attach(method.id, { customer: owner.id })
    const after = await stripe.paymentMethods.update(method.id, { billing_details: { phone: '+49 30 1' } })
    expect(after.billing_details).toMatchObject({
      name: 'Ada',
      email: 'ada@example.org',
      phone: '+49 30 1',
      address: { city: 'Berlin' },
    })
  })

  it('cannot be used after its customer was deleted', async () => {
    const customer = await stripe.customers.create({
      email: 'ada@example.org',
      payment_method: 'pm_card_visa',
    })
    const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data
    await stripe.customers.del(customer.id)
    expect((await stripe.paymentMethods.retrieve(method?.id ?? '')).customer).toBeNull()
    expect((await refusal(pay(method?.id ?? ''))).param).toBe('payment_method')
  })

  it('carries the address for the goods from the confirmation token to the payment', async () => {
    const token = await stripe.testHelpers.confirmationTokens.create({
      payment_method: 'pm_card_visa',
      shipping: { name: 'Ada', address: { line1: 'Unter den Linden 1', city: 'Berlin', country: 'DE' } },
    })
    const paid = await stripe.paymentIntents.create({
      amount: 5000,
      currency: 'eur',
      confirm: true,
      confirmation_token: token.id,
      automatic_payment_methods: automatic,
    })
    expect(paid.shipping).toMatchObject({ name: 'Ada', address: { city: 'Berlin' } })
  })
})

describe('a publishable key', () => {
  it('sees of a setup intent what the browser needs, and not whose it is', async () => {
    const customer = await stripe.customers.create({})
    const setup = await stripe.setupIntents.create({ customer: customer.id, metadata: { secret: 'plan' } })
    const seen = await bench.publishable.setupIntents.retrieve(setup.id, {
      client_secret: setup.client_secret ?? '',
    })
    expect(seen.status).toBe('requires_payment_method')
    expect(seen).not.toHaveProperty('customer')
    expect(seen).not.toHaveProperty('metadata')
  })
})

describe('a connected account', () => {
  it('has challenges, receipts and disputes of its own payments, and the platform’s ledger stays untouched', async () => {
    const seller = await stripe.accounts.create({ type: 'custom', country: 'DE' })
    const own = { stripeAccount: seller.id }
    const before = await stripe.balance.retrieve()
    const asked = await stripe.paymentIntents.create(
      {
        amount: 5000,
        currency: 'eur',
        confirm: true,
        payment_method: 'pm_card_authenticationRequired',
        automatic_payment_methods: automatic,
      },
      own,
    )
    await fetch(`${bench.sandbox.url}/_sandbox/3ds/${asked.id}`, {
      method: 'POST',
      body: new URLSearchParams({ outcome: 'succeed' }),
    })
    const paid = await stripe.paymentIntents.retrieve(asked.id, { expand: ['latest_charge'] }, own)
    expect(paid.status).toBe('succeeded')
    const charge = paid.latest_charge as Stripe.Charge
    expect((await fetch(charge.receipt_url ?? '')).status).toBe(200)
    expect(await bench.post('/_sandbox/disputes/open', { payment_intent: paid.id })).toMatchObject({
      status: 'needs_response',
    })
    expect((await stripe.disputes.list({ payment_intent: paid.id }, own)).data).toHaveLength(1)
    expect((await stripe.disputes.list({ payment_intent: paid.id })).data).toEqual([])
    expect(await stripe.balance.retrieve()).toEqual(before)
  })
})

describe('a version', () => {
  it('that is none is refused', async () => {
    const response = await fetch(`${bench.sandbox.url}/v1/charges`, {
      headers: { authorization: 'Bearer sk_test_holdfast', 'stripe-version': 'latest' },
    })
    expect(response.status).toBe(400)
    expect((await sdk(bench.sandbox.url).charges.list({ limit: 1 })).object).toBe('list')
  })
})
