// Builds payment methods from test cards, and the card part of a charge. No IO.
import type Stripe from 'stripe'
import { fingerprintOf, type KnownCard } from '../cards/card-input.ts'
import type { TestCard } from '../cards/test-cards.ts'
import { newId, randomText } from '../core/ids.ts'
import type { PaymentMethod } from './kinds.ts'

export type AddressInput = {
  [line in 'city' | 'country' | 'line1' | 'line2' | 'postal_code' | 'state']?: string | null | undefined
}

export interface BillingInput {
  address?: AddressInput | null | undefined
  email?: string | null | undefined
  name?: string | null | undefined
  phone?: string | null | undefined
  tax_id?: string | null | undefined
}

type Address = NonNullable<PaymentMethod['billing_details']['address']>

export function fullAddress(input: BillingInput['address']): Address {
  return {
    city: input?.city ?? null,
    country: input?.country ?? null,
    line1: input?.line1 ?? null,
    line2: input?.line2 ?? null,
    postal_code: input?.postal_code ?? null,
    state: input?.state ?? null,
  }
}

export function billingDetails(input: BillingInput | undefined): PaymentMethod['billing_details'] {
  return {
    address: fullAddress(input?.address),
    email: input?.email ?? null,
    name: input?.name ?? null,
    phone: input?.phone ?? null,
    tax_id: input?.tax_id ?? null,
  }
}

export function knownTestCard(card: TestCard, now: number): KnownCard {
  return { card, expMonth: 12, expYear: new Date(now * 1000).getUTCFullYear() + 3, cvcGiven: true }
}

function checksOf(card: TestCard, cvcGiven: boolean, address: Address) {
  return {
    address_line1_check: address.line1 === null ? null : (card.checks?.line1 ?? 'pass'),
    address_postal_code_check: address.postal_code === null ? null : (card.checks?.zip ?? 'pass'),
    cvc_check: cvcGiven ? (card.checks?.cvc ?? 'pass') : null,
  }
}

export function cardFields(known: KnownCard, address: Address): Stripe.PaymentMethod.Card {
  const { card } = known
  return {
    brand: card.brand,
    checks: checksOf(card, known.cvcGiven, address),
    country: card.country,
    display_brand: card.brand === 'amex' ? 'american_express' : card.brand,
    exp_month: known.expMonth,
    exp_year: known.expYear,
    fingerprint: fingerprintOf(card),
    funding: card.funding,
    generated_from: null,
    last4: card.number.slice(-4),
    networks: { available: [card.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: card.threeDs !== 'unsupported' },
    wallet: null,
  }
}

export interface MethodDetails {
  billing?: BillingInput | undefined
  metadata?: Record<string, string>
  allowRedisplay?: PaymentMethod['allow_redisplay']
  preferredNetwork?: string | null | undefined
  radarSession?: string | undefined
}

export function newPaymentMethod(known: KnownCard, now: number, given: MethodDetails = {}): PaymentMethod {
  const details = billingDetails(given.billing)
  const card = cardFields(known, fullAddress(details.address ?? undefined))
  return {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: given.allowRedisplay ?? 'unspecified',
    billing_details: details,
    card: withNetwork(card, given.preferredNetwork),
    created: now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: given.metadata ?? {},
    ...(given.radarSession === undefined ? {} : { radar_options: { session: given.radarSession } }),
    type: 'card',
  } satisfies Stripe.PaymentMethod
}

/** The network that the buyer prefers, of a card that has more than one brand. */
export function withNetwork(
  card: Stripe.PaymentMethod.Card,
  preferred: string | null | undefined,
): Stripe.PaymentMethod.Card {
  if (preferred === undefined || card.networks == null) return card
  return { ...card, networks: { ...card.networks, preferred } }
}

export type ThreeDsResult = 'authenticated' | 'attempt_acknowledged' | 'frictionless' | 'failed' | null

export function threeDsFields(
  result: ThreeDsResult,
): Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure | null {
  if (result === null) return null
  const passed = result === 'authenticated' || result === 'frictionless'
  return {
    authentication_flow:
      result === 'frictionless' ? 'frictionless' : result === 'attempt_acknowledged' ? null : 'challenge',
    electronic_commerce_indicator: passed ? '05' : '06',
    exemption_indicator: null,
    result: result === 'frictionless' ? 'authenticated' : result,
    result_reason: null,
    transaction_id: crypto.randomUUID(),
    version: '2.2.0',
  }
}

/** The `payment_method_details` of a charge made with this method. */
export function chargeDetails(
  method: PaymentMethod,
  charge: {
    amount: number
    captureBefore: number | null
    threeDs: ThreeDsResult
    approved: boolean
    mandate: string | null
  },
): Stripe.Charge.PaymentMethodDetails {
  const { card } = method
  if (card === undefined) throw new Error('only cards can be charged here')
  return {
    card: {
      amount_authorized: charge.approved ? charge.amount : null,
      authorization_code: charge.approved ? randomText(6).toUpperCase() : null,
      brand: card.brand,
      ...(charge.captureBefore === null ? {} : { capture_before: charge.captureBefore }),
      checks: card.checks,
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      extended_authorization: { status: 'disabled' },
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      incremental_authorization: { status: 'unavailable' },
      installments: null,
      last4: card.last4,
      mandate: charge.mandate,
      multicapture: { status: 'unavailable' },
      network: card.brand,
      network_token: { used: false },
      network_transaction_id: randomText(15).toUpperCase(),
      overcapture: { maximum_amount_capturable: charge.amount, status: 'unavailable' },
      regulated_status: card.regulated_status,
      three_d_secure: threeDsFields(charge.threeDs),
      transaction_link_id: null,
      wallet: null,
    },
    type: 'card',
  }
}
