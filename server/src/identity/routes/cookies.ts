// The session's cookie. The only place that sets it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sessionCookieName } from '../../platform/http/server.ts'
import { type Sessions, sessionPrefix } from '../../platform/http/sessions.ts'
import { type Begun, guestCookieSeconds, sessionSeconds } from '../begun.ts'

export interface Cookies {
  readonly sessions: Sessions
  readonly publicUrl: string
}

export function setCookie(
  reply: FastifyReply,
  publicUrl: string,
  { token, maxAgeSeconds }: { token: string; maxAgeSeconds: number },
): void {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  const cookie = `${sessionCookieName(publicUrl)}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`
  reply.header('set-cookie', cookie)
}

/**
 * Hands the new session over and ends the one the browser came with. A program's token is not a
 * browser's session. A guest who stays the same keeps the old one too: should this answer be lost,
 * it is his only way to what he bought.
 */
export async function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  { begun: { token, principal }, sessions, publicUrl }: Cookies & { readonly begun: Begun },
) {
  const sameGuest = principal.kind === 'guest' && principal.id === request.principal?.id
  if (request.sessionToken?.startsWith(sessionPrefix) && !sameGuest) await sessions.end(request.sessionToken)
  const maxAgeSeconds = principal.kind === 'guest' ? guestCookieSeconds : sessionSeconds
  setCookie(reply, publicUrl, { token, maxAgeSeconds })
  return { id: principal.id, email: principal.email }
}
