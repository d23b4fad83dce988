// The codes of tickets that mail shows: computed when they are shown, and stored nowhere.
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { KnownTicket } from '../domain/known.ts'

/**
 * By ticket id. Throws when another process made one with a newer key than we know: a mail is tried
 * again, and never sent without its codes.
 */
export function codesOf(
  tickets: readonly KnownTicket[] | null | undefined,
  codes: TicketCodes,
): ReadonlyMap<string, string> {
  return new Map(
    (tickets ?? []).flatMap((ticket) => {
      // No door scans an extra.
      if (ticket.admits === 0) return []
      const code = codes.codeOf(ticket)
      if (code === null) throw new Error(`the key of ticket ${ticket.id} is not known here`)
      return [[ticket.id, code] as const]
    }),
  )
}
