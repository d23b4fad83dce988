// Planted faults: the model finds each of them, and tells which promise it broke.
import { describe, expect, test } from 'vitest'
import { storyOf } from './explorer.ts'
import { exploreScope } from './machine.ts'
import { mutants } from './mutants.ts'

describe('a shop with a planted fault breaks a promise', () => {
  test.each(mutants)(
    '$name',
    ({ scope, rules, breaks }) => {
      const { breach } = exploreScope(scope, rules)
      if (!breach) throw new Error('the fault was not found')
      expect(breach.promise.slice(0, breaks.length), storyOf(breach, scope.begin)).toBe(breaks)
    },
    300_000,
  )

  test('each has a name of its own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
    expect(mutants.length).toBeGreaterThanOrEqual(20)
  })
})
