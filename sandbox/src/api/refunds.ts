// Refunds: create, update, cancel, list, and what later becomes of pending and failing ones.
import { cardByKey } from '../cards/test-cards.ts'
import { changesOf } from '../core/changes.ts'
import { checkStep } from '../core/currency.ts'
import { ApiError, invalidRequest, noSuch } from '../core/errors.ts'
import { filled, flag, mergeMetadata, metadata, oneOf, positive, type Read } from '../core/params.ts'
import { refundRefusal } from '../machines/refund.ts'
import { PENDING_SECONDS } from '../objects/balance-transaction.ts'
import { refundedCharge, unrefundedAmount } from '../objects/charge.ts'
import type { Charge, Refund } from '../objects/kinds.ts'
import { endedRefund, newRefund, referencedRefund, succeededRefund } from '../objects/refund.ts'
import type { Unit } from '../store/unit.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { release } from './capture.ts'
import { isChargedBack } from './disputes.ts'
import { addLedgerLine } from './ledger.ts'
import { listRoute, loadObject, retrieveRoute } from './lists.ts'
import { settleWarnings } from './open-dispute.ts'
import { reverseForRefund } from './transfers.ts'
import { announceUpdate } from './updated.ts'

const create = {
  amount: positive,
  charge: filled,
  payment_intent: filled,
  metadata,
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
  refund_application_fee: flag,
  reverse_transfer: flag,
}

function chargeOf(unit: Unit, params: Read<typeof create>): Charge {
  if (params.charge === undefined && params.payment_intent === undefined) {
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
    )
  }
  if (params.charge !== undefined) {
    const charge = unit.find('charge', params.charge)
    if (charge === undefined) throw noSuch('charge', params.charge)
    if (params.payment_intent !== undefined && charge.payment_intent !== params.payment_intent) {
      throw invalidRequest(
        `The charge ${charge.id} does not belong to the payment intent ${params.payment_intent}.`,
        {
          param: 'payment_intent',
        },
      )
    }
    return charge
  }
  const id = params.payment_intent ?? ''
  const intent = unit.find('payment_intent', id)
  if (intent === undefined) throw noSuch('payment_intent', id)
  const charge = intent.latest_charge === null ? undefined : unit.find('charge', intent.latest_charge)
  if (charge === undefined || intent.status !== 'succeeded') {
    throw new ApiError(400, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      payment_intent: intent,
      message: `This PaymentIntent (${id}) does not have a successful charge to refund.`,
    })
  }
  return charge
}

const SECONDS_UNTIL_SETTLED = 60

function createRefund(call: ApiCall, params: Read<typeof create>): Refund {
  const { unit } = call
  const charge = chargeOf(unit, params)
  const refused = refundRefusal(charge, params.amount, isChargedBack(unit, charge.id))
  if (refused !== undefined) throw invalidRequest(refused.message, refused)
  if (params.amount !== undefined) checkStep(params.amount, charge.currency)
  const hidden = unit.hidden('charge', charge.id)
  const behaviour = hidden === undefined ? undefined : cardByKey(hidden.card).refund
  const amount = params.amount ?? unrefundedAmount(charge)
  const status = behaviour === 'pending' ? 'pending' : 'succeeded'
  const bare = newRefund(
    { charge, amount, reason: params.reason ?? null, metadata: mergeMetadata({}, params.metadata), status },
    unit.now,
  )
  if (!charge.captured) return refundAuthorization(unit, charge, bare)
  const back = reverseForRefund(unit, charge, amount, {
    transfer: params.reverse_transfer === true,
    fee: params.refund_application_fee === true,
  })
  const debit = addLedgerLine(unit, {
    type: 'refund',
    category: 'refund',
    source: bare.id,
    amount: -amount,
    fee: -back.directFee,
    applicationFee: -back.directFee,
    currency: charge.currency,
    description:
      charge.description === null ? 'REFUND FOR CHARGE' : `REFUND FOR CHARGE (${charge.description})`,
    pendingSeconds: PENDING_SECONDS,
  })
  const refund: Refund = { ...bare, balance_transaction: debit.id, transfer_reversal: back.transferReversal }
  unit.put('refund', refund, {
    hidden: { next: behaviour === undefined ? 'reference' : behaviour === 'pending' ? 'succeed' : 'fail' },
    due: unit.now + SECONDS_UNTIL_SETTLED,
  })
  const taken = refundedCharge(unit.find('charge', charge.id) ?? charge, amount)
  const after: Charge =
    params.reason === 'fraudulent' ? { ...taken, fraud_details: { user_report: 'fraudulent' } } : taken
  unit.put('charge', after)
  unit.emit('refund.created', refund)
  unit.emit('charge.refunded', after, changesOf(charge, after))
  if (after.refunded) settleWarnings(unit, after.id)
  return refund
}

