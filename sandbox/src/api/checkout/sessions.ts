// The routes of Checkout Sessions: create, retrieve, list, update, expire, and their line items.
import { badParamReference, invalidRequest, missingParam, noSuch } from '../../core/errors.ts'
import { filled, mergeMetadata, type Read } from '../../core/params.ts'
import { newSession } from '../../objects/checkout-session.ts'
import type { CheckoutSession, LineItem, SessionHidden } from '../../objects/kinds.ts'
import { newSetupIntent } from '../../objects/setup-intent.ts'
import { type ApiCall, type RouteTable, route } from '../call.ts'
import { checkEmail } from '../intent-checks.ts'
import { createdRange, listObjects, pageSpec } from '../lists.ts'
import { chooseTypes } from '../method-types.ts'
import { draftIntent } from '../payment-intents.ts'
import { SINCE } from '../versions.ts'
import { asPaid, expireSession } from './complete.ts'
import { readLines } from './line-items.ts'
import { create, update } from './session-params.ts'

type Create = Read<typeof create>

const HALF_HOUR = 30 * 60
const DAY = 24 * 3600

function checkAddress(url: string | undefined, param: string): string | null {
  if (url === undefined) return null
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw invalidRequest('Invalid URL: An explicit scheme (such as https) must be provided.', {
      code: 'url_invalid',
      param,
    })
  return url
}

function expiryOf(now: number, asked: number | undefined): number {
  if (asked === undefined) return now + DAY
  const param = 'expires_at'
  if (asked < now + HALF_HOUR)
    throw invalidRequest(
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
      { param },
    )
  if (asked > now + DAY)
    throw invalidRequest(
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
      { param },
    )
  return asked
}

/**
 * Embedded pages and elements of a session are not emulated; the hosted page was once called
 * `hosted`.
 */
function checkUiMode(call: ApiCall, asked: string | undefined): string {
  const hosted = call.version < SINCE.pageModes ? 'hosted' : 'hosted_page'
  if (asked === undefined || asked === hosted) return hosted
  throw invalidRequest(`Invalid ui_mode: the sandbox only has ${hosted}.`, { param: 'ui_mode' })
}

const ONLY_IN = {
  payment: ['line_items', 'payment_intent_data', 'submit_type', 'customer_creation'],
  setup: ['setup_intent_data'],
} as const satisfies Record<string, readonly (keyof Create)[]>

function checkMode(params: Create): 'payment' | 'setup' {
  const { mode } = params
  if (mode === undefined) throw missingParam('mode')
  if (mode === 'subscription')
    throw invalidRequest('The sandbox does not emulate subscriptions.', { param: 'mode' })
  for (const name of ONLY_IN[mode === 'payment' ? 'setup' : 'payment'])
    if (params[name] !== undefined)
      throw invalidRequest(`You can not pass \`${name}\` in \`${mode}\` mode.`, { param: name })
  if (mode === 'payment' && (params.line_items ?? []).length === 0) throw missingParam('line_items')
  if (
    mode === 'setup' &&
    [params.currency, params.payment_method_types, params.allowed_payment_method_types].every(
      (each) => each === undefined,
    )
  )
    throw missingParam('currency')
  return mode
}

function checkCustomer(call: ApiCall, params: Create): void {
  const { customer, customer_email: email, customer_creation: creation } = params
  for (const [name, value] of Object.entries({ customer_email: email, customer_creation: creation }))
    if (customer !== undefined && value !== undefined)
      throw invalidRequest(`You may only specify one of these parameters: customer, ${name}.`, {
        code: 'parameters_exclusive',
      })
  if (customer !== undefined && call.unit.find('customer', customer) === undefined)
    throw badParamReference('customer', customer, 'customer')
  checkEmail(email, 'customer_email')
}

function creationOf(
  call: ApiCall,
  params: Create,
  mode: 'payment' | 'setup',
): 'always' | 'if_required' | null {
  if (mode === 'setup' || params.customer !== undefined) return null
  return params.customer_creation ?? (call.version < SINCE.guests ? 'always' : 'if_required')
}

function createSession(call: ApiCall, params: Create): CheckoutSession {
  const { unit } = call
  const mode = checkMode(params)
  const uiMode = checkUiMode(call, params.ui_mode)
  const successUrl = checkAddress(params.success_url, 'success_url')
  if (successUrl === null) throw missingParam('success_url')
  const cancelUrl = checkAddress(params.cancel_url, 'cancel_url')
  checkCustomer(call, params)
  const lines = mode === 'payment' ? readLines(call, params.line_items ?? []) : undefined
  const threeDs = params.payment_method_options?.card?.request_three_d_secure ?? 'automatic'
  const chosen = chooseTypes(call, params)
  const session = newSession(
    {
      baseUrl: call.baseUrl,
      mode,
      amount: lines?.total ?? null,
      currency: lines?.currency ?? params.currency?.toLowerCase() ?? null,
      cancelUrl,
      clientReferenceId: params.client_reference_id ?? null,
      customer: params.customer ?? null,
      customerCreation: creationOf(call, params, mode),
      customerEmail: params.customer_email ?? null,
      expiresAt: expiryOf(unit.now, params.expires_at),
      locale: params.locale ?? null,
      metadata: mergeMetadata({}, params.metadata),
      submitType: params.submit_type ?? null,
      successUrl,
      types: chosen.types,
      allowedTypes: chosen.allowedTypes,
      billingAddress: params.billing_address_collection ?? null,
      uiMode,
      threeDs,
    },
    unit.now,
  )
  const { named, hidden } = withIntent(call, params, session, lines?.items ?? [])
  unit.put('checkout.session', named, { hidden, due: named.expires_at })
  return named
}

