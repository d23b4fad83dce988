// Builds and changes connected accounts; every change returns a new body. No IO, no rules.
import type Stripe from 'stripe'
import type { AccountChange } from '../api/account-params.ts'
import { newId } from '../core/ids.ts'
import { given, mergeMetadata } from '../core/params.ts'
import { fullAddress } from './payment-method.ts'

type Account = Stripe.Account
type Profile = NonNullable<Account['business_profile']>
type Capabilities = NonNullable<Account['capabilities']>
type Settings = NonNullable<Account['settings']>

/** Parts of a hash that were named replace those before; the others stay. */
function merged<T extends object>(before: T, change: { [K in keyof T]?: T[K] | undefined } | undefined): T {
  const named = Object.entries(change ?? {}).filter(([, value]) => value !== undefined)
  return { ...before, ...(Object.fromEntries(named) as Partial<T>) }
}

const NO_PROFILE: Profile = {
  annual_revenue: null,
  estimated_worker_count: null,
  mcc: null,
  minority_owned_business_designation: null,
  name: null,
  product_description: null,
  specified_commercial_transactions_act_url: null,
  support_address: null,
  support_email: null,
  support_phone: null,
  support_url: null,
  url: null,
}

function profileOf(before: Account['business_profile'], change: AccountChange['business_profile']): Profile {
  const {
    annual_revenue: revenue,
    monthly_estimated_revenue: monthly,
    support_address: address,
    ...rest
  } = change ?? {}
  return {
    ...merged(before ?? NO_PROFILE, rest),
    ...(revenue === undefined
      ? {}
      : {
          annual_revenue: {
            amount: revenue.amount ?? null,
            currency: revenue.currency ?? null,
            fiscal_year_end: revenue.fiscal_year_end ?? null,
          },
        }),
    ...(monthly === undefined
      ? {}
      : { monthly_estimated_revenue: { amount: monthly.amount ?? 0, currency: monthly.currency ?? '' } }),
    ...(address === undefined ? {} : { support_address: fullAddress(address) }),
  }
}

/** Numbers of a person or company are never shown again, only that they were given. */
function companyOf(before: Account['company'], change: AccountChange['company']): Account['company'] {
  if (change === undefined) return before
  const { address, tax_id: tax, vat_id: vat, ...rest } = change
  return {
    ...merged(before ?? {}, rest),
    ...(address === undefined ? {} : { address: fullAddress(address) }),
    ...(tax === undefined ? {} : { tax_id_provided: tax !== '' }),
    ...(vat === undefined ? {} : { vat_id_provided: vat !== '' }),
  }
}

function personOf(account: Account, change: AccountChange['individual'], now: number): Account['individual'] {
  if (change === undefined) return account.individual
  const { address, dob, id_number: id, ssn_last_4: ssn, ...rest } = change
  const before: Stripe.Person = account.individual ?? {
    id: newId('person'),
    object: 'person',
    account: account.id,
    created: now,
    future_requirements: null,
    requirements: null,
  }
  return {
    ...merged(before, rest),
    ...(address === undefined ? {} : { address: fullAddress(address) }),
    ...(dob == null
      ? {}
      : { dob: { day: dob.day ?? null, month: dob.month ?? null, year: dob.year ?? null } }),
    ...(id === undefined ? {} : { id_number_provided: id !== '' }),
    ...(ssn === undefined ? {} : { ssn_last_4_provided: ssn !== '' }),
  }
}

const NO_SETTINGS = {
  branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
  card_payments: {
    statement_descriptor_prefix: null,
    statement_descriptor_prefix_kana: null,
    statement_descriptor_prefix_kanji: null,
  },
  dashboard: { display_name: null, timezone: null },
  payments: {
    statement_descriptor: null,
    statement_descriptor_kana: null,
    statement_descriptor_kanji: null,
    statement_descriptor_prefix_kana: null,
    statement_descriptor_prefix_kanji: null,
  },
  payouts: {
    debit_negative_balances: true,
    schedule: { delay_days: 2, interval: 'daily' },
    statement_descriptor: null,
  },
} satisfies Partial<Settings>

function settingsOf(before: Account['settings'], change: AccountChange['settings']): Settings {
  const old = { ...NO_SETTINGS, ...before }
  const payouts: NonNullable<Settings['payouts']> = old.payouts ?? NO_SETTINGS.payouts
  const { schedule, ...rest } = change?.payouts ?? {}
  return {
    ...old,
    branding: merged(old.branding, change?.branding),
    card_payments: merged(old.card_payments ?? NO_SETTINGS.card_payments, change?.card_payments),
    payments: merged(old.payments, change?.payments),
    payouts: { ...merged(payouts, rest), schedule: merged(payouts.schedule, schedule) },
  }
}

function capabilitiesOf(
  before: Account['capabilities'],
  change: AccountChange['capabilities'],
): Capabilities {
  const named = Object.entries(change ?? {}).map(([name, asked]) => [name, asked ? 'active' : 'inactive'])
  return { ...before, ...Object.fromEntries(named) }
}

export function changedAccount(account: Account, change: AccountChange, now: number): Account {
  const company = companyOf(account.company, change.company)
  const individual = personOf(account, change.individual, now)
  return {
    ...account,
    business_profile: profileOf(account.business_profile, change.business_profile),
    business_type: given(change.business_type, account.business_type ?? null),
    capabilities: capabilitiesOf(account.capabilities, change.capabilities),
    ...(company === undefined ? {} : { company }),
    ...(change.default_currency === undefined
      ? {}
      : { default_currency: change.default_currency.toLowerCase() }),
    email: given(change.email, account.email),
    ...(individual === undefined ? {} : { individual }),
    metadata: mergeMetadata(account.metadata ?? {}, change.metadata),
    settings: settingsOf(account.settings, change.settings),
    tos_acceptance: merged(
      { date: null, ip: null, user_agent: null, ...account.tos_acceptance },
      change.tos_acceptance,
    ),
  }
}

export interface NewAccount {
  id?: string
  country: string
  type: Account['type']
  controller?: Account['controller']
  /** Without a list of its own an account can take cards and be paid. */
  capabilities: Capabilities
}

export function newAccount(input: NewAccount, now: number): Account {
  return {
    id: input.id ?? newId('acct'),
    object: 'account',
    business_profile: NO_PROFILE,
    business_type: null,
    capabilities: input.capabilities,
    charges_enabled: true,
    ...(input.controller === undefined ? {} : { controller: input.controller }),
    country: input.country,
    created: now,
    default_currency: 'usd',
    details_submitted: true,
    email: null,
    metadata: {},
    payouts_enabled: true,
    settings: settingsOf(null, undefined),
    tos_acceptance: { date: null, ip: null, user_agent: null },
    type: input.type,
  } satisfies Account
}
