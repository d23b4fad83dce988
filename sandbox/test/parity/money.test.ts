// Who gets what of a payment, and when it is known.
import type Stripe from 'stripe'
import { expect } from 'vitest'
import type { Bench } from '../harness.ts'
import { eventOf, parity, pay, previous, type Row, refused } from './rows.ts'

async function seller({ stripe }: Bench): Promise<string> {
  return (await stripe.accounts.create({ type: 'express', country: 'DE' })).id
}

function chargeOf({ latest_charge: charge }: Stripe.PaymentIntent): string {
  return typeof charge === 'string' ? charge : (charge?.id ?? '')
}

async function lineOf(bench: Bench, charge: string, account: string): Promise<Stripe.BalanceTransaction> {
  const found = await bench.stripe.charges.retrieve(
    charge,
    { expand: ['balance_transaction'] },
    account === '' ? {} : { stripeAccount: account },
  )
  return found.balance_transaction as Stripe.BalanceTransaction
}

async function direct(bench: Bench): Promise<{ account: string; charge: string; payment: string }> {
  const account = await seller(bench)
  const paid = await pay(bench, { amount: 10_000, application_fee_amount: 700 }, { stripeAccount: account })
  return { account, charge: chargeOf(paid), payment: paid.id }
}

const DIRECT: Row[] = [
  {
    what: 'the fee of a direct charge reduces what the seller gets',
    docs: 'connect/direct-charges#collect-fees',
    ask: async (bench) => {
      const { account, charge } = await direct(bench)
      return lineOf(bench, charge, account)
    },
    answer: {
      amount: 10_000,
      fee: 320 + 700,
      net: 10_000 - 1020,
      fee_details: [
        { amount: 320, type: 'stripe_fee', application: null },
        { amount: 700, type: 'application_fee', application: expect.stringMatching(/^ca_/) },
      ],
    },
  },
  {
    what: 'the platform has the fee, and is told',
    docs: 'api/application_fees/object',
    ask: async (bench) => {
      const { account, charge } = await direct(bench)
      const [fee] = (
        await bench.stripe.applicationFees.list({ charge, expand: ['data.balance_transaction'] })
      ).data
      const told = await eventOf(bench, 'application_fee.created', fee?.id ?? '')
      const own = await bench.stripe.charges.retrieve(charge, {}, { stripeAccount: account })
      return { fee, mine: fee?.account === account, told: told?.type, named: own.application_fee === fee?.id }
    },
    answer: {
      fee: { amount: 700, currency: 'eur', balance_transaction: { type: 'application_fee', net: 700 } },
      mine: true,
      told: 'application_fee.created',
      named: true,
    },
  },
  {
    what: 'a refund with the fee gives the seller its part back',
    docs: 'connect/direct-charges#issue-refunds',
    ask: async (bench) => {
      const { account, charge, payment } = await direct(bench)
      const refund = await bench.stripe.refunds.create(
        {
          payment_intent: payment,
          amount: 5000,
          refund_application_fee: true,
          expand: ['balance_transaction'],
        },
        { stripeAccount: account },
      )
      const [fee] = (await bench.stripe.applicationFees.list({ charge })).data
      return { refund, fee }
    },
    answer: {
      refund: { balance_transaction: { amount: -5000, fee: -350, net: -4650 } },
      fee: { amount_refunded: 350, refunded: false },
    },
  },
  {
    what: 'a refund without the fee leaves it with the platform',
    docs: 'connect/direct-charges#issue-refunds',
    ask: async (bench) => {
      const { account, charge, payment } = await direct(bench)
      await bench.stripe.refunds.create({ payment_intent: payment }, { stripeAccount: account })
      return (await bench.stripe.applicationFees.list({ charge })).data[0]
    },
    answer: { amount_refunded: 0, refunded: false },
  },
  {
    what: 'a fee that the platform gives back is the seller’s',
    docs: 'api/fee_refunds/create',
    ask: async (bench) => {
      const { account, charge } = await direct(bench)
      const [fee] = (await bench.stripe.applicationFees.list({ charge })).data
      await bench.stripe.applicationFees.createRefund(fee?.id ?? '', { amount: 200 })
      const balance = await bench.stripe.balance.retrieve({}, { stripeAccount: account })
      return { available: balance.available[0]?.amount, pending: balance.pending[0]?.amount }
    },
    answer: { available: 200, pending: 8980 },
  },
  {
    what: 'a capture takes the fee that it names',
    docs: 'api/payment_intents/capture#capture_payment_intent-application_fee_amount',
    ask: async (bench) => {
      const account = await seller(bench)
      const options = { stripeAccount: account }
      const held = await pay(bench, { capture_method: 'manual', application_fee_amount: 700 }, options)
      await bench.stripe.paymentIntents.capture(
        held.id,
        { amount_to_capture: 3000, application_fee_amount: 300 },
        options,
      )
      return lineOf(bench, chargeOf(held), account)
    },
    answer: { amount: 3000, fee: 117 + 300, net: 3000 - 417 },
  },
  {
    what: 'without a seller there is no fee',
    docs: 'connect/direct-charges#collect-fees',
    ask: (bench) => refused(pay(bench, { application_fee_amount: 5 })),
    answer: { status: 400, param: 'application_fee_amount' },
  },
]
parity('a direct charge', DIRECT)

