// The secrets that webhooks are signed with. They are computed and stored nowhere: a copy of the
// database signs nothing, and a shop that was restored signs as before.
import { createHmac } from 'node:crypto'
import { deriveKey } from '../process/installation.ts'
import { checkValueOf } from './tickets.ts'

/** Which secret of an endpoint, and what it was made of. */
export interface SecretName {
  readonly endpointId: string
  readonly generation: number
  readonly keyVersion: string
}

export interface WebhookSecrets {
  /** Names the key that makes secrets now. Not secret. */
  readonly keyVersion: string
  /** As its owner gets it; null when its key is not known here. */
  secretOf(name: SecretName): string | null
}

const prefix = 'whsec_'

export function makeWebhookSecrets(secrets: readonly [Buffer, ...Buffer[]]): WebhookSecrets {
  const keys = new Map(secrets.map((secret) => [checkValueOf(secret), deriveKey({ secret }, 'webhooks')]))
  return {
    keyVersion: checkValueOf(secrets[0]),
    secretOf({ endpointId, generation, keyVersion }) {
      const key = keys.get(keyVersion)
      if (!key) return null
      return prefix + createHmac('sha256', key).update(`${endpointId} ${generation}`).digest('base64')
    },
  }
}

/** The value of `webhook-signature`, by the Standard Webhooks text: one signature for each secret. */
export function signatureOf(
  secrets: readonly string[],
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: string },
): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(prefix.length), 'base64')
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
    })
    .join(' ')
}
