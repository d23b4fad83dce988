// What a session begins with, whichever way somebody came in.
import type { Language } from '@holdfast/contract'
import type { Grants, Principal } from '../platform/http/sessions.ts'

export const sessionSeconds = 30 * 24 * 3600
/**
 * As long as a browser keeps a cookie at most: a guest's session lives on until their show is over,
 * and the shop decides when that is.
 */
export const guestCookieSeconds = 400 * 24 * 3600

/** A session that was just begun; its token is stored nowhere else. */
export interface Begun {
  readonly principal: Principal
  readonly token: string
}

/** Where a request came from, and the language that its sender reads. */
export interface Sender {
  readonly address: string
  readonly language?: Language
}

export const sessionIn = (language?: Language) =>
  ({ purpose: 'session', ttlSeconds: sessionSeconds, language: language ?? null }) as const

/** What a session begins with: addresses that are proved, and what a guest's links have opened. */
export function grantsOf(known: Principal | null | undefined, proved: readonly string[] = []): Grants {
  const before: Grants = known?.kind === 'guest' ? known : {}
  const all = [...new Set([...proved, ...(before.proved ?? [])])]
  return {
    ...(all.length > 0 ? { proved: all } : {}),
    ...(before.orders ? { orders: before.orders } : {}),
  }
}
