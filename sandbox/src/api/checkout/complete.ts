// What happens to a Checkout Session: the buyer pays or saves a card, the payment ends later, or
// time runs out. A session is complete because its intent is, whichever way that came about.
import { ApiError, type ErrorBody, invalidRequest, missingParam } from '../../core/errors.ts'
import { type Buyer, detailsOf } from '../../objects/checkout-session.ts'
import type { CheckoutSession, PaymentIntent, SetupIntent } from '../../objects/kinds.ts'
import type { Unit } from '../../store/unit.ts'
import type { ApiCall } from '../call.ts'
import { release } from '../capture.ts'
import { confirmIntent } from '../confirm.ts'
import { createCustomer } from '../customers.ts'
import { listObjects } from '../lists.ts'
import type { MethodData } from '../methods.ts'
import { cancelSetup, confirmSetup } from '../setup-confirm.ts'

export interface Payer extends Buyer {
  payment_method?: string | undefined
  payment_method_data?: MethodData | undefined
}
export interface Outcome {
  session: CheckoutSession
  /** What went wrong with the card; the session stays open for another one. */
  error: ErrorBody | null
}

type Working = Pick<ApiCall, 'unit'>

function put(unit: Unit, session: CheckoutSession): CheckoutSession {
  unit.put('checkout.session', session, session.status === 'open' ? {} : { due: null })
  return session
}

function finish(
  unit: Unit,
  session: CheckoutSession,
  status: CheckoutSession['payment_status'],
): CheckoutSession {
  const done = put(unit, { ...session, status: 'complete', payment_status: status, url: null })
  unit.emit('checkout.session.completed', done)
  return done
}

const ACCEPTED = new Set(['succeeded', 'requires_capture', 'processing'])

/** Completes the session if its intent has got that far. */
function advance(unit: Unit, session: CheckoutSession): CheckoutSession {
  if (session.status !== 'open') return session
  const { payment_intent: payment, setup_intent: setup } = session
  const status = payment === null ? undefined : unit.find('payment_intent', payment)?.status
  if (status !== undefined && ACCEPTED.has(status))
    return finish(unit, session, status === 'succeeded' ? 'paid' : 'unpaid')
  if (setup !== null && unit.find('setup_intent', setup)?.status === 'succeeded')
    return finish(unit, session, 'no_payment_required')
  return session
}

function findByIntent(unit: Unit, intent: PaymentIntent | SetupIntent): CheckoutSession | undefined {
  return listObjects(unit, 'checkout.session', [[intent.object, intent.id]], { limit: 1 }, '').data[0]
}

/**
 * Called when an intent has moved outside a call to the API: by a challenge, or by a bank that
 * answered late.
 */
export function followIntent(unit: Unit, intent: PaymentIntent | SetupIntent): void {
  const session = findByIntent(unit, intent)
  if (session === undefined) return
  if (session.status === 'open') return void advance(unit, session)
  if (session.payment_status !== 'unpaid' || intent.object === 'setup_intent') return
  if (intent.status === 'succeeded')
    unit.emit('checkout.session.async_payment_succeeded', put(unit, { ...session, payment_status: 'paid' }))
  if (intent.status === 'requires_payment_method') unit.emit('checkout.session.async_payment_failed', session)
}

/** The intent of a session ends with it: only held money may be given back by itself. */
export function checkCancellable(unit: Unit, intent: PaymentIntent): void {
  if (intent.status === 'requires_capture') return
  const session = findByIntent(unit, intent)
  if (session?.status !== 'open') return
  throw invalidRequest(
    `You cannot cancel this PaymentIntent because it belongs to the Checkout Session ${session.id}. Expire the Checkout Session instead.`,
    { code: 'payment_intent_unexpected_state' },
  )
}

/** Held money that was captured since has paid the session. */
export function asPaid(unit: Unit, session: CheckoutSession): CheckoutSession {
  if (session.status !== 'complete' || session.payment_status !== 'unpaid' || session.payment_intent === null)
    return session
  const paid = unit.find('payment_intent', session.payment_intent)?.status === 'succeeded'
  return paid ? { ...session, payment_status: 'paid' } : session
}

