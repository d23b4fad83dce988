// Signs a webhook body as the processor does: every live secret gives one `v1`, the time is that of
// this attempt.
import { createHmac } from 'node:crypto'

export function signatureHeader(body: string, secrets: string[], timestamp: number): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`,
  )
  return [`t=${timestamp}`, ...signatures].join(',')
}
