// What a payment or a setup is told: kept and effective, or refused.
import type Stripe from 'stripe'
import { expect } from 'vitest'
import type { Bench } from '../harness.ts'
import { METHODS, parity, pay, type Row, refused, send } from './rows.ts'

const CREATE = 'api/payment_intents/create#create_payment_intent-'
const SETUP = 'api/setup_intents/create#create_setup_intent-'
const ACCEPTANCE = {
  customer_acceptance: { type: 'online' as const, online: { ip_address: '192.0.2.1', user_agent: 'test' } },
}

async function chargeOf(
  bench: Bench,
  params: Partial<Stripe.PaymentIntentCreateParams>,
): Promise<Stripe.Charge> {
  const paid = await pay(bench, params)
  return bench.stripe.charges.retrieve(String(paid.latest_charge))
}

const PAYMENTS: Row[] = [
  {
    what: 'the session of Radar reaches the charge',
    docs: `${CREATE}radar_options`,
    ask: (bench) => chargeOf(bench, { radar_options: { session: 'rse_1' } }),
    answer: { radar_options: { session: 'rse_1' } },
  },
  {
    what: 'also when the payment is confirmed later',
    docs: `${CREATE}radar_options`,
    ask: async ({ stripe }) => {
      const { id } = await stripe.paymentIntents.create({
        amount: 500,
        currency: 'eur',
        radar_options: { session: 'rse_2' },
        automatic_payment_methods: METHODS,
      })
      const paid = await stripe.paymentIntents.confirm(id, {
        payment_method: 'pm_card_visa',
        expand: ['latest_charge'],
      })
      return paid.latest_charge
    },
    answer: { radar_options: { session: 'rse_2' } },
  },
  {
    what: 'methods that are excluded stay excluded',
    docs: `${CREATE}excluded_payment_method_types`,
    ask: (bench) => pay(bench, { excluded_payment_method_types: ['klarna', 'paypal'] }),
    answer: { status: 'succeeded', excluded_payment_method_types: ['klarna', 'paypal'] },
  },
  {
    what: 'a payment that excludes its only method is refused',
    docs: `${CREATE}excluded_payment_method_types`,
    ask: (bench) => refused(pay(bench, { excluded_payment_method_types: ['card'] })),
    answer: { status: 400, param: 'excluded_payment_method_types' },
  },
  {
    what: 'a method that does not exist cannot be excluded',
    docs: `${CREATE}excluded_payment_method_types`,
    ask: (bench) =>
      send(
        bench,
        'POST /v1/payment_intents',
        'amount=500&currency=eur&excluded_payment_method_types[0]=klana',
      ),
    answer: { status: 400, body: { error: { param: 'excluded_payment_method_types[0]' } } },
  },
  {
    what: 'details of the amount and of the order are kept, changed and unset',
    docs: `${CREATE}amount_details`,
    ask: async ({ stripe }) => {
      const { id } = await stripe.paymentIntents.create({
        amount: 500,
        currency: 'eur',
        amount_details: {
          discount_amount: 10,
          shipping: { amount: 20, to_postal_code: '10117' },
          tax: { total_tax_amount: 5 },
        },
        payment_details: { order_reference: 'o1', customer_reference: 'c1' },
      })
      const made = await stripe.paymentIntents.retrieve(id)
      const changed = await stripe.paymentIntents.update(id, {
        amount_details: { discount_amount: '' },
        payment_details: { customer_reference: '' },
      })
      return { made, changed }
    },
    answer: {
      made: {
        amount_details: {
          discount_amount: 10,
          shipping: { amount: 20, to_postal_code: '10117' },
          tax: { total_tax_amount: 5 },
        },
        payment_details: { order_reference: 'o1', customer_reference: 'c1' },
      },
      changed: {
        amount_details: { shipping: { amount: 20 } },
        payment_details: { order_reference: 'o1', customer_reference: null },
      },
    },
  },
  {
    what: 'an empty text unsets a field',
    docs: 'api/payment_intents/update',
    ask: async ({ stripe }) => {
      const { id } = await stripe.paymentIntents.create({
        amount: 500,
        currency: 'eur',
        description: 'd',
        receipt_email: 'a@example.org',
        statement_descriptor_suffix: 'SHOP',
        transfer_group: 'g',
      })
      return stripe.paymentIntents.update(id, {
        description: '',
        receipt_email: '',
        statement_descriptor_suffix: '',
        transfer_group: '',
      })
    },
    answer: {
      description: null,
      receipt_email: null,
      statement_descriptor_suffix: null,
      transfer_group: null,
    },
  },
  {
    what: 'an agreement that comes along is stored, and the charge names it',
    docs: `${CREATE}mandate_data`,
    ask: async (bench) => {
      const { id } = await bench.stripe.customers.create({})
      const charge = await chargeOf(bench, {
        customer: id,
        setup_future_usage: 'off_session',
        mandate_data: ACCEPTANCE,
      })
      return bench.stripe.mandates.retrieve(String(charge.payment_method_details?.card?.mandate))
    },
    answer: {
      object: 'mandate',
      status: 'active',
      type: 'multi_use',
      customer_acceptance: ACCEPTANCE.customer_acceptance,
    },
  },
  {
    what: 'an agreement that does not exist is refused',
    docs: `${CREATE}mandate`,
    ask: (bench) => refused(pay(bench, { mandate: 'mandate_none' })),
    answer: { status: 400, code: 'resource_missing', param: 'mandate' },
  },
  {
    what: 'a card’s own option to be saved overrides the payment’s',
    docs: `${CREATE}payment_method_options-card-setup_future_usage`,
    ask: async (bench) => {
      const { id: customer } = await bench.stripe.customers.create({})
      await pay(bench, { customer, payment_method_options: { card: { setup_future_usage: 'off_session' } } })
      await pay(bench, {
        customer,
        setup_future_usage: 'off_session',
        payment_method_options: { card: { setup_future_usage: 'none' as never } },
      })
      return { saved: (await bench.stripe.customers.listPaymentMethods(customer)).data.length }
    },
    answer: { saved: 1 },
  },
  {
    what: 'shipping needs an address',
    docs: `${CREATE}shipping`,
    ask: (bench) => send(bench, 'POST /v1/payment_intents', 'amount=500&currency=eur&shipping[name]=Ada'),
    answer: { status: 400, body: { error: { code: 'parameter_missing', param: 'shipping[address]' } } },
  },
  {
    what: 'an unknown seller is refused',
    docs: `${CREATE}on_behalf_of`,
    ask: (bench) => refused(pay(bench, { on_behalf_of: 'acct_none' })),
    answer: { status: 400, code: 'resource_missing', param: 'on_behalf_of' },
  },
  {
    what: 'a configuration that does not exist is refused',
    docs: `${CREATE}payment_method_configuration`,
    ask: (bench) => refused(pay(bench, { payment_method_configuration: 'pmc_none' })),
    answer: { status: 400, code: 'resource_missing', param: 'payment_method_configuration' },
  },
  {
    what: 'hooks into a tax calculation are refused, not dropped',
    docs: `${CREATE}hooks`,
    ask: (bench) => refused(pay(bench, { hooks: { inputs: { tax: { calculation: 'taxcalc_1' } } } })),
    answer: { status: 400, code: 'parameter_unknown', param: 'hooks' },
  },
]
parity('a payment', PAYMENTS)

