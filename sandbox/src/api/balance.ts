// The processor's view of the money: the balance, its lines, and payouts to the bank.
import type Stripe from 'stripe'
import { DAY_SECONDS } from '../core/clock.ts'
import { checkCurrency, checkPayoutStep } from '../core/currency.ts'
import { invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { anything, filled, mergeMetadata, metadata, oneOf, positive, type Read, text } from '../core/params.ts'
import type { Payout } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { type RouteTable, route } from './call.ts'
import { addLedgerLine, balanceOf } from './ledger.ts'
import { listRoute, retrieveRoute } from './lists.ts'

function balance(unit: Unit): Stripe.Balance {
  const lines = balanceOf(unit)
  const part = (pick: 'available' | 'pending') =>
    lines.map((line) => ({ amount: line[pick], currency: line.currency, source_types: { card: line[pick] } }))
  const none = [{ amount: 0, currency: 'usd', source_types: { card: 0 } }]
  return {
    object: 'balance',
    available: lines.length === 0 ? none : part('available'),
    livemode: false,
    pending: lines.length === 0 ? none : part('pending'),
  }
}

const create = {
  amount: positive,
  currency: filled,
  description: text,
  destination: filled,
  metadata,
  method: oneOf('instant', 'standard'),
  source_type: anything,
  statement_descriptor: text,
}

function createPayout(unit: Unit, params: Read<typeof create>): Payout {
  if (params.amount === undefined) throw missingParam('amount')
  if (params.currency === undefined) throw missingParam('currency')
  const currency = checkCurrency(params.currency)
  checkPayoutStep(params.amount, currency)
  const available = balanceOf(unit).find((line) => line.currency === currency)?.available ?? 0
  if (params.amount > available) {
    throw invalidRequest('You have insufficient funds in your Stripe account for this transfer. Your card balance is too low.', {
      code: 'balance_insufficient',
      param: 'amount',
    })
  }
  const id = newId('po')
  const debit = addLedgerLine(unit, {
    type: 'payout',
    category: 'payout',
    source: id,
    amount: -params.amount,
    fee: 0,
    currency,
    description: 'STRIPE PAYOUT',
    pendingSeconds: 0,
  })
  const payout = {
    id,
    object: 'payout',
    amount: params.amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: unit.now + 2 * DAY_SECONDS,
    automatic: false,
    balance_transaction: debit.id,
    created: unit.now,
    currency,
    description: params.description ?? null,
    destination: params.destination ?? 'ba_holdfast',
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    method: params.method ?? 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: params.statement_descriptor ?? null,
    status: 'pending',
    trace_id: null,
    type: 'bank_account',
  } satisfies Payout & Stripe.Payout
  unit.put('payout', payout, { due: payout.arrival_date })
  unit.emit('payout.created', payout)
  return payout
}

export function payPayout(unit: Unit, payout: Payout): void {
  const paid = { ...payout, status: 'paid' }
  unit.put('payout', paid, { due: null })
  unit.emit('payout.paid', paid, { status: payout.status })
}

export const balanceRoutes: RouteTable = {
  'GET /v1/balance': route('balance.retrieve', {}, (call) => balance(call.unit)),
  'GET /v1/balance_transactions': listRoute('balance_transactions.list', 'balance_transaction', ['source', 'type']),
  'GET /v1/balance_transactions/:id': retrieveRoute('balance_transactions.retrieve', 'balance_transaction'),
  'GET /v1/balance/history': listRoute('balance.history', 'balance_transaction', ['source', 'type']),
  'POST /v1/payouts': route('payouts.create', create, (call, params) => createPayout(call.unit, params)),
  'GET /v1/payouts': listRoute('payouts.list', 'payout', []),
  'GET /v1/payouts/:id': retrieveRoute('payouts.retrieve', 'payout'),
  'POST /v1/payouts/:id/cancel': route('payouts.cancel', {}, (call) => {
    const payout = call.unit.find('payout', call.id)
    if (payout === undefined) throw noSuch('payout', call.id)
    if (payout.status !== 'pending') throw invalidRequest('Payouts can only be canceled while they are pending.')
    const credit = addLedgerLine(call.unit, {
      type: 'payout_cancel',
      category: 'payout_reversal',
      source: payout.id,
      amount: payout.amount,
      fee: 0,
      currency: payout.currency,
      description: 'STRIPE PAYOUT CANCEL',
      pendingSeconds: 0,
    })
    const after = { ...payout, status: 'canceled', failure_balance_transaction: credit.id }
    call.unit.put('payout', after, { due: null })
    call.unit.emit('payout.canceled', after, { status: 'pending' })
    return after
  }),
}
