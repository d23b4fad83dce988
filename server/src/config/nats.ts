// The address of a message broker, out of `NATS_URL`. Repeats no part of a wrong value: it may hold
// a password.
import type { NatsConfig } from '../platform/bus/nats/connection.ts'

/** Null where there is none, and where it is wrong: then `problem` is told. */
export function readNats(urls: readonly string[], problem: (text: string) => void): NatsConfig | null {
  const servers = urls.flatMap((url) => serverOf(url) ?? [])
  const [first] = servers
  if (urls.length === 0) return null
  if (!first || servers.length < urls.length) {
    problem(
      'NATS_URL: expected comma-separated nats:// or tls:// URLs, such as nats://user:password@broker:4222',
    )
    return null
  }
  if (servers.some(({ tls }) => tls !== first.tls))
    problem('NATS_URL: use nats:// for all servers or tls:// for all')
  const [shown = first, ...others] = servers.filter(({ user }) => user !== '')
  if (others.some(({ user, pass }) => user !== shown.user || pass !== shown.pass))
    problem('NATS_URL: use the same user and password, or the same token, for all servers')
  const { user, pass } = shown
  return {
    servers: servers.map(({ address }) => address),
    tls: first.tls,
    ...(user === '' ? {} : pass === '' ? { token: user } : { user, pass }),
  }
}

/** Null for what is no address of a server. */
function serverOf(text: string): { address: string; tls: boolean; user: string; pass: string } | null {
  if (!URL.canParse(text)) return null
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(text)
  if (!['nats:', 'tls:'].includes(protocol) || hostname === '') return null
  if (!['', '/'].includes(pathname) || search !== '' || hash !== '') return null
  try {
    const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)]
    return { address: `${hostname}:${port || '4222'}`, tls: protocol === 'tls:', user, pass }
  } catch {
    // A stray % in the password.
    return null
  }
}
