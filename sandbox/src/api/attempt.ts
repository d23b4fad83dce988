// One attempt to take money with one card: the charge, what it does to its intent, the events, the
// error of a decline.
import { DECLINES, type Decline } from '../cards/declines.ts'
import type { TestCard } from '../cards/test-cards.ts'
import { DAY_SECONDS } from '../core/clock.ts'
import { ApiError, type ErrorBody } from '../core/errors.ts'
import { newCharge } from '../objects/charge.ts'
import type { Charge, PaymentIntent, PaymentIntentHidden } from '../objects/kinds.ts'
import { authorized, capturesAtOnce, failed, processing, succeeded } from '../objects/payment-intent.ts'
import type { ThreeDsResult } from '../objects/payment-method.ts'
import type { ApiCall } from './call.ts'
import { usageOf } from './intent-changes.ts'
import { attach, type FoundMethod, findMethod } from './methods.ts'
import { bringTrouble, settle } from './settle.ts'
import { announceUpdate } from './updated.ts'

const AUTHORIZATION_SECONDS = 7 * DAY_SECONDS
const VISA_ABSENT_SECONDS = 4 * DAY_SECONDS + 18 * 3600
const PROCESSING_SECONDS = 60

export function cardError(decline: Decline, found: FoundMethod, charge: string | null): ErrorBody {
  return {
    type: 'card_error',
    code: decline.code,
    message: decline.message,
    ...(decline.advice === undefined ? {} : { advice_code: decline.advice }),
    ...(charge === null ? {} : { charge }),
    ...(decline.declineCode === undefined ? {} : { decline_code: decline.declineCode }),
    ...(decline.code === 'expired_card'
      ? { param: 'exp_month' }
      : decline.code === 'incorrect_cvc'
        ? { param: 'cvc' }
        : {}),
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    payment_method: found.method,
  }
}

function declineOf(found: FoundMethod): Decline | undefined {
  const { card } = found
  if (card.decline === undefined) return undefined
  return card.declineNeedsCvc === true && !found.hidden.cvcGiven ? undefined : card.decline
}

/** Leaves the intent asking for another method; the caller gets a 402 whose effects stay. */
export function declineIntent(
  call: Pick<ApiCall, 'unit'>,
  intent: PaymentIntent,
  error: ErrorBody,
  charge: string | null,
): ApiError {
  const after = failed(intent, error, charge)
  call.unit.put('payment_intent', after, { due: null })
  call.unit.emit('payment_intent.payment_failed', after)
  return new ApiError(402, { ...error, payment_intent: after }, true)
}

/** What an attempt needs of the call that it is part of; one that ends by time has no call. */
export type Attempting = Pick<ApiCall, 'unit' | 'baseUrl' | 'wantFault'>

export interface Try {
  intent: PaymentIntent
  found: FoundMethod
  threeDs: ThreeDsResult
  /** The buyer is absent: the shop uses a card that was saved. */
  offSession?: boolean
  /** What the confirmation says of the charge. */
  said?: Said | undefined
}

export type Said = Pick<PaymentIntentHidden, 'mandate' | 'radarSession'>

/** Charges the card, unless its bank or `override` declines. */
export function attempt(call: Attempting, tried: Try, override?: Decline): PaymentIntent {
  const { card } = tried.found
  const decline = override ?? declineOf(tried.found)
  if (card.fault !== undefined) call.wantFault(card.fault)
  if (decline === undefined && card.processing !== undefined) return startProcessing(call, tried)
  return charge(call, { ...tried, decline })
}

interface Charging extends Try {
  decline: Decline | undefined
  /** The charge that has been pending until now. */
  id?: string
}

/** Visa keeps money for less time when the buyer was not there. */
function holdSeconds({ found, offSession }: Try): number {
  return offSession === true && found.card.brand === 'visa' ? VISA_ABSENT_SECONDS : AUTHORIZATION_SECONDS
}

function charge(call: Attempting, charging: Charging): PaymentIntent {
  const { intent, found, threeDs, decline, id } = charging
  const { unit } = call
  const { card, method } = found
  const captured = capturesAtOnce(intent)
  const captureBefore = captured || decline !== undefined ? null : unit.now + holdSeconds(charging)
  const made = newCharge(
    {
      id,
      intent,
      method,
      card,
      threeDs,
      decline,
      captured,
      captureBefore,
      receiptBase: call.baseUrl,
      ...charging.said,
    },
    unit.now,
  )
  if (decline !== undefined) {
    unit.put('charge', made, { hidden: { card: card.key } })
    unit.emit('charge.failed', made)
    throw declineIntent(call, intent, cardError(decline, found, made.id), made.id)
  }
  keepMethod(call, intent, found, threeDs)
  if (!captured) {
    unit.put('charge', made, { hidden: { card: card.key } })
    unit.emit('charge.succeeded', made)
    return finish(
      call,
      authorized(intent, made.id),
      'payment_intent.amount_capturable_updated',
      captureBefore,
    )
  }
  return take(call, intent, made, card)
}

