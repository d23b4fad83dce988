// The scopes: how many buyers, how much stock, what cards, processor, persons and faults may do. Each is explored to its
// end.
import type { LineBody, PublishedShow } from '@holdfast/contract'
import type { Consumer } from './world.ts'

/** What a card does when it is asked. `refused`: the processor makes no intent at all. */
export type Card = 'good' | 'declined' | 'refused' | 'challenge' | 'challenge_then_taken' | 'taken_at_once' | 'processing'
/** What a bank does later. `declines_capture`: for good; `capture_not_now`: says no, and the money stays set aside. */
export type Bank =
  | 'declines_capture'
  | 'capture_not_now'
  | 'lapses'
  | 'takes_by_itself'
  | 'refund_pending'
  | 'refund_fails'
  | 'refund_comes_back'
  | 'refund_refused'
  | 'disputes'
/**
 * `lost`: a request or its answer is lost on the way. `late`: a request whose sender gave up arrives after all. `stored`: the
 * processor keeps on repeating a failure for a key. `crash`: a process dies. `slow`: a process works on when its lease is over.
 */
export type Fault = 'lost' | 'late' | 'stored' | 'crash' | 'slow' | 'day'
/** What persons may do besides ordering and paying. `look`: a webhook, or the buyer's page, asks for a look. */
export type Person = 'buyer_cancels' | 'organiser_cancels' | 'look' | 'refunds_at_processor'

export interface Scope {
  readonly name: string
  readonly title: string
  readonly show: PublishedShow
  /** What each buyer asks for. */
  readonly wants: readonly (readonly LineBody[])[]
  /** How many cards each buyer may try. */
  readonly payments: readonly number[]
  readonly cards: readonly Card[]
  readonly banks: readonly Bank[]
  readonly faults: readonly Fault[]
  readonly persons: readonly Person[]
  /** What the organiser may ask back, one after the other; null: all that is left. */
  readonly refunds: readonly (number | null)[]
  /** Consumers that hear every message again and again, as if they had no inbox. */
  readonly withoutInbox: readonly Consumer[]
  /** Whether the buyers can be exchanged: they want the same. */
  readonly alike: boolean
  /** Whether steps of one order wait for those of another when their order cannot matter. */
  readonly reduced: boolean
  readonly statesMax: number
}

const price = 100
const seatIds = ['seat-A', 'seat-B']

function makeShow(offers: { readonly seats?: number; readonly places?: number; readonly shared?: number }): PublishedShow {
  const { seats = 0, places = 0, shared = 0 } = offers
  const types: PublishedShow['ticketTypes'] = []
  const pools: PublishedShow['pools'] = []
  if (seats > 0) {
    const all = seatIds.slice(0, seats).map((id) => ({ id, section: 'S', row: '1', number: id.slice(-1) }))
    types.push({ id: 'stalls', name: 'Stalls', priceMinor: price, poolId: 'pool-stalls', seats: all })
    pools.push({ id: 'pool-stalls', capacity: seats })
  }
  if (places > 0) {
    types.push({ id: 'standing', name: 'Standing', priceMinor: price, poolId: 'pool-standing' })
    pools.push({ id: 'pool-standing', capacity: places })
  }
  if (shared > 0) {
    types.push({ id: 'full', name: 'Full price', priceMinor: price, poolId: 'pool-shared' })
    types.push({ id: 'reduced', name: 'Reduced', priceMinor: price / 2, poolId: 'pool-shared' })
    pools.push({ id: 'pool-shared', capacity: shared })
  }
  return {
    id: 'show',
    organiserId: 'organiser',
    title: 'A show',
    startsAt: '2031-05-01T18:00:00.000Z',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    holdSeconds: 900,
    maxPerOrder: 4,
    onSale: true,
    ticketTypes: types,
    pools,
  }
}

const seat = (...ids: string[]): LineBody[] => [{ ticketTypeId: 'stalls', seatIds: ids }]
const standing = (quantity: number): LineBody[] => [{ ticketTypeId: 'standing', quantity }]

const plain = {
  cards: ['good'],
  banks: [],
  faults: [],
  persons: [],
  refunds: [],
  withoutInbox: [],
  alike: false,
  reduced: true,
  statesMax: 400_000,
} as const satisfies Partial<Scope>

export const scopes = {
  oneBuyer: {
    ...plain,
    name: 'oneBuyer',
    title: 'one buyer, one seat, one card, every fault',
    show: makeShow({ seats: 1 }),
    wants: [seat('seat-A')],
    payments: [1],
    banks: ['declines_capture'],
    faults: ['lost', 'crash', 'slow'],
    persons: ['buyer_cancels', 'look'],
  },
  twoBuyers: {
    ...plain,
    name: 'twoBuyers',
    title: 'two buyers, one seat',
    show: makeShow({ seats: 1 }),
    wants: [seat('seat-A'), seat('seat-A')],
    payments: [1, 1],
    faults: ['lost', 'crash'],
    persons: ['buyer_cancels'],
    alike: true,
  },
} as const satisfies Record<string, Scope>

export { makeShow, plain, price, seat, standing }
