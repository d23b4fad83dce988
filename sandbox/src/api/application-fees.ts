// The platform's share of its sellers' payments, and giving it back.
import type Stripe from 'stripe'
import { spoken } from '../core/currency.ts'
import { invalidRequest } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { mergeMetadata, metadata, positive } from '../core/params.ts'
import type { ApplicationFee, FeeRefund } from '../objects/kinds.ts'
import { booksOf, type Unit } from '../store/unit.ts'
import { type RouteTable, route } from './call.ts'
import { addLedgerLine } from './ledger.ts'
import { listRoute, loadObject, retrieveRoute } from './lists.ts'

/** Gives a fee back out of the platform's books; the caller credits the seller. */
export function refundFee(
  unit: Unit,
  fee: ApplicationFee,
  amount: number,
  meta: Record<string, string>,
): FeeRefund {
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
  const after = {
    ...fee,
    amount_refunded: fee.amount_refunded + amount,
    refunded: fee.amount_refunded + amount === fee.amount,
  }
  unit.put('application_fee', after)
  unit.emit('application_fee.refunded', after, { amount_refunded: fee.amount_refunded })
  return refund
}

/**
 * The seller's side of a fee that comes back: a line of its own books for a direct charge, else its
 * share of the transfer.
 */
export function creditSeller(unit: Unit, fee: ApplicationFee, amount: number): void {
  if (unit.find('charge', fee.charge) === undefined) {
    addLedgerLine(booksOf(unit, fee.account), {
      type: 'adjustment',
      category: 'other_adjustment',
      source: fee.charge,
      amount,
      fee: 0,
      currency: fee.currency,
      description: `Refund of application fee (${fee.id})`,
      pendingSeconds: 0,
    })
    return
  }
  unit.onWrite(() =>
    unit.store.execute(
      'update balances set net = net + ? where account = ? and currency = ? and available_on = 0',
      amount,
      fee.account,
      fee.currency,
    ),
  )
}

export const applicationFeeRoutes: RouteTable = {
  'GET /v1/application_fees': listRoute('application_fees.list', 'application_fee', ['charge']),
  'GET /v1/application_fees/:id': retrieveRoute('application_fees.retrieve', 'application_fee'),
  'POST /v1/application_fees/:id/refunds': route(
    'application_fees.refund',
    { amount: positive, metadata },
    (call, params) => {
      const fee = loadObject(call, 'application_fee')
      const amount = params.amount ?? fee.amount - fee.amount_refunded
      const refund = refundFee(call.unit, fee, amount, mergeMetadata({}, params.metadata))
      creditSeller(call.unit, fee, amount)
      return refund
    },
  ),
  'GET /v1/application_fees/:id/refunds': listRoute('application_fees.refunds', 'fee_refund', [], (call) => [
    ['fee', loadObject(call, 'application_fee').id],
  ]),
}
