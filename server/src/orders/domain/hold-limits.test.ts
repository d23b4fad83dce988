// Whose places count against whom, in words: every way in which a buyer may look like many.
import { holdLimits } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { buyer, show, stock } from '../../../test/order-samples.ts'
import { mostOnHold, movePlaces, refuseBuyer } from './hold-limits.ts'
import { type Sale, saleOf } from './stock.ts'
import { addressKey, buyerKey, type Origin, type Taken, type TakenPlaces } from './taken.ts'

const stranger: Origin = { networks: ['192.0.2.1'], proved: false }
const owner: Origin = { ...stranger, proved: true }
const atHome = undefined

const refused = (limit: number | null, taken: [string, Taken][], origin: Origin | undefined) => {
  const sale: Sale = { ...saleOf(show, 1), maxPerBuyer: limit }
  const known = { byBuyer: new Map(taken), byNetwork: new Map(), sizes: new Map() }
  return refuseBuyer(sale, { ...stock, taken: known }, { buyer, places: 2, origin })
}
const session = (places: number, expired = 0): [string, Taken] => [
  buyerKey(show.id, buyer.id),
  { places, expired },
]
const address = (places: number, expired = 0, proved = false): [string, Taken] => [
  addressKey(show.id, buyer.email, proved),
  { places, expired },
]

describe('a buyer who asks for two more', () => {
  const cases: [string, number | null, [string, Taken][], Origin | undefined, string | null][] = [
    ['gets the last ones', 6, [session(4), address(4)], stranger, null],
    ['has nothing yet', 2, [], stranger, null],
    ['would have one too many', 4, [session(3)], stranger, '3 already held or bought'],
    ['has others with the address', 4, [session(0), address(3)], stranger, '3 already held or bought'],
    ['on one’s own machine as well', 4, [address(3)], atHome, '3 already held or bought'],
    ['left holds to expire', 4, [session(1, 2)], stranger, '1 already held or bought, 2 left to expire'],
    [
      'left them with the address',
      4,
      [address(0, 3)],
      stranger,
      '0 already held or bought, 3 left to expire',
    ],
    ['left them on one’s own machine', 4, [session(1, 2)], atHome, null],
    ['of a show without a limit', null, [session(500), address(500)], stranger, null],
    ['has strangers who typed their proved address', 4, [session(0), address(4)], owner, null],
    ['left nothing of what the address proved', 4, [address(3, 0, true)], owner, '3 already held or bought'],
    ['left holds of the proved address to expire elsewhere', 4, [address(1, 3, true)], owner, null],
    ['types an address whose owner has them all', 4, [address(4, 0, true)], stranger, null],
    ['with the default limit', holdLimits.ofBuyer, [address(99)], stranger, '99 already'],
    ['with the default limit in a load test', holdLimits.ofBuyer, [address(99)], atHome, null],
  ]
  test.each(cases)('%s', (_case, ...[limit, taken, origin, expected]) => {
    const refusal = refused(limit, taken, origin)
    if (expected === null) expect(refusal).toBeNull()
    else expect(refusal?.detail).toContain(expected)
  })
})

test.each([
  [0, 0, 40],
  [0, 1, 80],
  [0, 2, 320],
  [2_049, 0, 40],
  [2_050, 0, 41],
  [20_000, 0, 400],
  [20_000, 2, 3_200],
])('a show of %i places, network %i: %i on hold', (size, step, expected) => {
  expect(mostOnHold(size, step)).toBe(expected)
})

describe('within a batch, places of an older order that come back', () => {
  const taken = (networks: [string, number][]): TakenPlaces => ({
    byBuyer: new Map([session(4), address(4), address(4, 0, true)]),
    byNetwork: new Map(networks),
    sizes: new Map(),
  })
  const released = (places: TakenPlaces) => {
    movePlaces(places, { showId: show.id, buyer, origin: undefined, movement: 'release', people: 4, held: 4 })
    return [...places.byBuyer.values()].map((each) => each.places)
  }
  test('are the buyer’s again at once, and the address’s where nobody has proved one', () => {
    expect(released(taken([]))).toEqual([0, 0, 4])
  })
  test('count for the address until the next batch where it may have been proved', () => {
    expect(released(taken([['show 192.0.2.1', 4]]))).toEqual([0, 4, 4])
  })
})
