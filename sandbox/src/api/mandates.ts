// Mandates: the buyer's agreement that a saved card may be charged, made where a request carries `mandate_data`.
// Source: https://docs.stripe.com/api/mandates
import { hash, integer, oneOf, text } from '../core/params.ts'

export const mandateData = hash({
  customer_acceptance: hash({
    type: oneOf('offline', 'online'),
    accepted_at: integer,
    offline: hash({}),
    online: hash({ ip_address: text, user_agent: text }),
  }),
})
