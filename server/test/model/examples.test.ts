// The explorer finds the shortest way to the fault of three shops that are known to be broken. A
// model that could not be broken would prove nothing.
import { expect, test } from 'vitest'
import { finishedCourse, lecture, twoDeciders } from './examples.ts'
import { explore, type Machine, storyOf } from './explorer.ts'

const limits = { statesMax: 10_000 }

function breachOf<State>(machine: Machine<State>): { length: number; story: string } {
  const { breach } = explore(machine, limits)
  if (!breach) throw new Error('the fault was not found')
  return { length: breach.trace.length, story: storyOf(breach) }
}

test('the lecture’s shop: paid and complete, then its timer cancels it', () => {
  const { length, story } = breachOf(lecture)
  expect(story).toMatchInlineSnapshot(`
    "  1. The buyer orders.
      2. Payments hears of the order.
      3. Expiration hears of the order and sets its timer.
      4. Payments finds that the order is not cancelled.
      5. Payments charges the card.
      6. The timer fires.
      7. Orders hears of the payment: the order is complete.
      8. Orders hears that the time is over: the order is cancelled.
         Broken: a paid order is never cancelled by its timer"
  `)
  expect(length).toBe(8)
})

test('the finished course’s shop: charged at once, and cancelled between the look at the order and the news of the charge', () => {
  const { length, story } = breachOf(finishedCourse)
  expect(story).toMatchInlineSnapshot(`
    "  1. The buyer orders.
      2. Payments hears of the order.
      3. Expiration hears of the order and sets its timer.
      4. Payments finds that the order is not cancelled.
      5. Payments charges the card.
      6. The timer fires.
      7. Orders hears that the time is over: the order is cancelled.
         Broken: nobody is charged for an order that he does not get"
  `)
  expect(length).toBe(7)
})

test('two deciders for one seat: a late cancellation frees the seat that somebody else has paid', () => {
  const { length, story } = breachOf(twoDeciders)
  expect(story).toMatchInlineSnapshot(`
    "  1. Buyer 1 orders the seat.
      2. Buyer 1 cancels.
      3. Buyer 2 orders the seat.
      4. Tickets hears of order 2: the seat is kept for it.
      5. Tickets hears of order 1: the seat is kept for it.
      6. Payments hears of order 2.
      7. Buyer 2 pays: the processor sets the money aside.
      8. Payments records the authorization.
      9. Orders hears of the authorization: order 2 is claimed.
     10. Payments hears that order 2 is claimed.
     11. Payments captures: the processor takes the money.
     12. Payments records the charge.
     13. Orders hears of the charge: order 2 is complete.
         Broken: a paid seat is nobody else’s"
  `)
  expect(length).toBe(13)
})

test('a machine without a fault is explored to its end', () => {
  const counter: Machine<number> = {
    start: 0,
    key: String,
    steps: (state) => (state < 5 ? [{ next: state + 1, force: 'system', tell: () => 'one more' }] : []),
    breachIn: () => null,
    breachAtRest: (state) => (state === 5 ? null : 'it counts to five'),
  }
  expect(explore(counter, limits)).toEqual({ states: 6, transitions: 5, atRest: 1, depth: 5, breach: null })
  expect(() => explore(counter, { statesMax: 3 })).toThrow('more than 3 states')
})

test('what goes round for ever is found, and so is a way to a trap', () => {
  const steps = (from: Record<string, readonly string[]>) => (state: string) =>
    (from[state] ?? []).map((next) => ({ next, force: 'system' as const, tell: () => `${state} to ${next}` }))
  const round: Machine<string> = {
    start: 'a',
    key: (state) => state,
    steps: steps({ a: ['b', 'end'], b: ['c'], c: ['b'] }),
    breachIn: () => null,
    breachAtRest: () => null,
  }
  const { breach } = explore(round, limits)
  expect(breach && storyOf(breach)).toBe(
    '  1. a to b\n     Broken: with the faults over, everything comes to rest by itself',
  )
})
