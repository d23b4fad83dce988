// The balance, its lines, payouts and what events say of them.
import { eventOf, parity, pay, previous, type Row, refused } from './rows.ts'

const DAY = 86_400

const ROWS: Row[] = [
  {
    what: 'money that becomes available is told',
    docs: 'api/events/types#event_types-balance.available',
    ask: async (bench) => {
      await pay(bench, { amount: 10_000 })
      const before = (await bench.stripe.events.list({ type: 'balance.available' })).data.length
      await bench.post('/_sandbox/clock', { advance_seconds: 4 * DAY })
      const [event] = (await bench.stripe.events.list({ type: 'balance.available' })).data
      return { before, object: event?.data.object }
    },
    answer: { before: 0, object: { object: 'balance', available: [{ amount: 9680, currency: 'eur' }] } },
  },
  {
    what: 'so is money that is available at once',
    docs: 'testing#available-balance',
    ask: async (bench) => {
      await pay(bench, { amount: 1000, currency: 'nzd', payment_method: 'pm_card_bypassPending' })
      return (await bench.stripe.events.list({ type: 'balance.available', limit: 1 })).data[0]?.data.object
    },
    answer: { object: 'balance' },
  },
  {
    what: 'lines are listed by currency',
    docs: 'api/balance_transactions/list#balance_transaction_list-currency',
    ask: async (bench) => {
      await pay(bench, { currency: 'gbp' })
      const found = await bench.stripe.balanceTransactions.list({ currency: 'gbp' })
      const none = await bench.stripe.balanceTransactions.list({ currency: 'sek' })
      return { found: found.data.map((line) => line.currency), none: none.data }
    },
    answer: { found: ['gbp'], none: [] },
  },
  {
    what: 'lines of an unknown payout are refused',
    docs: 'api/balance_transactions/list#balance_transaction_list-payout',
    ask: ({ stripe }) => refused(stripe.balanceTransactions.list({ payout: 'po_none' })),
    answer: { status: 400, code: 'resource_missing', param: 'payout', message: "No such payout: 'po_none'" },
  },
  {
    what: 'a payout by hand has no list of lines',
    docs: 'api/balance_transactions/list#balance_transaction_list-payout',
    ask: async (bench) => {
      await pay(bench, { currency: 'chf', payment_method: 'pm_card_bypassPending' })
      const payout = await bench.stripe.payouts.create({ amount: 100, currency: 'chf' })
      return refused(bench.stripe.balanceTransactions.list({ payout: payout.id }))
    },
    answer: {
      status: 400,
      message: 'Balance transaction history can only be filtered on automatic transfers, not manual.',
    },
  },
  {
    what: 'a payout is updated, and the event says what was there before',
    docs: 'api/payouts/update',
    ask: async (bench) => {
      await pay(bench, { currency: 'chf', payment_method: 'pm_card_bypassPending' })
      const { id } = await bench.stripe.payouts.create({ amount: 100, currency: 'chf', metadata: { a: '1' } })
      const after = await bench.stripe.payouts.update(id, { metadata: { a: '2' } })
      return { after, told: await previous(bench, 'payout.updated', id) }
    },
    answer: { after: { metadata: { a: '2' } }, told: { metadata: { a: '1' } } },
  },
  {
    what: 'payouts are listed by status, destination and arrival',
    docs: 'api/payouts/list',
    ask: async ({ stripe }) => {
      const count = async (params: object) => (await stripe.payouts.list(params)).data.length
      return {
        pending: (await count({ status: 'pending' })) > 0,
        failed: await count({ status: 'failed' }),
        mine: (await count({ destination: 'ba_holdfast' })) > 0,
        others: await count({ destination: 'ba_other' }),
        late: (await count({ arrival_date: { gte: 1 } })) > 0,
        early: await count({ arrival_date: { lt: 1 } }),
      }
    },
    answer: { pending: true, failed: 0, mine: true, others: 0, late: true, early: 0 },
  },
  {
    what: 'a payout to an unknown bank account is refused',
    docs: 'api/payouts/create#create_payout-destination',
    ask: ({ stripe }) =>
      refused(stripe.payouts.create({ amount: 100, currency: 'chf', destination: 'ba_none' })),
    answer: { status: 400, code: 'resource_missing', param: 'destination' },
  },
  {
    what: 'what was there before, told by transfer.updated',
    docs: 'api/events/types#event_types-transfer.updated',
    ask: async (bench) => {
      await pay(bench, { currency: 'chf', payment_method: 'pm_card_bypassPending' })
      const { id: destination } = await bench.stripe.accounts.create({ type: 'custom' })
      const { id } = await bench.stripe.transfers.create({
        amount: 100,
        currency: 'chf',
        destination,
        description: 'a',
      })
      const after = await bench.stripe.transfers.update(id, { description: '', metadata: { k: 'v' } })
      return { after, told: await previous(bench, 'transfer.updated', id) }
    },
    answer: { after: { description: null }, told: { description: 'a', metadata: { k: null } } },
  },
  {
    what: 'what was there before, told by charge.updated and refund.updated',
    docs: 'api/events/object#event_object-data-previous_attributes',
    ask: async (bench) => {
      const paid = await pay(bench, { description: 'a' })
      const charge = String(paid.latest_charge)
      await bench.stripe.charges.update(charge, { description: 'b' })
      const { id } = await bench.stripe.refunds.create({ payment_intent: paid.id })
      await bench.stripe.refunds.update(id, { metadata: { k: 'v' } })
      return {
        charge: await previous(bench, 'charge.updated', charge),
        refund: await previous(bench, 'refund.updated', id),
        both: await previous(bench, 'charge.refund.updated', id),
      }
    },
    answer: {
      charge: { description: 'a' },
      refund: { metadata: { k: null } },
      both: { metadata: { k: null } },
    },
  },
  {
    what: 'what was there before, told by charge.dispute.updated',
    docs: 'api/events/types#event_types-charge.dispute.updated',
    ask: async (bench) => {
      const paid = await pay(bench, { payment_method: 'pm_card_createDispute' })
      const [dispute] = (await bench.stripe.disputes.list({ payment_intent: paid.id })).data
      await bench.stripe.disputes.update(dispute?.id ?? '', {
        evidence: { product_description: 'seat' },
        submit: false,
      })
      return previous(bench, 'charge.dispute.updated', dispute?.id ?? '')
    },
    answer: { evidence: { product_description: null }, evidence_details: { has_evidence: false } },
  },
  {
    what: 'a fully refunded payment leaves no warning to act on',
    docs: 'api/radar/early_fraud_warnings/object#early_fraud_warning_object-actionable',
    ask: async (bench) => {
      const paid = await pay(bench, { payment_method: 'pm_card_createIssuerFraudRecord' })
      const find = async () =>
        (await bench.stripe.radar.earlyFraudWarnings.list({ payment_intent: paid.id })).data[0]
      const before = await find()
      await bench.stripe.refunds.create({ payment_intent: paid.id, amount: 100 })
      const between = await find()
      await bench.stripe.refunds.create({ payment_intent: paid.id })
      const told = await eventOf(bench, 'radar.early_fraud_warning.updated', before?.id ?? '')
      return { before, between, after: await find(), told: told?.data.previous_attributes }
    },
    answer: {
      before: { actionable: true },
      between: { actionable: true },
      after: { actionable: false },
      told: { actionable: true },
    },
  },
  {
    what: 'what a shop or a refund says about fraud is kept',
    docs: 'api/charges/update#update_charge-fraud_details',
    ask: async (bench) => {
      const safe = await bench.stripe.charges.update(String((await pay(bench)).latest_charge), {
        fraud_details: { user_report: 'safe' },
      })
      const bad = await pay(bench)
      await bench.stripe.refunds.create({ payment_intent: bad.id, reason: 'fraudulent' })
      return { safe, bad: await bench.stripe.charges.retrieve(String(bad.latest_charge)) }
    },
    answer: {
      safe: { fraud_details: { user_report: 'safe' } },
      bad: { fraud_details: { user_report: 'fraudulent' } },
    },
  },
]
parity('the ledger', ROWS)
