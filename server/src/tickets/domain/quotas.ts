// How much an account may keep in drafts, which cost nothing and which nobody else sees. Pure; the
// numbers are in the contract's table.
import { quotas } from '@holdfast/contract'
import type { ShowContent } from './show-content.ts'

/** What an account keeps: how many drafts, and how many seats are in them. */
export interface Drafts {
  readonly drafts: number
  readonly seats: number
}

export const seatsIn = ({ ticketTypes }: Pick<ShowContent, 'ticketTypes'>): number =>
  ticketTypes.reduce((sum, { seats }) => sum + (seats?.length ?? 0), 0)

/** Why so much more may not be kept; null when it may. `kept` is undefined where nothing limits. */
export function refuseDrafts(kept: Drafts | undefined, more: Drafts): string | null {
  if (kept === undefined) return null
  const { draftsOfAccount, seatsOfDrafts } = quotas
  if (more.drafts > 0 && kept.drafts + more.drafts > draftsOfAccount)
    return `an account keeps at most ${draftsOfAccount} drafts; delete one`
  if (more.seats > 0 && kept.seats + more.seats > seatsOfDrafts)
    return `the drafts of an account have at most ${seatsOfDrafts} seats together; delete one`
  return null
}