const SETUPS: Row[] = [
  {
    what: 'asking for 3-D Secure brings the bank’s question',
    docs: `${SETUP}payment_method_options-card-request_three_d_secure`,
    ask: ({ stripe }) =>
      stripe.setupIntents.create({
        confirm: true,
        payment_method: 'pm_card_threeDSecureOptional',
        payment_method_options: { card: { request_three_d_secure: 'any' } },
        automatic_payment_methods: METHODS,
      }),
    answer: {
      status: 'requires_action',
      payment_method_options: { card: { request_three_d_secure: 'any' } },
    },
  },
  {
    what: 'the same card is not asked by default',
    docs: `${SETUP}payment_method_options-card-request_three_d_secure`,
    ask: ({ stripe }) =>
      stripe.setupIntents.create({
        confirm: true,
        payment_method: 'pm_card_threeDSecureOptional',
        automatic_payment_methods: METHODS,
      }),
    answer: { status: 'succeeded' },
  },
  {
    what: 'the latest attempt tells of the card',
    docs: 'api/setup_attempts/object#setup_attempt_object-payment_method_details-card',
    ask: ({ stripe }) =>
      stripe.setupIntents.create({
        confirm: true,
        payment_method: 'pm_card_visa',
        automatic_payment_methods: METHODS,
        expand: ['latest_attempt'],
      }),
    answer: {
      latest_attempt: {
        status: 'succeeded',
        payment_method_details: {
          type: 'card',
          card: { brand: 'visa', last4: '4242', funding: 'credit', network: 'visa', three_d_secure: null },
        },
      },
    },
  },
  {
    what: 'after the bank’s question the attempt tells that it was passed',
    docs: 'api/setup_attempts/object#setup_attempt_object-payment_method_details-card-three_d_secure',
    ask: async ({ stripe, sandbox }) => {
      const { id } = await stripe.setupIntents.create({
        confirm: true,
        payment_method: 'pm_card_authenticationRequired',
        automatic_payment_methods: METHODS,
      })
      await fetch(`${sandbox.url}/_sandbox/3ds/${id}`, {
        method: 'POST',
        body: new URLSearchParams({ outcome: 'succeed' }),
      })
      return stripe.setupIntents.retrieve(id, { expand: ['latest_attempt'] })
    },
    answer: {
      latest_attempt: { payment_method_details: { card: { three_d_secure: { result: 'authenticated' } } } },
    },
  },
  {
    what: 'an agreement that comes along is stored and named',
    docs: `${SETUP}mandate_data`,
    ask: ({ stripe }) =>
      stripe.setupIntents.create({
        confirm: true,
        payment_method: 'pm_card_visa',
        automatic_payment_methods: METHODS,
        mandate_data: ACCEPTANCE,
        expand: ['mandate'],
      }),
    answer: {
      mandate: { object: 'mandate', type: 'multi_use', payment_method: expect.stringMatching(/^pm_/) },
    },
  },
  {
    what: 'directions and excluded methods are kept',
    docs: `${SETUP}flow_directions`,
    ask: ({ stripe }) =>
      stripe.setupIntents.create({
        flow_directions: ['inbound'],
        excluded_payment_method_types: ['klarna'],
        description: '',
      }),
    answer: { flow_directions: ['inbound'], excluded_payment_method_types: ['klarna'], description: null },
  },
  {
    what: 'its error speaks of a setup',
    docs: `${SETUP}return_url`,
    ask: ({ stripe }) =>
      refused(stripe.setupIntents.create({ confirm: true, payment_method: 'pm_card_visa' })),
    answer: {
      status: 400,
      param: 'return_url',
      message: expect.stringContaining('This SetupIntent is configured'),
    },
  },
  {
    what: 'saving to the account itself is refused, not dropped',
    docs: `${SETUP}attach_to_self`,
    ask: ({ stripe }) => refused(stripe.setupIntents.create({ attach_to_self: true })),
    answer: { status: 400, code: 'parameter_unknown', param: 'attach_to_self' },
  },
]
parity('a setup', SETUPS)
