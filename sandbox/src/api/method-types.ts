// Which payment methods an intent takes: computed, filtered, or named one by one as versions before
// Endive allow.
import { invalidRequest } from '../core/errors.ts'
import { filled, listOf, type Reader } from '../core/params.ts'
import type { ApiCall } from './call.ts'
import { SINCE } from './versions.ts'

/** Link is a stand-in: it may be named beside cards, and nothing is ever paid with it. */
const KNOWN = new Set(['card', 'link'])

export const methodTypes: Reader<string[]> = (value, name) => {
  const types = listOf(filled)(value, name)
  const wrong = types.find((type) => !KNOWN.has(type)) ?? (types.includes('card') ? undefined : types[0])
  if (wrong !== undefined)
    throw invalidRequest(
      `The payment method type "${wrong}" is invalid. Please ensure the provided type is activated in your dashboard (https://dashboard.stripe.com/account/payments/settings) and your account is enabled for any preview features that you are trying to use.`,
      { param: name },
    )
  return types
}

export interface TypeParams {
  payment_method_types?: string[] | undefined
  allowed_payment_method_types?: string[] | undefined
  automatic_payment_methods?:
    | { enabled?: boolean | undefined; allow_redirects?: 'always' | 'never' | undefined }
    | undefined
}
export interface ChosenTypes {
  allowedTypes: string[] | null
  allowRedirects: 'always' | 'never' | null
  types: string[]
}

export function chooseTypes(call: Pick<ApiCall, 'version'>, params: TypeParams): ChosenTypes {
  const {
    payment_method_types: named,
    allowed_payment_method_types: allowed,
    automatic_payment_methods: asked,
  } = params
  if (named !== undefined && named.length > 0 && asked?.enabled === true)
    throw invalidRequest(
      'You may only specify one of these parameters: automatic_payment_methods, payment_method_types.',
      {
        code: 'parameters_exclusive',
      },
    )
  const byDefault = asked === undefined && allowed === undefined && named === undefined
  const automatic = asked?.enabled === true || (byDefault && call.version >= SINCE.automaticMethods)
  return {
    allowedTypes: allowed ?? null,
    allowRedirects: automatic ? (asked?.allow_redirects ?? 'always') : null,
    types: named === undefined || named.length === 0 ? ['card'] : named,
  }
}
