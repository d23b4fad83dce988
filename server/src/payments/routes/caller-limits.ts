// How often callers may make the shop speak to the card processor, and how many cards they may have
// declined. The numbers are in the contract's table. Never decides about money.
import { type AttemptLimit, attemptLimits } from '@holdfast/contract'
import type { Limits } from '../../platform/http/limits.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { Log } from '../../platform/process/log.ts'
import type { Metrics } from '../../platform/process/metrics.ts'

export const callerLimits = {
  begun: attemptLimits.payments,
  looksPerPayment: attemptLimits.looksAtPayment,
  looksPerBuyer: attemptLimits.looksOfBuyer,
  looksPerNetwork: attemptLimits.looksOfNetwork,
  declinesPerBuyer: attemptLimits.declinesOfBuyer,
  declinesPerNetwork: attemptLimits.declinesOfNetwork,
  declinesOfShop: attemptLimits.declinesOfShop,
} as const satisfies Record<string, AttemptLimit>

const rememberedMs = 1_000

/** Who asks. `network` is null where limits per network do not hold. */
export interface Caller {
  readonly buyerId: string
  readonly network: string | null
}

export interface Payer extends Caller {
  /** A guest with an unproved address, in a shop whose mails could prove it. */
  readonly isUnknown: boolean
}

export interface CallerLimits {
  /**
   * Throws `too_many_requests` for a buyer, or a network, with too many payments or declines, and
   * `email_unverified` for an unknown guest in an hour in which too many cards of the shop were
   * declined: somebody may be testing stolen ones.
   */
  mayPay(payer: Payer): Promise<void>
  noteDecline(caller: Caller): Promise<void>
  /** Whether the processor may be asked about the payment now. */
  mayLook(caller: Caller, paymentId: string): Promise<boolean>
}

export function makeCallerLimits(
  limits: Limits,
  { clock, log, metrics }: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
): CallerLimits {
  let asked = { atMs: Number.NEGATIVE_INFINITY, answer: Promise.resolve(false) }
  /** One question to the database a second, whoever asks. */
  const isUnderAttack = () => {
    const nowMs = clock.nowMs()
    if (Math.abs(nowMs - asked.atMs) > rememberedMs)
      asked = { atMs: nowMs, answer: limits.isUsedUp(callerLimits.declinesOfShop, 'shop') }
    return asked.answer
  }
  return {
    async mayPay({ buyerId, network, isUnknown }) {
      if (isUnknown && (await isUnderAttack())) throw new ProblemError('email_unverified')
      // Side by side: each is a question to the database, and a buyer waits for them.
      await Promise.all([
        limits.check(callerLimits.declinesPerBuyer, buyerId),
        network === null ? null : limits.check(callerLimits.declinesPerNetwork, network),
        limits.consume(callerLimits.begun, buyerId),
      ])
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
