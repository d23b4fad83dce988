// Down to what is sold and on hold, and no further.
import { expect, test } from 'vitest'
import { refuseBelowTaken } from './capacity.ts'
import type { ProposedContent, ProposedType } from './show-content.ts'

const type = (ref: string, more: Partial<ProposedType>): ProposedType => ({
  ref,
  freshId: 'x',
  freshPoolId: 'x',
  name: ref,
  priceMinor: 100,
  stock: null,
  ...more,
})
const house = (capacity: number | undefined, count = 1) => ({
  freshId: 'x',
  name: 'House',
  count,
  ...(capacity === undefined ? {} : { capacity }),
})
const taken = new Map([
  ['standing', 5],
  ['table', 2],
])

test.each<[string, ProposedType[], string | null]>([
  ['exactly what is taken', [type('standing', { stock: { capacity: 5 } })], null],
  ['one less', [type('standing', { stock: { capacity: 4 } })], '/ticketTypes/0/capacity'],
  ['nothing', [type('standing', { stock: { capacity: 0 } })], '/ticketTypes/0/capacity'],
  ['of a type that is new', [type('new', { stock: { capacity: 0 } })], null],
  [
    'a pool for all that take from it',
    [type('standing', { pools: [house(25)] }), type('table', { pools: [house(undefined, 10)] })],
    null,
  ],
  [
    'a pool that is too small for two types together',
    [type('standing', { pools: [house(undefined)] }), type('table', { pools: [house(24, 10)] })],
    '/ticketTypes/1/pools/0/capacity',
  ],
])('%s', (_what, ticketTypes, field) => {
  const refused = refuseBelowTaken({ ticketTypes } as unknown as ProposedContent, taken)
  expect(refused?.field ?? null).toBe(field)
})