/** Refunding what was never captured gives the authorization back and ends its intent. */
function refundAuthorization(unit: Unit, charge: Charge, refund: Refund): Refund {
  const intent =
    charge.payment_intent === null ? undefined : unit.find('payment_intent', charge.payment_intent)
  unit.put('refund', refund)
  unit.emit('refund.created', refund)
  if (intent !== undefined) release(unit, intent, null, 'charge.refunded')
  return refund
}

/**
 * A pending refund arrives, one that had succeeded comes back from the bank, or the bank gives it a
 * number to ask for.
 */
export function settleRefund(unit: Unit, refund: Refund, next: 'succeed' | 'fail' | 'reference'): void {
  if (next !== 'fail') {
    const after = next === 'succeed' ? succeededRefund(refund) : referencedRefund(refund)
    const previous =
      next === 'succeed'
        ? { status: refund.status }
        : { destination_details: refund.destination_details ?? null }
    unit.put('refund', after, { due: null })
    unit.emit('refund.updated', after, previous)
    unit.emit('charge.refund.updated', after, previous)
    return
  }
  const after = returnMoney(unit, refund, 'failed')
  unit.emit('refund.failed', after, { status: refund.status })
  unit.emit('refund.updated', after, { status: refund.status })
  unit.emit('charge.refund.updated', after, { status: refund.status })
}

function returnMoney(unit: Unit, refund: Refund, status: 'failed' | 'canceled'): Refund {
  const credit = addLedgerLine(unit, {
    type: 'refund_failure',
    category: 'refund_failure',
    source: refund.id,
    amount: refund.amount,
    fee: 0,
    currency: refund.currency,
    description: `REFUND FAILURE (${refund.id})`,
    pendingSeconds: 0,
  })
  const after = endedRefund(refund, status, credit.id)
  unit.put('refund', after, { due: null })
  const charge = refund.charge === null ? undefined : unit.find('charge', refund.charge)
  if (charge !== undefined)
    unit.put('charge', {
      ...charge,
      amount_refunded: charge.amount_refunded - refund.amount,
      refunded: false,
    })
  return after
}

export const refundRoutes: RouteTable = {
  'POST /v1/refunds': route('refunds.create', create, createRefund),
  'GET /v1/refunds': listRoute('refunds.list', 'refund', ['charge', 'payment_intent']),
  'GET /v1/refunds/:id': retrieveRoute('refunds.retrieve', 'refund'),
  'POST /v1/refunds/:id': route('refunds.update', { metadata }, (call, params) => {
    const refund = loadObject(call, 'refund')
    const after = { ...refund, metadata: mergeMetadata(refund.metadata ?? {}, params.metadata) }
    call.unit.put('refund', after)
    announceUpdate(call.unit, 'refund.updated', refund, after)
    announceUpdate(call.unit, 'charge.refund.updated', refund, after)
    return after
  }),
  'POST /v1/refunds/:id/cancel': route('refunds.cancel', {}, (call) => {
    const refund = loadObject(call, 'refund')
    if (refund.status !== 'pending') {
      throw invalidRequest(
        `Refund ${refund.id} has a status of ${refund.status ?? 'unknown'} and cannot be canceled. Only refunds with a status of pending or requires_action can be canceled.`,
      )
    }
    const after = returnMoney(call.unit, refund, 'canceled')
    call.unit.emit('refund.updated', after, { status: 'pending' })
    call.unit.emit('charge.refund.updated', after, { status: 'pending' })
    return after
  }),
}
