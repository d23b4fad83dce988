// Connected accounts (sellers) and their onboarding links: enough to send them money.
import type Stripe from 'stripe'
import { missingParam, noSuch } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { anything, filled, mergeMetadata, metadata, oneOf, text } from '../core/params.ts'
import { type RouteTable, route } from './call.ts'
import { listRoute, retrieveRoute } from './lists.ts'

const fields = {
  business_profile: anything,
  business_type: text,
  capabilities: anything,
  company: anything,
  controller: anything,
  country: filled,
  default_currency: text,
  documents: anything,
  email: text,
  external_account: anything,
  groups: anything,
  individual: anything,
  metadata,
  settings: anything,
  tos_acceptance: anything,
  account_token: filled,
}

export const accountRoutes: RouteTable = {
  'POST /v1/accounts': route('accounts.create', { ...fields, type: oneOf('custom', 'express', 'standard') }, (call, params) => {
    const account = {
      id: newId('acct'),
      object: 'account',
      business_profile: null,
      business_type: null,
      capabilities: { card_payments: 'active', transfers: 'active' },
      charges_enabled: true,
      country: params.country ?? 'US',
      created: call.unit.now,
      default_currency: params.default_currency ?? 'usd',
      details_submitted: true,
      email: params.email ?? null,
      metadata: mergeMetadata({}, params.metadata),
      payouts_enabled: true,
      type: params.type ?? 'none',
    } satisfies Stripe.Account
    call.unit.put('account', account)
    return account
  }),
  'GET /v1/accounts': listRoute('accounts.list', 'account', []),
  'GET /v1/accounts/:id': retrieveRoute('accounts.retrieve', 'account'),
  'POST /v1/accounts/:id': route('accounts.update', fields, (call, params) => {
    const account = call.unit.find('account', call.id)
    if (account === undefined) throw noSuch('account', call.id)
    const after = {
      ...account,
      email: params.email ?? account.email,
      metadata: mergeMetadata(account.metadata ?? {}, params.metadata),
    }
    call.unit.put('account', after)
    call.unit.emitFor(after.id, 'account.updated', after)
    return after
  }),
  'DELETE /v1/accounts/:id': route('accounts.delete', {}, (call) => {
    if (call.unit.find('account', call.id) === undefined) throw noSuch('account', call.id)
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
      collect: text,
      collection_options: anything,
    },
    (call, params) => {
      if (params.account === undefined) throw missingParam('account')
      if (params.type === undefined) throw missingParam('type')
      if (call.unit.find('account', params.account) === undefined) throw noSuch('account', params.account, 'account')
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
