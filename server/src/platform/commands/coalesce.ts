// Group commit's queue: jobs that arrive while a lane is busy wait together and become its next
// batch. No timer.

export interface CoalesceOptions<Job> {
  /** How many batches may be under way at once. */
  readonly lanes: number
  /** How much weight (commands) one batch may carry; a heavier single job is a batch alone. */
  readonly maxWeight: number
  weigh(job: Job): number
  /** Runs a batch. Must settle each job by itself and never throw. */
  run(jobs: Job[]): Promise<void>
}

export interface Coalescer<Job> {
  submit(job: Job): void
  readonly waiting: number
  /** Resolves when nothing waits and no batch is under way. */
  drain(): Promise<void>
}

export function makeCoalescer<Job>(options: CoalesceOptions<Job>): Coalescer<Job> {
  let queue: Job[] = []
  let busyLanes = 0
  let idleWaiters: (() => void)[] = []

  const takeBatch = (): Job[] => {
    let weight = 0
    let count = 0
    for (const job of queue) {
      weight += options.weigh(job)
      if (count > 0 && weight > options.maxWeight) break
      count += 1
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch
  }

  const runLane = async (): Promise<void> => {
    // One turn of the event loop gathers what arrived in the same read of the sockets.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (queue.length > 0) await options.run(takeBatch())
    busyLanes -= 1
    if (busyLanes === 0) {
      for (const resolve of idleWaiters) resolve()
      idleWaiters = []
    }
  }

  return {
    submit(job) {
      queue.push(job)
      if (busyLanes < options.lanes) {
        busyLanes += 1
        void runLane()
      }
    },
    get waiting() {
      return queue.length
    },
    drain: () => (busyLanes === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  }
}
