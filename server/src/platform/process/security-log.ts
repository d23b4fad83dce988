// The security log: one structured line and one count for each thing that a person who guards the
// shop wants to know. Fields are ids, networks and reasons: never a secret, an address or a body.
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export type SecurityEvent =
  | 'sign_in_failed'
  | 'limit_hit'
  | 'webhook_refused'
  | 'operator_made'
  | 'seller_approved'
  | 'seller_blocked'
  | 'show_closed'

export interface SecurityLog {
  note(event: SecurityEvent, details: Readonly<Record<string, string | number | null | undefined>>): void
}

export function makeSecurityLog({ log, metrics }: { log: Log; metrics: Metrics }): SecurityLog {
  return {
    note(event, details) {
      metrics.securityEvents.inc({ event })
      log.warn({ security: event, ...details }, `security: ${event.replaceAll('_', ' ')}`)
    },
  }
}

export const noSecurityLog: SecurityLog = { note: () => undefined }
