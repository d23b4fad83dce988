// The account itself, connected accounts (sellers) and their onboarding links: enough to send them
// money.
import type Stripe from 'stripe'
import { changesOf } from '../core/changes.ts'
import { checkCurrency } from '../core/currency.ts'
import { ApiError, invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { filled, hash, oneOf, type Read } from '../core/params.ts'
import { changedAccount, newAccount } from '../objects/account.ts'
import { type AccountChange, create, update } from './account-params.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { listRoute } from './lists.ts'

/** The platform's own account, which exists without having been created. */
const PLATFORM_ID = 'acct_1HoldfastSandbox'
const DEFAULT_CAPABILITIES = { card_payments: 'active', transfers: 'active' } as const

function platform(): Stripe.Account {
  const account = newAccount(
    { id: PLATFORM_ID, country: 'US', type: 'standard', capabilities: DEFAULT_CAPABILITIES },
    0,
  )
  const profile = {
    ...account.business_profile,
    name: 'Holdfast sandbox',
  } as Stripe.Account['business_profile']
  const controller = { type: 'account' } as const
  return {
    ...account,
    business_profile: profile ?? null,
    business_type: 'company',
    controller,
    email: 'sandbox@example.com',
  }
}

/** An account that is unknown and one that is somebody else's look alike, so neither is a 404. */
function noAccess(id: string): ApiError {
  return new ApiError(403, {
    type: 'invalid_request_error',
    code: 'account_invalid',
    message: `The provided key does not have access to account '${id.slice(0, 60)}' (or that account does not exist). Application access may have been revoked.`,
  })
}

function load(call: ApiCall, id = call.id): Stripe.Account {
  const account = call.unit.find('account', id)
  if (account === undefined) throw noAccess(id)
  return account
}

/**
 * Connected accounts are stored with their platform, so a call for one of them finds itself there.
 */
function retrieve(call: ApiCall, id: string): Stripe.Account {
  if (id === PLATFORM_ID && call.unit.account === '') return platform()
  if (id !== call.unit.account) return load(call, id)
  const row = call.unit.store.object('account', id)
  if (row === undefined) throw noAccess(id)
  return JSON.parse(row.body) as Stripe.Account
}

function checkChange(params: AccountChange): void {
  if (params.default_currency !== undefined) checkCurrency(params.default_currency)
}

function controllerOf(input: Read<typeof create>['controller']): Stripe.Account['controller'] {
  if (input === undefined) return undefined
  return {
    type: 'application',
    is_controller: true,
    fees: { payer: input.fees?.payer ?? 'account' },
    losses: { payments: input.losses?.payments ?? 'stripe' },
    requirement_collection: input.requirement_collection ?? 'stripe',
    stripe_dashboard: { type: input.stripe_dashboard?.type ?? 'full' },
  }
}

function createAccount(call: ApiCall, params: Read<typeof create>): Stripe.Account {
  if (params.type !== undefined && params.controller !== undefined)
    throw invalidRequest('You may only specify one of these parameters: type, controller.', {
      code: 'parameters_exclusive',
    })
  checkChange(params)
  const { capabilities, controller, country = 'US', type = 'none', ...change } = params
  const empty = newAccount(
    {
      country,
      type,
      controller: controllerOf(controller),
      capabilities: capabilities === undefined ? DEFAULT_CAPABILITIES : {},
    },
    call.unit.now,
  )
  const account = changedAccount(empty, { ...change, capabilities }, call.unit.now)
  call.unit.put('account', account)
  return account
}

export const accountRoutes: RouteTable = {
  'GET /v1/account': route('account.retrieve', {}, (call) =>
    retrieve(call, call.unit.account === '' ? PLATFORM_ID : call.unit.account),
  ),
  'POST /v1/accounts': route('accounts.create', create, createAccount),
  'GET /v1/accounts': listRoute('accounts.list', 'account', []),
  'GET /v1/accounts/:id': route('accounts.retrieve', {}, (call) => retrieve(call, call.id)),
  'POST /v1/accounts/:id': route('accounts.update', update, (call, params) => {
    const account = load(call)
    checkChange(params)
    const after = changedAccount(account, params, call.unit.now)
    call.unit.put('account', after)
    const previous = changesOf(account, after)
    if (previous !== undefined) call.unit.emitFor(after.id, 'account.updated', after, previous)
    return after
  }),
  'DELETE /v1/accounts/:id': route('accounts.delete', {}, (call) => {
    load(call)
    call.unit.remove('account', call.id)
    return { id: call.id, object: 'account', deleted: true }
  }),
  'POST /v1/account_links': route(
    'account_links.create',
    {
      account: filled,
      refresh_url: filled,
      return_url: filled,
      type: oneOf('account_onboarding', 'account_update'),
      // What the onboarding page would ask for; the sandbox's page asks for nothing.
      collect: oneOf('currently_due', 'eventually_due'),
      collection_options: hash({
        fields: oneOf('currently_due', 'eventually_due'),
        future_requirements: oneOf('include', 'omit'),
      }),
    },
    (call, params) => {
      if (params.account === undefined) throw missingParam('account')
      if (params.type === undefined) throw missingParam('type')
      if (call.unit.find('account', params.account) === undefined)
        throw noSuch('account', params.account, 'account')
      const target = params.return_url ?? call.baseUrl
      return {
        object: 'account_link',
        created: call.unit.now,
        expires_at: call.unit.now + 300,
        url: `${call.baseUrl}/_sandbox/onboarding/${params.account}?return_url=${encodeURIComponent(target)}`,
      } satisfies Stripe.AccountLink
    },
  ),
}
