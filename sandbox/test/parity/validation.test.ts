// What is refused and how: unknown ids, unknown words, and the headers that tell clients whether to
// try again. Codes: https://docs.stripe.com/error-codes. Headers:
// https://docs.stripe.com/api/idempotent_requests.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, sdk, startBench } from '../harness.ts'
import { METHODS, parity, pay, type Row, refused, send } from './rows.ts'

/** Path, the name that the error gives to what is missing, and the parameter that it blames. */
const UNKNOWN: [call: string, name: string, param: string][] = [
  ['GET /v1/payment_intents/x', 'payment_intent', 'intent'],
  ['POST /v1/payment_intents/x', 'payment_intent', 'intent'],
  ['POST /v1/payment_intents/x/confirm', 'payment_intent', 'intent'],
  ['POST /v1/payment_intents/x/capture', 'payment_intent', 'intent'],
  ['POST /v1/payment_intents/x/cancel', 'payment_intent', 'intent'],
  ['GET /v1/setup_intents/x', 'setupintent', 'intent'],
  ['POST /v1/setup_intents/x', 'setupintent', 'intent'],
  ['POST /v1/setup_intents/x/cancel', 'setupintent', 'intent'],
  ['GET /v1/charges/x', 'charge', 'id'],
  ['POST /v1/charges/x', 'charge', 'id'],
  ['POST /v1/charges/x/capture', 'charge', 'id'],
  ['GET /v1/charges/x/refunds', 'charge', 'id'],
  ['POST /v1/refunds?charge=x', 'charge', 'id'],
  ['POST /v1/refunds?payment_intent=x', 'payment_intent', 'intent'],
  ['GET /v1/refunds/x', 'refund', 'id'],
  ['POST /v1/refunds/x', 'refund', 'id'],
  ['POST /v1/refunds/x/cancel', 'refund', 'id'],
  ['GET /v1/disputes/x', 'dispute', 'id'],
  ['POST /v1/disputes/x', 'dispute', 'id'],
  ['POST /v1/disputes/x/close', 'dispute', 'id'],
  ['GET /v1/customers/x', 'customer', 'id'],
  ['POST /v1/customers/x', 'customer', 'id'],
  ['DELETE /v1/customers/x', 'customer', 'id'],
  ['GET /v1/customers/x/payment_methods', 'customer', 'id'],
  ['GET /v1/customers/x/payment_methods/y', 'customer', 'id'],
  ['GET /v1/payment_methods/x', 'PaymentMethod', 'payment_method'],
  ['POST /v1/payment_methods/x', 'PaymentMethod', 'payment_method'],
  ['POST /v1/payment_methods/x/detach', 'PaymentMethod', 'payment_method'],
  ['GET /v1/confirmation_tokens/x', 'ConfirmationToken', 'confirmation_token'],
  ['GET /v1/tokens/x', 'token', 'id'],
  ['GET /v1/mandates/x', 'mandate', 'id'],
  ['GET /v1/events/x', 'event', 'id'],
  ['GET /v1/webhook_endpoints/x', 'webhook endpoint', 'webhook_endpoint'],
  ['POST /v1/webhook_endpoints/x', 'webhook endpoint', 'webhook_endpoint'],
  ['DELETE /v1/webhook_endpoints/x', 'webhook endpoint', 'webhook_endpoint'],
  ['GET /v1/balance_transactions/x', 'balance transaction', 'id'],
  ['GET /v1/payouts/x', 'payout', 'id'],
  ['POST /v1/payouts/x', 'payout', 'id'],
  ['POST /v1/payouts/x/cancel', 'payout', 'id'],
  ['GET /v1/transfers/x', 'transfer', 'id'],
  ['POST /v1/transfers/x', 'transfer', 'id'],
  ['GET /v1/transfers/x/reversals', 'transfer', 'id'],
  ['POST /v1/transfers/x/reversals', 'transfer', 'id'],
  ['GET /v1/transfers/x/reversals/y', 'transfer', 'id'],
  ['GET /v1/application_fees/x', 'application fee', 'id'],
  ['GET /v1/application_fees/x/refunds', 'application fee', 'id'],
  ['POST /v1/application_fees/x/refunds', 'application fee', 'id'],
  ['GET /v1/radar/early_fraud_warnings/x', 'early fraud warning', 'early_fraud_warning'],
]

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

describe('an unknown id is 404:', () => {
  it.each(UNKNOWN)('%s', async (call, name, param) => {
    const [path = '', query = ''] = call.split('?')
    const { status, body } = await send(bench, path, query)
    expect({ status, error: body['error'] }).toMatchObject({
      status: 404,
      error: {
        type: 'invalid_request_error',
        code: 'resource_missing',
        message: `No such ${name}: 'x'`,
        param,
      },
    })
  })
})

