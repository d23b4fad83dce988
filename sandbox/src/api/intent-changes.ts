// What the parameters of a payment intent make of it: the options of its methods and the details of
// its amount. Pure.
import type Stripe from 'stripe'
import { given, mergeMetadata, type Read } from '../core/params.ts'
import type { PaymentIntent } from '../objects/kinds.ts'
import type { cardOptions, IntentChange } from './payment-intent-params.ts'

type Options = NonNullable<PaymentIntent['payment_method_options']>
type CardOptions = NonNullable<Options['card']>
type CardChange = NonNullable<Read<{ card: typeof cardOptions }>['card']>

const NO_CARD_OPTIONS: CardOptions = {
  installments: null,
  mandate_options: null,
  network: null,
  request_three_d_secure: 'automatic',
}

/** Without the parts that a request did not name, and with null where it unset them. */
function named<T extends object>(change: T): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>
}

function installmentsOf(
  change: NonNullable<CardChange['installments']>,
): Stripe.PaymentIntent.PaymentMethodOptions.Card['installments'] {
  const { enabled = false, plan } = change
  return {
    available_plans: [],
    enabled,
    plan:
      plan == null
        ? null
        : { count: plan.count ?? null, interval: plan.interval ?? null, type: plan.type ?? 'fixed_count' },
  }
}

/** An option that is unset leaves the object, as those do that were never named. */
function withoutNull<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as T
}

function cardOptionsOf(before: CardOptions, change: CardChange | undefined): CardOptions {
  if (change === undefined) return before
  const { installments, network, ...rest } = change
  return {
    ...withoutNull({ ...before, ...named(rest) }),
    installments: installments === undefined ? before.installments : installmentsOf(installments),
    mandate_options: null,
    network: given(network, before.network),
    request_three_d_secure: rest.request_three_d_secure ?? before.request_three_d_secure,
  } as CardOptions
}

export function changedOptions(
  before: PaymentIntent['payment_method_options'],
  change: IntentChange['payment_method_options'],
): Options {
  if (change === undefined && before !== null) return before
  const card = cardOptionsOf(before?.card ?? NO_CARD_OPTIONS, change?.card)
  if (change?.link === undefined && before?.link === undefined) return { card }
  const link = withoutNull({ ...before?.link, ...named(change?.link ?? {}) })
  return { card, link: { ...link, persistent_token: null } as NonNullable<Options['link']> }
}

export function changedAmountDetails(
  before: PaymentIntent['amount_details'],
  change: IntentChange['amount_details'],
): NonNullable<PaymentIntent['amount_details']> {
  if (change === undefined && before !== undefined) return before
  const kept = change == null || before === undefined ? { tip: {} } : before
  if (change == null) return kept
  const { discount_amount: discount, shipping, tax } = change
  const { discount_amount: oldDiscount, shipping: oldShipping, tax: oldTax, ...rest } = kept
  const newDiscount = discount === undefined ? oldDiscount : discount
  const newShipping =
    shipping == null
      ? given(shipping, oldShipping ?? null)
      : {
          amount: shipping.amount ?? null,
          from_postal_code: shipping.from_postal_code ?? null,
          to_postal_code: shipping.to_postal_code ?? null,
        }
  const newTax = tax == null ? given(tax, oldTax ?? null) : { total_tax_amount: tax.total_tax_amount ?? null }
  return {
    ...rest,
    ...(newDiscount == null ? {} : { discount_amount: newDiscount }),
    ...(newShipping === null ? {} : { shipping: newShipping }),
    ...(newTax === null ? {} : { tax: newTax }),
  }
}

/** The part of an intent that tells what the payment is for; absent until something was said. */
export function paymentDetails(
  before: PaymentIntent['payment_details'],
  change: IntentChange['payment_details'],
): Pick<PaymentIntent, 'payment_details'> {
  if (change === undefined) return before === undefined ? {} : { payment_details: before }
  const old = before ?? { customer_reference: null, order_reference: null }
  return {
    payment_details: {
      customer_reference: change === null ? null : given(change.customer_reference, old.customer_reference),
      order_reference: change === null ? null : given(change.order_reference, old.order_reference),
    },
  }
}

type Transfer = PaymentIntent['transfer_data']

/**
 * What the seller gets and how the transfer is described; who gets it is said once, on creation.
 */
export function transferData(
  before: Transfer,
  change: ({ destination?: string | undefined } & NonNullable<IntentChange['transfer_data']>) | undefined,
): NonNullable<Transfer> | null {
  const destination = before?.destination ?? change?.destination
  if (destination === undefined) return null
  const { amount = before?.amount, description = before?.description, metadata } = change ?? {}
  const meta = metadata === undefined ? before?.metadata : mergeMetadata(before?.metadata ?? {}, metadata)
  return {
    destination,
    ...(amount === undefined ? {} : { amount }),
    ...(description === undefined ? {} : { description }),
    ...(meta === undefined ? {} : { metadata: meta }),
  }
}

/** Whether the card is saved by this payment; its own option overrides the payment's. */
export function usageOf(intent: PaymentIntent): PaymentIntent['setup_future_usage'] {
  const own = intent.payment_method_options?.card?.setup_future_usage
  if (own === 'none') return null
  const usage = own ?? intent.setup_future_usage
  return usage
}
