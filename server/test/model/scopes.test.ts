// Every state that the shop can reach in the quick scopes, by the real rules: none breaks a promise, and nothing of the
// rules was left out unseen.
import { afterAll, describe, expect, test } from 'vitest'
import { Coverage } from './coverage.ts'
import { storyOf } from './explorer.ts'
import { exploreScope } from './machine.ts'
import { orderStates, orderTransitions, paymentStates, paymentTransitions, reached, timerFacts, timerStates } from './reached.ts'
import { quickScopes } from './scopes.ts'

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
      expect(explored.breach && storyOf(explored.breach)).toBeNull()
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
    expect(namesOf(timerStates).filter((state) => !timers.some((each) => each.startsWith(`${state}:`)))).toEqual([])
    expect(namesOf(timerFacts).filter((fact) => !timers.some((each) => each.endsWith(` ${fact}`)))).toEqual([])
  })

  afterAll(() => {
    process.stdout.write(`${lines.join('\n')}\n`)
  })
})
