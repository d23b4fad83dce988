// Who may speak to the sandbox. It has no passwords, so it trusts this machine alone: a foreign
// name in `Host` is a page that bound its own name to this address (DNS rebinding), and a foreign
// `Origin` is a page of another site.
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopbackName, nameOf } from './names.ts'
import { type EdgeReply, jsonReply } from './request.ts'

/**
 * `program`: no browser, or the person at it. `own`: a page of this sandbox. `page`: a page that
 * may take payments, such as a shop's. `link`: a browser that follows a link, or loads a script or
 * frame, for a page that does not say which it is.
 */
export type Visitor = 'program' | 'own' | 'page' | 'link'

export interface GuardOptions {
  /** Names beside those of loopback under which clients reach the sandbox. */
  hosts: readonly string[]
  /** Origins of pages, beside those on loopback and on `hosts`, that may take payments. */
  origins: readonly string[]
  /** Where browsers reach the sandbox; its `url` is set once it listens. */
  home: { readonly url: string }
}

export interface Guard {
  /** The visitor, or the refusal. */
  check(method: string, path: string, headers: IncomingHttpHeaders): Visitor | EdgeReply
  /** The sources of `frame-ancestors`: pages that may show the card form and the bank's page. */
  readonly ancestors: string
}

const HOSTS_KEPT = 100
const CONTROL = /^\/_sandbox\/(clock|disputes|events|faults|live|overview|reset|webhook_endpoints)(\/|$)/

function refuse(code: string, message: string): EdgeReply {
  return jsonReply(403, { error: { type: 'invalid_request_error', code, message } })
}

/**
 * Reading a page or a file changes nothing, and its answer stays unreadable for the page that asked
 * for it.
 */
function isFile(method: string, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && !path.startsWith('/v1/') && !CONTROL.test(path)
}

export function makeGuard({ hosts, origins, home }: GuardOptions): Guard {
  const names = new Set(hosts.map((host) => nameOf(host) ?? host.toLowerCase()))
  const named = new Set(origins.map((origin) => new URL(origin).origin))
  const accepted = new Set<string>()

  function isKnown(name: string): boolean {
    return isLoopbackName(name) || names.has(name) || name === new URL(home.url).hostname
  }

  function isHost(host: string): boolean {
    if (accepted.has(host)) return true
    const name = nameOf(host)
    if (name === undefined || !isKnown(name)) return false
    if (accepted.size < HOSTS_KEPT) accepted.add(host)
    return true
  }

  function visitorFrom(origin: string, host: string): Visitor | undefined {
    if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return undefined
    const url = new URL(origin)
    if (url.host === new URL(`${url.protocol}//${host}`).host || url.origin === new URL(home.url).origin)
      return 'own'
    return isKnown(url.hostname.replace(/\.$/, '')) || named.has(url.origin) ? 'page' : undefined
  }

  return {
    ancestors: [
      "'self'",
      ...['localhost', '*.localhost', '127.0.0.1', ...names].flatMap((name) => [
        `http://${name}:*`,
        `https://${name}:*`,
      ]),
      ...named,
    ].join(' '),
    check(method, path, headers) {
      const { host = '', origin } = headers
      if (!isHost(host)) {
        return refuse(
          'host_not_allowed',
          `This sandbox does not answer to the name "${host.slice(0, 100)}". Call it as localhost, or list the name in SANDBOX_HOSTS.`,
        )
      }
      const site = headers['sec-fetch-site']
      const alone = site === undefined || site === 'same-origin' || site === 'none'
      const visitor = origin === undefined ? (alone ? 'program' : 'link') : visitorFrom(origin, host)
      if (visitor === undefined) {
        return refuse(
          'origin_not_allowed',
          `Pages of ${String(origin).slice(0, 100)} may not use this sandbox. Serve the page from localhost, or list its origin in SANDBOX_ORIGINS.`,
        )
      }
      if (visitor === 'program' || visitor === 'own' || isFile(method, path)) return visitor
      if (visitor === 'page' && path.startsWith('/v1/')) return visitor
      return refuse('origin_not_allowed', 'Only pages of the sandbox itself may do this.')
    },
  }
}
