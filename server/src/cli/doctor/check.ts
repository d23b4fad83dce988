// What a check of `doctor` is made of.
import type { DatabaseFacts, Facts } from './facts.ts'

export type Level = 'ok' | 'warning' | 'wrong'

export interface Check {
  readonly name: string
  readonly level: Level
  readonly found: string
  /** Empty when all is well. */
  readonly cure: string
}

/** Null: it has nothing to say of this shop. */
export type Rule = (facts: Facts) => Check | null

export const ok = (name: string, found: string): Check => ({ name, level: 'ok', found, cure: '' })
export const wrong = (name: string, found: string, cure: string): Check => ({
  name,
  level: 'wrong',
  found,
  cure,
})
export const warning = (name: string, found: string, cure: string): Check => ({
  name,
  level: 'warning',
  found,
  cure,
})

/** A rule that needs the database; without it, one finding says all. */
export const onDatabase =
  (rule: (database: DatabaseFacts, facts: Facts) => Check | null): Rule =>
  (facts) =>
    'error' in facts.database ? null : rule(facts.database, facts)
