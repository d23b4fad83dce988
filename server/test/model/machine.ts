// The modelled shop as a machine to explore: its start, its steps, which of them can wait, and its
// promises.
import { Coverage } from './coverage.ts'
import { breachAmongOthers, othersMoves, ownStep } from './crowd.ts'
import { type Exploration, explore, type Machine, type Step } from './explorer.ts'
import { type Exchange, exchange, forgetAll, memory } from './parts.ts'
import { breachAtRest, breachIn, breachOfStock } from './promises.ts'
import { type Rules, rules as realRules } from './rules.ts'
import type { Scope } from './scopes.ts'
import { stepsOf } from './steps.ts'
import type { Walker } from './walk.ts'
import { type Cluster, cluster, type State, startOf } from './world.ts'

export interface Explored extends Exploration<State> {
  readonly coverage: Coverage
  readonly seconds: number
}

export function makeMachine(walker: Walker): Machine<State> {
  const { scope } = walker
  const all = exchangesOf(scope.alike ? scope.wants.length : 1)
  const merged = scope.reduced && scope.wants.length > 1
  const over = new Map<number, string | null>()
  /**
   * What is left of an order with which nothing can happen any more: its status. Null while
   * something can.
   */
  const endOf = (state: State, buyer: number): string | null => {
    const own = state.clusters[buyer] as Cluster
    let end = over.get(own.number)
    if (end === undefined) {
      const { order } = own.ordered.value
      end = merged && order && stepsOf(walker, state, buyer).length === 0 ? order.status : null
      over.set(own.number, end)
    }
    return end
  }
  const key = (state: State) => {
    const ends = state.clusters.map((_, buyer) => endOf(state, buyer))
    const [first = '', ...others] = all.map((buyers) => keyAs(state, { buyers, ends }))
    return others.reduce((least, each) => (each < least ? each : least), first)
  }
  /**
   * Orders with which nothing happens any more are not told apart, so each is looked at when it
   * comes to that.
   */
  const broken = (state: State) =>
    breachIn(state) ??
    (scope.crowd ? breachAmongOthers : breachOfStock)(state) ??
    breachAtRest({ ...state, clusters: state.clusters.filter((_, buyer) => endOf(state, buyer) !== null) })
  const own = (state: State) => state.clusters.flatMap((_, buyer) => stepsOf(walker, state, buyer))
  const steps = scope.crowd
    ? (state: State) => [...own(state).map((step) => ownStep(state, step)), ...othersMoves(state)]
    : own
  const enough = (state: State): Step<State>[] => {
    const gathered: Step<State>[][] = []
    const settled = state.clusters.every(({ ordered }) => ordered.value.order !== null)
    for (const [buyer, own] of state.clusters.entries()) {
      const ownSteps = stepsOf(walker, state, buyer)
      if (own.ordered.value.order !== null && canGoFirst(state, ownSteps, settled)) return ownSteps
      gathered.push(ownSteps)
    }
    return gathered.flat()
  }
  return {
    start: scope.begin.reduce((state, told) => begin(steps(state), told), startOf(scope)),
    key,
    steps,
    ...(merged ? { enough } : {}),
    breachIn: broken,
    breachAtRest,
  }
}

/** The state after the step that is told of in these words. */
function begin(steps: readonly Step<State>[], told: string): State {
  const step = steps.find((each) => each.tell().includes(told))
  if (!step)
    throw new Error(
      `nothing at the beginning is told as “${told}”: ${steps.map((each) => each.tell()).join(' ')}`,
    )
  return step.next
}

/**
 * Orders meet only at the stock. The steps of one order can go before those of the others when it
 * moves by itself, and when none of its steps frees a place that somebody may still ask for: in
 * whatever order they happen, all see the same. It always comes to rest (that is looked at as
 * well), and then the others go on: none is forgotten.
 */
function canGoFirst(state: State, steps: readonly Step<State>[], settled: boolean): boolean {
  if (!steps.some(({ force }) => force === 'system')) return false
  return settled || steps.every(({ next }) => next.stock === state.stock || takenIn(next) === takenIn(state))
}

const taken = memory<number, string>()

/** Which places nobody else can have, whether they are held or sold. */
function takenIn({ stock }: State): string {
  let text = taken.get(stock.number)
  if (text === undefined) {
    const { pools, seats } = stock.value
    text = `${pools.map(({ held, sold }) => held + sold).join(',')};${seats.map(({ state }) => state === 'available').join(',')}`
    taken.set(stock.number, text)
  }
  return text
}

function keyAs(
  { clusters, stock }: State,
  { buyers, ends }: { readonly buyers: Exchange; readonly ends: readonly (string | null)[] },
): string {
  if (buyers.length < 2)
    return `${clusters.map(({ number }, buyer) => ends[buyer] ?? number).join(',')};${stock.number}`
  const places: (string | number)[] = []
  for (const [buyer, own] of clusters.entries())
    places[buyers[buyer] ?? 0] = ends[buyer] ?? exchangeCluster(own, buyers).number
  return `${places.join(',')};${exchange(stock, buyers).number}`
}

const exchanged = memory<string, Map<number, Cluster>>()

function exchangeCluster(own: Cluster, buyers: Exchange): Cluster {
  if (buyers.every((to, from) => to === from)) return own
  const name = buyers.join('')
  let known = exchanged.get(name)
  if (!known) exchanged.set(name, (known = new Map()))
  let other = known.get(own.number)
  if (!other) {
    const { ordered, known: copy, timer, admission, paid, works, held, letters, done } = own
    const swap = <Value>(part: Parameters<typeof exchange<Value>>[0]) => exchange(part, buyers)
    other = cluster({
      ordered: swap(ordered),
      known: swap(copy),
      timer: swap(timer),
      admission: swap(admission),
      paid: paid.map(swap),
      works: works.map(swap),
      held: held.map(swap),
      letters: letters.map(swap),
      done: swap(done),
    })
    known.set(own.number, other)
  }
  return other
}

function exchangesOf(count: number): Exchange[] {
  if (count < 2) return [[0]]
  const build = (rest: readonly number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((each) => build(rest.filter((other) => other !== each)).map((tail) => [each, ...tail]))
  return build(Array.from({ length: count }, (_, index) => index))
}

/**
 * Told of states on the way: of each that is stepped into, and of each in which nothing happens by
 * itself any more.
 */
export interface Watcher {
  seen?(state: State): void
  rests?(state: State): void
}

/**
 * Explores a scope to its end, or to the first breach, with the real rules or with some of them
 * replaced.
 */
export function exploreScope(scope: Scope, replaced: Partial<Rules> = {}, watcher: Watcher = {}): Explored {
  forgetAll()
  const coverage = new Coverage()
  const begun = performance.now()
  const walker: Walker = { scope, rules: { ...realRules, ...replaced }, coverage, memory: new Map() }
  const machine = makeMachine(walker)
  const watched: Machine<State> = {
    ...machine,
    breachIn(state) {
      watcher.seen?.(state)
      return machine.breachIn(state)
    },
    breachAtRest(state) {
      watcher.rests?.(state)
      return machine.breachAtRest(state)
    },
  }
  const exploration = explore(watched, { statesMax: scope.statesMax })
  return { ...exploration, coverage, seconds: (performance.now() - begun) / 1000 }
}
