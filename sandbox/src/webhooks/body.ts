// The bytes and headers of one webhook attempt, and the lies that a fault puts in them.
import { eventText, pendingOf } from '../api/events.ts'
import type { EventRow, Store } from '../store/store.ts'
import type { Target } from './send.ts'
import { signatureHeader } from './signature.ts'

const HOUR = 3600

export function prepareBody(
  store: Store,
  event: EventRow,
  target: Target,
  fault: string | null,
  realNow: number,
): { body: string; headers: Record<string, string> } {
  let body = eventText(event, pendingOf(store, event.seq), target.connect ? event.account : '')
  if (fault === 'tamper_amount')
    body = body.replace(/"amount":\d+/, '"amount":1').replace(/"amount_received":\d+/, '"amount_received":1')
  if (fault === 'tamper_livemode') body = body.replaceAll('"livemode":false', '"livemode":true')
  if (fault === 'other_account')
    body = body.replace('"object":"event"', '"object":"event","account":"acct_somebodyElse"')
  const timestamp =
    fault === 'stale_signature' ? realNow - HOUR : fault === 'future_signature' ? realNow + HOUR : realNow
  const live = target.secrets
    .filter((secret) => secret.until === null || secret.until > realNow)
    .map((secret) => secret.value)
  return {
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': signatureHeader(
        body,
        fault === 'wrong_signature' ? ['whsec_not_the_secret'] : live,
        timestamp,
      ),
    },
  }
}
