// What a show says of its evening beside its start: what of it could not be. Pure.
import { type Evening, isVisible } from '@holdfast/contract'
import type { ContentRefusal } from './selling-terms.ts'

const dayMs = 24 * 3_600_000
/** Festivals last for weeks; what is longer is a slip of the pen. Lists rely on it. */
export const longestDays = 60

type Told = Evening & { readonly startsAt: string }

export function refuseEvening(show: Told): ContentRefusal | null {
  const fault = faultOf(show)
  return fault && { refusal: fault.reason, field: `/${fault.field}` }
}

function faultOf({ startsAt, doorsAt, endsAt, lastEntryAt, checkNote }: Told): {
  readonly reason: string
  readonly field: keyof Evening
} | null {
  const startMs = Date.parse(startsAt)
  const endMs = endsAt === undefined ? startMs + longestDays * dayMs : Date.parse(endsAt)
  if (endMs <= startMs) return { reason: 'The show must end after its start.', field: 'endsAt' }
  if (endMs > startMs + longestDays * dayMs)
    return { reason: `A show lasts ${longestDays} days at most.`, field: 'endsAt' }
  const doorsMs = doorsAt === undefined ? startMs : Date.parse(doorsAt)
  if (doorsMs > startMs) return { reason: 'The doors open before the start, or with it.', field: 'doorsAt' }
  if (doorsMs < startMs - dayMs)
    return { reason: 'The doors open a day before the start at the earliest.', field: 'doorsAt' }
  const lastMs = lastEntryAt === undefined ? endMs : Date.parse(lastEntryAt)
  if (lastMs < doorsMs || lastMs > endMs)
    return { reason: 'The last entry is after the doors open, and before the end.', field: 'lastEntryAt' }
  if (checkNote !== undefined && !isVisible(checkNote))
    return { reason: 'The note for the door is empty.', field: 'checkNote' }
  return null
}

/** Instants as the shop writes them: they are compared as text. */
export function settleEvening(told: Evening): Evening {
  const { doorsAt, endsAt, lastEntryAt, leastAge, checkNote, returnPolicy } = told
  const instant = (text: string) => new Date(text).toISOString()
  return {
    ...(doorsAt === undefined ? {} : { doorsAt: instant(doorsAt) }),
    ...(endsAt === undefined ? {} : { endsAt: instant(endsAt) }),
    ...(lastEntryAt === undefined ? {} : { lastEntryAt: instant(lastEntryAt) }),
    ...(leastAge === undefined ? {} : { leastAge }),
    ...(checkNote === undefined ? {} : { checkNote }),
    ...(returnPolicy === undefined ? {} : { returnPolicy }),
  }
}
