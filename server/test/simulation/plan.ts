// What happens in a run, drawn from its seed before it begins: shows, what people do and when, and
// what goes wrong. A plan is a plain list, so that a failing one can be made smaller.
import type { Tender } from '@holdfast/contract'
import { type Card, cards, type ProcessorFault, type WebhookFault } from './processor.ts'
import { makeRandom, type Random } from './random.ts'
import type { DatabaseFault } from './twin/database.ts'

/** What the world itself does at a moment. */
export type WorldFault =
  | 'process_killed'
  | 'process_stopped'
  | 'database_clock_jump'
  | 'process_frozen'
  | 'clock_jump'
  | 'bus_connection_lost'
  | 'database_crash'
  | 'redelivery'
  | 'consumer_lag'

export type FaultKind = DatabaseFault | ProcessorFault | WebhookFault | WorldFault

export interface Fault {
  readonly kind: FaultKind
  /** Not before this moment of the run. */
  readonly atMs: number
  /** Points that would fit and are let go first. */
  readonly skip: number
  /** Only where a statement of this service is at work, a call of this kind; any when empty. */
  readonly about: string
  readonly process: number
  readonly forMs: number
}

interface When {
  readonly atMs: number
  /** Which process is asked. */
  readonly process: number
}

export type Operation = When &
  (
    | {
        readonly kind: 'hold'
        readonly buyer: number
        readonly show: number
        readonly type: number
        readonly places: readonly number[]
        readonly clicks: number
      }
    | {
        readonly kind: 'pay'
        readonly buyer: number
        readonly card: Card
        readonly otherCard: Card | null
        readonly clicks: number
        readonly challenge: {
          readonly afterMs: number
          readonly outcome: 'passed' | 'failed' | 'abandoned'
          readonly returns: boolean
        }
      }
    | { readonly kind: 'cancel'; readonly buyer: number; readonly by: 'buyer' | 'organiser' }
    | {
        readonly kind: 'refund'
        readonly buyer: number
        readonly part: number | null
        readonly times: number
      }
    | { readonly kind: 'change_show' | 'close_show' | 'cancel_show'; readonly show: number }
    | { readonly kind: 'refund_outside'; readonly buyer: number; readonly part: number }
    | { readonly kind: 'check_in'; readonly buyer: number; readonly times: number }
    | {
        readonly kind: 'sell'
        readonly buyer: number
        readonly show: number
        readonly type: number
        readonly places: readonly number[]
        readonly tender: Tender
        readonly clicks: number
      }
    | { readonly kind: 'take_cash'; readonly buyer: number; readonly times: number }
    | { readonly kind: 'reserve'; readonly buyer: number; readonly forMs: number }
  )

/** `needsFirst`: sold only together with the first type. */
export interface Kind {
  readonly admits?: 0 | 2
  readonly chosen?: true
  readonly needsFirst?: true
}

export interface ShowPlan {
  /** After the run begins; months later when it is not given. */
  readonly startsInMs?: number
  readonly holdSeconds: number
  readonly maxPerBuyer: number
  /** A pool that all types take from besides their own. */
  readonly shared: { readonly capacity: number; readonly latch: boolean } | null
  /** Of each type, what it is beside a priced admission. */
  readonly kinds: readonly Kind[]
  readonly types: readonly ({ readonly priceMinor: number } & (
    | { readonly capacity: number }
    | { readonly seats: number }
  ))[]
}

export interface Plan {
  readonly seed: number
  readonly processes: number
  /** Each process runs only some of the services. */
  readonly split: boolean
  readonly buyers: number
  readonly shows: readonly ShowPlan[]
  readonly operations: readonly Operation[]
  readonly faults: readonly Fault[]
  /** From here on nothing goes wrong any more. */
  readonly healedAtMs: number
}

const services = ['', '', 'orders.', 'payments.', 'tickets.', 'expiration.'] as const

