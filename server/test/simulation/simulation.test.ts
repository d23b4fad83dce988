// Two hundred seeds of the whole shop under faults; the same seed is the same run; every kind of
// fault was met.
import { beforeAll, expect, test } from 'vitest'
import { faultKinds, makePlan } from './plan.ts'
import { breachOf, shrink } from './shrink.ts'
import { count, describePlan, describeTally, makeTally } from './story.ts'
import { run } from './world.ts'

const seeds = 200
const tally = makeTally()
const broken: string[] = []

beforeAll(async () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const breach = await run(makePlan(seed)).then(
      (result) => {
        count(tally, result)
        return result.breach
      },
      () => breachOf(makePlan(seed)),
    )
    if (!breach) continue
    const small = await shrink(makePlan(seed), breach, { mostRuns: 80 })
    broken.push(
      `seed ${seed}, invariant ${small.breach.invariant}: ${small.breach.text}\n${describePlan(small.plan)}`,
    )
  }
  process.stdout.write(`${describeTally(tally)}\n`)
}, 600_000)

test('no seed breaks an invariant, and after the faults every run comes to rest', () => {
  expect(broken).toEqual([])
  expect(tally.seeds).toBe(seeds)
})

test('every kind of fault was met in these seeds', () => {
  expect(faultKinds.filter((kind) => !tally.hits.has(kind))).toEqual([])
})

test('orders came to every end there is', () => {
  expect([...tally.orders.keys()].toSorted()).toEqual(['cancelled', 'complete', 'refunded'])
})

test('orders were settled in every way there is', () => {
  expect([...tally.tenders.keys()].toSorted()).toEqual([
    'card',
    'cash',
    'comp',
    'on_account',
    'terminal',
    'transfer',
  ])
})

test('tickets were given back, and refused, in every way there is', () => {
  const ways = ['buyer done', 'buyer refused', 'organiser done', 'organiser money_owed', 'refund done']
  expect([...tally.returns.keys()].filter((way) => ways.includes(way)).toSorted()).toEqual(ways)
})

test('the same seed twice is the same run, event for event, and another seed is another run', async () => {
  const hashes: string[] = []
  for (const seed of [1, 2, 3, 1, 2, 3]) hashes.push((await run(makePlan(seed))).hash)
  expect(hashes.slice(0, 3)).toEqual(hashes.slice(3))
  expect(new Set(hashes).size).toBe(3)
})
