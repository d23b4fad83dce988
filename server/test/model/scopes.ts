// The scopes: how many buyers, how much stock, what cards, processor, persons and faults may do.
// Each is explored to its end.
import type { LineBody, PublishedShow } from '@holdfast/contract'
import type { Code } from '../../src/orders/domain/code.ts'
import type { Consumer } from './world.ts'

/** What a card does when it is asked. `refused`: the processor makes no intent at all. */
export type Card =
  | 'good'
  | 'declined'
  | 'refused'
  | 'challenge'
  | 'challenge_then_taken'
  | 'taken_at_once'
  | 'processing'
/**
 * What a bank does later. `declines_capture`: for good; `capture_not_now`: says no, and the money
 * stays set aside.
 */
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
 * `lost`: a request or its answer is lost on the way. `late`: a request whose sender gave up
 * arrives after all. `stored`: the processor keeps on repeating a failure for a key. `crash`: a
 * process dies. `slow`: a process works on when its lease is over.
 */
export type Fault = 'lost' | 'late' | 'stored' | 'crash' | 'slow' | 'day'
/**
 * What persons may do besides ordering and paying. `look`: a webhook, or the buyer's page, asks for
 * a look. `takes_cash`: staff are paid for what a buyer holds. `sells_at_counter`: they sell it.
 * `reserves`: they keep it until a date.
 */
export type Person =
  | 'buyer_cancels'
  | 'organiser_cancels'
  | 'look'
  | 'refunds_at_processor'
  | 'takes_cash'
  | 'sells_at_counter'
  | 'reserves'

export interface Scope {
  readonly name: string
  readonly title: string
  readonly show: PublishedShow
  /** The code that every buyer enters. */
  readonly code?: Code & { readonly uses: number }
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
  /**
   * Whether any number of others take places and give them back, in whatever way: see `crowd.ts`.
   * For one buyer.
   */
  readonly crowd: boolean
  /** Whether steps of one order wait for those of another when their order cannot matter. */
  readonly reduced: boolean
  /** What has happened already, step by step, so that the rest can be looked at more closely. */
  readonly begin: readonly string[]
  /** No deadline passes. */
  readonly still: boolean
  readonly statesMax: number
}

const price = 100
const seatIds = ['seat-A', 'seat-B']

const one = (poolId: string) => [{ poolId, count: 1 }]

