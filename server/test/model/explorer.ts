// Explores every state that a machine can reach, breadth first, so that the trace to a breach is a
// shortest one. Knows nothing of tickets or money; keeps every state in memory.

/**
 * `system`: happens by itself, sooner or later. `person`: somebody may do it or not. `fault`: may
 * happen, need not.
 */
export type Force = 'system' | 'person' | 'fault'

export interface Step<State> {
  readonly next: State
  readonly force: Force
  /** What happened, in plain words. */
  readonly tell: () => string
  /** A promise that the step itself broke, whatever state it led to. */
  readonly breach?: string
}

export interface Machine<State> {
  readonly start: State
  /** Equal for states that need not be told apart. */
  key(state: State): string
  /** Every step out of a state. */
  steps(state: State): Step<State>[]
  /** Enough of them: the others can wait without hiding anything. All of them when not given. */
  enough?(state: State): Step<State>[]
  /** A promise that does not hold in this state, or null. */
  breachIn(state: State): string | null
  /** A promise that does not hold although nothing happens by itself any more, or null. */
  breachAtRest(state: State): string | null
}

export interface Breach<State> {
  /** The promise that was broken. */
  readonly promise: string
  /** The steps from the start to the breach. */
  readonly trace: readonly Step<State>[]
}

export interface Exploration<State> {
  readonly states: number
  readonly transitions: number
  readonly atRest: number
  /** Steps to the state that is furthest away. */
  readonly depth: number
  readonly breach: Breach<State> | null
}

export interface Limits {
  /** A graph that is larger than was thought fails instead of filling the memory. */
  readonly statesMax: number
}

class Numbers {
  #values = new Int32Array(1 << 16)
  length = 0

  push(value: number): void {
    if (this.length === this.#values.length) {
      const longer = new Int32Array(this.length * 2)
      longer.set(this.#values)
      this.#values = longer
    }
    this.#values[this.length] = value
    this.length += 1
  }

  at(index: number): number {
    return this.#values[index] ?? -1
  }
}

/** Walks the whole graph, or until the first promise is broken. */
export function explore<State>(machine: Machine<State>, { statesMax }: Limits): Exploration<State> {
  const states: State[] = [machine.start]
  const parents = new Numbers()
  const depths = new Numbers()
  const numbers = new Map<string, number>([[machine.key(machine.start), 0]])
  const calm: number[] = []
  const from = new Numbers()
  const to = new Numbers()
  parents.push(-1)
  depths.push(0)
  let transitions = 0

  const traceTo = (index: number): Step<State>[] => {
    const path: Step<State>[] = []
    for (let child = index; child > 0; child = parents.at(child)) {
      const parent = states[parents.at(child)] as State
      const wanted = states[child] as State
      const step = machine
        .steps(parent)
        .find(({ next }) => next === wanted || machine.key(next) === machine.key(wanted))
      if (!step) throw new Error('a step of the trace cannot be found again')
      path.unshift(step)
    }
    return path
  }
  const end = (breach: Breach<State> | null): Exploration<State> => ({
    states: states.length,
    transitions,
    atRest: calm.length,
    depth: depths.at(states.length - 1),
    breach,
  })

  const first = machine.breachIn(machine.start)
  if (first !== null) return end({ promise: first, trace: [] })
  for (let index = 0; index < states.length; index += 1) {
    const state = states[index] as State
    const steps = machine.enough ? machine.enough(state) : machine.steps(state)
    const own = machine.key(state)
    let moves = false
    for (const step of steps) {
      transitions += 1
      if (step.breach !== undefined) return end({ promise: step.breach, trace: [...traceTo(index), step] })
      // Also in what counts as known: a machine may not tell apart what is as good as the same from
      // here on.
      const promise = machine.breachIn(step.next)
      if (promise !== null) return end({ promise, trace: [...traceTo(index), step] })
      const key = machine.key(step.next)
      if (key === own) continue
      let number = numbers.get(key)
      if (number === undefined) {
        number = states.length
        if (number === statesMax) throw new Error(`more than ${statesMax} states`)
        numbers.set(key, number)
        states.push(step.next)
        parents.push(index)
        depths.push(depths.at(index) + 1)
      }
      if (step.force !== 'system') continue
      moves = true
      from.push(number)
      to.push(index)
    }
    if (moves) continue
    calm.push(index)
    const promise = machine.breachAtRest(state)
    if (promise !== null) return end({ promise, trace: traceTo(index) })
  }
  const lost = firstThatCannotRest(states.length, calm, { from, to })
  if (lost === null) return end(null)
  return end({ promise: 'with the faults over, everything comes to rest by itself', trace: traceTo(lost) })
}

/**
 * The nearest state from which what happens by itself never ends, or null. `from` and `to` are the
 * steps backwards.
 */
function firstThatCannotRest(
  count: number,
  calm: readonly number[],
  { from, to }: { from: Numbers; to: Numbers },
) {
  const starts = new Int32Array(count + 1)
  for (let edge = 0; edge < from.length; edge += 1)
    starts[from.at(edge) + 1] = (starts[from.at(edge) + 1] ?? 0) + 1
  for (let index = 0; index < count; index += 1)
    starts[index + 1] = (starts[index + 1] ?? 0) + (starts[index] ?? 0)
  const places = starts.slice()
  const sources = new Int32Array(from.length)
  for (let edge = 0; edge < from.length; edge += 1) {
    const place = places[from.at(edge)] ?? 0
    sources[place] = to.at(edge)
    places[from.at(edge)] = place + 1
  }
  const rests = new Uint8Array(count)
  const queue = [...calm]
  for (const index of calm) rests[index] = 1
  for (let head = 0; head < queue.length; head += 1) {
    const index = queue[head] ?? 0
    for (let edge = starts[index] ?? 0; edge < (starts[index + 1] ?? 0); edge += 1) {
      const source = sources[edge] ?? 0
      if (rests[source] === 1) continue
      rests[source] = 1
      queue.push(source)
    }
  }
  const lost = rests.indexOf(0)
  return lost === -1 ? null : lost
}

/** A breach as a story: what had happened before, numbered steps, and the promise that broke. */
export function storyOf<State>({ promise, trace }: Breach<State>, begin: readonly string[] = []): string {
  const before = begin.map((told) => `     Before: ${told}`)
  const lines = trace.map((step, index) => `${String(index + 1).padStart(3)}. ${step.tell()}`)
  return [...before, ...lines, `     Broken: ${promise}`].join('\n')
}
