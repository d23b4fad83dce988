// The stored form of each object: the SDK's own type with every expandable field held as an id.
// `hidden` columns are what the processor knows and never shows.
import type Stripe from 'stripe'

type Ids<T, K extends keyof T> = Omit<T, K> & { [P in K]: string | Extract<T[P], null> }

export type PaymentIntent = Ids<
  Stripe.PaymentIntent,
  | 'latest_charge'
  | 'payment_method'
  | 'customer'
  | 'on_behalf_of'
  | 'review'
  | 'application'
  | 'source'
  | 'payment_record'
>
/**
 * `transfer` is null until the money has moved, as the documents show it and the SDK's type does
 * not.
 */
type ChargeBody = Omit<Stripe.Charge, 'transfer'> & { transfer?: string | Stripe.Transfer | null }
export type Charge = Ids<
  ChargeBody,
  | 'payment_intent'
  | 'balance_transaction'
  | 'customer'
  | 'review'
  | 'application'
  | 'application_fee'
  | 'failure_balance_transaction'
  | 'on_behalf_of'
  | 'source_transfer'
>
export type Refund = Ids<
  Stripe.Refund,
  | 'charge'
  | 'payment_intent'
  | 'balance_transaction'
  | 'customer'
  | 'payment_method'
  | 'source_transfer_reversal'
  | 'transfer_reversal'
>
export type PaymentMethod = Ids<Stripe.PaymentMethod, 'customer'>
export type Dispute = Ids<Stripe.Dispute, 'charge' | 'payment_intent'>
export type SetupIntent = Ids<
  Stripe.SetupIntent,
  | 'payment_method'
  | 'customer'
  | 'latest_attempt'
  | 'mandate'
  | 'single_use_mandate'
  | 'on_behalf_of'
  | 'application'
>
export type BalanceTransaction = Ids<Stripe.BalanceTransaction, 'source'>
export type Transfer = Ids<Stripe.Transfer, 'balance_transaction' | 'destination' | 'source_transaction'>
export type TransferReversal = Ids<
  Stripe.TransferReversal,
  'balance_transaction' | 'destination_payment_refund' | 'source_refund' | 'transfer'
>
export type Payout = Ids<
  Stripe.Payout,
  | 'application_fee'
  | 'balance_transaction'
  | 'destination'
  | 'failure_balance_transaction'
  | 'original_payout'
  | 'reversed_by'
>
export type ApplicationFee = Ids<
  Stripe.ApplicationFee,
  'account' | 'application' | 'balance_transaction' | 'charge' | 'originating_transaction'
>
export type FeeRefund = Ids<Stripe.FeeRefund, 'balance_transaction' | 'fee'>
export type Mandate = Ids<Stripe.Mandate, 'payment_method'>
export type SetupAttempt = Ids<
  Stripe.SetupAttempt,
  'application' | 'customer' | 'on_behalf_of' | 'payment_method' | 'setup_intent'
>
export type EarlyFraudWarning = Ids<Stripe.Radar.EarlyFraudWarning, 'charge'>

export type Product = Ids<Stripe.Product, 'default_price' | 'tax_code'>
/** As it travels: a decimal is text. */
export type Price = Omit<Ids<Stripe.Price, 'product'>, 'unit_amount_decimal'> & {
  unit_amount_decimal: string | null
}
export type LineItem = Omit<Stripe.LineItem, 'price'> & { price: Price }
export type CheckoutSession = Ids<
  Stripe.Checkout.Session,
  'customer' | 'invoice' | 'payment_intent' | 'payment_link' | 'setup_intent' | 'subscription'
>

export interface Kinds {
  payment_intent: PaymentIntent
  charge: Charge
  refund: Refund
  payment_method: PaymentMethod
  confirmation_token: Stripe.ConfirmationToken
  token: Stripe.Token
  dispute: Dispute
  customer: Stripe.Customer
  /** What stays of a customer who was deleted. */
  deleted_customer: Stripe.DeletedCustomer
  setup_intent: SetupIntent
  setup_attempt: SetupAttempt
  mandate: Mandate
  balance_transaction: BalanceTransaction
  webhook_endpoint: Stripe.WebhookEndpoint
  account: Stripe.Account
  transfer: Transfer
  transfer_reversal: TransferReversal
  payout: Payout
  application_fee: ApplicationFee
  fee_refund: FeeRefund
  'radar.early_fraud_warning': EarlyFraudWarning
  product: Product
  price: Price
  'checkout.session': CheckoutSession
}
export type Kind = keyof Kinds

