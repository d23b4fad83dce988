// The security log: one structured line and one count for each thing that a person who guards the
// shop wants to know. Fields are ids, networks and reasons: never a secret, an address or a body.
import { type Clock, systemClock } from './clock.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export type SecurityEvent =
  | 'sign_in_failed'
  | 'limit_hit'
  | 'webhook_refused'
  | 'operator_made'
  | 'operator_removed'
  | 'seller_approved'
  | 'seller_blocked'
  | 'show_closed'

export interface SecurityLog {
  /**
   * Each is counted. With `once`, a line is written at most once a minute for that text: strangers
   * who come by thousands must not fill the log.
   */
  note(
    event: SecurityEvent,
    details: Readonly<Record<string, string | number | null | undefined>>,
    once?: string,
  ): void
}

export interface SecurityLogParts {
  readonly log: Log
  readonly metrics: Metrics
  readonly clock?: Pick<Clock, 'elapsedMs'>
}

const quietMs = 60_000
/** More networks than this are told again. */
const rememberedMax = 10_000

export function makeSecurityLog({ log, metrics, clock = systemClock }: SecurityLogParts): SecurityLog {
  const toldUntilMs = new Map<string, number>()
  const wasToldLately = (text: string): boolean => {
    const nowMs = clock.elapsedMs()
    if ((toldUntilMs.get(text) ?? 0) > nowMs) return true
    if (toldUntilMs.size >= rememberedMax) toldUntilMs.clear()
    toldUntilMs.set(text, nowMs + quietMs)
    return false
  }
  return {
    note(event, details, once) {
      metrics.securityEvents.inc({ event })
      if (once !== undefined && wasToldLately(`${event} ${once}`)) return
      log.warn({ security: event, ...details }, `security: ${event.replaceAll('_', ' ')}`)
    },
  }
}

export const noSecurityLog: SecurityLog = { note: () => undefined }
