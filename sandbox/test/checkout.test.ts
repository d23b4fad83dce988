// Checkout Sessions by the SDK: what is sold, how a session is paid, saved with, expires, and what
// is told of it. Where an answer is documented: docs.stripe.com/api/checkout/sessions,
// /api/products, /api/prices and /changelog.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, type Receiver, refusal, sdk, startBench, startReceiver } from './harness.ts'
import { OLD_SDKS, oldSdk } from './old-sdks.ts'

let bench: Bench
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  bench = await startBench({ webhook: { url: receiver.url, secret: 'whsec_checkout' } })
})
afterAll(() => Promise.all([bench.close(), receiver.close()]))

const success_url = 'https://shop.example/done?session={CHECKOUT_SESSION_ID}'
const shirt = (unit_amount = 1500, quantity = 2) => ({
  quantity,
  price_data: { currency: 'eur', unit_amount, product_data: { name: 'T-shirt' } },
})
const paying = (more: Record<string, unknown> = {}) =>
  bench.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url,
    cancel_url: 'https://shop.example/cart',
    line_items: [shirt()],
    ...more,
  })
const complete = (id: string, input: Record<string, unknown> = {}) =>
  bench.post(`/_sandbox/checkout/${id}/complete`, input)
const told = (type: string, id: string) =>
  receiver.waitFor(({ event }) => event.type === type && (event.data.object as { id?: string }).id === id)
const eventsOf = async (id: string): Promise<string[]> =>
  (
    await bench.stripe.events.list({
      types: ['checkout.session.completed', 'checkout.session.expired'],
      limit: 100,
    })
  ).data
    .filter((event) => (event.data.object as { id?: string }).id === id)
    .map((event) => event.type)

describe('products and prices', () => {
  it('are made, listed and changed', async () => {
    const product = await bench.stripe.products.create({
      name: 'Mug',
      metadata: { shelf: '7' },
      default_price_data: { currency: 'eur', unit_amount: 900 },
    })
    const price = await bench.stripe.prices.retrieve(String(product.default_price), { expand: ['product'] })
    expect(price).toMatchObject({
      object: 'price',
      active: true,
      currency: 'eur',
      type: 'one_time',
      unit_amount: 900,
      product: { id: product.id, name: 'Mug' },
    })
    const cheap = await bench.stripe.prices.create({
      product: product.id,
      currency: 'eur',
      unit_amount: 500,
      lookup_key: 'mug',
    })
    expect((await bench.stripe.prices.list({ product: product.id })).data.map(({ id }) => id)).toEqual([
      cheap.id,
      price.id,
    ])
    expect((await bench.stripe.prices.list({ lookup_keys: ['mug'] })).data.map(({ id }) => id)).toEqual([
      cheap.id,
    ])
    expect(await bench.stripe.products.update(product.id, { active: false, name: 'Cup' })).toMatchObject({
      active: false,
      name: 'Cup',
      metadata: { shelf: '7' },
    })
    expect((await bench.stripe.products.list({ active: true })).data.map(({ id }) => id)).not.toContain(
      product.id,
    )
  })

  it('are refused where they cannot be', async () => {
    const { products, prices } = bench.stripe
    const product = await products.create({ name: 'Pen', id: 'pen' })
    await prices.create({ product: product.id, currency: 'eur', unit_amount: 100, lookup_key: 'pen' })
    const create = (params: object) => refusal(prices.create({ currency: 'eur', product: 'pen', ...params }))
    expect((await create({ unit_amount: 1, lookup_key: 'pen' })).param).toBe('lookup_key')
    expect((await create({ unit_amount: 1, recurring: { interval: 'month' } })).param).toBe('recurring')
    expect((await create({})).param).toBe('unit_amount')
    expect((await create({ unit_amount: 1, product: 'prod_none' })).code).toBe('resource_missing')
    expect((await refusal(products.create({ name: 'Pen', id: 'pen' }))).code).toBe('resource_already_exists')
    expect((await refusal(products.del('pen'))).message).toContain('cannot be deleted')
    const moved = await prices.create({
      product: 'pen',
      currency: 'eur',
      unit_amount: 2,
      lookup_key: 'pen',
      transfer_lookup_key: true,
    })
    expect((await prices.list({ lookup_keys: ['pen'] })).data.map(({ id }) => id)).toEqual([moved.id])
  })

  it.each([
    ['0.5', 3, 2],
    ['12.5', 2, 25],
    ['0.000000000001', 1, 0],
    ['1999', 3, 5997],
  ])('a unit of %s, times %i, costs %i', async (unit_amount_decimal, quantity, total) => {
    const price_data = { currency: 'eur', unit_amount_decimal, product_data: { name: 'Screw' } }
    const session = await paying({ line_items: [{ price_data, quantity }, shirt(100, 1)] })
    expect(session.amount_total).toBe(total + 100)
  })
})

