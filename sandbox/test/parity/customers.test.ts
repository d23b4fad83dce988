// Customers, their cards and what events say about them.
import { expect, it } from 'vitest'
import { startBench } from '../harness.ts'
import { parity, previous, type Row, refused, send } from './rows.ts'

const DEFAULT_METHOD = 'invoice_settings[default_payment_method]'
const INVALID = 'invalid_request_error'

const STATE: Row[] = [
  {
    what: 'a deleted customer is still found, as deleted',
    docs: 'api/customers/retrieve',
    ask: async ({ stripe }) => {
      const { id } = await stripe.customers.create({ name: 'Ada' })
      await stripe.customers.del(id)
      return stripe.customers.retrieve(id)
    },
    answer: { object: 'customer', deleted: true },
  },
  {
    what: 'a deleted customer is neither listed, updated nor used',
    docs: 'api/customers/delete',
    ask: async ({ stripe }) => {
      const { id } = await stripe.customers.create({ email: 'gone@example.org' })
      await stripe.customers.del(id)
      const { data } = await stripe.customers.list({ email: 'gone@example.org' })
      return {
        listed: data.length,
        update: await refused(stripe.customers.update(id, { name: 'x' })),
        used: await refused(stripe.paymentIntents.create({ amount: 500, currency: 'eur', customer: id })),
      }
    },
    answer: {
      listed: 0,
      update: { status: 404, code: 'resource_missing', param: 'id' },
      used: { status: 400, code: 'resource_missing', param: 'customer' },
    },
  },
  {
    what: 'a payment of a deleted customer expands to what is left of them',
    docs: 'api/expanding_objects',
    ask: async ({ stripe }) => {
      const { id: customer } = await stripe.customers.create({})
      const { id } = await stripe.paymentIntents.create({ amount: 500, currency: 'eur', customer })
      await stripe.customers.del(customer)
      return stripe.paymentIntents.retrieve(id, { expand: ['customer'] })
    },
    answer: { customer: { object: 'customer', deleted: true } },
  },
  {
    what: 'an empty text unsets a field',
    docs: 'api/customers/update',
    ask: async ({ stripe }) => {
      const full = { name: 'Ada', email: 'ada@example.org', phone: '+491', description: 'd' }
      const { id } = await stripe.customers.create({
        ...full,
        shipping: { name: 'A', address: { city: 'Berlin' } },
      })
      return stripe.customers.update(id, { name: '', email: '', phone: '', description: '', shipping: '' })
    },
    answer: { name: null, email: null, phone: null, description: null, shipping: null },
  },
  {
    what: 'an empty text is nothing on creation too',
    docs: 'api/customers/create',
    ask: ({ stripe }) => stripe.customers.create({ name: '', email: '', phone: '', description: '' }),
    answer: { name: null, email: null, phone: null, description: null },
  },
  {
    what: 'the default method of nobody is refused',
    docs: 'api/customers/update#update_customer-invoice_settings-default_payment_method',
    ask: async ({ stripe }) => {
      const { id } = await stripe.customers.create({})
      return refused(stripe.customers.update(id, { invoice_settings: { default_payment_method: 'pm_none' } }))
    },
    answer: { status: 400, type: INVALID, code: 'resource_missing', param: DEFAULT_METHOD },
  },
  {
    what: 'the default method of another customer is refused',
    docs: 'api/customers/update#update_customer-invoice_settings-default_payment_method',
    ask: async ({ stripe }) => {
      const [a, b] = [await stripe.customers.create({}), await stripe.customers.create({})]
      const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer: a.id })
      return refused(stripe.customers.update(b.id, { invoice_settings: { default_payment_method: id } }))
    },
    answer: { status: 400, code: 'resource_missing', param: DEFAULT_METHOD },
  },
  {
    what: 'a detached method is nobody’s default',
    docs: 'api/payment_methods/detach',
    ask: async (bench) => {
      const { stripe } = bench
      const { id } = await stripe.customers.create({
        payment_method: 'pm_card_visa',
        invoice_settings: { default_payment_method: 'pm_card_visa', footer: 'Bye' },
      })
      const [card] = (await stripe.customers.listPaymentMethods(id)).data
      const before = await stripe.customers.retrieve(id)
      await stripe.paymentMethods.detach(card?.id ?? '')
      return {
        wasDefault:
          'invoice_settings' in before && before.invoice_settings.default_payment_method === card?.id,
        after: await stripe.customers.retrieve(id),
        told: await previous(bench, 'customer.updated', id),
      }
    },
    answer: {
      wasDefault: true,
      after: { invoice_settings: { default_payment_method: null, footer: 'Bye' } },
      told: { invoice_settings: { default_payment_method: expect.stringMatching(/^pm_/) } },
    },
  },
  {
    what: 'a card token as a source is refused, not dropped',
    docs: 'payments/payment-intents/migration/charges',
    ask: ({ stripe }) => refused(stripe.customers.create({ source: 'tok_visa' })),
    answer: { status: 400, type: INVALID, param: 'source' },
  },
  {
    what: 'shipping needs an address',
    docs: 'api/customers/create#create_customer-shipping',
    ask: (bench) => send(bench, 'POST /v1/customers', 'shipping[name]=Ada'),
    answer: { status: 400, body: { error: { code: 'parameter_missing', param: 'shipping[address]' } } },
  },
  {
    what: 'shipping needs a name',
    docs: 'api/customers/create#create_customer-shipping',
    ask: (bench) => send(bench, 'POST /v1/customers', 'shipping[address][city]=Berlin'),
    answer: { status: 400, body: { error: { code: 'parameter_missing', param: 'shipping[name]' } } },
  },
]
parity('a customer', STATE)

