// The parameters that each call on setup intents takes; a name that is not here is refused.
import { methodNames } from '../core/method-names.ts'
import {
  clearable,
  filled,
  flag,
  hash,
  listOf,
  metadata,
  oneOf,
  optionalText,
  type Read,
} from '../core/params.ts'
import { optionalMandateData } from './mandates.ts'
import { methodTypes } from './method-types.ts'
import { methodData } from './methods.ts'
import { NETWORKS } from './payment-intent-params.ts'

const cardOptions = hash({
  network: clearable(oneOf(...NETWORKS)),
  request_three_d_secure: oneOf('any', 'automatic', 'challenge'),
})
export const confirm = {
  allowed_payment_method_types: methodNames,
  client_secret: filled,
  confirmation_token: filled,
  mandate_data: optionalMandateData,
  payment_method: filled,
  payment_method_data: methodData,
  payment_method_options: hash({ card: cardOptions }),
  return_url: filled,
  use_stripe_sdk: flag,
}
export const update = {
  allowed_payment_method_types: methodNames,
  customer: filled,
  description: optionalText,
  excluded_payment_method_types: methodNames,
  flow_directions: listOf(oneOf('inbound', 'outbound')),
  metadata,
  payment_method: filled,
  payment_method_configuration: filled,
  payment_method_data: methodData,
  payment_method_options: hash({ card: cardOptions }),
  payment_method_types: methodTypes,
}
export const create = {
  ...update,
  automatic_payment_methods: hash({ enabled: flag, allow_redirects: oneOf('always', 'never') }),
  confirm: flag,
  confirmation_token: filled,
  mandate_data: optionalMandateData,
  on_behalf_of: filled,
  return_url: filled,
  usage: oneOf('off_session', 'on_session'),
  use_stripe_sdk: flag,
}
export type SetupChange = Read<typeof update>
