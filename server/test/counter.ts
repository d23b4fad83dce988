// A tiny service for tests of the platform: counters that are added to. It has the shape of a real
// one: a locked load, a pure decision, a bulk save, facts with versions. Its table is made by the
// test that uses it.
import type { FactOf } from '@holdfast/contract'
import type { Model } from '../src/platform/commands/model.ts'
import { type Database, type InTransaction, sql, writeRows } from '../src/platform/postgres/database.ts'

export interface Add {
  readonly type: 'Add'
  readonly id: string
  readonly amount: number
}
export type CounterFact =
  | FactOf<'PaymentVoided'>
  | { readonly type: 'CounterTouched'; readonly data: { readonly id: string } }
export type CounterRejection = 'counter_unknown' | 'too_much'
export interface Counter {
  readonly id: string
  version: number
  value: number
}
export type CounterWorld = Map<string, Counter>
export type CounterModel = Model<Add, CounterWorld, CounterFact, CounterRejection, { value: number }>

/** More than this is refused. */
export const mostPerCounter = 1_000
/** A command with this amount is a programmer's error: deciding on it throws. */
export const poison = -1

export async function createCounters(db: Database, ids: readonly string[] = []): Promise<void> {
  await db.execute(
    'create table if not exists public.counters (id uuid primary key, version int not null, value int not null)',
  )
  await seedCounters(db, ids)
}

export async function seedCounters(db: Database, ids: readonly string[]): Promise<void> {
  await db.query(sql('', 'insert into public.counters select id, 0, 0 from unnest($1::uuid[]) as id'), [ids])
}

export async function readCounters(db: Database): Promise<Map<string, Counter>> {
  const rows = await db.query<Counter>(sql('', 'select id, version, value from public.counters order by id'))
  return new Map(rows.map((row) => [row.id, row]))
}

const loadCounters = sql(
  'test.load_counters',
  'select id, version, value from public.counters where id = any($1::uuid[]) order by id for update',
)
const saveCounters = sql(
  'test.save_counters',
  `update public.counters c set version = s.version, value = s.value
   from json_to_recordset($1) as s (id uuid, version int, value int) where c.id = s.id`,
)

export const counterModel: CounterModel = {
  service: 'payments',
  async load(tx: InTransaction, commands) {
    const rows = await tx.query<Counter>(loadCounters, [[...new Set(commands.map((command) => command.id))]])
    return new Map(rows.map((row) => [row.id, row]))
  },
  decide(world, { id, amount }) {
    if (amount === poison) throw new Error('poison')
    const counter = world.get(id)
    if (!counter) return { rejection: 'counter_unknown' }
    if (counter.value + amount > mostPerCounter)
      return { rejection: 'too_much', detail: `at ${counter.value}` }
    const published: CounterFact = {
      type: 'PaymentVoided',
      data: { orderId: id, paymentId: id, reason: String(amount) },
    }
    return {
      facts: [published, { type: 'CounterTouched', data: { id } }],
      answer: { value: counter.value + amount },
    }
  },
  apply(world, fact) {
    const id = fact.type === 'CounterTouched' ? fact.data.id : fact.data.orderId
    const counter = world.get(id)
    if (!counter) throw new Error('a fact about no counter')
    if (fact.type === 'PaymentVoided') {
      counter.value += Number(fact.data.reason)
      counter.version += 1
    }
    return { subject: id, version: counter.version, correlationId: id }
  },
  save: (world) => writeRows(saveCounters, [...world.values()]),
}