const METHODS: Row[] = [
  {
    what: 'a card of nobody cannot be updated',
    docs: 'api/payment_methods/update',
    ask: async ({ stripe }) => {
      const { id } = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
      return refused(stripe.paymentMethods.update(id, { metadata: { a: '1' } }))
    },
    answer: {
      status: 400,
      type: INVALID,
      message: 'You must save this PaymentMethod to a customer before you can update it.',
    },
  },
  {
    what: 'the card of a customer is found by both ids',
    docs: 'api/payment_methods/customer',
    ask: async ({ stripe }) => {
      const { id } = await stripe.customers.create({})
      const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: id })
      return { found: await stripe.customers.retrievePaymentMethod(id, card.id), card: card.id }
    },
    answer: { found: { object: 'payment_method', card: { last4: '4242' } } },
  },
  {
    what: 'the card of another customer is not',
    docs: 'api/payment_methods/customer',
    ask: async ({ stripe }) => {
      const [a, b] = [await stripe.customers.create({}), await stripe.customers.create({})]
      const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: a.id })
      return refused(stripe.customers.retrievePaymentMethod(b.id, card.id))
    },
    answer: { status: 404, code: 'resource_missing', param: 'payment_method' },
  },
  {
    what: 'the cards of an unknown customer, listed by the parameter',
    docs: 'api/payment_methods/list',
    ask: ({ stripe }) => refused(stripe.paymentMethods.list({ customer: 'cus_none' })),
    answer: {
      status: 400,
      code: 'resource_missing',
      param: 'customer',
      message: "No such customer: 'cus_none'",
    },
  },
  {
    what: 'the cards of an unknown customer, listed by the path',
    docs: 'api/payment_methods/customer_list',
    ask: ({ stripe }) => refused(stripe.customers.listPaymentMethods('cus_none')),
    answer: { status: 404, code: 'resource_missing', message: "No such customer: 'cus_none'" },
  },
  {
    what: 'cards are listed by whether they may be shown again',
    docs: 'api/payment_methods/list#list_payment_methods-allow_redisplay',
    ask: async ({ stripe }) => {
      const { id } = await stripe.customers.create({})
      for (const allow_redisplay of ['always', 'limited'] as const) {
        const made = await stripe.paymentMethods.create({
          type: 'card',
          card: { token: 'tok_visa' },
          allow_redisplay,
        })
        await stripe.paymentMethods.attach(made.id, { customer: id })
      }
      const { data } = await stripe.paymentMethods.list({
        customer: id,
        allow_redisplay: 'always',
        type: 'card',
      })
      const none = await stripe.paymentMethods.list({ customer: id, type: 'us_bank_account' })
      return { shown: data.map((each) => each.allow_redisplay), none: none.data }
    },
    answer: { shown: ['always'], none: [] },
  },
  {
    what: 'a month that does not exist is refused',
    docs: 'error-codes#invalid-expiry-month',
    ask: async ({ stripe }) => {
      const { id } = await stripe.customers.create({})
      const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: id })
      return refused(stripe.paymentMethods.update(card.id, { card: { exp_month: 13 } }))
    },
    answer: { status: 402, code: 'invalid_expiry_month', param: 'exp_month' },
  },
  {
    what: 'a token shows its card when it is looked up',
    docs: 'api/tokens/retrieve',
    ask: async (bench) => {
      const card =
        'card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2035&card[address_zip]=10117'
      const made = await send(bench, 'POST /v1/tokens', card)
      const found = await bench.stripe.tokens.retrieve(String(made.body['id']))
      return { alike: JSON.stringify(found.card) === JSON.stringify(made.body['card']), card: found.card }
    },
    answer: {
      alike: true,
      card: { object: 'card', brand: 'Visa', last4: '4242', exp_year: 2035, address_zip: '10117' },
    },
  },
]
parity('a payment method', METHODS)

