// Every state that the shop can reach in the quick scopes, by the real rules: none breaks a
// promise, and nothing of the rules was left out unseen.
import { afterAll, describe, expect, test } from 'vitest'
import { Coverage } from './coverage.ts'
import { storyOf } from './explorer.ts'
import { exploreScope } from './machine.ts'
import {
  orderStates,
  orderTransitions,
  paymentStates,
  paymentTransitions,
  reached,
  timerFacts,
  timerStates,
} from './reached.ts'
import { rules } from './rules.ts'
import { quickScopes, type Scope } from './scopes.ts'
import type { State } from './world.ts'

const coverage = new Coverage()
const lines: string[] = []

describe('every promise holds in every state', () => {
  test.each(Object.values(quickScopes))(
    '$name: $title',
    (scope) => {
      const explored = exploreScope(scope)
      coverage.add(explored.coverage)
      const { states, transitions, atRest, depth, seconds } = explored
      lines.push(
        `${scope.name}: ${states} states, ${transitions} transitions, ${atRest} at rest, depth ${depth}, ${seconds.toFixed(1)} s`,
      )
      expect(explored.breach && storyOf(explored.breach, scope.begin)).toBeNull()
      expect(atRest).toBeGreaterThan(0)
    },
    300_000,
  )

  const namesOf = (table: Record<string, true | string>) =>
    Object.keys(table)
      .filter((name) => table[name] === true)
      .toSorted()

  // Runs after the scopes above, and adds up what they saw.
  test.each(Object.entries(reached))('every name was reached: %s', (kind, table) => {
    expect(coverage.of(kind)).toEqual(namesOf(table))
  })

  test('every state and every transition was reached, and no other', () => {
    expect(coverage.of('order transitions')).toEqual(orderTransitions.toSorted())
    expect(coverage.of('payment transitions')).toEqual(paymentTransitions.toSorted())
    const ends = (kind: string) => new Set(coverage.of(kind).map((each) => each.split(' → ')[1]))
    expect(namesOf(orderStates).filter((state) => !ends('order transitions').has(state))).toEqual([])
    expect(namesOf(paymentStates).filter((state) => !ends('payment transitions').has(state))).toEqual([])
    const timers = coverage.of('timer cells')
    expect(
      namesOf(timerStates).filter((state) => !timers.some((each) => each.startsWith(`${state}:`))),
    ).toEqual([])
    expect(namesOf(timerFacts).filter((fact) => !timers.some((each) => each.endsWith(` ${fact}`)))).toEqual(
      [],
    )
  })

  afterAll(() => {
    process.stdout.write(`${lines.join('\n')}\n`)
  })
})

/** How all orders end together, and what became of each with its payments and tickets. */
function gatherEnds() {
  const together = new Set<string>()
  const each = new Set<string>()
  const note = ({ clusters }: State) => {
    for (const { ordered, paid, held, admission } of clusters)
      each.add([ordered, ...paid, ...held, admission].map(({ text }) => text).join('\n'))
  }
  const rests = (state: State) =>
    void together.add(
      [state.stock.text, ...state.clusters.map(({ ordered }) => ordered.value.order?.status)].join(' '),
    )
  return { together, each, note, rests }
}

test.each([
  { what: 'two who cancel', change: { payments: [0, 0], persons: ['buyer_cancels'] } },
  { what: 'one who pays and one who does not', change: { payments: [1, 0] } },
] as const)(
  'letting steps wait, and telling orders that are over no more apart, hides no end: $what',
  ({ change }) => {
    const scope: Scope = { ...quickScopes.twoBuyers, ...change, alike: false }
    const [all, some] = [gatherEnds(), gatherEnds()]
    const whole = exploreScope(
      { ...scope, reduced: false },
      {},
      {
        rests(state) {
          all.rests(state)
          all.note(state)
        },
      },
    )
    // Of orders that are over one stands for all: what each came to is seen on the way.
    const reduced = exploreScope(scope, {}, { rests: some.rests, seen: some.note })
    expect([whole.breach, reduced.breach]).toEqual([null, null])
    expect(reduced.states).toBeLessThan(whole.states / 3)
    for (const kind of whole.coverage.kinds())
      expect(reduced.coverage.of(kind)).toEqual(whole.coverage.of(kind))
    expect(some.together).toEqual(all.together)
    expect([...all.each].filter((end) => !some.each.has(end))).toEqual([])
    expect(all.each.size).toBeGreaterThan(4)
  },
  300_000,
)

test('a refund heard before its charge is told as a story', () => {
  const { refunds } = quickScopes
  const lose: typeof rules.decideOrder = (world, command, now) =>
    command.type === 'RecordRefund' && world.orders.get(command.orderId)?.status === 'claimed'
      ? { facts: [], answer: undefined }
      : rules.decideOrder(world, command, now)
  const { breach } = exploreScope({ ...refunds, faults: [], refunds: [30] }, { decideOrder: lose })
  expect(breach && storyOf(breach)).toMatchInlineSnapshot(`
    "  1. The organiser asks to refund 30 of order 1.
      2. Payments asks the processor to refund payment-1a; it gives the money back.
      3. Payments records what came of refund of payment-1a: RecordRefunds.
      4. orders hears ChargeRefunded of order 1.
      5. orders hears ChargeCreated of order 1.
      6. tickets hears ChargeRefunded of order 1.
      7. payments hears OrderCompleted of order 1.
      8. tickets hears OrderCompleted of order 1.
         Broken: 2, 3: at rest 100 is kept for an order that is complete, and not 70"
  `)
})
