// Builds and changes charges; every change returns a new body. No IO.
import type Stripe from 'stripe'
import type { Decline } from '../cards/declines.ts'
import type { TestCard } from '../cards/test-cards.ts'
import { newId } from '../core/ids.ts'
import type { Charge, PaymentIntent, PaymentMethod } from './kinds.ts'
import { chargeDetails, type ThreeDsResult } from './payment-method.ts'

export interface Attempt {
  /** The charge that has been pending until now. */
  id?: string | undefined
  /** The bank has not answered yet. */
  pending?: boolean
  intent: PaymentIntent
  method: PaymentMethod
  card: TestCard
  threeDs: ThreeDsResult
  decline: Decline | undefined
  captured: boolean
  captureBefore: number | null
  receiptBase: string
  mandate?: string | undefined
  radarSession?: string | undefined
}

/**
 * What the buyer reads: a fixed beginning and the shop's end, cut to what a statement has room for.
 */
export function statementOf(suffix: string | null): string {
  return suffix === null || suffix === '' ? 'HOLDFAST SANDBOX' : `HOLDFAST* ${suffix}`.slice(0, 22)
}

function outcomeOf(card: TestCard, decline: Decline | undefined): Stripe.Charge.Outcome {
  const blocked = decline?.blocked
  const level = card.risk ?? 'normal'
  return {
    advice_code: decline?.advice ?? null,
    network_advice_code: null,
    network_decline_code: decline?.networkCode ?? null,
    network_status:
      decline === undefined
        ? 'approved_by_network'
        : blocked === undefined
          ? 'declined_by_network'
          : 'not_sent_to_network',
    reason:
      decline === undefined
        ? level === 'elevated'
          ? 'elevated_risk_level'
          : null
        : (blocked ?? decline.declineCode ?? null),
    risk_level: level,
    risk_score: { normal: 20, elevated: 70, highest: 92 }[level],
    seller_message:
      decline === undefined
        ? 'Payment complete.'
        : blocked === undefined
          ? 'The bank did not return any further details with this decline.'
          : 'Stripe blocked this payment as too risky.',
    type:
      decline === undefined
        ? level === 'elevated'
          ? 'manual_review'
          : 'authorized'
        : blocked === undefined
          ? 'issuer_declined'
          : 'blocked',
  }
}

export function newCharge(attempt: Attempt, now: number): Charge {
  const { intent, method, decline } = attempt
  const id = attempt.id ?? newId('ch')
  const approved = decline === undefined && attempt.pending !== true
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: approved && attempt.captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: intent.application_fee_amount,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: statementOf(intent.statement_descriptor_suffix),
    captured: approved && attempt.captured,
    created: now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: intent.on_behalf_of,
    outcome: attempt.pending === true ? null : outcomeOf(attempt.card, decline),
    paid: approved,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: chargeDetails(method, {
      amount: intent.amount,
      captureBefore: attempt.captureBefore,
      threeDs: attempt.threeDs,
      approved,
      mandate: attempt.mandate ?? null,
    }),
    radar_options: attempt.radarSession === undefined ? {} : { session: attempt.radarSession },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: approved ? `${attempt.receiptBase}/_sandbox/receipts/${id}` : null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: attempt.pending === true ? 'pending' : approved ? 'succeeded' : 'failed',
    transfer_data:
      intent.transfer_data == null
        ? null
        : { amount: intent.transfer_data.amount ?? null, destination: intent.transfer_data.destination },
    transfer_group: intent.transfer_group,
  } satisfies Stripe.Charge
}

/** Captured, in full or in part: what is not captured is released and shown as refunded. */
export function capturedCharge(charge: Charge, amount: number, balanceTransaction: string): Charge {
  return {
    ...charge,
    captured: true,
    amount_captured: amount,
    amount_refunded: charge.amount - amount,
    balance_transaction: balanceTransaction,
  }
}

/** A pending charge whose intent was cancelled: the bank is not asked any more. */
export function abandonedCharge(charge: Charge): Charge {
  return {
    ...charge,
    status: 'failed',
    failure_code: 'payment_intent_canceled',
    failure_message: 'The PaymentIntent was canceled.',
  }
}

/** An authorization that was given back: nothing was captured and everything counts as refunded. */
export function releasedCharge(charge: Charge): Charge {
  return { ...charge, amount_refunded: charge.amount, refunded: true }
}

export function refundedCharge(charge: Charge, amount: number): Charge {
  const total = charge.amount_refunded + amount
  return { ...charge, amount_refunded: total, refunded: total === charge.amount }
}

export function unrefundedAmount(charge: Charge): number {
  return charge.amount - charge.amount_refunded
}
