// API versions: which one a request asks for, and what an older one does otherwise.
// One table for the code, its tests and the README; every row names the page that documents it.
import { invalidRequest } from '../core/errors.ts'
import type { FormRecord } from '../core/form.ts'
import type { Spec } from '../core/params.ts'
import type { Unit } from '../store/unit.ts'
import { listObjects } from './lists.ts'

/**
 * The first version with the newer behaviour. Versions compare as text: they begin with their date.
 */
export const SINCE = {
  guests: '2022-08-01',
  latestCharge: '2022-11-15',
  automaticMethods: '2023-08-16',
  asyncCapture: '2024-04-10',
  pageModes: '2026-03-25',
  computedTypes: '2026-09-30',
} as const

export interface VersionChange {
  since: string
  before: string
  now: string
  /** Below https://docs.stripe.com/changelog/. */
  source: string
}
export const VERSION_CHANGES: readonly VersionChange[] = [
  {
    since: SINCE.computedTypes,
    before: '`payment_method_types` is a parameter of payment intents, setup intents and Checkout Sessions',
    now: 'refused with `payment_method_types_no_longer_supported`; use `allowed_payment_method_types`',
    source:
      'endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents',
  },
  {
    since: SINCE.asyncCapture,
    before: 'an intent without `capture_method` gets `automatic`',
    now: '`automatic_async`',
    source: '2024-04-10/automatic-sync-default-paymentintents',
  },
  {
    since: SINCE.automaticMethods,
    before: 'an intent without `automatic_payment_methods` has none, takes cards and needs no `return_url`',
    now: 'they are enabled, and confirming needs a `return_url` unless redirects are off',
    source: '2023-08-16/automatic-payment-methods',
  },
  {
    since: SINCE.pageModes,
    before: 'the `ui_mode` of a hosted Checkout Session is `hosted`',
    now: '`hosted_page`',
    source: 'dahlia/2026-03-25/updates-available-checkout-session-ui-modes',
  },
  {
    since: SINCE.guests,
    before: 'a Checkout Session in payment mode makes a customer, unless `customer_creation` says otherwise',
    now: 'the buyer stays a guest unless it says `always`',
    source: '2022-08-01/default-customer-creation-checkout-session',
  },
  {
    since: SINCE.guests,
    before: 'a Checkout Session in payment mode has its `payment_intent` from the beginning',
    now: 'from the first attempt to pay on',
    source: '2022-08-01/deferred-paymentintent-checkout-session',
  },
  {
    since: SINCE.latestCharge,
    before: 'a payment intent has `charges`, the list of its charges; a charge has `refunds`',
    now: '`latest_charge`; `refunds` only when it is expanded',
    source: '2022-11-15/removes-charges-attribute-paymentintent',
  },
]

const VERSION = /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?(;.*)?$/

export function isVersion(text: unknown): text is string {
  return typeof text === 'string' && VERSION.test(text)
}

/**
 * What is no version at all is refused as by the real thing; a version newer than ours is answered
 * as ours.
 */
export function checkVersion(asked: unknown): void {
  if (asked !== undefined && !isVersion(asked))
    throw invalidRequest(`Invalid Stripe API version: ${String(asked).slice(0, 40)}`)
}

/** A parameter that a version took away has an error of its own. */
export function refuseRemoved(version: string, spec: Spec, form: FormRecord): void {
  const param = 'payment_method_types'
  if (version < SINCE.computedTypes || form[param] === undefined || !Object.hasOwn(spec, param)) return
  throw invalidRequest(
    'The `payment_method_types` parameter is no longer supported in this API version. Use `allowed_payment_method_types`, or let the payment methods be computed from the other parameters.',
    { code: 'payment_method_types_no_longer_supported', param },
  )
}

type Body = Record<string, unknown>

/** The newest objects that belong to another, those of the call itself included. */
function listOf(
  unit: Unit,
  kind: 'charge' | 'refund',
  field: 'payment_intent' | 'charge',
  id: string,
  url: string,
): object {
  const stored = listObjects(unit, kind, [[field, id]], {}, url)
  const fresh = unit
    .written(kind)
    .filter((each) => (each as { [name in typeof field]?: unknown })[field] === id)
  const known = new Map(stored.data.map((each) => [each.id, each]))
  for (const each of fresh) known.set(each.id, each)
  const added = fresh.filter((each) => !stored.data.some(({ id: own }) => own === each.id)).toReversed()
  return { ...stored, data: [...added, ...stored.data.map((each) => known.get(each.id) ?? each)] }
}

function withOldLists(unit: Unit, body: Body): Body {
  const { object, id } = body
  if (typeof id !== 'string') return body
  if (object === 'payment_intent' && body['charges'] === undefined)
    return {
      ...body,
      charges: listOf(unit, 'charge', 'payment_intent', id, `/v1/charges?payment_intent=${id}`),
    }
  if (object === 'charge' && body['refunds'] === undefined)
    return { ...body, refunds: listOf(unit, 'refund', 'charge', id, `/v1/charges/${id}/refunds`) }
  return body
}

function shaped(unit: Unit, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => shaped(unit, item))
  const body = withOldLists(unit, value as Body)
  return Object.fromEntries(Object.entries(body).map(([name, inner]) => [name, shaped(unit, inner)]))
}

/** An answer as the asked version shows it. The newest shape comes back as the same object. */
export function asOfVersion(version: string, unit: Unit, body: object): object {
  return version >= SINCE.latestCharge ? body : (shaped(unit, body) as object)
}