const UPDATES: Row[] = [
  {
    what: 'customer.updated',
    docs: 'api/events/object#event_object-data-previous_attributes',
    ask: async (bench) => {
      const { id } = await bench.stripe.customers.create({ name: 'Ada', metadata: { kept: '1', old: '2' } })
      await bench.stripe.customers.update(id, { name: 'Grace', metadata: { old: '3', added: '4' } })
      return { told: await previous(bench, 'customer.updated', id) }
    },
    answer: { told: { name: 'Ada', metadata: { old: '2', added: null } } },
  },
  {
    what: 'payment_method.updated',
    docs: 'api/events/object#event_object-data-previous_attributes',
    ask: async (bench) => {
      const { id } = await bench.stripe.customers.create({})
      const card = await bench.stripe.paymentMethods.attach('pm_card_visa', { customer: id })
      await bench.stripe.paymentMethods.update(card.id, {
        allow_redisplay: 'always',
        billing_details: { name: 'Ada' },
        card: { exp_month: 1, exp_year: 2040 },
      })
      return { told: await previous(bench, 'payment_method.updated', card.id) }
    },
    answer: {
      told: {
        allow_redisplay: 'unspecified',
        billing_details: { name: null },
        card: { exp_month: 12, exp_year: expect.any(Number) },
      },
    },
  },
  {
    what: 'account.updated',
    docs: 'api/events/types#event_types-account.updated',
    ask: async (bench) => {
      const { id } = await bench.stripe.accounts.create({ type: 'custom', email: 'a@example.org' })
      await bench.stripe.accounts.update(id, { email: 'b@example.org', business_profile: { name: 'Shop' } })
      return { told: await previous(bench, 'account.updated', id, { stripeAccount: id }) }
    },
    answer: { told: { email: 'a@example.org', business_profile: { name: null } } },
  },
]
parity('what was there before, told by', UPDATES)

it('an update that changes nothing is no event', async () => {
  const bench = await startBench()
  try {
    const { id } = await bench.stripe.customers.create({ name: 'Ada' })
    await bench.stripe.customers.update(id, { name: 'Ada' })
    expect((await bench.stripe.events.list({ type: 'customer.updated' })).data).toEqual([])
  } finally {
    await bench.close()
  }
})
