// The short form of `npm run attacks`: everything at once, from many addresses, with limits on.
// Honest buyers get their tickets, nobody else's attack counts as a request, and the books agree.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buyFor } from './buyers.ts'
import { type Stage, startStage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())

test('while 100 addresses hold bodies and streams open, place holds and try stolen cards, buyers buy', async () => {
  const begun = [
    stage.attack({ kind: 'bodies', addresses: 100, count: 500 }),
    stage.attack({ kind: 'streams', addresses: 100, count: 300 }),
    stage.attack({ kind: 'headers', addresses: 100, count: 300 }),
    stage.attack({ kind: 'holds', addresses: 100, count: 5 }),
    stage.attack({ kind: 'declines', addresses: 100, count: 5 }),
  ]
  await Promise.all(begun.slice(0, 3).map((attack) => attack.untilOpened()))
  const { port, showId, ticketTypeId } = stage
  const buy = () => buyFor({ port, showId, ticketTypeId, buyers: 3, seconds: 4 })
  let bought = await buy()
  // A slow machine needs longer for the first order.
  for (let tries = 1; tries < 8 && bought.orders === 0 && bought.failures.length === 0; tries += 1)
    bought = await buy()
  const reports = await Promise.all(begun.map((attack) => attack.stop()))
  expect(bought.failures).toEqual([])
  expect(bought.orders).toBeGreaterThan(0)
  const [bodies, , headers, holds, declines] = reports.map(({ answers }) => answers)
  // What says little may be closed or refused, and is never taken for a request.
  expect(Object.keys({ ...bodies, ...headers }).filter((answer) => /^[23]/.test(answer))).toEqual([])
  expect(Object.keys({ ...holds, ...declines })).toEqual(expect.arrayContaining(['hold 201', 'pay 402']))
  expect(await stage.audit()).toBe('')
})
