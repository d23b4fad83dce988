// The list of open differences: strangers on the same processor account hide none of ours.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { migrate } from '../../platform/postgres/migrate.ts'
import { auditMigrations } from '../index.ts'
import { keepDifferences, listOpenDifferences } from './store.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
  await migrate(db, [auditMigrations])
})
afterAll(() => db.drop())

const difference = (kind: string, name: string) => ({
  id: `${kind}:${name}`,
  kind,
  owner: 'operator' as const,
  orderId: null,
  paymentId: null,
  intentId: name,
  currency: 'EUR',
  shopMinor: null,
  ledgerMinor: null,
  processorMinor: 100,
  explanation: 'a test',
})

test('one of ours comes before any number of strangers that were seen earlier', async () => {
  await keepDifferences(
    db,
    Array.from({ length: 600 }, (_, index) => difference('foreign', `pi_${index}`)),
  )
  await db.execute(`update audit.differences set last_seen_at = now() - interval '1 hour'`)
  await keepDifferences(db, [difference('intent_without_payment', 'pi_ours')])
  const [first] = await listOpenDifferences(db, 500)
  expect(first?.id).toBe('intent_without_payment:pi_ours')
})
