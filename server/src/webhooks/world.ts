// What one batch may read and change of the feeds, in memory.
import type { Said } from './domain/public.ts'

/** Tell the world of one event of the system. */
export interface Publish {
  readonly type: 'Publish'
  readonly event: Entry
  /** Undefined in events from before: then its process tells whose it is. */
  readonly organisationId: string | null | undefined
  readonly correlationId: string
}
export type Command = Publish

export interface Entry extends Said {
  readonly id: string
  readonly type: string
  readonly version: number
  readonly occurredAt: string
}

export interface FeedRow extends Entry {
  readonly organisationId: string
  readonly position: number
}

export interface World {
  /** How far each feed is; it counts on in memory. */
  readonly positions: Map<string, number>
  /** Whose the processes of events from before are. */
  readonly organisations: ReadonlyMap<string, string>
  readonly rows: FeedRow[]
}

/** A private fact: nothing is told of it. */
export interface Entered {
  readonly type: 'Entered'
  readonly data: FeedRow
}
