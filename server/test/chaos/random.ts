// Chance with a seed: the same number gives the same choices. Never Math.random in here.

export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** A whole number from `from` to `to`, both among them. */
  between(from: number, to: number): number
  /** As `between`, with short ones far more often than long ones. */
  skewed(from: number, to: number): number
  chance(probability: number): boolean
  /**
   * Mostly up to `usual`, one in fifteen up to `longest`: so that the long ones are met, and do not
   * take up the whole run.
   */
  length(from: number, usual: number, longest: number): number
  pick<T>(from: readonly T[]): T
  shuffled<T>(list: readonly T[]): T[]
  /** Another source of its own, so that who asks more often does not change what others get. */
  fork(name: string): Random
}

export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  const skewed = (from: number, to: number) => Math.round(from * (to / from) ** next())
  return {
    next,
    between,
    skewed,
    length: (from, usual, longest) =>
      longest > usual && next() < 1 / 15 ? skewed(usual, longest) : skewed(from, Math.min(usual, longest)),
    chance: (probability) => next() < probability,
    pick<T>(from: readonly T[]): T {
      const found = from[between(0, from.length - 1)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
    shuffled<T>(list: readonly T[]): T[] {
      const left = [...list]
      return list.map(() => left.splice(between(0, left.length - 1), 1)[0] as T)
    },
    fork: (name) =>
      makeRandom(
        [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed),
      ),
  }
}

/** Deals every card once before any comes again: each kind of fault is sure to be met. */
export function makeDeck<T>(random: Random, cards: readonly T[]): () => T {
  let left: T[] = []
  return () => {
    if (left.length === 0) left = random.shuffled(cards)
    return left.pop() as T
  }
}
