// Which failure of a batch is told, when its statements travel together and fail together. Found beside the simulation.
import { expect, test } from 'vitest'
import { counterModel } from '../../test/counter.ts'
import { makeBatch } from './batch.ts'
import type { Statement, Tx } from './db.ts'
import { AnsweredElsewhere } from './idempotency.ts'

const id = '00000000-0000-7000-8000-000000000001'
const job = {
  items: [{ command: { type: 'Add', id, amount: 1 }, causationId: null }],
  idempotency: { scope: 's', key: 'k', fingerprint: 'f' },
  settle: () => undefined,
  fail: () => undefined,
} as const
const withCode = (code: string) => Object.assign(new Error(code), { code })

test('a batch fails for the statement that failed, not for those that were refused behind it', async () => {
  // The story. Two processes use one idempotency key. The second one's insert of the answer is a duplicate; the server
  // refuses what was sent behind it with "transaction is aborted". Both refusals come in one packet, and the one with the
  // shorter way through the promises won: the handler saw 25P02, did not look the answer up, and the buyer got a 500.
  const tx: Tx = {
    now: '2031-01-01T12:00:00.000Z',
    query<Row>({ name }: Statement) {
      if (name === 'test.load_counters') return Promise.resolve([{ id, version: 1, value: 1 }] as Row[])
      if (name === 'platform.store_answers') return Promise.reject(withCode('23505'))
      if (name === 'platform.read_answers') return Promise.resolve([])
      return Promise.reject(withCode('25P02'))
    },
  }
  const batch = makeBatch(counterModel, tx)
  await batch.begin([job])
  batch.decide(job)
  await expect(batch.finish()).rejects.toBeInstanceOf(AnsweredElsewhere)
})

test('a load that lost a deadlock is told of, not the refusal of what was sent behind it', async () => {
  const tx: Tx = {
    now: '2031-01-01T12:00:00.000Z',
    query: ({ name }: Statement) => Promise.reject(withCode(name === 'test.load_counters' ? '40P01' : '25P02')),
  }
  // The way of the load's failure is the longer one.
  const model = {
    ...counterModel,
    load: async (...[on, commands]: Parameters<typeof counterModel.load>) => await counterModel.load(on, commands),
  }
  await expect(makeBatch(model, tx).begin([job])).rejects.toMatchObject({ code: '40P01' })
})

test('a batch fails when what was sent behind a statement that went well is refused', async () => {
  const tx: Tx = {
    now: '2031-01-01T12:00:00.000Z',
    query<Row>({ name }: Statement) {
      if (name === 'platform.append_events') return Promise.reject(withCode('53100'))
      return Promise.resolve((name === 'test.load_counters' ? [{ id, version: 1, value: 1 }] : []) as Row[])
    },
  }
  const batch = makeBatch(counterModel, tx)
  await batch.begin([job])
  batch.decide(job)
  await expect(batch.finish()).rejects.toMatchObject({ code: '53100' })
})