/** What a payment intent remembers between confirm and the end of a challenge. */
export interface PaymentIntentHidden {
  /** Set while a challenge is open. */
  returnUrl?: string
  /** Set while the bank has not answered: what the attempt knew. */
  threeDs?: string | null
  /** The method whose owner was authenticated, until the shop's server confirms again. */
  authenticated?: string
  /** What a confirmation said of its charge, kept until the charge is made. */
  mandate?: string
  radarSession?: string
}

/** How a payment method behaves; the key of the test-card table, never a number. */
export interface MethodHidden {
  card: string
  cvcGiven: boolean
  /** Set once a setup with authentication has succeeded. */
  setUp?: boolean
  /** Used for a payment without a customer, so never usable again. */
  spent?: boolean
}

export interface WebhookHidden {
  /** For the events of connected accounts. */
  connect?: boolean
  secrets: { value: string; until: number | null }[]
}

export interface SessionHidden {
  items: LineItem[]
  /**
   * The payment as it will begin with the first attempt: checked when the session was made, and
   * shown nowhere.
   */
  draft?: PaymentIntent
}

export interface HiddenOf {
  payment_intent: PaymentIntentHidden
  payment_method: MethodHidden
  confirmation_token: MethodHidden & { used?: boolean; data: PaymentMethod }
  token: MethodHidden & { data: PaymentMethod }
  setup_intent: { returnUrl?: string }
  charge: { card: string; available?: number }
  refund: { next?: 'succeed' | 'fail' | 'reference' }
  dispute: { fee: number; debit?: string }
  webhook_endpoint: WebhookHidden
  'checkout.session': SessionHidden
}
export type Hidden<K extends Kind> = K extends keyof HiddenOf ? HiddenOf[K] : never

type Ref = [name: string, value: string]

function present(pairs: [string, string | null | undefined][]): Ref[] {
  return pairs.filter((pair): pair is Ref => typeof pair[1] === 'string' && pair[1] !== '')
}

function metadataRefs(metadata: Record<string, string> | null): Ref[] {
  return metadata === null ? [] : Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value])
}

const REFS: { [K in Kind]?: (body: Kinds[K]) => Ref[] } = {
  payment_intent: (b) => [
    ...present([
      ['customer', b.customer],
      ['transfer_group', b.transfer_group],
    ]),
    ...metadataRefs(b.metadata),
  ],
  charge: (b) =>
    present([
      ['payment_intent', b.payment_intent],
      ['customer', b.customer],
      ['transfer_group', b.transfer_group],
    ]),
  refund: (b) =>
    present([
      ['charge', b.charge],
      ['payment_intent', b.payment_intent],
    ]),
  dispute: (b) =>
    present([
      ['charge', b.charge],
      ['payment_intent', b.payment_intent],
    ]),
  // Only the methods of customers are listed; those of single payments need no index.
  payment_method: (b) =>
    b.customer === null
      ? []
      : present([
          ['customer', b.customer],
          ['allow_redisplay', b.allow_redisplay],
        ]),
  setup_intent: (b) =>
    present([
      ['customer', b.customer],
      ['payment_method', b.payment_method],
    ]),
  setup_attempt: (b) => present([['setup_intent', b.setup_intent]]),
  balance_transaction: (b) =>
    present([
      ['source', b.source],
      ['type', b.type],
    ]),
  customer: (b) => [...present([['email', b.email]]), ...metadataRefs(b.metadata)],
  transfer: (b) =>
    present([
      ['destination', b.destination],
      ['transfer_group', b.transfer_group],
    ]),
  transfer_reversal: (b) => present([['transfer', b.transfer]]),
  payout: (b) => present([['status', b.status]]),
  application_fee: (b) => present([['charge', b.charge]]),
  fee_refund: (b) => present([['fee', b.fee]]),
  product: (b) =>
    present([
      ['active', String(b.active)],
      ['url', b.url],
    ]),
  price: (b) =>
    present([
      ['product', b.product],
      ['active', String(b.active)],
      ['currency', b.currency],
      ['lookup_key', b.lookup_key],
    ]),
  'checkout.session': (b) =>
    present([
      ['customer', b.customer],
      ['payment_intent', b.payment_intent],
      ['setup_intent', b.setup_intent],
      ['status', b.status],
    ]),
  'radar.early_fraud_warning': (b) =>
    present([
      ['charge', b.charge],
      ['payment_intent', typeof b.payment_intent === 'string' ? b.payment_intent : null],
    ]),
}

/** The values by which an object of this kind can be listed or searched without a scan. */
export function refsOf<K extends Kind>(kind: K, body: Kinds[K]): Ref[] {
  const read = REFS[kind]
  return read === undefined ? [] : read(body)
}
