// The processor's view of the money: the balance, its lines, and payouts to the bank.
import type Stripe from 'stripe'
import { DAY_SECONDS } from '../core/clock.ts'
import { checkCurrency, checkPayoutStep } from '../core/currency.ts'
import { badParamReference, invalidRequest, missingParam } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { filled, mergeMetadata, metadata, oneOf, optionalText, positive, type Read } from '../core/params.ts'
import type { Payout } from '../objects/kinds.ts'
import type { Filter } from '../store/store.ts'
import type { Unit } from '../store/unit.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { addLedgerLine, balanceBody, balanceOf } from './ledger.ts'
import { createdRange, listObjects, loadObject, type PageParams, pageSpec, retrieveRoute } from './lists.ts'
import { announceUpdate } from './updated.ts'

const BANK_ACCOUNT = 'ba_holdfast'

const create = {
  amount: positive,
  currency: filled,
  description: optionalText,
  destination: filled,
  metadata,
  method: oneOf('instant', 'standard'),
  source_type: oneOf('bank_account', 'card', 'fpx'),
  statement_descriptor: optionalText,
}

function createPayout(unit: Unit, params: Read<typeof create>): Payout {
  if (params.amount === undefined) throw missingParam('amount')
  if (params.currency === undefined) throw missingParam('currency')
  const currency = checkCurrency(params.currency)
  checkPayoutStep(params.amount, currency)
  const available = balanceOf(unit).find((line) => line.currency === currency)?.available ?? 0
  if (params.amount > available) {
    throw invalidRequest(
      'You have insufficient funds in your Stripe account for this transfer. Your card balance is too low.',
      {
        code: 'balance_insufficient',
        param: 'amount',
      },
    )
  }
  const { destination = BANK_ACCOUNT } = params
  if (destination !== BANK_ACCOUNT) throw badParamReference('external_account', destination, 'destination')
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
    destination,
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
    source_type: params.source_type ?? 'card',
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

const ledgerFilters = {
  ...pageSpec,
  created: createdRange,
  currency: filled,
  payout: filled,
  source: filled,
  type: filled,
}

/** The lines of one automatic payout cannot be told yet, and those of a payout by hand never. */
function checkPayout(unit: Unit, id: string | undefined): void {
  if (id === undefined) return
  if (unit.find('payout', id) === undefined) throw badParamReference('payout', id, 'payout')
  throw invalidRequest(
    'Balance transaction history can only be filtered on automatic transfers, not manual.',
    {
      param: 'payout',
    },
  )
}

function listLines(call: ApiCall, params: PageParams & Read<typeof ledgerFilters>): object {
  checkPayout(call.unit, params.payout)
  const filters: Filter[] = []
  for (const name of ['source', 'type'] as const)
    if (params[name] !== undefined) filters.push([name, params[name]])
  const fields: [string, string][] =
    params.currency === undefined ? [] : [['currency', params.currency.toLowerCase()]]
  return listObjects(call.unit, 'balance_transaction', filters, { ...params, fields }, call.path)
}

const payoutFilters = {
  ...pageSpec,
  arrival_date: createdRange,
  created: createdRange,
  destination: filled,
  status: filled,
}

function listPayouts(call: ApiCall, params: PageParams & Read<typeof payoutFilters>): object {
  const { arrival_date: arrival, status, destination } = params
  const filters: Filter[] = status === undefined ? [] : [['status', status]]
  const fields: [string, string][] = destination === undefined ? [] : [['destination', destination]]
  const between = arrival === undefined ? {} : { between: { field: 'arrival_date', ...arrival } }
  return listObjects(call.unit, 'payout', filters, { ...params, fields, ...between }, call.path)
}

export const balanceRoutes: RouteTable = {
  'GET /v1/balance': route('balance.retrieve', {}, (call) => balanceBody(call.unit)),
  'GET /v1/balance_transactions': route('balance_transactions.list', ledgerFilters, listLines),
  'GET /v1/balance_transactions/:id': retrieveRoute('balance_transactions.retrieve', 'balance_transaction'),
  'GET /v1/balance/history': route('balance.history', ledgerFilters, listLines),
  'POST /v1/payouts': route('payouts.create', create, (call, params) => createPayout(call.unit, params)),
  'GET /v1/payouts': route('payouts.list', payoutFilters, listPayouts),
  'GET /v1/payouts/:id': retrieveRoute('payouts.retrieve', 'payout'),
  'POST /v1/payouts/:id': route('payouts.update', { metadata }, (call, params) => {
    const payout = loadObject(call, 'payout')
    const after = { ...payout, metadata: mergeMetadata(payout.metadata ?? {}, params.metadata) }
    call.unit.put('payout', after)
    announceUpdate(call.unit, 'payout.updated', payout, after)
    return after
  }),
  'POST /v1/payouts/:id/cancel': route('payouts.cancel', {}, (call) => {
    const payout = loadObject(call, 'payout')
    if (payout.status !== 'pending')
      throw invalidRequest('Payouts can only be canceled while they are pending.')
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