interface WithIntent {
  named: CheckoutSession
  hidden: SessionHidden
}

/**
 * A setup exists from the beginning, a payment from the first attempt on, or earlier for versions
 * that show it.
 */
function withIntent(call: ApiCall, params: Create, session: CheckoutSession, items: LineItem[]): WithIntent {
  const { unit } = call
  if (session.mode === 'setup') {
    const { description, metadata, on_behalf_of: seller } = params.setup_intent_data ?? {}
    const empty = newSetupIntent(
      {
        ...chooseTypes(call, params),
        customer: session.customer,
        onBehalfOf: seller ?? null,
        usage: 'off_session',
      },
      unit.now,
    )
    const setup = { ...empty, description: description ?? null, metadata: mergeMetadata({}, metadata) }
    unit.put('setup_intent', setup)
    unit.emit('setup_intent.created', setup)
    return { named: { ...session, setup_intent: setup.id }, hidden: { items } }
  }
  if (session.amount_total === 0) return { named: session, hidden: { items } }
  const draft = draftIntent(call, {
    ...params.payment_intent_data,
    amount: session.amount_total ?? 0,
    currency: session.currency ?? '',
    customer: params.customer,
    payment_method_options: {
      card: { request_three_d_secure: params.payment_method_options?.card?.request_three_d_secure },
    },
    payment_method_types: params.payment_method_types,
    allowed_payment_method_types: params.allowed_payment_method_types,
  })
  if (call.version >= SINCE.guests) return { named: session, hidden: { items, draft } }
  unit.put('payment_intent', draft)
  unit.emit('payment_intent.created', draft)
  return { named: { ...session, payment_intent: draft.id }, hidden: { items } }
}

export function loadSession(call: Pick<ApiCall, 'unit'>, id: string): CheckoutSession {
  const session = call.unit.find('checkout.session', id)
  if (session === undefined) throw noSuch('checkout.session', id)
  return asPaid(call.unit, session)
}

const list = { ...pageSpec, created: createdRange, customer: filled, payment_intent: filled, status: filled }

export const checkoutRoutes: RouteTable = {
  'POST /v1/checkout/sessions': route('checkout.sessions.create', create, createSession),
  'GET /v1/checkout/sessions': route('checkout.sessions.list', list, (call, params) => {
    const { customer, payment_intent, status, ...page } = params
    const wanted = Object.entries({ customer, payment_intent, status })
    const filters = wanted.filter((pair): pair is [string, string] => pair[1] !== undefined)
    const found = listObjects(call.unit, 'checkout.session', filters, page, call.path)
    return { ...found, data: found.data.map((session) => asPaid(call.unit, session)) }
  }),
  'GET /v1/checkout/sessions/:id': route('checkout.sessions.retrieve', {}, (call) =>
    loadSession(call, call.id),
  ),
  'POST /v1/checkout/sessions/:id': route('checkout.sessions.update', update, (call, params) => {
    const session = loadSession(call, call.id)
    const after = { ...session, metadata: mergeMetadata(session.metadata ?? {}, params.metadata) }
    call.unit.put('checkout.session', after)
    return after
  }),
  'POST /v1/checkout/sessions/:id/expire': route('checkout.sessions.expire', {}, (call) =>
    expireSession(call.unit, loadSession(call, call.id)),
  ),
  'GET /v1/checkout/sessions/:id/line_items': route(
    'checkout.sessions.line_items',
    pageSpec,
    (call, params) => {
      loadSession(call, call.id)
      return pageOfLines(call, params)
    },
  ),
}

function pageOfLines(call: ApiCall, params: Read<typeof pageSpec>): object {
  const all = call.unit.hidden('checkout.session', call.id)?.items ?? []
  const limit = params.limit ?? 10
  const { starting_after: after, ending_before: before } = params
  const cursor = after ?? before
  const at = all.findIndex((item) => item.id === cursor)
  if (cursor !== undefined && at < 0)
    throw noSuch('item', cursor, after === undefined ? 'ending_before' : 'starting_after')
  if (before !== undefined) {
    const from = Math.max(0, at - limit)
    return { object: 'list', data: all.slice(from, at), has_more: from > 0, url: call.path }
  }
  const data = all.slice(at + 1, at + 1 + limit)
  return { object: 'list', data, has_more: at + 1 + limit < all.length, url: call.path }
}
