// Every state that the shop can reach in the quick scopes, by the real rules: none breaks a promise, and nothing of the
// rules was left out unseen.
import { afterAll, describe, expect, test } from 'vitest'
import { Coverage } from './coverage.ts'
import { storyOf } from './explorer.ts'
import { exploreScope } from './machine.ts'
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

  afterAll(() => {
    process.stdout.write(`${lines.join('\n')}\n`)
  })
})
