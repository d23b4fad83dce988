// The session that a call of ours just made, seen from the outside: only the browser knows whether
// it kept the cookie.
import type { QueryClient } from '@tanstack/react-query'
import { ApiError } from './client.ts'
import { currentUserQuery } from './queries.ts'

/**
 * Reads who is there now. Without this, a browser that keeps no cookie is told "sign in first" at
 * the next step.
 */
export async function expectSession(client: QueryClient): Promise<void> {
  const { user } = await client.fetchQuery({ ...currentUserQuery, staleTime: 0 })
  if (user === null) throw new ApiError('cookies_blocked', 401)
}
