// A live view of the stream: from now on, with a position in memory only. Retries nothing and
// remembers nothing.
import { type Event, MalformedEvent, parseEvent } from '@holdfast/contract'
import type { Queryable } from '../postgres/database.ts'
import { type Clock, makeWaker } from '../process/clock.ts'
import type { Log } from '../process/log.ts'
import type { PageSource } from './carrier.ts'
import { type Position, readHorizon, type StoredEvent, startOfWindow } from './store.ts'

export interface Tail {
  wake(): void
  /** Resolves when nothing is asked or shown any more. */
  stop(): Promise<void>
}

export interface TailOptions {
  readonly db: Queryable
  readonly clock: Clock
  readonly log: Log
  readonly source: PageSource
  readonly onEvents: (events: readonly Event[]) => void
}

/** How many events a live view is shown at once. */
export const tailPageSize = 500
const tailPollMs = 250
/**
 * A live view is as good some moments later; on a busy stream it is read this often and no more.
 */
const tailRestMs = 40

export function makeTail({ db, clock, log, source, onEvents }: TailOptions): Tail {
  const stopping = new AbortController()
  const waker = makeWaker(clock)
  let position: Position | undefined

  const show = (rows: readonly StoredEvent[]) => {
    const events: Event[] = []
    for (const { envelope, own } of rows) {
      try {
        events.push(own ?? parseEvent(envelope))
      } catch (error) {
        // Consumers make it a dead letter; a live view has nothing to show of it.
        if (!(error instanceof MalformedEvent)) throw error
      }
    }
    try {
      if (events.length > 0 && !stopping.signal.aborted) onEvents(events)
    } catch (error) {
      log.error({ err: error }, 'a live view failed on events')
    }
  }

  const run = async () => {
    position ??= startOfWindow(await readHorizon(db))
    while (!stopping.signal.aborted) {
      const page = await source.next(position)
      position = page.next
      if (page.rows.length > 0) show(page.rows)
      else {
        await waker.rest(tailPollMs)
        if (!stopping.signal.aborted) await clock.sleep(tailRestMs, stopping.signal)
        if (stopping.signal.aborted) return
      }
    }
  }
  const supervise = async () => {
    while (!stopping.signal.aborted) {
      try {
        await run()
      } catch (error) {
        // It goes on where it was: what was committed meanwhile is shown late, not lost.
        log.warn({ err: error }, 'a live view lost the stream')
        await clock.sleep(500, stopping.signal)
      }
    }
  }
  const supervision = supervise()
  return {
    wake: () => waker.wake(),
    stop() {
      stopping.abort()
      waker.wake()
      return supervision
    },
  }
}
