// Group commit: all work that arrives while a flush is under way shares the next transaction and
// one fdatasync. Nothing that was read or written may leave the process before `durable` has
// settled for it.
import { closeSync, fdatasync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

export interface GroupCommit {
  /** Runs `work` inside the open transaction; settles with its result once that is on disk. */
  run<T>(work: () => T): Promise<T>
  /** Settles when everything written so far is on disk. */
  durable(): Promise<void>
  /** `mark` is called at each commit; `done` gets the mark once that commit is on disk. */
  onDurable<M>(mark: () => M, done: (mark: M) => void): void
  /** True if nothing is to be committed or made durable. */
  isIdle(): boolean
  close(): Promise<void>
}

interface Batch {
  promise: Promise<void>
  resolve(): void
  reject(cause: unknown): void
}

function newBatch(): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // A batch that nobody waits for (background work) must not end the process; those who wait see
  // the error.
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}

function syncFile(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)))
  })
}

export function makeGroupCommit(db: DatabaseSync, walPath: string): GroupCommit {
  const wal = openSync(walPath, 'r+')
  const listeners: { mark: () => unknown; done: (mark: unknown) => void }[] = []
  const begin = db.prepare('begin immediate')
  const commit = db.prepare('commit')
  let open: Batch | undefined
  let syncing: Batch | undefined
  let flushing: Promise<void> | undefined

  function failBatch(batch: Batch, cause: unknown): void {
    if (open === batch) open = undefined
    if (db.isTransaction) db.exec('rollback')
    batch.reject(cause)
  }

  async function flush(): Promise<void> {
    while (open !== undefined) {
      // One turn of the event loop lets every request that has already arrived join.
      await new Promise<void>((resolve) => setImmediate(resolve))
      const batch: Batch | undefined = open
      if (batch === undefined) break
      try {
        commit.run()
        open = undefined
        const marks = listeners.map((listener) => listener.mark())
        syncing = batch
        await syncFile(wal)
        batch.resolve()
        syncing = undefined
        listeners.forEach((listener, index) => listener.done(marks[index]))
      } catch (cause) {
        failBatch(batch, cause)
      }
    }
    flushing = undefined
  }

  return {
    async run(work) {
      if (open === undefined) {
        begin.run()
        open = newBatch()
        flushing ??= flush()
      }
      const batch = open
      let result: ReturnType<typeof work>
      try {
        result = work()
      } catch (cause) {
        // Half a unit of work must not be committed, so everybody in this batch starts over.
        failBatch(batch, cause)
        throw cause
      }
      await batch.promise
      return result
    },
    async durable() {
      const last = open ?? syncing
      if (last !== undefined) await last.promise
    },
    onDurable(mark, done) {
      listeners.push({ mark, done: done as (mark: unknown) => void })
    },
    isIdle: () => open === undefined && flushing === undefined,
    async close() {
      while (flushing !== undefined) await flushing
      closeSync(wal)
    },
  }
}