function paymentOf(call: Working, session: CheckoutSession, customer: string | null): PaymentIntent {
  const { unit } = call
  const known =
    session.payment_intent === null ? undefined : unit.find('payment_intent', session.payment_intent)
  if (known !== undefined) {
    if (known.customer === customer) return known
    // Older versions have the payment before anybody has said who pays it.
    const owned = { ...known, customer }
    unit.put('payment_intent', owned)
    return owned
  }
  const draft = unit.hidden('checkout.session', session.id)?.draft
  if (draft === undefined) throw new Error(`the payment of ${session.id} is missing`)
  const intent = { ...draft, created: unit.now, customer }
  unit.put('payment_intent', intent)
  unit.emit('payment_intent.created', intent)
  return intent
}

function withBuyer(call: ApiCall, session: CheckoutSession, payer: Payer): CheckoutSession {
  const { unit } = call
  const before = session.customer === null ? undefined : unit.find('customer', session.customer)
  const email = session.customer_email ?? before?.email ?? payer.email
  if (email === undefined) throw missingParam('email')
  const buyer = { email, name: payer.name ?? before?.name ?? undefined }
  const customer =
    session.customer ?? (session.customer_creation === 'always' ? createCustomer(call, buyer).id : null)
  return { ...session, customer, customer_details: detailsOf(buyer) }
}

function confirm(call: ApiCall, session: CheckoutSession, payer: Payer): CheckoutSession {
  const { unit } = call
  const { payment_method, payment_method_data } = payer
  const how = { payment_method, payment_method_data, use_stripe_sdk: true }
  if (session.setup_intent !== null) {
    const setup = unit.find('setup_intent', session.setup_intent)
    if (setup === undefined) throw new Error(`the setup of ${session.id} is missing`)
    confirmSetup(call, setup, how)
    return session
  }
  const intent = paymentOf(call, session, session.customer)
  const linked = put(unit, { ...session, payment_intent: intent.id })
  confirmIntent(call, intent, how)
  return linked
}

/**
 * Pays an open session, or saves the card. A decline is part of the outcome and stays written in
 * the intent.
 */
export function completeSession(call: ApiCall, session: CheckoutSession, payer: Payer): Outcome {
  const { unit } = call
  // A session whose time has come is over, though the timer that writes it down may not have run
  // yet.
  const status = session.status === 'open' && session.expires_at <= unit.now ? 'expired' : session.status
  if (status !== 'open')
    throw invalidRequest(`This Checkout Session is ${String(status)} and can no longer be completed.`)
  const ready = put(unit, withBuyer(call, session, payer))
  if (session.mode === 'payment' && session.amount_total === 0)
    return { session: finish(unit, ready, 'no_payment_required'), error: null }
  if (payer.payment_method === undefined && payer.payment_method_data === undefined)
    throw missingParam('payment_method')
  try {
    return { session: advance(unit, confirm(call, ready, payer)), error: null }
  } catch (error) {
    if (!(error instanceof ApiError && error.keep)) throw error
    return { session: unit.find('checkout.session', session.id) ?? ready, error: error.body }
  }
}

/** Ends an open session: it cannot be paid any more, and neither can its intent. */
export function expireSession(unit: Unit, session: CheckoutSession): CheckoutSession {
  if (session.status !== 'open')
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${String(session.status)}\`.`,
    )
  const payment =
    session.payment_intent === null ? undefined : unit.find('payment_intent', session.payment_intent)
  if (payment !== undefined) release(unit, payment, 'expired', 'charge.refunded')
  const setup = session.setup_intent === null ? undefined : unit.find('setup_intent', session.setup_intent)
  if (setup !== undefined) cancelSetup(unit, setup, 'abandoned')
  const expired = put(unit, { ...session, status: 'expired', url: null })
  unit.emit('checkout.session.expired', expired)
  return expired
}
