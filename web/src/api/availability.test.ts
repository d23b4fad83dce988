// The compact form says the same as the whole, for every state and order of seats.
import { type Availability, compactAvailability, type ShowView } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { wholeAvailability } from './availability.ts'

const known = { ticketTypes: [{ id: 'type', priceMinor: 100, available: 1, held: 1, sold: 1 }], version: 1 }
const showOf = (...types: (readonly string[] | null)[]) =>
  ({
    ticketTypes: types.map((ids) => (ids ? { seats: ids.map((id) => ({ id })) } : {})),
  }) as unknown as ShowView

const seats: Availability['seats'] = [
  { id: '01', state: 'available' },
  { id: '02', state: 'held' },
  { id: '0a', state: 'sold' },
  { id: 'b1', state: 'available' },
]

test.each<[string, Availability, ShowView]>([
  ['no seats', known, showOf(null)],
  [
    'pools',
    { ...known, pools: [{ name: 'all', available: 1, held: 0, sold: 2 }], seats },
    showOf(['01', '02', '0a', 'b1']),
  ],
  ['seats of one type', { ...known, seats }, showOf(['01', '02', '0a', 'b1'])],
  ['seats in another order', { ...known, seats }, showOf(['b1', '02', '01', '0a'])],
  ['seats of two types, and standing', { ...known, seats }, showOf(['0a', '02'], null, ['b1', '01'])],
])('%s', (_what, availability, show) => {
  expect(wholeAvailability(compactAvailability(availability), show)).toEqual(availability)
})

test('with other seats than the show had, it has to be read again', () => {
  const compact = compactAvailability({ ...known, seats })
  expect(compact.seatStates).toBe('ahsa')
  expect(wholeAvailability(compact, showOf(['01', '02', '0a']))).toBeNull()
  expect(wholeAvailability(compact, undefined)).toBeNull()
})
