// Local mode: the shop is somebody's own machine, and the request comes from there. The one place
// that decides it; nothing else asks whether a shop is "only a demo".
import { isIPv4 } from 'node:net'
import type { Config } from './config.ts'
import { isLoopback } from './processor.ts'

/** What of a request decides it: Node's own request has both. */
export interface Asking {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket: { readonly remoteAddress?: string | undefined }
}

export type LocalConfig = Pick<Config, 'host' | 'publicUrl' | 'trustProxy' | 'rateLimits'> & {
  readonly processor: Pick<Config['processor'], 'kind'>
}

/** What proxies add. With one of these the caller may be anybody. */
const forwarding = ['forwarded', 'x-real-ip', 'via']

/** True for a request of this machine to a shop of this machine. */
export type IsLocal = (request: Asking) => boolean

export function makeIsLocal(config: LocalConfig): IsLocal {
  if (!isLocalShop(config)) return () => false
  return ({ headers, socket }) =>
    isLoopbackPeer(socket.remoteAddress) &&
    isLoopbackHost(headers['host']) &&
    !Object.keys(headers).some((name) => forwarding.includes(name) || name.startsWith('x-forwarded-'))
}

/**
 * Whether limits per network hold for a request: always with `RATE_LIMITS=on`, never with `off`,
 * and otherwise everywhere but in local mode.
 */
export function makeLimitsNetwork(config: LocalConfig): (request: Asking) => boolean {
  if (config.rateLimits === 'on') return () => true
  if (config.rateLimits === 'off') return () => false
  const isLocal = makeIsLocal(config)
  return (request) => !isLocal(request)
}

/** Whether the shop is somebody's own machine; who asks is another matter. */
export function isLocalShop({ host, publicUrl, trustProxy, processor }: LocalConfig): boolean {
  return (
    !trustProxy &&
    processor.kind === 'sandbox' &&
    isLoopback(host) &&
    isLoopback(URL.canParse(publicUrl) ? new URL(publicUrl).hostname : '')
  )
}

/**
 * Where the shop's secrets come from. Whoever has a database that others keep, too, keeps them apart
 * from it.
 */
export const secretSourceOf = (config: Pick<Config, 'secretKeys' | 'databaseUrl'> & LocalConfig) => ({
  given: config.secretKeys,
  mayUseOwn: config.databaseUrl === null || isLocalShop(config),
})

function isLoopbackPeer(address: string | undefined): boolean {
  const bare = address?.replace(/^::ffff:/i, '') ?? ''
  return bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'))
}

/** A page of another site that found a name for our address has that name in `Host`. */
function isLoopbackHost(host: string | string[] | undefined): boolean {
  if (typeof host !== 'string') return false
  return isLoopback(host.replace(/:\d{1,5}$/, ''))
}
