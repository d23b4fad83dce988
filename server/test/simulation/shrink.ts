// Makes a failing plan smaller: fewer faults, fewer operations, for as long as the same invariant
// breaks.
import type { Plan } from './plan.ts'
import { type Breach, type RunOptions, run } from './world.ts'

export interface Shrunk {
  readonly plan: Plan
  readonly breach: Breach
  readonly runs: number
}

export interface ShrinkOptions {
  /** As a run that only now throws. */
  attempt?(plan: Plan): Promise<Breach | null>
  readonly mostRuns?: number
}

/** A run as its breach; one that throws broke something as well. */
export async function breachOf(plan: Plan, options: RunOptions = {}): Promise<Breach | null> {
  try {
    return (await run(plan, options)).breach
  } catch (error) {
    return { invariant: 0, text: error instanceof Error ? error.message : String(error), atMs: 0 }
  }
}

export async function shrink(
  plan: Plan,
  breach: Breach,
  { attempt = breachOf, mostRuns = 250 }: ShrinkOptions = {},
): Promise<Shrunk> {
  let best = { plan, breach }
  let runs = 0

  const breaks = async (candidate: Plan): Promise<boolean> => {
    runs += 1
    const found = await attempt(candidate)
    if (found?.invariant !== breach.invariant) return false
    best = { plan: candidate, breach: found }
    return true
  }
  /** Takes away ever smaller pieces of one list. */
  const thin = async (part: 'faults' | 'operations'): Promise<void> => {
    for (
      let size = Math.ceil(best.plan[part].length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let from = 0; from < best.plan[part].length && runs < mostRuns; ) {
        const kept = best.plan[part].filter((_, index) => index < from || index >= from + size)
        if (!(await breaks({ ...best.plan, [part]: kept }))) from += size
      }
    }
  }

  for (let before = -1; before !== sizeOf(best.plan) && runs < mostRuns; ) {
    before = sizeOf(best.plan)
    await thin('faults')
    await thin('operations')
    if (best.plan.processes > 1) await breaks({ ...best.plan, processes: 1 })
  }
  return { ...best, runs }
}

function sizeOf({ faults, operations, processes }: Plan): number {
  return faults.length + operations.length + processes
}
