// Older versions of the SDK, as their users have them. Their types declare the module `stripe` for
// the whole program and would change those of the current one, so only what the tests call is
// described here.
import { createRequire } from 'node:module'

export type Answer = Record<string, unknown> & {
  id: string
  status: string
  lastResponse: { headers: Record<string, string>; apiVersion: string }
}
interface Collection {
  create(params: Record<string, unknown>, options?: Record<string, unknown>): Promise<Answer>
  retrieve(id: string, params?: Record<string, unknown>): Promise<Answer>
  confirm(id: string, params?: Record<string, unknown>): Promise<Answer>
  update(id: string, params: Record<string, unknown>): Promise<Answer>
  capture(id: string, params?: Record<string, unknown>): Promise<Answer>
}
export interface OldStripe {
  paymentIntents: Collection
  setupIntents: Collection
  customers: Collection
  refunds: Collection
  charges: Collection
  checkout: { sessions: Collection }
}

interface OldSdk {
  /** The name under which npm installs it. */
  name: string
  /** What its users pass, or what the SDK sends by itself. */
  apiVersion: string
  pinned: boolean
}
export const OLD_SDKS: readonly OldSdk[] = [
  { name: 'stripe-8', apiVersion: '2020-08-27', pinned: false },
  { name: 'stripe-14', apiVersion: '2023-10-16', pinned: true },
  { name: 'stripe-18', apiVersion: '2025-08-27.basil', pinned: true },
  { name: 'stripe-22', apiVersion: '2026-08-26.dahlia', pinned: true },
]

const load = createRequire(import.meta.url)

export function oldSdk({ name, apiVersion, pinned }: OldSdk, url: string): OldStripe {
  const Sdk = load(name) as new (key: string, options: Record<string, unknown>) => OldStripe
  const { hostname: host, port } = new URL(url)
  const options = {
    host,
    port: Number(port),
    protocol: 'http',
    telemetry: false,
    timeout: 5000,
    maxNetworkRetries: 0,
  }
  return new Sdk('sk_test_holdfast', pinned ? options : { ...options, apiVersion })
}
