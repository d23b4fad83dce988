// Which ways to a database a shop starts with: PostgreSQL itself, and no pooler that would change
// its server between two statements.
import { expect, inject, test } from 'vitest'
import { type PoolerOptions, startTransactionPooler } from '../../../test/transaction-pooler.ts'
import { findPooler } from './pooler.ts'

const url = inject('postgresUrl')

test('PostgreSQL itself is taken', async () => {
  expect(await findPooler(url)).toBeNull()
})

const poolers: [string, Omit<PoolerOptions, 'url'>, string][] = [
  ['with some servers', { servers: 4, settings: 'passed' }, 'another server'],
  ['with two servers', { servers: 2, settings: 'passed' }, 'another server'],
  ['with one server for all', { servers: 1, settings: 'passed' }, 'another server'],
  ['that drops settings', { servers: 4, settings: 'dropped' }, 'drops the settings'],
  ['that refuses settings', { servers: 4, settings: 'refused' }, 'refuses the settings'],
]
test.each(poolers)('a pooler %s is not', async (_which, options, reason) => {
  const pooler = await startTransactionPooler({ ...options, url })
  try {
    const found = await findPooler(pooler.url)
    expect(found).toContain(reason)
    expect(found).toContain('pool_mode = session')
  } finally {
    await pooler.close()
  }
})

test('no database at all is another matter', async () => {
  await expect(findPooler('postgres://holdfast@127.0.0.1:1/none')).rejects.toThrow('ECONNREFUSED')
})