/**
 * Takes the money. Asynchronously, the answer comes before the books are made, and `charge.updated`
 * tells of them.
 */
function take(call: Attempting, intent: PaymentIntent, made: Charge, card: TestCard): PaymentIntent {
  const { unit } = call
  const hidden = { card: card.key }
  const paid = succeeded(intent, made.id, intent.amount)
  const taking = { charge: made, intent, amount: intent.amount, card }
  if (intent.capture_method === 'automatic') {
    const settled = settle(unit, taking)
    unit.put('charge', settled, { hidden })
    unit.emit('charge.succeeded', settled)
    const done = finish(call, paid, 'payment_intent.succeeded', null)
    bringTrouble(unit, settled, card)
    return done
  }
  const bare: Charge = intent.transfer_data == null ? made : { ...made, transfer: null }
  unit.emit('charge.succeeded', bare)
  const done = finish(call, paid, 'payment_intent.succeeded', null)
  const settled = settle(unit, taking)
  unit.put('charge', settled, { hidden })
  announceUpdate(unit, 'charge.updated', bare, settled)
  unit.showAs(bare)
  bringTrouble(unit, settled, card)
  return done
}

function startProcessing(call: Attempting, { intent, found, threeDs, said }: Try): PaymentIntent {
  const { unit } = call
  const { card, method } = found
  const pending = newCharge(
    {
      intent,
      method,
      card,
      threeDs,
      decline: undefined,
      pending: true,
      captured: false,
      captureBefore: null,
      receiptBase: call.baseUrl,
      ...said,
    },
    unit.now,
  )
  unit.put('charge', pending, { hidden: { card: card.key } })
  unit.emit('charge.pending', pending)
  const waiting = processing(intent, pending.id)
  unit.put('payment_intent', waiting, { hidden: { threeDs, ...said }, due: unit.now + PROCESSING_SECONDS })
  unit.emit('payment_intent.processing', waiting)
  return waiting
}

/**
 * The bank has answered at last; a decline leaves the intent asking for another method, as at any
 * other time.
 */
export function endProcessing(call: Attempting, intent: PaymentIntent): void {
  const id = intent.latest_charge
  if (intent.status !== 'processing' || intent.payment_method === null || id === null) return
  const found = findMethod(call.unit, intent.payment_method)
  const hidden = call.unit.hidden('payment_intent', intent.id)
  const threeDs = (hidden?.threeDs ?? null) as ThreeDsResult
  const decline = found.card.processing === 'fail' ? DECLINES.generic : undefined
  try {
    charge(call, { intent, found, threeDs, decline, id, said: saidOf(hidden) })
  } catch (error) {
    if (!(error instanceof ApiError && error.keep)) throw error
  }
}

/** What a confirmation has said, as it is kept while the bank asks or thinks. */
export function saidOf(hidden: PaymentIntentHidden | undefined): Said {
  const { mandate, radarSession } = hidden ?? {}
  return {
    ...(mandate === undefined ? {} : { mandate }),
    ...(radarSession === undefined ? {} : { radarSession }),
  }
}

function finish(call: Attempting, intent: PaymentIntent, event: string, due: number | null): PaymentIntent {
  const hidden: PaymentIntentHidden = {}
  call.unit.put('payment_intent', intent, { hidden, due })
  call.unit.emit(event, intent)
  return intent
}

/**
 * Saves the card with its customer when the intent says so; a card of nobody is spent by its first
 * payment.
 */
function keepMethod(
  call: Attempting,
  intent: PaymentIntent,
  found: FoundMethod,
  threeDs: ThreeDsResult,
): void {
  const saved = usageOf(intent) !== null && intent.customer !== null
  const setUp = found.hidden.setUp === true || (saved && threeDs !== null)
  if (saved && intent.customer !== null)
    attach(call.unit, { ...found, hidden: { ...found.hidden, setUp } }, intent.customer)
  else if (found.method.customer === null)
    call.unit.put('payment_method', found.method, { hidden: { ...found.hidden, spent: true } })
}

export const OFF_SESSION_DECLINE: Decline = DECLINES.authenticationRequired
