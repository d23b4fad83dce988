// The pace of a look: that it leaves the database to buyers between its pages, and hurries for
// somebody who waits.
import { expect, test } from 'vitest'
import type { Queryable } from '../platform/postgres/database.ts'
import { newId, systemClock } from '../platform/process/clock.ts'
import { look } from './look.ts'

const statementMs = 10

/**
 * What a look over so many orders asks and how long it pauses, on a clock that only statements
 * move.
 */
async function paceOf(orders: number, pauseFactor: number) {
  let nowMs = 0
  const steps: (string | number)[] = []
  const clock = {
    ...systemClock,
    elapsedMs: () => nowMs,
    sleep: async (delayMs: number) => {
      steps.push(delayMs)
    },
  }
  const db: Queryable = {
    query: async ({ name }) => {
      nowMs += statementMs
      steps.push(name)
      return []
    },
  }
  const orderIds = Array.from({ length: orders }, newId)
  const subject = { orderIds, streamIds: [], showIds: [], seatShowIds: [], exactly: false }
  await look(subject, { db, clock, confirmMs: 0, restWithinSeconds: 60, pauseFactor })
  expect(typeof steps.at(-1), 'no pause behind the last page').toBe('string')
  const ofOrders = steps.slice(0, steps.lastIndexOf('audit.judge_orders') + 1)
  return ofOrders.filter((step) => step === 'audit.judge_orders' || typeof step === 'number')
}

test('between two pages it pauses twice as long as the one before took, and not behind the last', async () => {
  const page = 'audit.judge_orders'
  expect(await paceOf(1_500, 2)).toEqual([page, 2 * statementMs, page, 2 * statementMs, page])
  expect(await paceOf(500, 2)).toEqual([page])
})

test('for somebody who waits it does not pause', async () => {
  expect(await paceOf(1_500, 0)).toEqual(['audit.judge_orders', 'audit.judge_orders', 'audit.judge_orders'])
})