describe('a session in payment mode', () => {
  it('shows what is sold, and has no payment yet', async () => {
    const session = await paying({
      client_reference_id: 'cart-7',
      metadata: { order: '7' },
      customer_email: 'ada@example.com',
    })
    expect(session).toMatchObject({
      object: 'checkout.session',
      status: 'open',
      payment_status: 'unpaid',
      mode: 'payment',
      ui_mode: 'hosted_page',
      amount_subtotal: 3000,
      amount_total: 3000,
      currency: 'eur',
      client_reference_id: 'cart-7',
      metadata: { order: '7' },
      customer: null,
      customer_creation: 'if_required',
      customer_details: { email: 'ada@example.com' },
      payment_intent: null,
      payment_method_types: ['card'],
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
      url: `${bench.sandbox.url}/_sandbox/checkout/${session.id}`,
    })
    expect(session.expires_at - session.created).toBe(24 * 3600)
    expect(session.id).toMatch(/^cs_test_/)
    const { line_items } = await bench.stripe.checkout.sessions.retrieve(session.id, {
      expand: ['line_items.data.price.product'],
    })
    expect(line_items?.data).toMatchObject([
      {
        object: 'item',
        description: 'T-shirt',
        quantity: 2,
        amount_total: 3000,
        price: { unit_amount: 1500, product: { name: 'T-shirt' } },
      },
    ])
  })

  it('pages through its lines', async () => {
    const session = await paying({
      line_items: Array.from({ length: 5 }, (_none, index) => shirt(100 + index, 1)),
    })
    const seen: number[] = []
    for await (const item of bench.stripe.checkout.sessions.listLineItems(session.id, { limit: 2 }))
      seen.push(item.amount_total)
    expect(seen).toEqual([100, 101, 102, 103, 104])
  })

  it('is completed by a payment, and told of after it', async () => {
    const session = await paying({
      metadata: { order: '8' },
      payment_intent_data: {
        metadata: { order: '8' },
        description: 'Order 8',
        statement_descriptor_suffix: 'ORDER8',
      },
    })
    const done = await complete(session.id, { email: 'ada@example.com', name: 'Ada' })
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      redirect_url: `https://shop.example/done?session=${session.id}`,
    })
    const after = await bench.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] })
    expect(after).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      customer_details: { email: 'ada@example.com', name: 'Ada' },
      payment_intent: {
        status: 'succeeded',
        amount: 3000,
        amount_received: 3000,
        description: 'Order 8',
        metadata: { order: '8' },
        statement_descriptor_suffix: 'ORDER8',
      },
    })
    const { event } = await told('checkout.session.completed', session.id)
    expect(event.data.object).toMatchObject({ payment_status: 'paid', metadata: { order: '8' } })
    expect(await complete(session.id)).toMatchObject({ error: { type: 'invalid_request_error' } })
  })

  it('stays open after a decline, and keeps its payment for the next card', async () => {
    const { id } = await paying()
    const declined = await complete(id, { payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' })
    expect(declined).toMatchObject({
      status: 'open',
      error: { code: 'card_declined', decline_code: 'insufficient_funds' },
    })
    const paid = await complete(id)
    expect(paid).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      payment_intent: declined['payment_intent'],
    })
    expect(await eventsOf(id)).toEqual(['checkout.session.completed'])
  })

  it('waits for 3-D Secure, and ends however that ends', async () => {
    for (const [outcome, status] of [
      ['succeed', 'complete'],
      ['fail', 'open'],
    ]) {
      const { id } = await paying()
      const waiting = await complete(id, { payment_method: 'pm_card_authenticationRequired' })
      expect(waiting).toMatchObject({
        status: 'open',
        challenge_url: expect.stringContaining('/_sandbox/3ds/pi_') as string,
      })
      await bench.post(`/_sandbox/3ds/${String(waiting['payment_intent'])}`, { outcome })
      expect((await bench.stripe.checkout.sessions.retrieve(id)).status).toBe(status)
    }
  })

  it('only holds the money when it is told to', async () => {
    const { id } = await paying({ payment_intent_data: { capture_method: 'manual' } })
    expect(await complete(id)).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
    const { payment_intent } = await bench.stripe.checkout.sessions.retrieve(id)
    await bench.stripe.paymentIntents.capture(String(payment_intent))
    expect((await bench.stripe.checkout.sessions.retrieve(id)).payment_status).toBe('paid')
  })

  it.each([
    ['pm_card_processingSucceeds', 'checkout.session.async_payment_succeeded', 'paid'],
    ['pm_card_processingFails', 'checkout.session.async_payment_failed', 'unpaid'],
  ])('is complete before a late bank has answered: %s', async (payment_method, type, payment_status) => {
    const { id } = await paying()
    expect(await complete(id, { payment_method })).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
    })
    await bench.post('/_sandbox/clock', { advance_seconds: 61 })
    expect((await told(type, id)).event.data.object).toMatchObject({ payment_status })
  })

  it('makes a customer when it is told to, and saves the card', async () => {
    const { id } = await paying({
      customer_creation: 'always',
      payment_intent_data: { setup_future_usage: 'off_session' },
    })
    await complete(id, { email: 'eve@example.com', name: 'Eve' })
    const { customer } = await bench.stripe.checkout.sessions.retrieve(id, { expand: ['customer'] })
    expect(customer).toMatchObject({ email: 'eve@example.com', name: 'Eve' })
    const saved = await bench.stripe.customers.listPaymentMethods((customer as { id: string }).id)
    expect(saved.data).toHaveLength(1)
  })

  it('pays a seller, less the fee', async () => {
    const seller = await bench.stripe.accounts.create({ type: 'custom', country: 'DE' })
    const { id } = await paying({
      payment_intent_data: { application_fee_amount: 300, transfer_data: { destination: seller.id } },
    })
    await complete(id)
    const { payment_intent } = await bench.stripe.checkout.sessions.retrieve(id, {
      expand: ['payment_intent'],
    })
    expect(payment_intent).toMatchObject({
      application_fee_amount: 300,
      transfer_data: { destination: seller.id },
    })
    const direct = await bench.stripe.checkout.sessions.create(
      { mode: 'payment', success_url, line_items: [shirt()] },
      { stripeAccount: seller.id },
    )
    expect(await complete(direct.id)).toMatchObject({ payment_status: 'paid' })
  })

  it('asks for no card when nothing is to be paid', async () => {
    const { id, payment_status } = await paying({ line_items: [shirt(0, 1)] })
    expect(payment_status).toBe('no_payment_required')
    expect(await complete(id)).toMatchObject({
      status: 'complete',
      payment_status: 'no_payment_required',
      payment_intent: null,
    })
  })

  it('is listed by its customer, its payment and its status', async () => {
    const customer = await bench.stripe.customers.create({ email: 'list@example.com' })
    const open = await paying({ customer: customer.id })
    const paid = await paying({ customer: customer.id })
    const { payment_intent } = await complete(paid.id)
    const ids = async (filter: object) =>
      (await bench.stripe.checkout.sessions.list(filter)).data.map(({ id }) => id)
    expect(await ids({ customer: customer.id })).toEqual([paid.id, open.id])
    expect(await ids({ customer: customer.id, status: 'open' })).toEqual([open.id])
    expect(await ids({ payment_intent: String(payment_intent) })).toEqual([paid.id])
  })
})