const EXPAND = {
  expand: ['latest_charge.balance_transaction', 'latest_charge.transfer', 'latest_charge.application_fee'],
}

const WHEN: Row[] = [
  {
    what: 'by default the answer comes before the books are made',
    docs: 'payments/payment-intents/asynchronous-capture',
    ask: async (bench) => {
      const account = await seller(bench)
      const paid = await pay(bench, {
        application_fee_amount: 100,
        transfer_data: { destination: account },
        ...EXPAND,
      })
      const id = chargeOf(paid)
      const told = await eventOf(bench, 'charge.succeeded', id)
      return { paid, told: told?.data.object, later: await bench.stripe.charges.retrieve(id) }
    },
    answer: {
      paid: {
        status: 'succeeded',
        latest_charge: { captured: true, balance_transaction: null, transfer: null, application_fee: null },
      },
      told: { captured: true, balance_transaction: null, transfer: null, application_fee: null },
      later: {
        balance_transaction: expect.stringMatching(/^txn_/),
        transfer: expect.stringMatching(/^tr_/),
        application_fee: expect.stringMatching(/^fee_/),
      },
    },
  },
  {
    what: 'charge.updated brings what was missing, and says that it was',
    docs: 'payments/payment-intents/asynchronous-capture',
    ask: async (bench) => {
      const account = await seller(bench)
      const paid = await pay(bench, { application_fee_amount: 100, transfer_data: { destination: account } })
      const event = await eventOf(bench, 'charge.updated', chargeOf(paid))
      return { object: event?.data.object, previous: event?.data.previous_attributes }
    },
    answer: {
      object: {
        balance_transaction: expect.stringMatching(/^txn_/),
        transfer: expect.stringMatching(/^tr_/),
      },
      previous: { balance_transaction: null, transfer: null, application_fee: null },
    },
  },
  {
    what: 'of a plain payment only the balance transaction was missing',
    docs: 'payments/payment-intents/asynchronous-capture',
    ask: async (bench) => ({ told: await previous(bench, 'charge.updated', chargeOf(await pay(bench))) }),
    answer: { told: { balance_transaction: null } },
  },
  {
    what: 'with `automatic` everything is there at once',
    docs: 'payments/payment-intents/asynchronous-capture',
    ask: async (bench) => {
      const account = await seller(bench)
      const paid = await pay(bench, {
        capture_method: 'automatic',
        application_fee_amount: 100,
        transfer_data: { destination: account },
        ...EXPAND,
      })
      return { paid, told: (await eventOf(bench, 'charge.succeeded', chargeOf(paid)))?.data.object }
    },
    answer: {
      paid: {
        latest_charge: {
          balance_transaction: { object: 'balance_transaction' },
          transfer: { object: 'transfer' },
          application_fee: { amount: 100 },
        },
      },
      told: { balance_transaction: expect.stringMatching(/^txn_/), transfer: expect.stringMatching(/^tr_/) },
    },
  },
]
parity('when the books are made:', WHEN)