const weights: readonly (readonly [number, FaultKind])[] = [
  [3, 'slow_statement'],
  [2, 'deadlock'],
  [1, 'query_timeout'],
  [2, 'connection_lost_before_statement'],
  [2, 'connection_lost_after_statement'],
  [2, 'crash_before_statement'],
  [2, 'crash_after_statement'],
  [3, 'crash_before_commit'],
  [3, 'crash_after_commit'],
  [3, 'commit_unknown_undone'],
  [3, 'commit_unknown_done'],
  [1, 'connection_refused'],
  [3, 'processor_lost_before'],
  [3, 'processor_lost_after'],
  [1, 'processor_failed_before'],
  [2, 'processor_failed_after'],
  [1, 'processor_busy'],
  [3, 'processor_slow'],
  [3, 'refund_fails'],
  [2, 'webhook_twice'],
  [2, 'webhook_late'],
  [3, 'webhook_dropped'],
  [1, 'webhook_forged'],
  [2, 'webhook_out_of_order'],
  [2, 'process_killed'],
  [2, 'process_stopped'],
  [1, 'database_clock_jump'],
  [3, 'process_frozen'],
  [1, 'clock_jump'],
  [2, 'bus_connection_lost'],
  [2, 'database_crash'],
  [2, 'redelivery'],
  [2, 'consumer_lag'],
]

export const faultKinds: readonly FaultKind[] = weights.map(([, kind]) => kind)

export function makePlan(seed: number): Plan {
  const random = makeRandom('plan', seed)
  const shows = Array.from(
    {
      length: random.weigh([
        [5, 1],
        [3, 2],
        [1, 3],
      ]),
    },
    (_, index) => ({ ...makeShow(random), ...makeStart(seed + index) }),
  )
  const buyers = random.between(3, 12)
  const operations: Operation[] = []
  let atMs = 2_000
  const bursts: (readonly [number, number])[] = []
  for (let burst = random.between(1, 4); burst > 0; burst -= 1) {
    // A herd: everybody at once, at one show.
    const herd = random.chance(0.35)
    const lastsMs = herd
      ? random.between(2, 60)
      : random.weigh([
          [1, 300],
          [3, 5_000],
          [2, 30_000],
        ])
    bursts.push([atMs, atMs + lastsMs])
    const count = herd ? random.between(6, 18) : random.between(3, 14)
    const house = herd
      ? { buyers: random.between(1, buyers), shows, show: random.between(0, shows.length - 1) }
      : { buyers, shows }
    for (let index = 0; index < count; index += 1) {
      const when = { atMs: atMs + random.between(0, lastsMs), process: random.between(0, 1) }
      operations.push(...visit(random, when, house))
    }
    atMs +=
      lastsMs +
      random.weigh([
        [3, 2_000],
        [3, 20_000],
        [2, 130_000],
        [1, 3 * 3_600_000],
        [1, 26 * 3_600_000],
      ])
  }
  const faults = Array.from(
    {
      length: random.weigh([
        [1, 0],
        [4, random.between(1, 5)],
        [4, random.between(6, 16)],
      ]),
    },
    () => makeFault(random, random.pick(bursts as [(typeof bursts)[0], ...typeof bursts])),
  )
  return {
    seed,
    processes: random.weigh([
      [1, 1],
      [1, 2],
    ]),
    split: random.chance(0.3),
    buyers,
    shows: shows.map((show, index) => ({
      ...show,
      shared: sharedPool(seed, index, show),
      kinds: kindsOf(seed, index, show),
    })),
    operations: [
      ...operations,
      ...atCounter(seed, operations, { buyers, shows }),
      ...reservations(seed, operations),
    ].toSorted((a, b) => a.atMs - b.atMs),
    faults: faults.toSorted((a, b) => a.atMs - b.atMs),
    healedAtMs: Math.max(atMs, ...operations.map((operation) => operation.atMs)) + 60_000,
  }
}

