// How events come to a process: what a bus asks of whoever carries them, Postgres or a broker.
// Whose turn it is to read, what is handled and what waits is the same whoever carries, and is not
// in here.
import type { Event } from '@holdfast/contract'
import type { Connection, Queryable } from '../postgres/database.ts'
import type { EventPage, Position } from './store.ts'

/** Where one reader gets its pages from. */
export interface PageSource {
  /** The next events behind this position; an empty page when there is nothing now. */
  next(position: Position): Promise<EventPage>
}

export interface Reading {
  readonly db: Queryable
  readonly types: readonly string[]
  readonly limit: number
  /** The contents of an event that this process has at hand. */
  readonly atHand: (id: string) => Event | undefined
}

export interface Carrier {
  /**
   * Called with each connection before anybody reads by it: for what lives and dies with the
   * connection.
   */
  attach(connection: Connection): Promise<void>
  /**
   * What else one process at a time does for all of them, under a session lock of this connection,
   * until `signal` aborts.
   */
  work?(connection: Connection, signal: AbortSignal): Promise<void>
  read(reading: Reading): PageSource
  /** Events of these types (of any, when none is named) were committed here. Only a hint. */
  hint(types?: ReadonlySet<string>): void
  stop(): Promise<void>
}

export interface CarrierParts {
  /** Wakes who reads one of these types, or everybody. */
  readonly wake: (types?: ReadonlySet<string>) => void
  /** An event at hand, for somebody who only looks. */
  readonly look: (id: string) => Event | undefined
}

/** Hints to other processes are sent at most this often. */
const hintEveryMs = 5

export interface HintSender {
  hint(types?: ReadonlySet<string>): void
  stop(): void
}

/** Gathers hints and sends them on a little later, all types at once. */
export function makeHintSender(
  elapsedMs: () => number,
  send: (types: readonly string[]) => void,
): HintSender {
  const hinted = new Set<string>()
  let lastSentMs = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  return {
    hint(types) {
      for (const type of types ?? []) hinted.add(type)
      if (timer || stopped) return
      timer = setTimeout(
        () => {
          timer = undefined
          lastSentMs = elapsedMs()
          const all = [...hinted]
          hinted.clear()
          send(all)
        },
        Math.max(0, lastSentMs + hintEveryMs - elapsedMs()),
      )
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      timer = undefined
    },
  }
}
