// Virtual time: a queue of events, each with its moment and its owner. One event runs, and all that
// it wakes, before the next; between two of them no time passes. No event may wait for anything
// real.

/**
 * Whoever runs code: an event of a frozen owner waits until it thaws, an event of a dead one is
 * dropped.
 */
export interface Owner {
  readonly name: string
  readonly dead: boolean
  readonly frozenUntilMs: number
}

interface Scheduled {
  atMs: number
  order: number
  readonly owner: Owner | null
  readonly run: () => void
  cancelled: boolean
}

export interface Timer {
  readonly event: Scheduled
}

export interface Scheduler {
  readonly nowMs: number
  /** Whose event is running; null: the outside world. */
  readonly current: Owner | null
  /** Runs `run` after a delay, for its owner. */
  after(delayMs: number, owner: Owner | null, run: () => void): Timer
  /** The same, and virtual time is not made to leap over it. */
  notable(delayMs: number, owner: Owner | null, run: () => void): Timer
  cancel(timer: Timer): void
  /** Runs events until `done` or the moment `untilMs`. */
  run(untilMs: number, done?: () => boolean): Promise<void>
  /** Something happened that is more than a poll. */
  busy(): void
  readonly events: number
}

export interface SchedulerOptions {
  readonly startMs: number
  /**
   * The next moment at which the shop itself has something to do; while all is calm, time leaps to
   * just before it.
   */
  nextDeadlineMs(): number
}

/**
 * How long nothing but polls must have happened before time leaps. Longer than anybody rests
 * between two looks: time leapt over the second try of one whose first had failed, and what he was
 * to do was then found undone (seeds 19068, 25241).
 */
const calmMs = 1_200

export function makeScheduler(options: SchedulerOptions): Scheduler {
  const queue = makeQueue()
  const notable = makeQueue()
  let nowMs = options.startMs
  let order = 0
  let events = 0
  let busyAtMs = nowMs
  let current: Owner | null = null
  let deadlineLookedAtMs = Number.NEGATIVE_INFINITY

  const schedule = (delayMs: number, owner: Owner | null, run: () => void): Timer => {
    order += 1
    const event: Scheduled = { atMs: nowMs + Math.max(0, delayMs), order, owner, run, cancelled: false }
    queue.push(event)
    return { event }
  }

  /** The moment to leap to, or the past when there is no reason to leap. */
  const leapTo = (untilMs: number): number => {
    while (notable.first && (notable.first.cancelled || notable.first.atMs <= nowMs)) notable.pop()
    const nextMs = Math.min(untilMs, notable.first?.atMs ?? Number.POSITIVE_INFINITY)
    if (nextMs - nowMs < calmMs) return 0
    deadlineLookedAtMs = nowMs
    // An overdue deadline is being worked on: no leap.
    return Math.min(nextMs, options.nextDeadlineMs()) - 1
  }

  const go = (untilMs: number, done: () => boolean): void => {
    while (!done()) {
      if (nowMs - busyAtMs > calmMs && nowMs - deadlineLookedAtMs > 200) {
        const targetMs = leapTo(untilMs)
        if (targetMs > nowMs + calmMs) nowMs = targetMs
      }
      const event = queue.first
      if (!event || event.atMs > untilMs) {
        nowMs = Math.max(nowMs, untilMs)
        return
      }
      queue.pop()
      nowMs = Math.max(nowMs, event.atMs)
      const { owner } = event
      if (event.cancelled || owner?.dead) continue
      if (owner && owner.frozenUntilMs > nowMs) {
        order += 1
        Object.assign(event, { atMs: owner.frozenUntilMs, order })
        queue.push(event)
        continue
      }
      events += 1
      current = owner
      event.run()
      settle()
      current = null
    }
  }

  const run = (untilMs: number, done: () => boolean = () => false): Promise<void> =>
    inOwnTask(() => go(untilMs, done))

  return {
    get nowMs() {
      return nowMs
    },
    get current() {
      return current
    },
    get events() {
      return events
    },
    after: schedule,
    notable(delayMs, owner, run) {
      const timer = schedule(delayMs, owner, run)
      notable.push(timer.event)
      return timer
    },
    cancel(timer) {
      timer.event.cancelled = true
    },
    run,
    busy() {
      busyAtMs = nowMs
    },
  }
}

const realImmediate = globalThis.setImmediate

/**
 * Runs it in a task of its own: inside a promise's reaction, no other reaction can be made to go
 * on.
 */
function inOwnTask(work: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    realImmediate(() => {
      try {
        resolve(work())
      } catch (error) {
        reject(error)
      }
    })
  })
}

/**
 * Lets every promise that can go on go on: what Node itself calls behind each callback. A turn of
 * the event loop for each event does the same, and a fifth of the run's time went into it.
 */
const settle = (process as unknown as { _tickCallback(): void })._tickCallback

/** A heap by time, and by the order of asking within one moment. */
function makeQueue() {
  const heap: Scheduled[] = []
  const before = (a: Scheduled, b: Scheduled) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
  const at = (index: number) => heap[index] as Scheduled
  const swap = (a: number, b: number) => {
    const kept = at(a)
    heap[a] = at(b)
    heap[b] = kept
  }
  return {
    get first(): Scheduled | undefined {
      return heap[0]
    },
    push(event: Scheduled) {
      heap.push(event)
      let index = heap.length - 1
      while (index > 0) {
        const parent = (index - 1) >> 1
        if (!before(at(index), at(parent))) break
        swap(index, parent)
        index = parent
      }
    },
    pop() {
      const last = heap.pop()
      if (heap.length === 0 || !last) return
      heap[0] = last
      let index = 0
      for (;;) {
        const left = 2 * index + 1
        const right = left + 1
        let least = index
        if (left < heap.length && before(at(left), at(least))) least = left
        if (right < heap.length && before(at(right), at(least))) least = right
        if (least === index) break
        swap(index, least)
        index = least
      }
    },
  }
}

type Globals = Pick<
  typeof globalThis,
  'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval' | 'setImmediate' | 'clearImmediate'
>

/**
 * Puts virtual timers in the place of the process's own for as long as `work` runs. Code that sets
 * a timer by itself is then on virtual time, and belongs to whoever's event is running.
 */
export async function withVirtualTimers<T>(scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis
  const real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate }
  const handle = (timer: Timer) =>
    Object.assign(timer, { unref: () => timer, ref: () => timer, hasRef: () => true })
  const cancel = (timer: unknown) => {
    // A real one was set before: a pool of real connections beside the run tidies up by it.
    if (typeof timer === 'object' && timer !== null && 'event' in timer) scheduler.cancel(timer as Timer)
    else clearTimeout(timer as NodeJS.Timeout)
  }
  const repeat = (run: () => void, delayMs: number) => {
    const owner = scheduler.current
    const held: { event?: Scheduled } = {}
    const next = () => {
      held.event = scheduler.after(delayMs, owner, () => {
        next()
        run()
      }).event
    }
    next()
    return Object.assign(held, { unref: () => held, ref: () => held, hasRef: () => true })
  }
  const virtual = {
    setTimeout: (run: () => void, delayMs = 1) => handle(scheduler.after(delayMs, scheduler.current, run)),
    setInterval: repeat,
    setImmediate: (run: () => void) => handle(scheduler.after(0, scheduler.current, run)),
    clearTimeout: cancel,
    clearInterval: cancel,
    clearImmediate: cancel,
  }
  Object.assign(globalThis, virtual as unknown as Globals)
  try {
    return await work()
  } finally {
    Object.assign(globalThis, real)
  }
}