function makeShow(random: Random): ShowPlan {
  const types = Array.from(
    {
      length: random.weigh([
        [3, 1],
        [2, 2],
      ]),
    },
    () => {
      const priceMinor = random.weigh([
        [1, 0],
        [8, random.between(100, 9_000)],
      ])
      if (random.chance(0.4)) return { priceMinor, seats: random.between(1, 5) }
      return {
        priceMinor,
        capacity: random.weigh([
          [3, random.between(1, 3)],
          [2, random.between(4, 12)],
        ]),
      }
    },
  )
  return {
    holdSeconds: random.weigh([
      [2, random.between(5, 20)],
      [3, random.between(30, 120)],
      [1, 900],
    ]),
    maxPerBuyer: random.weigh([
      [2, 100],
      [1, random.between(1, 4)],
    ]),
    shared: null,
    kinds: [],
    types,
  }
}

/** Few shows begin while people still buy. Drawn apart, so that the rest of a plan stays as it is. */
function makeStart(seed: number): Pick<ShowPlan, 'startsInMs'> {
  const random = makeRandom('start', seed)
  return random.chance(0.12) ? { startsInMs: random.between(3_000, 40_000) } : {}
}

/** Drawn apart from all else, so that a seed tells the same story as before there were such pools. */
function sharedPool(seed: number, index: number, { types }: ShowPlan): ShowPlan['shared'] {
  const random = makeRandom(`pools of show ${index}`, seed)
  if (!random.chance(0.35)) return null
  const places = types.reduce((sum, type) => sum + ('seats' in type ? type.seats : type.capacity), 0)
  return { capacity: random.between(1, Math.max(1, places)), latch: random.chance(0.4) }
}

/** Drawn apart, as the pools are. */
function kindsOf(seed: number, index: number, { types }: ShowPlan): Kind[] {
  const random = makeRandom(`kinds of show ${index}`, seed)
  if (!random.chance(0.4)) return []
  return types.map((type, position) => ({
    ...(random.chance(0.3) ? { admits: random.pick([0, 2] as const) } : {}),
    // A card takes no less than 50 cents, and all that the show's price may be.
    ...(type.priceMinor >= 100 && random.chance(0.4) ? { chosen: true as const } : {}),
    ...(position > 0 && random.chance(0.4) ? { needsFirst: true as const } : {}),
  }))
}

const tenders = ['cash', 'terminal', 'transfer', 'on_account', 'comp'] as const

/**
 * What staff do beside what people do: they sell, and take money for what somebody holds, also while
 * that is being paid by card. Drawn apart, as the pools are.
 */
function atCounter(seed: number, visits: readonly Operation[], { buyers, shows }: House): Operation[] {
  const random = makeRandom('counter', seed)
  if (!random.chance(0.6)) return []
  return visits.flatMap((visit): Operation[] => {
    const when = { atMs: visit.atMs + random.between(0, 400), process: random.between(0, 1) }
    if (visit.kind === 'pay' && random.chance(0.2))
      return [{ ...when, kind: 'take_cash', buyer: visit.buyer, times: random.between(1, 2) }]
    if (visit.kind !== 'hold' || !random.chance(0.25)) return []
    const show = random.between(0, shows.length - 1)
    const type = random.between(0, (shows[show]?.types.length ?? 1) - 1)
    const places = [...new Set([random.between(0, 4), random.between(0, 4)])]
    const buyer = random.between(0, buyers - 1)
    const tender = random.pick(tenders)
    return [{ ...when, kind: 'sell', buyer, show, type, places, tender, clicks: random.between(1, 2) }]
  })
}

/** Staff keep for longer what somebody holds, also while it is paid or expires. Drawn apart. */
function reservations(seed: number, visits: readonly Operation[]): Operation[] {
  const random = makeRandom('reservations', seed)
  if (!random.chance(0.4)) return []
  return visits.flatMap((visit): Operation[] => {
    if ((visit.kind !== 'hold' && visit.kind !== 'pay') || !random.chance(0.3)) return []
    const atMs =
      visit.atMs +
      random.weigh([
        [3, random.between(0, 600)],
        [2, random.between(600, 20_000)],
      ])
    const forMs = random.weigh([
      [3, random.between(1_000, 60_000)],
      [1, 2 * 3_600_000],
    ])
    return [{ atMs, process: random.between(0, 1), kind: 'reserve', buyer: visit.buyer, forMs }]
  })
}

