// One store per test key: `sk_test_NAME` and `pk_test_NAME` share objects, events, webhooks,
// idempotency keys, faults and clock with no other name, so tests that run at the same time never
// see each other.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { MAIN_NAME } from './api/auth.ts'
import { type Engine, type EngineOptions, makeEngine } from './engine.ts'
import { startJobs } from './jobs.ts'
import type { Kind } from './objects/kinds.ts'

/** An engine without work is closed after this time; the next call opens it again. */
const IDLE_MS = 10 * 60_000
const CHECK_IDLE_MS = 30_000

export interface Namespaces {
  /** The namespace of `sk_test_holdfast`, open for the whole life of the sandbox. */
  readonly main: Engine
  /** The engine of a key's name; made on first use. */
  named(name: string): Engine
  /** The namespace that holds an object, for pages whose address carries an id and no key. */
  owning(id: string, kinds: readonly Kind[]): Engine
  /** Starts timers and deliveries; those that a stopped sandbox left unfinished continue. */
  start(): void
  close(): Promise<void>
}

export type NamespaceOptions = Omit<EngineOptions, 'directory'> & { dataDir: string }

interface Opened {
  readonly engine: Engine
  usedAtMs: number
  stopJobs: (() => Promise<void>) | undefined
}

/** A folder that no two names share, also where the file system ignores case. */
function folderOf(name: string): string {
  return `${name.toLowerCase().slice(0, 24)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
}

export function makeNamespaces({ dataDir, ...options }: NamespaceOptions): Namespaces {
  const root = join(dataDir, 'sandbox')
  const others = join(root, 'keys')
  const open = new Map<string, Opened>()
  let started = false
  let closed = false

  function startOne(opened: Opened): void {
    opened.stopJobs = startJobs(opened.engine, options.log)
    opened.engine.dispatcher.wake()
  }

  function openFolder(folder: string, directory: string): Opened {
    const known = open.get(folder)
    if (known !== undefined) return known
    const opened: Opened = {
      engine: makeEngine({ ...options, directory }),
      usedAtMs: Date.now(),
      stopJobs: undefined,
    }
    open.set(folder, opened)
    if (started) startOne(opened)
    return opened
  }

  function named(name: string): Engine {
    const folder = name === MAIN_NAME ? MAIN_NAME : folderOf(name)
    const opened = openFolder(folder, name === MAIN_NAME ? root : join(others, folder))
    opened.usedAtMs = Date.now()
    return opened.engine
  }

  function stored(): string[] {
    if (!existsSync(others)) return []
    return readdirSync(others, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    )
  }

  function owning(id: string, kinds: readonly Kind[]): Engine {
    const holds = ({ store }: Engine): boolean => kinds.some((kind) => store.object(kind, id) !== undefined)
    for (const opened of open.values()) if (holds(opened.engine)) return opened.engine
    for (const folder of stored()) {
      if (open.has(folder)) continue
      const { engine } = openFolder(folder, join(others, folder))
      if (holds(engine)) return engine
    }
    return main
  }

  async function closeOne({ engine, stopJobs }: Opened): Promise<void> {
    await stopJobs?.()
    await engine.close()
  }

  function closeIdle(): void {
    const before = Date.now() - IDLE_MS
    for (const [folder, opened] of open) {
      if (opened.engine === main || opened.usedAtMs > before || opened.engine.hasWork()) continue
      open.delete(folder)
      // Nothing is under way, so this ends before the next request can open the store again.
      closeOne(opened).catch((error: unknown) => options.log(`closing ${folder} failed: ${String(error)}`))
    }
  }

  /**
   * Opens what an earlier run left, one store per turn of the event loop: the idle check closes
   * those without work.
   */
  async function resume(): Promise<void> {
    for (const folder of stored()) {
      await new Promise((resolve) => setImmediate(resolve))
      if (closed) return
      try {
        openFolder(folder, join(others, folder))
      } catch (error) {
        options.log(String(error instanceof Error ? error.message : error))
      }
    }
  }

  const main = named(MAIN_NAME)
  const idle = setInterval(closeIdle, CHECK_IDLE_MS)
  idle.unref()
  return {
    main,
    named,
    owning,
    start() {
      started = true
      for (const opened of open.values()) startOne(opened)
      resume().catch((error: unknown) =>
        options.log(`the stored namespaces could not be opened: ${String(error)}`),
      )
    },
    async close() {
      closed = true
      clearInterval(idle)
      await Promise.all([...open.values()].map(closeOne))
    },
  }
}
