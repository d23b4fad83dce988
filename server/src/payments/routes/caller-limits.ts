// How often callers may make the shop speak to the card processor, and how many cards they may have
// declined. One table; documented in docs/guide/operators.md. Never decides about money.
import type { Limit, Limits } from '../../platform/http/limits.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Log } from '../../platform/process/log.ts'
import type { Metrics } from '../../platform/process/metrics.ts'

export const callerLimits = {
  /** Payments that a buyer may begin. */
  begun: { name: 'payments', attempts: 60, perSeconds: 600 },
  /** Looks at the processor; who looks more often is answered from the row. */
  looksPerPayment: { name: 'looks-payment', attempts: 1, perSeconds: 1 },
  looksPerBuyer: { name: 'looks-buyer', attempts: 30, perSeconds: 60 },
  looksPerNetwork: { name: 'looks-network', attempts: 300, perSeconds: 60 },
  /** Declined cards: whoever tries stolen numbers has many. Honest buyers have a few. */
  declinesPerBuyer: { name: 'declines-buyer', attempts: 10, perSeconds: 3_600 },
  /** A university or a carrier behind one address has thousands of honest buyers. */
  declinesPerNetwork: { name: 'declines-network', attempts: 100, perSeconds: 3_600 },
  /** Refuses nobody: strangers must not be able to stop everybody's payments. Raises an alarm. */
  declinesOfShop: { name: 'declines-shop', attempts: 200, perSeconds: 3_600 },
} as const satisfies Record<string, Limit>

/** Who asks. `network` is null where limits per network do not hold. */
export interface Caller {
  readonly buyerId: string
  readonly network: string | null
}

export interface CallerLimits {
  /** Throws `too_many_requests` for a buyer, or a network, with too many payments or declines. */
  mayPay(caller: Caller): Promise<void>
  noteDecline(caller: Caller): Promise<void>
  /** Whether the processor may be asked about the payment now. */
  mayLook(caller: Caller, paymentId: string): Promise<boolean>
}

export function makeCallerLimits(
  limits: Limits,
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
): CallerLimits {
  return {
    async mayPay({ buyerId, network }) {
      await limits.check(callerLimits.declinesPerBuyer, buyerId)
      if (network !== null) await limits.check(callerLimits.declinesPerNetwork, network)
      await limits.consume(callerLimits.begun, buyerId)
    },
    async noteDecline({ buyerId, network }) {
      metrics.cardDeclines.inc()
      await limits.count(callerLimits.declinesPerBuyer, buyerId)
      if (network !== null) await limits.count(callerLimits.declinesPerNetwork, network)
      const count = await limits.count(callerLimits.declinesOfShop, 'shop')
      if (count % callerLimits.declinesOfShop.attempts === 0 && count > 0)
        log.error({ count }, 'many cards were declined within an hour: somebody may be testing stolen ones')
    },
    async mayLook({ buyerId, network }, paymentId) {
      try {
        await limits.consume(callerLimits.looksPerPayment, paymentId)
        await limits.consume(callerLimits.looksPerBuyer, buyerId)
        if (network !== null) await limits.consume(callerLimits.looksPerNetwork, network)
        return true
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        metrics.looksLimited.inc()
        return false
      }
    },
  }
}
