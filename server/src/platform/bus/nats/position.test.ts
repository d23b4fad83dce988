// Joining the stream from anywhere: whatever it lost, and however others cut their windows, no
// event is skipped.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Position, startOfWindow } from '../store.ts'
import {
  follows,
  gapBefore,
  isBehind,
  type Link,
  placeFromText,
  placeToText,
  positionAfter,
  positionFromText,
  positionToText,
} from './position.ts'

interface Stored {
  readonly seq: number
  readonly settled: number
}

/** An outbox of events whose transactions ended in another order than their numbers. */
const outboxes = fc
  .array(fc.integer({ min: 1, max: 30 }), { maxLength: 25 })
  .map((settled): Stored[] => settled.map((each, index) => ({ seq: index + 1, settled: each })))
/** Where windows end, each somewhere behind the one before. */
const ends = fc
  .uniqueArray(fc.integer({ min: 1, max: 31 }), { maxLength: 8 })
  .map((all) => [...all, 32].toSorted((a, b) => a - b))

const windowRows = (outbox: readonly Stored[], from: number, to: number, afterSeq = 0) =>
  outbox.filter(({ seq, settled }) => settled >= from && settled < to && seq > afterSeq)

/**
 * What a relay puts into the stream that begins with this window, cutting windows there, and pages
 * of two.
 */
function publishAll(outbox: readonly Stored[], start: number, cuts: readonly number[]): Link[] {
  const links: Link[] = []
  let before: Position = startOfWindow(start)
  let windowFrom = start
  for (const windowTo of cuts.filter((cut) => cut > start)) {
    const rows = windowRows(outbox, windowFrom, windowTo)
    for (const [index, { seq }] of rows.entries()) {
      // A page that happens to be full does not know that it is the last.
      const place = {
        windowFrom,
        windowTo,
        seq,
        endsWindow: index === rows.length - 1 && rows.length % 2 === 1,
      }
      links.push({ place, before })
      before = positionAfter(place)
    }
    windowFrom = windowTo
  }
  return links
}

const isHandledAt = ({ windowFrom, windowTo, afterSeq }: Position, { seq, settled }: Stored) =>
  settled < windowFrom || (windowTo !== null && settled < windowTo && seq <= afterSeq)

/** Reads what is in the stream, and out of the outbox what it does not tell. */
function readOn(outbox: readonly Stored[], start: Position, messages: readonly Link[]) {
  const seen: { seq: number; pulled: boolean }[] = []
  let position = start
  for (const message of messages) {
    for (let steps = 0; !isBehind(position, message) && !follows(position, message); steps += 1) {
      expect(steps).toBeLessThan(5)
      const gap = gapBefore(position, message)
      for (const { seq } of windowRows(outbox, gap.windowFrom, gap.windowTo, gap.afterSeq))
        seen.push({ seq, pulled: true })
      position = startOfWindow(gap.windowTo)
    }
    if (isBehind(position, message)) continue
    seen.push({ seq: message.place.seq, pulled: false })
    position = positionAfter(message.place)
  }
  return { seen, position }
}

test('from any position, through any losses of the stream, every event is read, and none of an aggregate before an earlier one', () => {
  const starts = fc.record({
    from: fc.integer({ min: 0, max: 32 }),
    length: fc.integer({ min: 0, max: 8 }),
    after: fc.nat(26),
  })
  const scenes = fc.record({
    outbox: outboxes,
    cuts: ends,
    cutsAgain: ends,
    start: starts,
    begins: fc.nat(20),
    lost: fc.array(fc.boolean()),
  })
  const property = fc.property(
    scenes,
    ({ outbox, cuts, cutsAgain, start: { from, length, after }, begins, lost }) => {
      const start =
        length === 0
          ? startOfWindow(from)
          : { windowFrom: from, windowTo: Math.min(from + length, 32), afterSeq: after }
      fc.pre(start.windowTo === null || start.windowTo > start.windowFrom)
      // A stream with losses, and one that was made anew later, cut otherwise.
      const first = publishAll(outbox, 0, cuts).filter((_, index) => lost[index] !== true)
      const second = publishAll(outbox, begins, cutsAgain)
      const { seen, position } = readOn(outbox, start, [...first, ...second])
      const handled = new Set(seen.map(({ seq }) => seq))
      const missing = outbox.filter(
        (event) => !isHandledAt(start, event) && !handled.has(event.seq) && isHandledAt(position, event),
      )
      expect(missing).toEqual([])
      // Of one aggregate may be any two of which the later one did not settle before the other.
      const firstAt = new Map([...seen.entries()].toReversed().map(([index, { seq }]) => [seq, index]))
      const isOvertaken = (early: Stored, late: Stored) =>
        early.seq < late.seq &&
        early.settled <= late.settled &&
        (firstAt.get(early.seq) ?? -1) > (firstAt.get(late.seq) ?? Infinity)
      const fresh = outbox.filter((event) => !isHandledAt(start, event))
      expect(fresh.filter((early) => fresh.some((late) => isOvertaken(early, late)))).toEqual([])
      // To the end of the stream nothing is left out, wherever it began.
      if (second.length > 0)
        expect(outbox.filter((event) => !isHandledAt(position, event) && event.settled < 32)).toEqual([])
    },
  )
  fc.assert(property, { numRuns: 8_000 })
})

test('who stands in the stream is told all of it by the stream alone, in the order of the relay', () => {
  const property = fc.property(outboxes, ends, fc.nat(30), (outbox, cuts, begins) => {
    const links = publishAll(outbox, 0, cuts)
    const at = links.length === 0 ? 0 : begins % links.length
    const from = links[at]
    const { seen } = readOn(outbox, from ? positionAfter(from.place) : startOfWindow(0), links)
    expect(seen).toEqual(links.slice(at + 1).map(({ place }) => ({ seq: place.seq, pulled: false })))
  })
  fc.assert(property, { numRuns: 3_000 })
})

test('an idle reader may stand anywhere in a time without events, and still joins', () => {
  const link = {
    place: { windowFrom: 40, windowTo: 50, seq: 7, endsWindow: true },
    before: startOfWindow(20),
  }
  expect([19, 20, 30, 40, 41, 49].map((from) => follows(startOfWindow(from), link))).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
  ])
  expect(isBehind(startOfWindow(50), link)).toBe(true)
  expect(isBehind(startOfWindow(49), link)).toBe(false)
})

test('places and positions are written so that they can be read again, and nothing else is read', () => {
  for (const endsWindow of [true, false]) {
    const place = { windowFrom: 12, windowTo: 34, seq: 56, endsWindow }
    expect(placeFromText(placeToText(place))).toEqual(place)
  }
  const restored = { windowFrom: -34, windowTo: -12, seq: 56, endsWindow: true }
  expect(placeFromText(placeToText(restored))).toEqual(restored)
  for (const position of [
    startOfWindow(7),
    startOfWindow(Number.MIN_SAFE_INTEGER),
    { windowFrom: 1, windowTo: 2, afterSeq: 3 },
  ])
    expect(positionFromText(positionToText(position))).toEqual(position)
  expect(['', '1.2', '1.2.3.4', 'a.2.3', '1..3'].map(placeFromText)).toEqual(Array(5).fill(undefined))
  expect(['', '1.2', '1.2.3.end', '--1..0', '-..0'].map(positionFromText)).toEqual(Array(5).fill(undefined))
})
