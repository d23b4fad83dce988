// Where a message stands among all events, and whether a reader may take it next. Arithmetic on
// positions only: this is what keeps an event from being skipped when the stream was trimmed,
// wiped, rolled back or made anew.
import { type Position, startOfWindow } from '../store.ts'

/** Where an event stands: in the window [windowFrom, windowTo) of the relay, by its seq. */
export interface Place {
  readonly windowFrom: number
  readonly windowTo: number
  readonly seq: number
  /** The last event of its window. */
  readonly endsWindow: boolean
}

/**
 * A message says where its event stands, and up to where everything has been published before it.
 */
export interface Link {
  readonly place: Place
  /** The relay's position before this event: between the two there is no event of the outbox. */
  readonly before: Position
}

/** The position of who has handled everything up to this event. */
export function positionAfter({ windowFrom, windowTo, seq, endsWindow }: Place): Position {
  return endsWindow ? startOfWindow(windowTo) : { windowFrom, windowTo, afterSeq: seq }
}

/** True when who stands at `position` has handled this event. */
export function isBehind(position: Position, { place }: Link): boolean {
  if (place.windowTo <= position.windowFrom) return true
  return isInSameWindow(position, place) && place.seq <= position.afterSeq
}

/** True when no event is missing between `position` and this one, which is not behind it. */
export function follows(position: Position, { place, before }: Link): boolean {
  if (isInSameWindow(position, place))
    return !isInSameWindow(before, place) || before.afterSeq <= position.afterSeq
  if (position.windowTo !== null)
    return isInSameWindow(before, toPlace(position)) && before.afterSeq <= position.afterSeq
  return (
    (before.windowTo ?? before.windowFrom) <= position.windowFrom && position.windowFrom <= place.windowFrom
  )
}

/**
 * What to read from the outbox where a message does not follow: up to the end of its window, where
 * the next one can be taken. A window of another reader is read to its own end first.
 */
export function gapBefore(
  { windowFrom, windowTo, afterSeq }: Position,
  { place }: Link,
): Position & { windowTo: number } {
  if (windowTo !== null) return { windowFrom, windowTo, afterSeq }
  return { windowFrom, windowTo: place.windowTo, afterSeq: 0 }
}

function isInSameWindow(
  { windowFrom, windowTo }: Position,
  place: Pick<Place, 'windowFrom' | 'windowTo'>,
): boolean {
  return windowTo !== null && windowFrom === place.windowFrom && windowTo === place.windowTo
}

function toPlace({ windowFrom, windowTo }: Position): Pick<Place, 'windowFrom' | 'windowTo'> {
  return { windowFrom, windowTo: windowTo ?? windowFrom }
}

export function placeToText({ windowFrom, windowTo, seq, endsWindow }: Place): string {
  return `${windowFrom}.${windowTo}.${seq}${endsWindow ? '.end' : ''}`
}

export function positionToText({ windowFrom, windowTo, afterSeq }: Position): string {
  return `${windowFrom}.${windowTo ?? ''}.${afterSeq}`
}

/** Undefined for what is no place of ours. */
export function placeFromText(text: string): Place | undefined {
  const [, from, to, seq, end] = /^(-?\d{1,16})\.(-?\d{1,16})\.(\d{1,15})(\.end)?$/.exec(text) ?? []
  if (from === undefined) return undefined
  return { windowFrom: Number(from), windowTo: Number(to), seq: Number(seq), endsWindow: end !== undefined }
}

/** Undefined for what is no position of ours. */
export function positionFromText(text: string): Position | undefined {
  const [, from, to, seq] = /^(-?\d{1,16})\.(-?\d{1,16})?\.(\d{1,15})$/.exec(text) ?? []
  if (from === undefined) return undefined
  return { windowFrom: Number(from), windowTo: to === undefined ? null : Number(to), afterSeq: Number(seq) }
}
