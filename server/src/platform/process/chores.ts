// Work that the shop does by itself now and then, in one process at a time: how far each chore is,
// how it ended last, and what has gone wrong since.
import { type Queryable, sql } from '../postgres/database.ts'

export const choreNames = ['prune', 'backup'] as const
export type ChoreName = (typeof choreNames)[number]

export interface Chore {
  /** Where it goes on: its own business. */
  readonly place: Readonly<Record<string, unknown>>
  /** When it last ended well; null: never. */
  readonly endedAt: string | null
  readonly report: Readonly<Record<string, unknown>> | null
  /** Since when it fails; null while it does not. */
  readonly failingSince: string | null
  readonly problem: string | null
}

const readStatement = sql(
  'platform.read_chore',
  `select place, ended_at as "endedAt", report, failing_since as "failingSince", problem
   from platform.chores where name = $1`,
)
const savePlaceStatement = sql(
  'platform.save_place_of_chore',
  `insert into platform.chores (name, place) values ($1, $2)
   on conflict (name) do update set place = excluded.place`,
)
const endStatement = sql(
  'platform.end_chore',
  `insert into platform.chores (name, ended_at, report) values ($1, now(), $2)
   on conflict (name) do update set ended_at = now(), report = excluded.report, failing_since = null, problem = null`,
)
const failStatement = sql(
  'platform.fail_chore',
  `insert into platform.chores as c (name, failing_since, problem) values ($1, now(), $2)
   on conflict (name) do update
   set failing_since = coalesce(c.failing_since, now()), problem = excluded.problem`,
)
const lockStatement = sql(
  'platform.try_lock_chore',
  `select pg_try_advisory_lock(hashtext('holdfast.chore'), hashtext($1)) as locked`,
)

const never: Chore = { place: {}, endedAt: null, report: null, failingSince: null, problem: null }

export async function readChore(db: Queryable, name: ChoreName): Promise<Chore> {
  const [chore] = await db.query<Chore>(readStatement, [name])
  return chore ?? never
}

export async function savePlace(db: Queryable, name: ChoreName, place: Chore['place']): Promise<void> {
  await db.query(savePlaceStatement, [name, JSON.stringify(place)])
}

/** It ended well. */
export async function endChore(db: Queryable, name: ChoreName, report: object): Promise<void> {
  await db.query(endStatement, [name, JSON.stringify(report)])
}

export async function failChore(db: Queryable, name: ChoreName, problem: string): Promise<void> {
  await db.query(failStatement, [name, problem])
}

/** For as long as the connection lives. False while another process is at it. */
export async function tryLockChore(connection: Queryable, name: ChoreName): Promise<boolean> {
  const [row] = await connection.query<{ locked: boolean }>(lockStatement, [name])
  return row?.locked === true
}
