// Which processes run the shop: each writes down now and then that it is there. For people to look
// at; decides nothing.
import { hostname } from 'node:os'
import { type Database, type Queryable, sql } from '../postgres/database.ts'
import type { Clock } from './clock.ts'
import { newId } from './clock.ts'
import type { Log } from './log.ts'

export interface ProcessSeen {
  readonly id: string
  readonly pid: number
  readonly host: string
  readonly services: readonly string[]
  readonly version: string
  readonly startedAt: string
  readonly lastSeenAt: string
}

const sayStatement = sql(
  'platform.say_process',
  `insert into platform.processes (id, pid, host, services, version, started_at) values ($1, $2, $3, $4, $5, now())
   on conflict (id) do update set last_seen_at = now()`,
)
const forgetStatement = sql('platform.forget_process', `delete from platform.processes where id = $1`)
const forgetSilent = sql(
  'platform.forget_silent_processes',
  `delete from platform.processes where last_seen_at < now() - interval '1 day'`,
)
const listStatement = sql(
  'platform.list_processes',
  `select id, pid, host, services, version, started_at as "startedAt", last_seen_at as "lastSeenAt"
   from platform.processes where last_seen_at > now() - $1 * interval '1 millisecond' order by started_at`,
)

const sayEveryMs = 5_000
/** After this long without a word a process counts as gone. */
export const silentAfterMs = 20_000

export function listProcesses(db: Queryable): Promise<ProcessSeen[]> {
  return db.query<ProcessSeen>(listStatement, [silentAfterMs])
}

/** Says that this process is there until the returned function is called. */
export async function announceProcess(
  { db, clock, log }: { db: Database; clock: Clock; log: Log },
  { services, version }: { services: readonly string[]; version: string },
): Promise<() => Promise<void>> {
  const id = newId()
  const stopping = new AbortController()
  const say = () => db.query(sayStatement, [id, process.pid, hostname(), services, version])
  await say()
  await db.query(forgetSilent)
  const follow = async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(sayEveryMs, stopping.signal)
      if (stopping.signal.aborted) return
      await say().catch((error: Error) =>
        log.debug({ err: error }, 'this process could not say that it is there'),
      )
    }
  }
  const following = follow()
  return async () => {
    stopping.abort()
    await following
    await db
      .query(forgetStatement, [id])
      .catch((error: Error) => log.debug({ err: error }, 'a process left without a word'))
  }
}
