// Pages of orders: newest first, each page after the order that its cursor names. Knows no HTTP but
// its errors.
import { ProblemError } from '../../platform/http/problem.ts'

const uuidPattern = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/

export function cursorId(cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  if (!uuidPattern.test(cursor))
    throw new ProblemError('invalid_request', { detail: 'the cursor is not valid for this list' })
  return cursor
}

/** A page of `limit` out of up to one more: the last id is the cursor when there is more. */
export function pageOf<Item extends { readonly id: string }>(items: readonly Item[], limit: number) {
  const shown = items.slice(0, limit)
  return { items: shown, nextCursor: items.length > limit ? (shown.at(-1)?.id ?? null) : null }
}
