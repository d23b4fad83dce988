// The parameters of connected accounts; a name that is not here is refused.
import { invalidRequest } from '../core/errors.ts'
import {
  clearable,
  filled,
  flag,
  hash,
  integer,
  listOf,
  metadata,
  natural,
  oneOf,
  optionalText,
  type Read,
  type Reader,
  text,
} from '../core/params.ts'
import { address } from './methods.ts'

const money = { amount: natural, currency: filled }
const businessProfile = hash({
  annual_revenue: hash({ ...money, fiscal_year_end: filled }),
  estimated_worker_count: natural,
  mcc: optionalText,
  minority_owned_business_designation: listOf(
    oneOf(
      'lgbtqi_owned_business',
      'minority_owned_business',
      'none_of_these_apply',
      'prefer_not_to_answer',
      'women_owned_business',
    ),
  ),
  monthly_estimated_revenue: hash(money),
  name: optionalText,
  product_description: optionalText,
  specified_commercial_transactions_act_url: optionalText,
  support_address: address,
  support_email: optionalText,
  support_phone: optionalText,
  support_url: optionalText,
  url: optionalText,
})

const OTHER_CAPABILITIES = new Set(['app_distribution', 'card_issuing', 'transfers', 'treasury'])
const requested = hash({ requested: flag })

/** Which capabilities are asked for and which are given back. */
const capabilities: Reader<Record<string, boolean>> = (value, name) => {
  if (typeof value === 'string') throw invalidRequest('Invalid hash', { param: name })
  return Object.fromEntries(
    Object.entries(value).map(([capability, asked]) => {
      if (!/^[a-z0-9]+(_[a-z0-9]+)*_payments$/.test(capability) && !OTHER_CAPABILITIES.has(capability))
        throw invalidRequest(`Received unknown parameter: ${name}[${capability}]`, {
          code: 'parameter_unknown',
          param: `${name}[${capability}]`,
        })
      return [capability, requested(asked, `${name}[${capability}]`).requested === true]
    }),
  )
}

const company = hash({
  address,
  directors_provided: flag,
  executives_provided: flag,
  name: optionalText,
  owners_provided: flag,
  phone: optionalText,
  tax_id: text,
  vat_id: text,
})
const individual = hash({
  address,
  dob: clearable(hash({ day: integer, month: integer, year: integer })),
  email: optionalText,
  first_name: optionalText,
  id_number: text,
  last_name: optionalText,
  phone: optionalText,
  ssn_last_4: text,
})
const WEEKDAYS = ['friday', 'monday', 'saturday', 'sunday', 'thursday', 'tuesday', 'wednesday'] as const
const settings = hash({
  branding: hash({ icon: filled, logo: filled, primary_color: filled, secondary_color: filled }),
  card_payments: hash({ statement_descriptor_prefix: optionalText }),
  payments: hash({ statement_descriptor: optionalText }),
  payouts: hash({
    debit_negative_balances: flag,
    schedule: hash({
      delay_days: natural,
      interval: oneOf('daily', 'manual', 'monthly', 'weekly'),
      monthly_anchor: integer,
      weekly_anchor: oneOf(...WEEKDAYS),
    }),
    statement_descriptor: optionalText,
  }),
})
const tosAcceptance = hash({ date: integer, ip: text, service_agreement: text, user_agent: text })

export const update = {
  business_profile: businessProfile,
  business_type: clearable(oneOf('company', 'government_entity', 'individual', 'non_profit')),
  capabilities,
  company,
  default_currency: filled,
  email: optionalText,
  individual,
  metadata,
  settings,
  tos_acceptance: tosAcceptance,
}
export const create = {
  ...update,
  controller: hash({
    fees: hash({ payer: oneOf('account', 'application') }),
    losses: hash({ payments: oneOf('application', 'stripe') }),
    requirement_collection: oneOf('application', 'stripe'),
    stripe_dashboard: hash({ type: oneOf('express', 'full', 'none') }),
  }),
  country: filled,
  type: oneOf('custom', 'express', 'standard'),
}
export type AccountChange = Read<typeof update>