const WORDS: Row[] = [
  {
    what: 'an event that does not exist',
    docs: 'api/webhook_endpoints/create#create_webhook_endpoint-enabled_events',
    ask: ({ stripe }) =>
      refused(
        stripe.webhookEndpoints.create({
          url: 'https://shop.example',
          enabled_events: ['charge.failed', 'charge.exploded' as never],
        }),
      ),
    answer: { status: 400, type: 'invalid_request_error', param: 'enabled_events[1]' },
  },
  {
    what: 'a version that is none',
    docs: 'api/webhook_endpoints/create#create_webhook_endpoint-api_version',
    ask: (sandbox) =>
      send(
        sandbox,
        'POST /v1/webhook_endpoints',
        'url=https://shop.example&enabled_events[0]=*&api_version=newest',
      ),
    answer: { status: 400 },
  },
  {
    what: 'a test clock that does not exist',
    docs: 'api/customers/create#create_customer-test_clock',
    ask: ({ stripe }) => refused(stripe.customers.create({ test_clock: 'clock_none' })),
    answer: { status: 400, code: 'resource_missing', param: 'test_clock' },
  },
  {
    what: 'a report on fraud in other words',
    docs: 'api/charges/update#update_charge-fraud_details',
    ask: async (sandbox) =>
      send(
        sandbox,
        `POST /v1/charges/${String((await pay(sandbox)).latest_charge)}`,
        'fraud_details[user_report]=maybe',
      ),
    answer: { status: 400, body: { error: { param: 'fraud_details[user_report]' } } },
  },
  {
    what: 'a boolean that is none',
    docs: 'api/errors',
    ask: (sandbox) => send(sandbox, 'POST /v1/payment_intents', 'amount=500&currency=eur&confirm=yes'),
    answer: { status: 400, body: { error: { param: 'confirm', message: 'Invalid boolean: yes' } } },
  },
]
parity('refused is', WORDS)

const TAKEN: Row[] = [
  {
    what: 'booleans as Python prints them',
    docs: 'api/payment_intents/create#create_payment_intent-confirm',
    ask: (sandbox) =>
      send(
        sandbox,
        'POST /v1/payment_intents',
        'amount=500&currency=eur&confirm=False&automatic_payment_methods[enabled]=True&automatic_payment_methods[allow_redirects]=never',
      ),
    answer: {
      status: 200,
      body: { status: 'requires_payment_method', automatic_payment_methods: { enabled: true } },
    },
  },
  {
    what: 'every known event',
    docs: 'api/events/types',
    ask: ({ stripe }) =>
      stripe.webhookEndpoints.create({
        url: 'https://shop.example',
        enabled_events: [
          'balance.available',
          'payout.updated',
          'radar.early_fraud_warning.updated',
          'account.updated',
        ],
      }),
    answer: { status: 'enabled' },
  },
  {
    what: 'that an endpoint is switched off',
    docs: 'api/webhook_endpoints/update#update_webhook_endpoint-disabled',
    ask: async ({ stripe }) => {
      const { id } = await stripe.webhookEndpoints.create({
        url: 'https://shop.example',
        enabled_events: ['*'],
      })
      return stripe.webhookEndpoints.update(id, { disabled: true, description: '' })
    },
    answer: { status: 'disabled', description: null },
  },
]
parity('taken is', TAKEN)

describe('the headers of an answer', () => {
  const intent = 'amount=500&currency=eur'

  it('name the request that did the work, at once and when it is replayed', async () => {
    const key = { 'idempotency-key': 'headers-1' }
    const first = await send(bench, 'POST /v1/payment_intents', intent, key)
    const again = await send(bench, 'POST /v1/payment_intents', intent, key)
    expect(first.headers.get('original-request')).toBe(first.headers.get('request-id'))
    expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'))
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'))
  })

  it.each([
    ['done', intent, 200, 'false'],
    ['refused', 'amount=1&currency=eur', 400, 'false'],
    [
      'declined',
      `${intent}&confirm=true&payment_method=pm_card_chargeDeclined&off_session=true`,
      402,
      'false',
    ],
  ])('say that what was %s is not to be tried again', async (_what, form, status, retry) => {
    const answer = await send(bench, 'POST /v1/payment_intents', form, {
      'idempotency-key': `retry-${status}`,
    })
    expect({ status: answer.status, retry: answer.headers.get('stripe-should-retry') }).toEqual({
      status,
      retry,
    })
  })

  it('say nothing where nothing was decided, and ask to try again where the moment was wrong', async () => {
    const faulty = (fault: string) =>
      send(bench, 'POST /v1/payment_intents', intent, {
        'idempotency-key': `f-${fault}`,
        'sandbox-fault': fault,
      })
    expect((await faulty('api_error:before')).headers.get('stripe-should-retry')).toBeNull()
    expect((await faulty('rate_limit:before')).headers.get('stripe-should-retry')).toBeNull()
    expect((await faulty('lock_timeout:before')).headers.get('stripe-should-retry')).toBe('true')
  })

  it('make the SDK try a locked object again', async () => {
    const patient = sdk(bench.sandbox.url, 'sk_test_holdfast', 2)
    await bench.post('/_sandbox/faults', { kind: 'lock_timeout', op: 'payment_intents.create', times: 1 })
    const made = await patient.paymentIntents.create({
      amount: 500,
      currency: 'eur',
      automatic_payment_methods: METHODS,
    })
    expect(made.status).toBe('requires_payment_method')
  })
})