function makeShow(offers: {
  readonly seats?: number
  readonly places?: number
  readonly shared?: number
  /** A pool for each of two days, and a type for both. */
  readonly days?: readonly [saturday: number, sunday: number]
  /** Early places out of all; once taken, they are gone. */
  readonly early?: readonly [early: number, all: number]
}): PublishedShow {
  const { seats = 0, places = 0, shared = 0, days, early } = offers
  const types: PublishedShow['ticketTypes'] = []
  const pools: PublishedShow['pools'] = []
  if (seats > 0) {
    const all = seatIds.slice(0, seats).map((id) => ({ id, section: 'S', row: '1', number: id.slice(-1) }))
    types.push({ id: 'stalls', name: 'Stalls', priceMinor: price, takes: one('pool-stalls'), seats: all })
    pools.push({ id: 'pool-stalls', capacity: seats })
  }
  if (places > 0) {
    types.push({ id: 'standing', name: 'Standing', priceMinor: price, takes: one('pool-standing') })
    pools.push({ id: 'pool-standing', capacity: places })
  }
  if (shared > 0) {
    types.push({ id: 'full', name: 'Full price', priceMinor: price, takes: one('pool-shared') })
    types.push({ id: 'reduced', name: 'Reduced', priceMinor: price / 2, takes: one('pool-shared') })
    pools.push({ id: 'pool-shared', capacity: shared })
  }
  if (days) {
    const [saturday, sunday] = [one('pool-saturday'), one('pool-sunday')]
    types.push({ id: 'saturday', name: 'Saturday', priceMinor: price, takes: saturday })
    types.push({ id: 'both', name: 'Both days', priceMinor: price, takes: [...saturday, ...sunday] })
    types.push({ id: 'sunday', name: 'Sunday', priceMinor: price, takes: sunday })
    pools.push({ id: 'pool-saturday', capacity: days[0] }, { id: 'pool-sunday', capacity: days[1] })
  }
  if (early) {
    const all = one('pool-all')
    types.push({
      id: 'early',
      name: 'Early bird',
      priceMinor: price / 2,
      takes: [...one('pool-early'), ...all],
    })
    types.push({ id: 'later', name: 'Later', priceMinor: price, takes: all })
    pools.push({ id: 'pool-early', capacity: early[0], latch: true }, { id: 'pool-all', capacity: early[1] })
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
const places = (ticketTypeId: string, quantity: number): LineBody[] => [{ ticketTypeId, quantity }]

const plain = {
  show: makeShow({ seats: 1 }),
  wants: [seat('seat-A')],
  payments: [1],
  cards: ['good'],
  banks: [],
  faults: [],
  persons: [],
  refunds: [],
  withoutInbox: [],
  alike: false,
  crowd: false,
  reduced: true,
  begin: [],
  still: false,
  statesMax: 120_000,
} as const satisfies Partial<Scope>

const heard = ['Buyer 1 orders', 'payments hears OrderCreated', 'expiration hears OrderCreated']
const started = [...heard, 'Buyer 1 pays', 'orders hears PaymentStarted']
const authorized = [
  ...started,
  'sets the money aside',
  'records what came of create',
  'orders hears PaymentAuthorized',
]
const twoAuthorized = [
  ...heard,
  'pays with card 1',
  'pays with card 2',
  'create payment-1a; it sets the money aside',
  'create payment-1b; it sets the money aside',
  'create of payment-1a',
  'create of payment-1b',
]
const charged = [
  ...authorized,
  'payments hears OrderClaimed',
  'expiration hears OrderClaimed',
  'it takes the money',
  'records what came of capture',
]

/** The bank took its word back after the claim, and the order is open again. */
export const chargeFailed = [
  ...authorized,
  'payments hears OrderClaimed',
  'expiration hears OrderClaimed',
  'refuses for good',
  'it shows it',
  'records what came of capture',
  'orders hears ChargeFailed',
]

/** Half of the price, once. */
const oneUse = {
  id: 'code',
  showId: 'show',
  word: 'CODE',
  terms: { percentBps: 5_000 },
  ended: false,
  uses: 1,
} as const

const quick = {
  oneBuyer: {
    ...plain,
    name: 'oneBuyer',
    title: 'one buyer: calls and answers lost, captures refused, processes killed, cancelled at any moment',
    banks: ['declines_capture'],
    faults: ['lost', 'crash'],
    persons: ['buyer_cancels'],
    begin: heard,
  },
  cards: {
    ...plain,
    name: 'cards',
    title: 'every kind of card, challenges passed and failed, webhooks at any moment',
    cards: ['declined', 'refused', 'challenge', 'challenge_then_taken', 'processing'],
    persons: ['organiser_cancels'],
    begin: started,
  },
  bank: {
    ...plain,
    name: 'bank',
    title:
      'captures that are refused for a moment or for good, authorizations that lapse, money taken by itself',
    banks: ['declines_capture', 'capture_not_now', 'lapses', 'takes_by_itself'],
    persons: ['look'],
    begin: started,
  },
  network: {
    ...plain,
    name: 'network',
    title: 'requests that arrive late, failures that are stored, a whole day of silence',
    faults: ['late', 'stored', 'day'],
    begin: started,
  },
  slow: {
    ...plain,
    name: 'slow',
    title: 'processes that work on when their lease is over, beside the next one',
    faults: ['slow'],
    banks: ['declines_capture'],
    begin: authorized,
  },
  disorder: {
    ...plain,
    name: 'disorder',
    title: 'payments, expiration and tickets hear all but returns again and again, as if they had no inbox',
    withoutInbox: ['payments', 'expiration', 'tickets'],
    faults: ['crash'],
    banks: ['declines_capture'],
    persons: ['buyer_cancels'],
    refunds: [null],
  },
  twoBuyers: {
    ...plain,
    name: 'twoBuyers',
    title: 'two buyers, one seat',
    wants: [seat('seat-A'), seat('seat-A')],
    payments: [1, 1],
    alike: true,
  },
  twoSeats: {
    ...plain,
    name: 'twoSeats',
    title: 'two buyers, two seats: one wants both, the other one of them',
    show: makeShow({ seats: 2 }),
    wants: [seat('seat-A', 'seat-B'), seat('seat-B')],
    payments: [1, 1],
    begin: heard,
  },
  lastPlaces: {
    ...plain,
    name: 'lastPlaces',
    title: 'three buyers hold, cancel and lose places of a pool of three behind two prices',
    show: makeShow({ shared: 3 }),
    wants: [places('full', 2), places('reduced', 2), places('full', 1)],
    payments: [0, 0, 0],
    persons: ['buyer_cancels'],
  },
  twoPools: {
    ...plain,
    name: 'twoPools',
    title: 'units that take from two pools at once, beside others that take from one of them',
    show: makeShow({ days: [2, 1] }),
    wants: [places('both', 1), places('saturday', 2), places('sunday', 1)],
    payments: [0, 0, 0],
    persons: ['buyer_cancels'],
  },
  twoPoolsPaid: {
    ...plain,
    name: 'twoPoolsPaid',
    title: 'a unit of two pools is refunded, and somebody else wants one of them',
    show: makeShow({ days: [2, 1] }),
    wants: [places('both', 1), places('sunday', 1)],
    payments: [1, 0],
    refunds: [null],
    begin: [...charged, 'orders hears ChargeCreated', 'payments hears OrderCompleted'],
  },
  latchedPool: {
    ...plain,
    name: 'latchedPool',
    title: 'early places that are gone once they were taken: given back, they are sold at the later price',
    show: makeShow({ early: [2, 2] }),
    wants: [places('early', 1), places('early', 1), places('early', 1)],
    payments: [0, 0, 0],
    alike: true,
    persons: ['buyer_cancels'],
  },
  lastUse: {
    ...plain,
    name: 'lastUse',
    title: 'two buyers for the one use of a code: held, cancelled, expired',
    show: makeShow({ places: 5 }),
    code: oneUse,
    wants: [places('standing', 1), places('standing', 1)],
    payments: [0, 0],
    alike: true,
    persons: ['buyer_cancels'],
  },
  lastUsePaid: {
    ...plain,
    name: 'lastUsePaid',
    title: 'the one use of a code, bought and given back, while another buyer waits for it',
    show: makeShow({ places: 5 }),
    code: oneUse,
    wants: [places('standing', 1), places('standing', 1)],
    payments: [1, 0],
    refunds: [null],
    begin: [...charged, 'orders hears ChargeCreated', 'payments hears OrderCompleted'],
  },
  twoCards: {
    ...plain,
    name: 'twoCards',
    title: 'two cards for one order, in two tabs',
    payments: [2],
    begin: twoAuthorized,
    still: true,
  },
  cashAgainstCard: {
    ...plain,
    name: 'cashAgainstCard',
    title: 'staff take money for what a buyer pays by card or cancels at the same moment',
    payments: [2],
    persons: ['takes_cash', 'buyer_cancels'],
    begin: [...heard, 'pays with card 1', 'create payment-1a; it sets the money aside'],
    still: true,
    statesMax: 400_000,
  },
  counter: {
    ...plain,
    name: 'counter',
    title: 'a seat that the counter sells beside any number of buyers, given back in part and wholly',
    persons: ['sells_at_counter'],
    refunds: [30, null],
    crowd: true,
    begin: ['pays in cash at the counter'],
  },
  reserved: {
    ...plain,
    name: 'reserved',
    title: 'a seat that staff keep until a date while it is paid or expires',
    persons: ['reserves'],
    begin: started,
  },
  refunds: {
    ...plain,
    name: 'refunds',
    title: 'refunded in part, twice, wholly: calls lost, processes killed and slow',
    statesMax: 400_000,
    faults: ['lost', 'slow'],
    refunds: [30, 80, null],
    begin: charged,
  },
  refundsAtBank: {
    ...plain,
    name: 'refundsAtBank',
    title: 'refunds that are pending, fail, come back or are made at the processor, beside disputes',
    banks: ['refund_pending', 'refund_fails', 'refund_comes_back', 'disputes'],
    persons: ['refunds_at_processor'],
    refunds: [30],
    begin: [
      ...charged,
      'orders hears ChargeCreated',
      'payments hears OrderCompleted',
      'tickets hears OrderCompleted',
    ],
  },
  lateMoney: {
    ...plain,
    name: 'lateMoney',
    title:
      'money taken by itself for an order that is called off goes back, also when a part was given back at the processor',
    cards: ['taken_at_once'],
    persons: ['organiser_cancels', 'refunds_at_processor'],
    begin: started,
  },
  takenAtOnce: {
    ...plain,
    name: 'takenAtOnce',
    title:
      'money taken before the claim is answered, and asked back while a look is under way whose process dies',
    cards: ['taken_at_once'],
    persons: ['look'],
    faults: ['crash'],
    refunds: [30],
    begin: started,
  },
  refundsNextDay: {
    ...plain,
    name: 'refundsNextDay',
    title: 'refunds before and after a day on which nobody was there',
    faults: ['lost', 'crash', 'day'],
    banks: ['refund_refused'],
    refunds: [30, null],
    begin: [...charged, 'Time passes'],
  },
  refundedAndSoldAgain: {
    ...plain,
    name: 'refundedAndSoldAgain',
    title: 'a seat whose order is refunded is sold to somebody else',
    wants: [seat('seat-A'), seat('seat-A')],
    payments: [1, 1],
    refunds: [null],
    begin: [...charged, 'orders hears ChargeCreated', 'payments hears OrderCompleted'],
  },
  crowdedSeat: {
    ...plain,
    name: 'crowdedSeat',
    title: 'any number of buyers, one seat: cancelled and refunded at any moment',
    persons: ['buyer_cancels'],
    refunds: [null],
    crowd: true,
  },
  crowdedPool: {
    ...plain,
    name: 'crowdedPool',
    title: 'any number of buyers, a pool of three places behind two prices: one wants two of them',
    show: makeShow({ shared: 3 }),
    wants: [places('full', 2)],
    persons: ['buyer_cancels'],
    crowd: true,
  },
} as const satisfies Record<string, Scope>

const many = { ...plain, statesMax: 6_000_000 } as const

const long = {
  threeBuyers: {
    ...many,
    name: 'threeBuyers',
    title: 'three buyers, one seat',
    wants: [seat('seat-A'), seat('seat-A'), seat('seat-A')],
    payments: [1, 1, 1],
    persons: ['buyer_cancels'],
    alike: true,
  },
  sharedPool: {
    ...many,
    name: 'sharedPool',
    title: 'three buyers, a pool of three places behind two prices',
    show: makeShow({ shared: 3 }),
    wants: [places('full', 2), places('reduced', 2), places('full', 1)],
    payments: [1, 1, 1],
  },
  twoBuyersAndFaults: {
    ...many,
    name: 'twoBuyersAndFaults',
    title: 'two buyers, one seat: calls lost, captures refused, processes killed, cancelled at any moment',
    wants: [seat('seat-A'), seat('seat-A')],
    payments: [1, 1],
    banks: ['declines_capture'],
    faults: ['lost', 'crash'],
    persons: ['buyer_cancels'],
    alike: true,
  },
  crowdedSeatAndFaults: {
    ...many,
    name: 'crowdedSeatAndFaults',
    title:
      'any number of buyers, one seat: calls lost, captures refused, processes killed, cancelled at any moment',
    banks: ['declines_capture'],
    faults: ['lost', 'crash'],
    persons: ['buyer_cancels'],
    crowd: true,
  },
  wholeProduct: {
    ...many,
    name: 'wholeProduct',
    title: 'two buyers, one seat, without letting any step wait for another',
    wants: [seat('seat-A'), seat('seat-A')],
    payments: [1, 1],
    alike: true,
    reduced: false,
  },
} as const satisfies Record<string, Scope>

const endless = {
  twoCardsAndFaults: {
    ...many,
    name: 'twoCardsAndFaults',
    title: 'two cards for one order: calls lost, captures refused, processes killed, cancelled at any moment',
    payments: [2],
    banks: ['declines_capture'],
    faults: ['lost', 'crash'],
    persons: ['buyer_cancels'],
    begin: heard,
  },
  everyFault: {
    ...many,
    name: 'everyFault',
    title: 'one buyer and every fault at once',
    cards: ['good', 'declined', 'challenge'],
    banks: ['declines_capture', 'capture_not_now', 'lapses'],
    faults: ['lost', 'late', 'crash', 'slow'],
    persons: ['buyer_cancels', 'look'],
  },
} as const satisfies Record<string, Scope>

/** Explored by every `npm test`. */
export const quickScopes: Readonly<Record<keyof typeof quick, Scope>> = quick
/** Explored by the long proof. */
export const longScopes: Readonly<Record<keyof typeof long, Scope>> = long
/** Larger than what was ever explored to its end: only when named. */
export const endlessScopes: Readonly<Record<keyof typeof endless, Scope>> = endless
