// Mandates: the buyer's agreement that a saved card may be charged, made where a request carries
// `mandate_data`. Source: https://docs.stripe.com/api/mandates
import type Stripe from 'stripe'
import { missingParam } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { clearable, hash, integer, oneOf, type Read, text } from '../core/params.ts'
import type { Mandate } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'

export const mandateData = hash({
  customer_acceptance: hash({
    type: oneOf('offline', 'online'),
    accepted_at: integer,
    offline: hash({}),
    online: hash({ ip_address: text, user_agent: text }),
  }),
})
export const optionalMandateData = clearable(mandateData)
export type MandateInput = Read<{ data: typeof mandateData }>['data']

export interface MandateTerms {
  method: string
  onBehalfOf: string | null
  /** What a single payment may take; absent for a card that is saved. */
  once?: { amount: number; currency: string }
}

/** Stores the agreement and returns its id. */
export function makeMandate(unit: Unit, data: NonNullable<MandateInput>, terms: MandateTerms): string {
  const acceptance = data.customer_acceptance
  if (acceptance?.type === undefined) throw missingParam('mandate_data[customer_acceptance][type]')
  const { online } = acceptance
  const mandate = {
    id: newId('mandate'),
    object: 'mandate',
    customer_acceptance: {
      accepted_at: acceptance.accepted_at ?? unit.now,
      ...(acceptance.type === 'offline'
        ? { offline: {} }
        : { online: { ip_address: online?.ip_address ?? null, user_agent: online?.user_agent ?? null } }),
      type: acceptance.type,
    },
    livemode: false,
    ...(terms.once === undefined ? { multi_use: {} } : { single_use: terms.once }),
    ...(terms.onBehalfOf === null ? {} : { on_behalf_of: terms.onBehalfOf }),
    payment_method: terms.method,
    payment_method_details: { card: {}, type: 'card' },
    status: 'active',
    type: terms.once === undefined ? 'multi_use' : 'single_use',
  } satisfies Mandate & Stripe.Mandate
  unit.put('mandate', mandate)
  return mandate.id
}
