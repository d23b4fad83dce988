// Which tickets a door lets in: those of the shows that it is open for. A ticket of another show is
// refused without being used. Pure.

/** What staff may check in for: an organisation, or single shows of it. */
export interface DoorScope {
  readonly organisationId: string
  readonly showIds: readonly string[] | null
}

export interface DoorShow {
  readonly id: string
  readonly organisationId: string
  readonly title: string
  readonly startsAt: string
  readonly timeZone: string
  readonly cancelled: boolean
}

type Refused = {
  readonly rejection: 'ticket_unknown' | 'wrong_show' | 'show_cancelled'
  readonly detail?: string
}

/** A night goes on after midnight. */
const nightMs = 12 * 3_600_000

const dayIn = (timeZone: string, atMs: number) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(atMs)

/** Whether a show takes place today where it is, or began not long ago. */
export function isOfDay({ startsAt, timeZone }: DoorShow, now: string): boolean {
  const [startMs, nowMs] = [Date.parse(startsAt), Date.parse(now)]
  const began = nowMs - startMs
  return dayIn(timeZone, startMs) === dayIn(timeZone, nowMs) || (began >= 0 && began < nightMs)
}

const ofHouse = ({ organisationId }: DoorShow, scopes: readonly DoorScope[]) =>
  scopes.filter((scope) => scope.organisationId === organisationId)

export const mayAdmit = (show: DoorShow, scopes: readonly DoorScope[]): boolean =>
  ofHouse(show, scopes).some(({ showIds }) => showIds === null || showIds.includes(show.id))

interface Asked {
  readonly scopes: readonly DoorScope[]
  readonly showIds: readonly string[] | null
}
interface Around {
  readonly shows: ReadonlyMap<string, DoorShow>
  readonly now: string
}

/**
 * A door that names no shows is open for those of its device, token or role. Who may check in for the
 * whole organisation is open for its shows of the day, and on a day without any for each of them.
 */
function isOpenFor(show: DoorShow, { scopes, showIds }: Asked, { shows, now }: Around): boolean {
  if (!mayAdmit(show, scopes)) return false
  if (showIds !== null) return showIds.includes(show.id)
  if (ofHouse(show, scopes).some((scope) => scope.showIds?.includes(show.id))) return true
  const today = [...shows.values()].filter(
    (each) => each.organisationId === show.organisationId && !each.cancelled && isOfDay(each, now),
  )
  return today.length === 0 || today.some(({ id }) => id === show.id)
}

/** Why a door does not look at a ticket of this show, or null. */
export function refuseAtDoor(show: DoorShow, asked: Asked, around: Around): Refused | null {
  // Somebody else's show is not there, so that a door cannot be used to try codes of other houses.
  if (ofHouse(show, asked.scopes).length === 0) return { rejection: 'ticket_unknown' }
  const detail = `the ticket is for “${show.title}”, ${show.startsAt}`
  if (show.cancelled) return { rejection: 'show_cancelled', detail }
  return isOpenFor(show, asked, around) ? null : { rejection: 'wrong_show', detail }
}
