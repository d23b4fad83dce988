// The table of test cards: number, names and behaviour. A number that is not here is never
// accepted, stored or logged. Objects keep only a card's key in this table, its last four digits,
// expiry and fingerprint.
import { DECLINES, type Decline } from './declines.ts'

export type ThreeDs =
  | 'none' // supported, not enrolled: nothing to ask
  | 'unsupported'
  | 'optional' // asked only on request
  | 'optional_error' // on request, the lookup fails
  | 'always'
  | 'unless_set_up'
  | 'on_session' // already set up elsewhere: only a present buyer is asked
  | 'frictionless'
  | 'lookup_error'

export interface TestCard {
  key: string
  number: string
  names: string[]
  brand: 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay'
  funding: 'credit' | 'debit' | 'prepaid'
  country: string
  threeDs: ThreeDs
  decline?: Decline
  /** The decline applies only when a security code was given. */
  declineNeedsCvc?: boolean
  /** Saving the card works; only charging it is declined. */
  attaches?: boolean
  declineAtCapture?: boolean
  checks?: {
    cvc?: 'pass' | 'fail' | 'unavailable'
    line1?: 'pass' | 'fail' | 'unavailable'
    zip?: 'pass' | 'fail' | 'unavailable'
  }
  risk?: 'normal' | 'elevated' | 'highest'
  dispute?: 'fraudulent' | 'product_not_received' | 'inquiry' | 'multiple'
  earlyFraudWarning?: boolean
  refund?: 'pending' | 'fail'
  bypassPending?: boolean
  /** The bank answers only later: the payment is processing, and then ends so. */
  processing?: 'succeed' | 'fail'
  /** Provokes a fault of the server itself, in the notation of faults.ts. */
  fault?: string
}

type Detail = Partial<Omit<TestCard, 'key' | 'number' | 'names'>>

function card(number: string, names: string, detail: Detail = {}): TestCard {
  const list = names.split(' ')
  return {
    key: list[0] ?? number,
    number,
    names: list,
    brand: 'visa',
    funding: 'credit',
    country: 'US',
    threeDs: 'none',
    ...detail,
  }
}

