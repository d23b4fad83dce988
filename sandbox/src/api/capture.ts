// Taking held money, and giving it back: capture, cancel, and the end of an authorization that
// nobody used.
import { DECLINES } from '../cards/declines.ts'
import { cardByKey } from '../cards/test-cards.ts'
import { checkLeast, checkStep, spoken } from '../core/currency.ts'
import { ApiError, invalidRequest } from '../core/errors.ts'
import { given, mergeMetadata, type Read } from '../core/params.ts'
import { refusal } from '../machines/payment-intent.ts'
import { abandonedCharge, releasedCharge, statementOf } from '../objects/charge.ts'
import type { Charge, PaymentIntent } from '../objects/kinds.ts'
import { cancelled, succeeded } from '../objects/payment-intent.ts'
import type { Unit } from '../store/unit.ts'
import type { ApiCall } from './call.ts'
import { unexpectedState } from './confirm.ts'
import { changedAmountDetails, paymentDetails } from './intent-changes.ts'
import { checkDescriptor, checkFee, checkOneShare, checkShare, checkSuffix } from './intent-checks.ts'
import type { capture } from './payment-intent-params.ts'
import { bringTrouble, settle } from './settle.ts'

export function captureIntent(
  call: ApiCall,
  intent: PaymentIntent,
  params: Read<typeof capture>,
): PaymentIntent {
  const { unit } = call
  const refused = refusal('capture', intent)
  if (refused !== undefined) throw unexpectedState(intent, refused)
  const amount = params.amount_to_capture ?? intent.amount_capturable
  if (amount > intent.amount_capturable) {
    throw new ApiError(400, {
      type: 'invalid_request_error',
      code: 'amount_too_large',
      param: 'amount_to_capture',
      message: `The amount_to_capture (${spoken(amount, intent.currency)}) is greater than the amount that can be captured (${spoken(intent.amount_capturable, intent.currency)}).`,
    })
  }
  if (params.amount_to_capture !== undefined) {
    checkLeast(amount, intent.currency, 'amount_to_capture')
    checkStep(amount, intent.currency, 'amount_to_capture')
  }
  if (params.final_capture === false)
    throw invalidRequest(
      '`final_capture` cannot be false: multicapture is not available for this PaymentIntent.',
      {
        param: 'final_capture',
      },
    )
  const fee = params.application_fee_amount ?? intent.application_fee_amount
  const seller = intent.transfer_data ?? null
  // Of a fee that was set earlier only what is captured can be taken; one that is named now must
  // fit.
  if (params.application_fee_amount !== undefined)
    checkFee(fee, amount, seller !== null || unit.account !== '')
  checkOneShare(fee, params.transfer_data?.amount ?? seller?.amount)
  checkShare(params.transfer_data?.amount, amount)
  checkSuffix(params.statement_descriptor_suffix)
  checkDescriptor({ statement_descriptor: params.statement_descriptor ?? null })
  const charge = intent.latest_charge === null ? undefined : unit.find('charge', intent.latest_charge)
  const hidden = charge === undefined ? undefined : unit.hidden('charge', charge.id)
  if (charge === undefined || hidden === undefined) throw new Error(`the charge of ${intent.id} is missing`)
  const card = cardByKey(hidden.card)
  const { metadata: change } = params
  const current = {
    ...intent,
    amount_details: changedAmountDetails(intent.amount_details, params.amount_details),
    ...paymentDetails(intent.payment_details, params.payment_details),
    metadata: mergeMetadata(intent.metadata, change),
    application_fee_amount: fee,
    statement_descriptor_suffix: given(
      params.statement_descriptor_suffix,
      intent.statement_descriptor_suffix,
    ),
    ...(seller === null || params.transfer_data?.amount === undefined
      ? {}
      : { transfer_data: { ...seller, amount: params.transfer_data.amount } }),
  }
  if (card.declineAtCapture === true) throw declineCapture(unit, current)
  const settled = settle(unit, { charge: chargeAtCapture(charge, current), intent: current, amount, card })
  unit.put('charge', settled)
  unit.emit('charge.captured', settled)
  const after = succeeded(current, charge.id, amount)
  unit.put('payment_intent', after, { due: null })
  unit.emit('payment_intent.succeeded', after)
  unit.emit('charge.updated', settled, {
    balance_transaction: null,
    ...(settled.application_fee === null ? {} : { application_fee: null }),
    ...(settled.transfer == null ? {} : { transfer: null }),
  })
  bringTrouble(unit, settled, card)
  return after
}

/** What may still be said of a charge when its money is taken. */
function chargeAtCapture(charge: Charge, intent: PaymentIntent): Charge {
  const { application_fee_amount, statement_descriptor_suffix, transfer_data: seller } = intent
  return {
    ...charge,
    application_fee_amount,
    statement_descriptor_suffix,
    calculated_statement_descriptor: statementOf(statement_descriptor_suffix),
    transfer_data:
      charge.transfer_data === null
        ? null
        : { ...charge.transfer_data, amount: seller?.amount ?? charge.transfer_data.amount },
  }
}

/** The bank has taken back its word: the authorization is gone and so is the intent. */
function declineCapture(unit: Unit, intent: PaymentIntent): ApiError {
  release(unit, intent, 'automatic', 'charge.expired')
  return new ApiError(
    402,
    {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'generic_decline',
      message: DECLINES.generic.message,
      ...(intent.latest_charge === null ? {} : { charge: intent.latest_charge }),
      payment_intent: unit.find('payment_intent', intent.id),
    },
    true,
  )
}

/** Cancels an intent and gives an authorization back; `event` says how the charge ended. */
export function release(
  unit: Unit,
  intent: PaymentIntent,
  reason: string | null,
  event: 'charge.refunded' | 'charge.expired',
): PaymentIntent {
  const charge = intent.latest_charge === null ? undefined : unit.find('charge', intent.latest_charge)
  if (charge !== undefined && intent.status === 'processing') {
    const abandoned = abandonedCharge(charge)
    unit.put('charge', abandoned)
    unit.emit('charge.failed', abandoned)
  }
  if (charge !== undefined && intent.status === 'requires_capture') {
    const released = releasedCharge(charge)
    unit.put('charge', released)
    unit.emit(event, released)
  }
  const after = cancelled(intent, reason, unit.now)
  unit.put('payment_intent', after, { due: null })
  unit.emit('payment_intent.canceled', after)
  return after
}