interface House {
  readonly buyers: number
  readonly shows: readonly ShowPlan[]
  /** The one that everybody wants; any when it is not given. */
  readonly show?: number
}

/** A buyer comes, holds something, and perhaps pays; or somebody does a single thing. */
function visit(random: Random, when: When, { buyers, shows, show: wanted }: House): Operation[] {
  const buyer = random.between(0, buyers - 1)
  const show = wanted ?? random.between(0, shows.length - 1)
  const single = random.next()
  if (single < 0.025)
    return [
      {
        ...when,
        kind: random.weigh([
          [2, 'change_show'],
          [1, 'close_show'],
          [2, 'cancel_show'],
        ]),
        show,
      },
    ]
  if (single < 0.14)
    return [
      {
        ...when,
        kind: 'refund',
        buyer,
        part: random.chance(0.5) ? random.between(1, 3_000) : null,
        times: random.between(1, 2),
      },
    ]
  if (single < 0.2)
    return [{ ...when, kind: 'cancel', buyer, by: random.chance(0.7) ? 'buyer' : 'organiser' }]
  if (single < 0.24) return [{ ...when, kind: 'check_in', buyer, times: random.between(1, 2) }]
  if (single < 0.27) return [{ ...when, kind: 'refund_outside', buyer, part: random.between(100, 9_000) }]
  const type = random.between(0, (shows[show]?.types.length ?? 1) - 1)
  const places = Array.from(
    {
      length: random.weigh([
        [4, 1],
        [2, 2],
        [1, 3],
      ]),
    },
    () => random.between(0, 4),
  )
  const hold: Operation = {
    ...when,
    kind: 'hold',
    buyer,
    show,
    type,
    places: [...new Set(places)],
    clicks: random.weigh([
      [4, 1],
      [1, 2],
    ]),
  }
  if (random.chance(0.12)) return [hold]
  const afterMs = random.weigh([
    [3, random.between(20, 500)],
    [3, random.between(500, 8_000)],
    [2, (shows[show]?.holdSeconds ?? 10) * 1000 + random.between(-1_500, 500)],
  ])
  const pay: Operation = {
    atMs: when.atMs + Math.max(10, afterMs),
    process: random.between(0, 1),
    kind: 'pay',
    buyer,
    card: drawCard(random),
    otherCard: random.chance(0.25) ? drawCard(random) : null,
    clicks: random.weigh([
      [4, 1],
      [1, 2],
    ]),
    challenge: {
      afterMs: random.weigh([
        [3, random.between(500, 15_000)],
        [2, (shows[show]?.holdSeconds ?? 10) * 1000],
      ]),
      outcome: random.weigh([
        [5, 'passed'],
        [2, 'failed'],
        [2, 'abandoned'],
      ]),
      returns: random.chance(0.5),
    },
  }
  if (!random.chance(0.15)) return [hold, pay]
  return [
    hold,
    pay,
    {
      atMs: pay.atMs + random.between(1, 1_500),
      process: random.between(0, 1),
      kind: 'cancel',
      buyer,
      by: 'buyer',
    },
  ]
}

function drawCard(random: Random): Card {
  const [good, ...others] = cards
  return random.chance(0.5) ? good : random.pick(others)
}

function makeFault(random: Random, [fromMs, toMs]: readonly [number, number]): Fault {
  const kind = random.weigh(weights)
  return {
    kind,
    atMs: random.between(fromMs, toMs + 8_000),
    skip:
      kind === 'refund_fails'
        ? 0
        : random.weigh([
            [3, 0],
            [2, random.between(1, 6)],
          ]),
    about: random.pick(services),
    process: random.between(0, 1),
    forMs: random.weigh([
      [3, random.between(1_000, 15_000)],
      [2, random.between(15_000, 60_000)],
      [1, random.between(600_000, 4 * 3_600_000)],
    ]),
  }
}
