// What was done to the shop and when: every fault with its kind, counted only when it really struck
// something.

export type FaultGroup = 'kill' | 'freeze' | 'network' | 'database' | 'broker' | 'processor'

export interface Fault {
  readonly kind: string
  readonly group: FaultGroup
  readonly target: string
  readonly startedMs: number
  endedMs: number
}

export interface Kill {
  readonly target: string
  readonly kind: string
  readonly atMs: number
  /** Wall clock, to compare with what the database wrote. */
  readonly at: string
  /** When the process answered again. */
  readyMs: number | null
}

export interface Timeline {
  readonly faults: readonly Fault[]
  readonly kills: readonly Kill[]
  readonly counts: ReadonlyMap<string, number>
  count(kind: string, times?: number): void
  begin(fault: Pick<Fault, 'kind' | 'group' | 'target'>): Fault
  killed(target: string, kind: string): void
  ready(target: string, readyMs: number): void
}

export function makeTimeline(): Timeline {
  const faults: Fault[] = []
  const kills: Kill[] = []
  const counts = new Map<string, number>()
  const count = (kind: string, times = 1) => {
    counts.set(kind, (counts.get(kind) ?? 0) + times)
  }
  return {
    faults,
    kills,
    counts,
    count,
    begin({ kind, group, target }) {
      const startedMs = performance.now()
      const fault = { kind, group, target, startedMs, endedMs: startedMs }
      faults.push(fault)
      return fault
    },
    killed(target, kind) {
      const atMs = performance.now()
      kills.push({ target, kind, atMs, at: new Date().toISOString(), readyMs: null })
      faults.push({ kind, group: 'kill', target, startedMs: atMs, endedMs: atMs })
      count(kind)
    },
    ready(target, readyMs) {
      for (const kill of kills) if (kill.target === target && kill.readyMs === null) kill.readyMs = readyMs
      for (const fault of faults) {
        if (fault.group === 'kill' && fault.target === target && fault.endedMs === fault.startedMs)
          fault.endedMs = readyMs
      }
    },
  }
}
