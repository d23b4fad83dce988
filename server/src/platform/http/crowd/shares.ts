// Who has how much of one scarce thing, and who must give some back when it runs out: always those
// with most. Pure accounting; closes nothing itself.

export interface ShareLimits {
  /** Of all networks together, in the unit of the thing. */
  readonly total: number
  /** Kept for what is vital: everything else ends this much earlier. */
  readonly reserved: number
  /** Things of one network, whatever their size. */
  readonly perNetwork: number
}

/** One thing that somebody holds: a socket, a body on its way, a stream. */
export interface Holding {
  /** Null: counted in the total only, as the sockets of a trusted proxy are. */
  readonly network: string | null
  size: number
}

export type Refusal = 'network' | 'total'

export interface Wanted {
  readonly network: string | null
  readonly size: number
  readonly vital?: boolean
}

/** In which order a network gives its things up, lowest first; null for what it keeps. */
export type RankOf<Thing> = (thing: Thing) => number | null

export interface Shares<Thing extends Holding> {
  readonly used: number
  /** Why there is no room for one more, or null. */
  refusalOf(wanted: Wanted): Refusal | null
  add(thing: Thing): void
  /** A thing became larger; true while all of them fit. */
  grow(thing: Thing, by: number): boolean
  /** Harmless when the thing is gone already. */
  remove(thing: Thing): void
  /**
   * What has to go so that a twentieth is free again. Networks with most give until all that gave
   * are equal, so that who has little loses nothing. A network gives the lowest rank first, then
   * the oldest.
   */
  excess(rankOf: RankOf<Thing>): Thing[]
  /** Whether a network has its equal share already: then nobody has to go for it. */
  hasItsShare(network: string | null): boolean
}

/** So much is freed at once, so that the sum is not made again for each newcomer. */
const freedShare = 0.05
/** The equal share is found again after so many changes. */
const levelHolds = 200

interface Network<Thing> {
  size: number
  readonly things: Set<Thing>
}

export function makeShares<Thing extends Holding>(limits: ShareLimits): Shares<Thing> {
  let used = 0
  let changes = 0
  let level: { readonly share: number; readonly until: number } | null = null
  const networks = new Map<string | null, Network<Thing>>()
  const counted = () => [...networks].flatMap(([name, network]) => (name === null ? [] : [network]))

  const findShare = (): number => {
    const uncounted = networks.get(null)?.size ?? 0
    const target = Math.floor((limits.total - limits.reserved) * (1 - freedShare)) - uncounted
    const sizes = counted().map(({ size }) => size)
    const share = Math.max(1, fairShare(sizes, target))
    level = { share, until: changes + levelHolds }
    return share
  }

  return {
    get used() {
      return used
    },
    refusalOf({ network, size, vital = false }) {
      if (network !== null && (networks.get(network)?.things.size ?? 0) >= limits.perNetwork) return 'network'
      return used + size > limits.total - (vital ? 0 : limits.reserved) ? 'total' : null
    },
    add(thing) {
      const found = networks.get(thing.network) ?? { size: 0, things: new Set() }
      networks.set(thing.network, found)
      found.things.add(thing)
      found.size += thing.size
      used += thing.size
      changes += 1
    },
    grow(thing, by) {
      const found = networks.get(thing.network)
      if (found?.things.has(thing) !== true) return true
      thing.size += by
      found.size += by
      used += by
      return used <= limits.total
    },
    remove(thing) {
      const found = networks.get(thing.network)
      if (found?.things.delete(thing) !== true) return
      found.size -= thing.size
      used -= thing.size
      changes += 1
      if (found.things.size === 0) networks.delete(thing.network)
    },
    excess(rankOf) {
      const share = findShare()
      return counted().flatMap((network) => thingsAbove(network, share, rankOf))
    },
    hasItsShare(network) {
      const share = level && level.until > changes ? level.share : findShare()
      return network === null || (networks.get(network)?.size ?? 0) + 1 > share
    },
  }
}

/**
 * The largest share that each may have so that all together have no more than `target`: who has
 * less keeps what he has.
 */
export function fairShare(sizes: readonly number[], target: number): number {
  const ascending = sizes.toSorted((one, other) => one - other)
  let left = Math.max(0, target)
  for (const [index, size] of ascending.entries()) {
    const equal = left / (ascending.length - index)
    if (size > equal) return equal
    left -= size
  }
  return Number.POSITIVE_INFINITY
}

function thingsAbove<Thing extends Holding>(
  { size, things }: Network<Thing>,
  share: number,
  rankOf: RankOf<Thing>,
): Thing[] {
  if (size <= share) return []
  const ranked = [...things].flatMap((thing) => {
    const rank = rankOf(thing)
    return rank === null ? [] : [{ thing, rank }]
  })
  const going: Thing[] = []
  let kept = size
  // A stable sort: of one rank, what was added first goes first.
  for (const { thing } of ranked.toSorted((one, other) => one.rank - other.rank)) {
    if (kept <= share) break
    going.push(thing)
    kept -= thing.size
  }
  return going
}