const SHARES: Row[] = [
  {
    what: 'a fee and an amount for the seller exclude each other',
    docs: 'connect/destination-charges#collect-fees',
    ask: async (bench) => {
      const destination = await seller(bench)
      return refused(
        pay(bench, { application_fee_amount: 100, transfer_data: { destination, amount: 4000 } }),
      )
    },
    answer: { status: 400, code: 'parameters_exclusive' },
  },
  {
    what: 'also when one of them is added later',
    docs: 'connect/destination-charges#collect-fees',
    ask: async (bench) => {
      const destination = await seller(bench)
      const { id } = await bench.stripe.paymentIntents.create({
        amount: 5000,
        currency: 'eur',
        application_fee_amount: 100,
        transfer_data: { destination },
      })
      return refused(bench.stripe.paymentIntents.update(id, { transfer_data: { amount: 4000 } }))
    },
    answer: { status: 400, code: 'parameters_exclusive' },
  },
  {
    what: 'also at the capture',
    docs: 'connect/destination-charges#collect-fees',
    ask: async (bench) => {
      const destination = await seller(bench)
      const held = await pay(bench, {
        capture_method: 'manual',
        transfer_data: { destination, amount: 4000 },
      })
      return refused(bench.stripe.paymentIntents.capture(held.id, { application_fee_amount: 100 }))
    },
    answer: { status: 400, code: 'parameters_exclusive' },
  },
  {
    what: 'an unknown seller of a payment or a transfer is refused',
    docs: 'error-codes#resource-missing',
    ask: async (bench) => ({
      payment: await refused(pay(bench, { transfer_data: { destination: 'acct_none' } })),
      transfer: await refused(
        bench.stripe.transfers.create({ amount: 100, currency: 'eur', destination: 'acct_none' }),
      ),
    }),
    answer: {
      payment: {
        status: 400,
        code: 'resource_missing',
        param: 'transfer_data[destination]',
        message: "No such destination: 'acct_none'",
      },
      transfer: {
        status: 400,
        code: 'resource_missing',
        param: 'destination',
        message: "No such destination: 'acct_none'",
      },
    },
  },
  {
    what: 'a capture’s charge.updated says what it brought',
    docs: 'api/events/types#event_types-charge.updated',
    ask: async (bench) => {
      const destination = await seller(bench)
      const held = await pay(bench, {
        capture_method: 'manual',
        application_fee_amount: 100,
        transfer_data: { destination },
      })
      await bench.stripe.paymentIntents.capture(held.id)
      return { told: await previous(bench, 'charge.updated', chargeOf(held)) }
    },
    answer: { told: { balance_transaction: null, application_fee: null, transfer: null } },
  },
  {
    what: 'a transfer carries the description and metadata that the payment names for it',
    docs: 'api/payment_intents/create#create_payment_intent-transfer_data',
    ask: async (bench) => {
      const destination = await seller(bench)
      await pay(bench, { transfer_data: { destination, description: 'share', metadata: { order: '7' } } })
      return (await bench.stripe.transfers.list({ destination })).data[0]
    },
    answer: { description: 'share', metadata: { order: '7' } },
  },
  {
    what: 'a reversal gives the fee back where it is asked to',
    docs: 'api/transfer_reversals/create#create_transfer_reversal-refund_application_fee',
    ask: async (bench) => {
      const { stripe } = bench
      const destination = await seller(bench)
      const paid = await pay(bench, {
        amount: 10_000,
        application_fee_amount: 700,
        transfer_data: { destination },
      })
      const [transfer] = (await stripe.transfers.list({ destination })).data
      const reversal = await stripe.transfers.createReversal(transfer?.id ?? '', {
        amount: 5000,
        description: 'half',
        refund_application_fee: true,
        expand: ['balance_transaction'],
      })
      return { reversal, fee: (await stripe.applicationFees.list({ charge: chargeOf(paid) })).data[0] }
    },
    answer: { reversal: { balance_transaction: { description: 'half' } }, fee: { amount_refunded: 350 } },
  },
]
parity('shares', SHARES)
