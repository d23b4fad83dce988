// What goes wrong inside a process of the shop: a clock beside the database's, which jumps, and an
// event loop that stands still because of its own work. Deals both to each process at its start;
// the preloaded part does it.
import type { FaultAction, FaultContext } from './faults.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

const wrongClock = 'shop runs with a wrong clock'
const longestSkewMs = 600_000
const longestBlockMs = 10_000

/** What each process was given at its last start. */
export function makeTroubleDealer(random: Random, timeline: Timeline) {
  const given = new Map<string, Readonly<Record<string, string>>>()
  const skew = () => (random.chance(0.5) ? 1 : -1) * random.skewed(2_000, longestSkewMs)
  return {
    next({ name }: { readonly name: string }): Readonly<Record<string, string>> {
      // Half of them begin right; a jump makes any of them wrong, or right again.
      const clocks = [random.chance(0.5) ? 0 : skew(), skew(), 0, skew()]
      const trouble = {
        CHAOS_CLOCK: clocks.join(','),
        CHAOS_BLOCK_MS: String(random.length(400, 3_000, longestBlockMs)),
      }
      given.set(name, trouble)
      return trouble
    },
    ready(name: string): void {
      const clock = given.get(name)?.['CHAOS_CLOCK']
      if (clock !== undefined && !clock.startsWith('0')) timeline.count(wrongClock)
    },
    /** For how long the event loop of this process stands still when it is told to. */
    blockMsOf: (name: string) => Number(given.get(name)?.['CHAOS_BLOCK_MS'] ?? '0'),
  }
}

export type TroubleDealer = ReturnType<typeof makeTroubleDealer>

/** Kinds that are dealt and not struck. */
export const dealtKinds: readonly string[] = [wrongClock]

export function insideFaults({ stage, random, blockMsOf }: FaultContext): FaultAction[] {
  const ready = () => stage.shops.filter(({ process }) => process.isReady)
  return [
    {
      kind: 'clock of a shop jumps',
      group: 'freeze',
      async strike() {
        const able = ready()
        if (able.length === 0) return null
        const seat = random.pick(able)
        return seat.process.signal('SIGHUP') ? seat.name : null
      },
    },
    {
      kind: 'event loop of a shop blocked',
      group: 'freeze',
      async strike() {
        const able = ready()
        if (able.length === 0) return null
        const seat = random.pick(able)
        const blockMs = blockMsOf(seat.name)
        const sentMs = performance.now()
        if (!seat.process.signal('SIGUSR2')) return null
        // Killed meanwhile, it does not answer: then nobody knows.
        const answered = await fetch(`${seat.url}/healthz`, {
          signal: AbortSignal.timeout(blockMs + 10_000),
        }).catch(() => null)
        return answered?.ok && performance.now() - sentMs > blockMs / 2 ? seat.name : null
      },
    },
  ]
}
