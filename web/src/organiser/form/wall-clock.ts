// Between the wall clock that an organiser types and the instant that it means, in any zone and
// over its clock changes. Pure.
import { usableZone } from '../../reader.ts'

/** The wall clock of a zone as `YYYY-MM-DDTHH:mm`, for a date field. */
export function wallClockIn(instant: string, timeZone: string): string {
  return wallClockAt(Date.parse(instant), timeZone)
}

function wallClockAt(atMs: number, timeZone: string): string {
  return formatOf(timeZone).format(atMs).replace(' ', 'T')
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Kept: making one takes longer than a hundred uses. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('sv', {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: usableZone(timeZone),
  })
  formats.set(timeZone, made)
  return made
}

export interface ReadClock {
  readonly instant: string
  /**
   * `skipped`: the clocks jump over this time, and the instant is as much later. `doubled`: it
   * comes twice, and this is the first.
   */
  readonly kind: 'plain' | 'skipped' | 'doubled'
}

const dayMs = 24 * 60 * 60 * 1_000
const clockPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::\d\d(?:\.\d+)?)?$/

/** What a typed wall clock means in a zone. Null when it is no date and time. */
export function readWallClock(typed: string, timeZone: string): ReadClock | null {
  const wall = clockPattern.exec(typed)?.[1]
  const asUtcMs = Date.parse(`${wall ?? ''}:00Z`)
  if (wall === undefined || Number.isNaN(asUtcMs)) return null
  const offsetMsAt = (atMs: number) => Date.parse(`${wallClockAt(atMs, timeZone)}:00Z`) - atMs
  // A change of the clocks that matters lies between these two: no zone is farther from UTC than a
  // day.
  const beforeMs = offsetMsAt(asUtcMs - dayMs)
  const candidatesMs = [beforeMs, offsetMsAt(asUtcMs + dayMs)].map((offsetMs) => asUtcMs - offsetMs)
  const shown = [...new Set(candidatesMs)].filter((atMs) => wallClockAt(atMs, timeZone) === wall)
  // By the clock from before the jump: half an hour into the gap is half an hour after it.
  if (shown.length === 0) return { instant: new Date(asUtcMs - beforeMs).toISOString(), kind: 'skipped' }
  return { instant: new Date(Math.min(...shown)).toISOString(), kind: shown.length > 1 ? 'doubled' : 'plain' }
}