describe('a session in setup mode', () => {
  it('saves a card for its customer', async () => {
    const customer = await bench.stripe.customers.create({ email: 'saver@example.com' })
    const session = await bench.stripe.checkout.sessions.create({
      mode: 'setup',
      currency: 'eur',
      customer: customer.id,
      success_url,
      setup_intent_data: { metadata: { why: 'later' } },
    })
    expect(session).toMatchObject({
      amount_total: null,
      payment_status: 'no_payment_required',
      payment_intent: null,
    })
    expect(await complete(session.id)).toMatchObject({
      status: 'complete',
      payment_status: 'no_payment_required',
    })
    const { setup_intent } = await bench.stripe.checkout.sessions.retrieve(session.id, {
      expand: ['setup_intent'],
    })
    expect(setup_intent).toMatchObject({
      status: 'succeeded',
      customer: customer.id,
      metadata: { why: 'later' },
    })
    expect((await bench.stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1)
  })

  it('waits for 3-D Secure, too', async () => {
    const { id } = await bench.stripe.checkout.sessions.create({
      mode: 'setup',
      currency: 'eur',
      success_url,
    })
    const { setup_intent } = await complete(id, { payment_method: 'pm_card_authenticationRequiredOnSetup' })
    await bench.post(`/_sandbox/3ds/${String(setup_intent)}`, { outcome: 'succeed' })
    expect((await told('checkout.session.completed', id)).event.data.object).toMatchObject({ setup_intent })
  })
})

describe('expiring', () => {
  it('happens by the API, by a control and by time', async () => {
    const [byApi, byControl, byTime] = [await paying(), await paying(), await paying()]
    expect(await bench.stripe.checkout.sessions.expire(byApi.id)).toMatchObject({
      status: 'expired',
      url: null,
    })
    expect(await bench.post(`/_sandbox/checkout/${byControl.id}/expire`, {})).toMatchObject({
      status: 'expired',
    })
    await bench.post('/_sandbox/clock', { advance_seconds: 24 * 3600 })
    for (const { id } of [byApi, byControl, byTime])
      expect((await told('checkout.session.expired', id)).event.data.object).toMatchObject({
        status: 'expired',
      })
    expect((await refusal(bench.stripe.checkout.sessions.expire(byTime.id))).message).toContain('["open"]')
  })

  it('takes the payment with it, even one that waits for the bank', async () => {
    const { id } = await paying()
    const { payment_intent } = await complete(id, { payment_method: 'pm_card_authenticationRequired' })
    const intent = String(payment_intent)
    expect((await refusal(bench.stripe.paymentIntents.cancel(intent))).message).toContain(
      'Expire the Checkout Session',
    )
    await bench.stripe.checkout.sessions.expire(id)
    await bench.post(`/_sandbox/3ds/${intent}`, { outcome: 'succeed' })
    expect((await bench.stripe.paymentIntents.retrieve(intent)).status).toBe('canceled')
    expect((await bench.stripe.checkout.sessions.retrieve(id)).status).toBe('expired')
  })

  it('leaves a completed session alone', async () => {
    const { id } = await paying()
    await complete(id)
    await bench.post('/_sandbox/clock', { advance_seconds: 25 * 3600 })
    expect(await eventsOf(id)).toEqual(['checkout.session.completed'])
  })
})

describe('wrong input', () => {
  const line_items = [shirt()]
  it.each<[string, Record<string, unknown>, string | undefined]>([
    ['no mode', { mode: undefined }, 'mode'],
    ['subscriptions', { mode: 'subscription' }, 'mode'],
    ['no lines', { line_items: undefined }, 'line_items'],
    ['no success address', { success_url: undefined }, 'success_url'],
    ['an address without a scheme', { success_url: 'shop.example/done' }, 'success_url'],
    ['a cancel address that is none', { cancel_url: 'javascript:alert(1)' }, 'cancel_url'],
    ['an embedded page', { ui_mode: 'embedded_page' }, 'ui_mode'],
    ['an end in ten minutes', { expires_at: Math.floor(Date.now() / 1000) + 600 }, 'expires_at'],
    ['an end in ten days', { expires_at: Math.floor(Date.now() / 1000) + 864_000 * 2 }, 'expires_at'],
    ['lines without a quantity', { line_items: [{ ...shirt(), quantity: undefined }] }, 'line_items[0]'],
    ['an unknown price', { line_items: [{ price: 'price_none', quantity: 1 }] }, 'line_items[0][price]'],
    [
      'two currencies',
      { line_items: [shirt(), { ...shirt(), price_data: { ...shirt().price_data, currency: 'usd' } }] },
      'line_items',
    ],
    ['a sum that is too small', { line_items: [shirt(1, 1)] }, 'amount'],
    ['an unknown customer', { customer: 'cus_none' }, 'customer'],
    ['an address that is no e-mail', { customer_email: 'ada' }, 'customer_email'],
    ['discounts', { discounts: [{ coupon: 'TEN' }] }, 'discounts'],
    ['automatic tax', { automatic_tax: { enabled: true } }, 'automatic_tax'],
    [
      'a fee that nobody pays',
      { payment_intent_data: { application_fee_amount: 10 } },
      'application_fee_amount',
    ],
    ['`payment_method_types`, gone since endive', { payment_method_types: ['card'] }, 'payment_method_types'],
    ['data of the other mode', { setup_intent_data: { description: 'x' } }, 'setup_intent_data'],
    ['setup with lines', { mode: 'setup', currency: 'eur' }, 'line_items'],
    ['setup without a currency', { mode: 'setup', line_items: undefined }, 'currency'],
  ])('%s is refused', async (_title, change, param) => {
    const params = { mode: 'payment', success_url, line_items, ...change }
    const error = await refusal(bench.stripe.checkout.sessions.create(params))
    expect({ status: error.statusCode, param: error.param }).toEqual({ status: 400, param })
  })

  it('an unknown session is 404', async () => {
    expect(await refusal(bench.stripe.checkout.sessions.retrieve('cs_test_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    })
  })

  it('a key of another name has sessions of its own, and their pages work all the same', async () => {
    const other = sdk(bench.sandbox.url, 'sk_test_somebody')
    const session = await other.checkout.sessions.create({ mode: 'payment', success_url, line_items })
    expect((await refusal(bench.stripe.checkout.sessions.retrieve(session.id))).code).toBe('resource_missing')
    expect(await complete(session.id)).toMatchObject({ payment_status: 'paid' })
    expect((await other.checkout.sessions.retrieve(session.id)).status).toBe('complete')
  })

  it('a page of another site cannot pay', async () => {
    const { id } = await paying()
    const answer = await fetch(`${bench.sandbox.url}/_sandbox/checkout/${id}/complete`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    })
    expect(answer.status).toBe(403)
    expect((await bench.stripe.checkout.sessions.retrieve(id)).status).toBe('open')
  })
})

describe.each(OLD_SDKS)('the SDK $name', (old) => {
  it('sells by a session, as its version documents', async () => {
    const stripe = oldSdk(old, bench.sandbox.url)
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      payment_method_types: ['card'],
      line_items: [shirt()],
      success_url,
      cancel_url: 'https://shop.example/cart',
    })
    const early = old.apiVersion < '2022-08-01'
    expect(session['ui_mode']).toBe(old.apiVersion < '2026-03-25' ? 'hosted' : 'hosted_page')
    expect(session['customer_creation']).toBe(early ? 'always' : 'if_required')
    expect(typeof session['payment_intent']).toBe(early ? 'string' : 'object')
    expect(await complete(session.id)).toMatchObject({ payment_status: 'paid' })
    const done = await stripe.checkout.sessions.retrieve(session.id)
    expect(done.status).toBe('complete')
    expect(done['customer'] === null).toBe(!early)
    const paid = await stripe.paymentIntents.retrieve(String(done['payment_intent']))
    expect(paid['customer']).toBe(done['customer'])
  })
})