export const TEST_CARDS: TestCard[] = [
  card('4242424242424242', 'visa'),
  card('4000056655665556', 'visa_debit', { funding: 'debit' }),
  card('5555555555554444', 'mastercard', { brand: 'mastercard' }),
  card('2223003122003222', 'mastercard_2', { brand: 'mastercard' }),
  card('5200828282828210', 'mastercard_debit', { brand: 'mastercard', funding: 'debit' }),
  card('5105105105105100', 'mastercard_prepaid', { brand: 'mastercard', funding: 'prepaid' }),
  card('378282246310005', 'amex', { brand: 'amex', threeDs: 'unsupported' }),
  card('6011111111111117', 'discover', { brand: 'discover', threeDs: 'unsupported' }),
  card('3566002020360505', 'jcb', { brand: 'jcb', country: 'JP', threeDs: 'unsupported' }),
  card('4000000000000002', 'visa_chargeDeclined chargeDeclined', { decline: DECLINES.generic }),
  card('4000000000009995', 'visa_chargeDeclinedInsufficientFunds chargeDeclinedInsufficientFunds', {
    decline: DECLINES.insufficientFunds,
  }),
  card('4000000000009987', 'visa_chargeDeclinedLostCard chargeDeclinedLostCard', { decline: DECLINES.lost }),
  card('4000000000009979', 'visa_chargeDeclinedStolenCard chargeDeclinedStolenCard', {
    decline: DECLINES.stolen,
  }),
  card('4000000000000069', 'chargeDeclinedExpiredCard visa_chargeDeclinedExpiredCard', {
    decline: DECLINES.expired,
  }),
  card('4000000000000127', 'chargeDeclinedIncorrectCvc visa_chargeDeclinedIncorrectCvc', {
    decline: DECLINES.incorrectCvc,
    declineNeedsCvc: true,
    checks: { cvc: 'fail' },
  }),
  card('4000000000000119', 'chargeDeclinedProcessingError visa_chargeDeclinedProcessingError', {
    decline: DECLINES.processing,
  }),
  card('4000000000006975', 'visa_chargeDeclinedVelocityLimitExceeded chargeDeclinedVelocityLimitExceeded', {
    decline: DECLINES.velocity,
  }),
  card('4000000000000341', 'chargeCustomerFail', { decline: DECLINES.generic, attaches: true }),
  card('4100000000000019', 'radarBlock', { decline: DECLINES.blocked, risk: 'highest', attaches: true }),
  card('4000000000004954', 'riskLevelHighest', {
    decline: DECLINES.highestRisk,
    risk: 'highest',
    attaches: true,
  }),
  card('4000000000009235', 'riskLevelElevated', { risk: 'elevated' }),
  card('4000000000000101', 'cvcCheckFail', { checks: { cvc: 'fail' } }),
  card('4000000000000036', 'avsZipFail', { checks: { zip: 'fail' } }),
  card('4000000000000028', 'avsLine1Fail', { checks: { line1: 'fail' } }),
  card('4000000000000010', 'avsFail', { checks: { line1: 'fail', zip: 'fail' } }),
  card('4000000000000044', 'avsUnchecked', { checks: { line1: 'unavailable', zip: 'unavailable' } }),
  card('4000002500003155', 'authenticationRequiredOnSetup', { threeDs: 'unless_set_up', country: 'FR' }),
  card('4000002760003184', 'authenticationRequired', { threeDs: 'always', country: 'DE' }),
  card('4000003800000446', 'authenticationRequiredSetupForOffSession', {
    threeDs: 'on_session',
    country: 'IT',
  }),
  card('4000008260003178', 'authenticationRequiredChargeDeclinedInsufficientFunds', {
    threeDs: 'always',
    country: 'GB',
    decline: DECLINES.insufficientFunds,
    attaches: true,
  }),
  card('4000000000003220', 'threeDSecure2Required', { threeDs: 'always' }),
  card('4000008400000027', 'threeDSecureRequired', { threeDs: 'always' }),
  card('4000008400001629', 'threeDSecureRequiredChargeDeclined', {
    threeDs: 'always',
    decline: DECLINES.generic,
    attaches: true,
  }),
  card('4000008400001280', 'threeDSecureRequiredProcessingError', {
    threeDs: 'lookup_error',
    decline: DECLINES.generic,
    attaches: true,
  }),
  card('4000000000003055', 'threeDSecureOptional', { threeDs: 'optional' }),
  card('4000000000003097', 'threeDSecureOptionalProcessingError', { threeDs: 'optional_error' }),
  card('4000000032200000', 'threeDSecureFrictionless', { threeDs: 'frictionless' }),
  card('4000000000000259', 'createDispute', { dispute: 'fraudulent' }),
  card('4000000000002685', 'createDisputeProductNotReceived', { dispute: 'product_not_received' }),
  card('4000000000001976', 'createDisputeInquiry', { dispute: 'inquiry' }),
  card('4000000000005423', 'createIssuerFraudRecord', { earlyFraudWarning: true }),
  card('4000000404000079', 'createMultipleDisputes', { dispute: 'multiple' }),
  card('4000000000007726', 'pendingRefund', { refund: 'pending' }),
  card('4000000000005126', 'refundFail', { refund: 'fail' }),
  card('4000000000000077', 'bypassPending', { bypassPending: true }),
  // Cards of the sandbox's own: the faults that lose money.
  card('4000009999000014', 'declinedAtCapture', { declineAtCapture: true }),
  card('4000009999000022', 'faultResetBefore', { fault: 'reset:before' }),
  card('4000009999000030', 'faultResetAfter', { fault: 'reset:after' }),
  card('4000009999000048', 'faultTruncated', { fault: 'truncate:after' }),
  card('4000009999000055', 'faultServerErrorBefore', { fault: 'api_error:before' }),
  card('4000009999000063', 'faultServerErrorAfter', { fault: 'api_error:after' }),
  card('4000009999000071', 'faultBadGatewayBefore', { fault: 'bad_gateway:before' }),
  card('4000009999000089', 'faultBadGatewayAfter', { fault: 'bad_gateway:after' }),
  card('4000009999000097', 'faultHangBefore', { fault: 'hang:before' }),
  card('4000009999000105', 'faultHangAfter', { fault: 'hang:after' }),
  card('4000009999000113', 'faultSlow', { fault: 'latency:before:3000' }),
  card('4000009999000121', 'processingSucceeds', { processing: 'succeed' }),
  card('4000009999000139', 'processingFails', { processing: 'fail' }),
]

const BY_NUMBER = new Map(TEST_CARDS.map((entry) => [entry.number, entry]))
const BY_NAME = new Map(TEST_CARDS.flatMap((entry) => entry.names.map((name) => [name, entry] as const)))

export function cardByNumber(number: string): TestCard | undefined {
  return BY_NUMBER.get(number)
}

/** `pm_card_visa`, `tok_visa` and so on. */
export function cardByAlias(alias: string): TestCard | undefined {
  return BY_NAME.get(alias.replace(/^(pm_card_|tok_)/, ''))
}

export function cardByKey(key: string): TestCard {
  const found = BY_NAME.get(key)
  if (found === undefined) throw new Error(`unknown test card ${key}`)
  return found
}
