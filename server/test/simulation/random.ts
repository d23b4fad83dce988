// Seeded chance: the same seed draws the same numbers on every machine. Nothing in the simulation
// may use another source.

export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly [T, ...T[]]): T
  /** Draws by weight. */
  weigh<T>(choices: readonly (readonly [weight: number, value: T])[]): T
  /** An id in the shape of a UUIDv7 whose first part is the time. */
  id(nowMs: number): string
}

/** 32 bits of a text and a number, well mixed: seeds that are neighbours give unlike streams. */
export function mix(text: string, seed: number): number {
  let hash = 0x81_1c_9d_c5 ^ seed
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35)
  return (hash ^ (hash >>> 16)) >>> 0
}

export function makeRandom(purpose: string, seed: number): Random {
  let a = mix(purpose, seed)
  let lastMs = 0
  let sequence = 0
  const next = (): number => {
    a = (a + 0x6d_2b_79_f5) | 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const hex = (digits: number) =>
    Math.floor(next() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
    weigh(choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of choices) {
        left -= weight
        if (left < 0) return value
      }
      const last = choices.at(-1)
      if (!last) throw new Error('nothing to draw from')
      return last[1]
    },
    id(nowMs) {
      const ms = Math.floor(nowMs)
      sequence = ms > lastMs ? 0 : sequence + 1
      lastMs = Math.max(lastMs, ms)
      const time = (lastMs + Math.floor(sequence / 4096)).toString(16).padStart(12, '0')
      const counter = (sequence % 4096).toString(16).padStart(3, '0')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-8${hex(3)}-${hex(12)}`
    },
  }
}
