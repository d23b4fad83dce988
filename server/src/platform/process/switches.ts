// Switches that an operator or the auditor sets and every process obeys within a second. Looked at
// from memory only: a switch costs the paths that ask for it nothing.

import { type Database, type Queryable, sql } from '../postgres/database.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

export interface Switch {
  readonly isOn: boolean
  /** A sentence for people. */
  readonly reason: string | null
  readonly changedAt: string
}

/**
 * `sales_stopped`: no new holds. What is held can be paid, cancelled and refunded, and expires as
 * ever. `unknown_proxy`: requests come through a proxy that is not trusted; only told.
 */
export type SwitchName = 'sales_stopped' | 'unknown_proxy'

export interface Switches {
  /** As of a moment ago. */
  isOn(name: SwitchName): boolean
  /** Reads them at once, so that this process need not wait for its next look. */
  refresh(): Promise<void>
  start(): () => void
}

const readSwitches = sql(
  'platform.read_switches',
  `select name, is_on as "isOn", reason, changed_at as "changedAt" from platform.switches`,
)
// Setting what is set already keeps the first reason and time.
const setStatement = sql(
  'platform.set_switch',
  `insert into platform.switches as s (name, is_on, reason) values ($1, $2, $3)
   on conflict (name) do update set is_on = excluded.is_on, reason = excluded.reason, changed_at = now()
   where s.is_on <> excluded.is_on
   returning name`,
)

const lookEveryMs = 1_000

/** True when it was changed by this call. */
export async function setSwitch(
  db: Queryable,
  name: SwitchName,
  { isOn, reason }: { isOn: boolean; reason: string | null },
): Promise<boolean> {
  const rows = await db.query(setStatement, [name, isOn, reason])
  return rows.length > 0
}

export async function readSwitch(db: Queryable, name: SwitchName): Promise<Switch | null> {
  const rows = await db.query<Switch & { name: string }>(readSwitches)
  return rows.find((row) => row.name === name) ?? null
}

export function makeSwitches({ db, clock, log }: { db: Database; clock: Clock; log: Log }): Switches {
  let on = new Set<string>()
  const refresh = async () => {
    const rows = await db.query<Switch & { name: string }>(readSwitches)
    on = new Set(rows.filter(({ isOn }) => isOn).map(({ name }) => name))
  }
  return {
    isOn: (name) => on.has(name),
    refresh,
    start() {
      const stopping = new AbortController()
      const follow = async () => {
        while (!stopping.signal.aborted) {
          // While the database is away the switches stay as they were last seen.
          await refresh().catch((error: Error) => log.debug({ err: error }, 'the switches could not be read'))
          await clock.sleep(lookEveryMs, stopping.signal)
        }
      }
      void follow()
      return () => stopping.abort()
    },
  }
}
