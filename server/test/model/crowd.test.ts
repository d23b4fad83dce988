// That one buyer among any number of others sees all that he would see in a shop with a second one,
// and that faults of the stock are found there as well.
import { expect, test } from 'vitest'
import { othersIn } from './crowd.ts'
import { exploreScope } from './machine.ts'
import { mutants } from './mutants.ts'
import { rules } from './rules.ts'
import { quickScopes, type Scope } from './scopes.ts'
import type { State } from './world.ts'

/**
 * All that concerns the first buyer: his order with what belongs to it, and the places that others
 * have, whoever they are.
 */
function viewOf(state: State): string {
  const own = state.clusters[0]
  if (!own) return ''
  const { ordered, known, timer, admission, paid, works, held, letters, done } = own
  const parts = [ordered, known, timer, admission, ...paid, ...works, ...held, ...letters, done].map(
    ({ text }) => text,
  )
  return [...parts, othersIn(state).replaceAll(/order-(\d|other)/g, 'somebody')].join('\n')
}

const alone = (scope: Scope): Scope => ({
  ...scope,
  wants: scope.wants.slice(0, 1),
  payments: scope.payments.slice(0, 1),
  alike: false,
  crowd: true,
})

test.each([
  { what: 'one seat, the first pays', scope: { ...quickScopes.twoBuyers, payments: [1, 0], reduced: false } },
  { what: 'one seat, both pay', scope: quickScopes.twoBuyers },
  {
    what: 'two seats, the first wants both',
    scope: {
      ...quickScopes.twoSeats,
      payments: [0, 0],
      begin: [],
      persons: ['buyer_cancels'],
      reduced: false,
    },
  },
  { what: 'a pool, two others', scope: quickScopes.lastPlaces },
] as const)(
  'whatever a buyer meets beside others he meets among the crowd: $what',
  ({ scope }) => {
    const beside = new Set<string>()
    const among = new Set<string>()
    const together: Scope = { ...scope, alike: false }
    expect(exploreScope(together, {}, { seen: (state) => void beside.add(viewOf(state)) }).breach).toBeNull()
    expect(
      exploreScope(alone(together), {}, { seen: (state) => void among.add(viewOf(state)) }).breach,
    ).toBeNull()
    expect([...beside].filter((view) => !among.has(view))).toEqual([])
    expect(beside.size).toBeGreaterThan(20)
  },
  300_000,
)

const ofStock = [
  'a seat that is held is sold once more',
  'a seat of a refunded order stays sold',
  'an order of two seats is released seat by seat, and one is left',
]

test.each(mutants.filter(({ name }) => ofStock.includes(name)))(
  'among the crowd: $name',
  ({ scope, rules }) => {
    expect(exploreScope(alone(scope), rules).breach).not.toBeNull()
  },
  300_000,
)

test('a step that takes a place from somebody else is a breach', () => {
  const { breach } = exploreScope(quickScopes.crowdedPool, {
    applyOrder: (world, fact, now) => {
      const applied = rules.applyOrder(world, fact, now)
      if (fact.type === 'OrderCancelled')
        for (const [id, pool] of world.pools)
          world.pools.set(id, { ...pool, held: Math.max(0, pool.held - 1) })
      return applied
    },
  })
  expect(breach?.promise).toBe('1: a step of one order leaves the places of the others alone')
})
