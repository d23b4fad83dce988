// 3-D Secure in each variant, saved cards and setup intents.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, startBench } from './harness.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

const automatic = { enabled: true, allow_redirects: 'never' as const }
const pay = (card: string, extra: object = {}) =>
  bench.stripe.paymentIntents.create({
    amount: 5000,
    currency: 'eur',
    confirm: true,
    payment_method: card,
    automatic_payment_methods: automatic,
    ...extra,
  })

async function answer(intent: string, outcome: 'succeed' | 'fail'): Promise<Record<string, unknown>> {
  const response = await fetch(`${bench.sandbox.url}/_sandbox/3ds/${intent}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `outcome=${outcome}`,
  })
  return (await response.json()) as Record<string, unknown>
}

describe('a challenge', () => {
  it.each([
    ['pm_card_authenticationRequired', 'succeeded'],
    ['pm_card_authenticationRequiredOnSetup', 'succeeded'],
    ['pm_card_authenticationRequiredSetupForOffSession', 'succeeded'],
    ['pm_card_threeDSecure2Required', 'succeeded'],
    ['pm_card_threeDSecureRequiredChargeDeclined', 'requires_payment_method'],
    ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', 'requires_payment_method'],
  ])('with %s, passed, ends in %s', async (card, status) => {
    const intent = await pay(card)
    expect(intent).toMatchObject({
      status: 'requires_action',
      latest_charge: null,
      next_action: { type: 'use_stripe_sdk' },
    })
    expect(await answer(intent.id, 'succeed')).toMatchObject({ status })
    expect((await bench.stripe.paymentIntents.retrieve(intent.id)).status).toBe(status)
  })

  it('failed asks for another method, which then works', async () => {
    const intent = await pay('pm_card_authenticationRequired')
    await answer(intent.id, 'fail')
    const after = await bench.stripe.paymentIntents.retrieve(intent.id)
    expect(after).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
      latest_charge: null,
    })
    expect((await bench.stripe.events.list({ limit: 1 })).data[0]?.type).toBe('payment_intent.payment_failed')
    expect(
      (await bench.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).status,
    ).toBe('succeeded')
  })

  it('answered twice counts once', async () => {
    const intent = await pay('pm_card_authenticationRequired')
    await answer(intent.id, 'succeed')
    expect(await answer(intent.id, 'fail')).toMatchObject({ status: 'succeeded' })
  })

  it('does nothing to a cancelled intent', async () => {
    const intent = await pay('pm_card_authenticationRequired', { capture_method: 'manual' })
    await bench.stripe.paymentIntents.cancel(intent.id)
    expect(await answer(intent.id, 'succeed')).toMatchObject({ status: 'canceled' })
    expect((await bench.stripe.charges.list({ payment_intent: intent.id })).data).toEqual([])
  })

  it('with a return address redirects there and back', async () => {
    const intent = await pay('pm_card_authenticationRequired', {
      automatic_payment_methods: { enabled: true },
      return_url: 'https://shop.example/done?x=1',
    })
    expect(intent.next_action?.type).toBe('redirect_to_url')
    const response = await fetch(intent.next_action?.redirect_to_url?.url ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'outcome=succeed',
    })
    expect(response.status).toBe(303)
    const back = new URL(response.headers.get('location') ?? '')
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      x: '1',
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: 'succeeded',
    })
  })

  it.each([
    ['pm_card_threeDSecureFrictionless', {}, 'frictionless'],
    ['pm_card_visa', { payment_method_options: { card: { request_three_d_secure: 'any' } } }, null],
    ['pm_card_threeDSecureOptional', {}, undefined],
    ['pm_card_amex', { payment_method_options: { card: { request_three_d_secure: 'any' } } }, undefined],
  ])('is not needed for %s with %j', async (card, extra, flow) => {
    const paid = await pay(card, { ...extra, expand: ['latest_charge'] })
    expect(paid.status).toBe('succeeded')
    const charge = paid.latest_charge
    if (typeof charge !== 'object' || charge === null) throw new Error('the charge was not expanded')
    expect(charge.payment_method_details?.card?.three_d_secure?.authentication_flow).toBe(flow)
  })

  it('is asked of an optional card when the shop wants it', async () => {
    expect(
      (
        await pay('pm_card_threeDSecureOptional', {
          payment_method_options: { card: { request_three_d_secure: 'any' } },
        })
      ).status,
    ).toBe('requires_action')
    expect(
      await refusal(
        pay('pm_card_threeDSecureOptionalProcessingError', {
          payment_method_options: { card: { request_three_d_secure: 'any' } },
        }),
      ),
    ).toMatchObject({ code: 'card_declined' })
    expect(await refusal(pay('pm_card_threeDSecureRequiredProcessingError'))).toMatchObject({
      code: 'card_declined',
    })
  })

  it('cannot be met by an absent buyer', async () => {
    expect(await refusal(pay('pm_card_authenticationRequired', { off_session: true }))).toMatchObject({
      statusCode: 402,
      code: 'authentication_required',
      decline_code: 'authentication_required',
    })
    expect(
      (await pay('pm_card_authenticationRequiredSetupForOffSession', { off_session: true })).status,
    ).toBe('succeeded')
    expect(
      await refusal(pay('pm_card_authenticationRequired', { error_on_requires_action: true })),
    ).toMatchObject({
      code: 'authentication_required',
    })
  })
})

describe('a saved card', () => {
  it('set up with authentication pays off-session afterwards', async () => {
    const customer = await bench.stripe.customers.create({ email: 'ada@example.com' })
    const setup = await bench.stripe.setupIntents.create({
      customer: customer.id,
      payment_method: 'pm_card_authenticationRequiredOnSetup',
      confirm: true,
      automatic_payment_methods: automatic,
    })
    expect(setup.status).toBe('requires_action')
    expect(await answer(setup.id, 'succeed')).toMatchObject({ status: 'succeeded', object: 'setup_intent' })
    const [method] = (await bench.stripe.customers.listPaymentMethods(customer.id)).data
    const paid = await pay(method?.id ?? '', { customer: customer.id, off_session: true })
    expect(paid).toMatchObject({ status: 'succeeded', customer: customer.id, payment_method: method?.id })
  })

  it('not set up, is declined off-session', async () => {
    const customer = await bench.stripe.customers.create({})
    const method = await bench.stripe.paymentMethods.attach('pm_card_authenticationRequiredOnSetup', {
      customer: customer.id,
    })
    expect(await refusal(pay(method.id, { customer: customer.id, off_session: true }))).toMatchObject({
      code: 'authentication_required',
    })
  })

  it('is kept by a payment that says so', async () => {
    const customer = await bench.stripe.customers.create({})
    const paid = await pay('pm_card_visa', { customer: customer.id, setup_future_usage: 'off_session' })
    expect(
      (await bench.stripe.paymentMethods.list({ customer: customer.id })).data.map((method) => method.id),
    ).toEqual([paid.payment_method])
    const detached = await bench.stripe.paymentMethods.detach(String(paid.payment_method))
    expect(detached.customer).toBeNull()
    expect((await refusal(pay(detached.id))).message).toMatch(/may not be used again/)
  })

  it('of nobody works once', async () => {
    const paid = await pay('pm_card_visa')
    expect((await refusal(pay(String(paid.payment_method)))).message).toMatch(/previously used/)
  })

  it('that its bank refuses is not saved, except the card that says so only later', async () => {
    const customer = await bench.stripe.customers.create({})
    expect(
      await refusal(bench.stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: customer.id })),
    ).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
    })
    const late = await bench.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: customer.id,
    })
    expect(await refusal(pay(late.id, { customer: customer.id }))).toMatchObject({ code: 'card_declined' })
    expect(
      await refusal(
        bench.stripe.setupIntents.create({
          customer: customer.id,
          payment_method: 'pm_card_chargeDeclinedExpiredCard',
          confirm: true,
          automatic_payment_methods: automatic,
        }),
      ),
    ).toMatchObject({ code: 'expired_card' })
  })
})
