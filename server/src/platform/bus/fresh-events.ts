// Events that this process has just committed, until its own consumers have had them: they need not
// be fetched and checked again. Contents only: what there is to read, and in which order, the
// outbox alone tells.
import type { Event } from '@holdfast/contract'

export interface FreshEvents {
  add(events: readonly Event[]): void
  /**
   * An event for one of its hearers; the last one takes it away. Undefined when it has to be
   * fetched.
   */
  take(id: string): Event | undefined
  /** An event for somebody who only looks. */
  look(id: string): Event | undefined
}

/**
 * Each half. What nobody here takes, because another process reads for its consumer, goes with the
 * older half.
 */
const halfSize = 1_000

/** `hearersOf` tells how many consumers of this process hear events of a type. */
export function makeFreshEvents(hearersOf: (type: string) => number): FreshEvents {
  let newer = new Map<string, { readonly event: Event; left: number }>()
  let older: typeof newer = new Map()
  return {
    add(events) {
      for (const event of events) {
        const left = hearersOf(event.type)
        if (left === 0) continue
        if (newer.size >= halfSize) {
          older = newer
          newer = new Map()
        }
        newer.set(event.id, { event, left })
      }
    },
    take(id) {
      const half = newer.has(id) ? newer : older
      const found = half.get(id)
      if (!found) return undefined
      found.left -= 1
      if (found.left === 0) half.delete(id)
      return found.event
    },
    look: (id) => (newer.get(id) ?? older.get(id))?.event,
  }
}
