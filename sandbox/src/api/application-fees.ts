// The platform's share of its sellers' payments, and giving it back.
import type Stripe from 'stripe'
import { spoken } from '../core/currency.ts'
import { invalidRequest, noSuch } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { mergeMetadata, metadata, positive } from '../core/params.ts'
import type { ApplicationFee, FeeRefund } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { type RouteTable, route } from './call.ts'
import { addLedgerLine } from './ledger.ts'
import { listRoute, retrieveRoute } from './lists.ts'

export function refundFee(unit: Unit, fee: ApplicationFee, amount: number, meta: Record<string, string>): FeeRefund {
  const left = fee.amount - fee.amount_refunded
  if (amount > left) {
    throw invalidRequest(
      `Refund amount (${spoken(amount, fee.currency)}) is greater than unrefunded amount on fee (${spoken(left, fee.currency)})`,
      {
        param: 'amount',
      },
    )
  }
  const id = newId('fr')
  const debit = addLedgerLine(unit, {
    type: 'application_fee_refund',
    category: 'platform_earning_refund',
    source: id,
    amount: -amount,
    fee: 0,
    currency: fee.currency,
    description: null,
    pendingSeconds: 0,
  })
  const refund = {
    id,
    object: 'fee_refund',
    amount,
    balance_transaction: debit.id,
    created: unit.now,
    currency: fee.currency,
    fee: fee.id,
    metadata: meta,
  } satisfies FeeRefund & Stripe.FeeRefund
  unit.put('fee_refund', refund)
  const after = { ...fee, amount_refunded: fee.amount_refunded + amount, refunded: fee.amount_refunded + amount === fee.amount }
  unit.put('application_fee', after)
  const account = fee.account
  unit.onWrite(() =>
    unit.store.execute(
      'update balances set net = net + ? where account = ? and currency = ? and available_on = 0',
      amount,
      account,
      fee.currency,
    ),
  )
  unit.emit('application_fee.refunded', after, { amount_refunded: fee.amount_refunded })
  return refund
}

export const applicationFeeRoutes: RouteTable = {
  'GET /v1/application_fees': listRoute('application_fees.list', 'application_fee', ['charge']),
  'GET /v1/application_fees/:id': retrieveRoute('application_fees.retrieve', 'application_fee'),
  'POST /v1/application_fees/:id/refunds': route('application_fees.refund', { amount: positive, metadata }, (call, params) => {
    const fee = call.unit.find('application_fee', call.id)
    if (fee === undefined) throw noSuch('application_fee', call.id)
    return refundFee(call.unit, fee, params.amount ?? fee.amount - fee.amount_refunded, mergeMetadata({}, params.metadata))
  }),
  'GET /v1/application_fees/:id/refunds': listRoute('application_fees.refunds', 'fee_refund', [], (call) => [['fee', call.id]]),
}
