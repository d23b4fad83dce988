// A card processor that says yes at once, in the shop's own process: what is measured is the shop
// alone. Keeps only what is authorized; what was captured can be read from its id, so that a long
// run costs no memory.
import type { CallResult, Intent, Processor } from '../../server/src/payments/processor/port.ts'

export interface InstantProcessor extends Processor {
  authorizedLeft(): number
}

const ok = <Value>(value: Value): Promise<CallResult<Value>> => Promise.resolve({ kind: 'ok', value })

/** The id holds the amount, for those who ask after the capture. */
function intentOf(intentId: string, status: Intent['status']): Intent {
  const [, , minor, currency = ''] = intentId.split('_')
  const amountMinor = Number(minor)
  return {
    intentId,
    status,
    amountMinor,
    receivedMinor: status === 'succeeded' ? amountMinor : 0,
    currency,
    chargeId: `ch_${intentId}`,
    declineCode: null,
    clientSecret: null,
    nextAction: null,
  }
}

export function makeInstantProcessor(): InstantProcessor {
  const authorized = new Set<string>()
  const cancelled = new Set<string>()
  const statusOf = (intentId: string) => {
    if (authorized.has(intentId)) return 'requires_capture'
    return cancelled.has(intentId) ? 'canceled' : 'succeeded'
  }
  return {
    livemode: false,
    authorize({ paymentId, amount }) {
      const intentId = `pi_${paymentId}_${amount.amountMinor}_${amount.currency}`
      authorized.add(intentId)
      return ok(intentOf(intentId, 'requires_capture'))
    },
    retrieve: (intentId) => ok({ intent: intentOf(intentId, statusOf(intentId)), disputed: false }),
    capture(intentId) {
      authorized.delete(intentId)
      return ok(intentOf(intentId, statusOf(intentId)))
    },
    cancel(intentId) {
      if (authorized.delete(intentId)) cancelled.add(intentId)
      return ok(intentOf(intentId, statusOf(intentId)))
    },
    // Nobody asks for a refund here; if somebody did, money would be owed and the run must show it.
    refund: () => Promise.resolve({ kind: 'refused', code: 'not_offered', card: false, intent: null }),
    listRefunds: () => ok([]),
    find({ paymentId }) {
      const intentId = [...authorized, ...cancelled].find((id) => id.startsWith(`pi_${paymentId}_`))
      // A captured one is not kept, so its absence is no certain answer.
      return intentId === undefined
        ? Promise.resolve({ kind: 'unknown', reason: 'not_kept' })
        : ok(intentOf(intentId, statusOf(intentId)))
    },
    verifyWebhook: () => null,
    authorizedLeft: () => authorized.size,
  }
}
