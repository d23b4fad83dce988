// What needs something else names it: by its id, by its name in the same request, and never itself.
import { expect, test } from 'vitest'
import { settleNeeds } from './needs.ts'
import type { ProposedType } from './show-content.ts'

const type = (freshId: string, name: string, changes: Partial<ProposedType> = {}): ProposedType => ({
  freshId,
  freshPoolId: `${freshId}-pool`,
  name,
  priceMinor: 1_000,
  stock: { capacity: 5 },
  ...changes,
})
const needs = (...anyOf: string[]) => ({ terms: { needs: { anyOf } } })
const settledNeeds = (...types: ProposedType[]) => {
  const settled = settleNeeds(types)
  if ('refusal' in settled) return settled.field
  return settled.ticketTypes.map(({ terms }) => terms?.needs?.anyOf)
}

test('names and ids become the ids that the types have or will have', () => {
  const adult = type('fresh', 'Adult', { ref: 'known' })
  expect(settledNeeds(adult, type('c', 'Child', needs('Adult')))).toEqual([undefined, ['known']])
  expect(settledNeeds(type('p', 'Parking', needs('known', 'Adult')), adult)).toEqual([['known'], undefined])
  expect(settledNeeds(type('a', 'Day'), type('b', 'Day'), type('p', 'Parking', needs('Day')))).toEqual([
    undefined,
    undefined,
    ['a', 'b'],
  ])
})

test('what is not there, and itself, is refused where it stands', () => {
  const adult = type('a', 'Adult')
  expect(settledNeeds(adult, type('c', 'Child', needs('Adult', 'Nobody')))).toBe(
    '/ticketTypes/1/needs/anyOf/1',
  )
  expect(settledNeeds(type('c', 'Child', needs('Child')), adult)).toBe('/ticketTypes/0/needs/anyOf/0')
})
