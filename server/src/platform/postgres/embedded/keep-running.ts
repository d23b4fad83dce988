// Starts the embedded Postgres again when it died: killed, out of memory, or after a full disk.
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../process/log.ts'
import type { EmbeddedPostgres } from './server.ts'

export interface KeepRunningOptions {
  readonly postgres: EmbeddedPostgres
  readonly log: Log
  /**
   * Called once, when it stayed down for `givesUpAfterMs`: the process should end, so that whatever
   * runs it notices.
   */
  readonly onLost: (reason: Error) => void
  readonly givesUpAfterMs?: number
}

const lookEveryMs = 500
const firstPauseMs = 500
const longestPauseMs = 10_000
const patienceMs = 10 * 60_000

/** Returns how to stop watching, to be called before the server is stopped. */
export function keepPostgresRunning(options: KeepRunningOptions): () => Promise<void> {
  const stopping = new AbortController()
  const watching = watch(options, stopping.signal)
  return async () => {
    stopping.abort()
    await watching
  }
}

async function watch(
  { postgres, log, onLost, givesUpAfterMs = patienceMs }: KeepRunningOptions,
  signal: AbortSignal,
) {
  while (await rest(lookEveryMs, signal)) {
    if (await postgres.isRunning()) continue
    log.error('the database ended; it is started again')
    const reason = await startAgain(postgres, givesUpAfterMs, signal)
    if (signal.aborted) return
    if (reason !== null) {
      onLost(reason)
      return
    }
    log.warn('the database runs again')
  }
}

/**
 * Null when it runs again, else why it does not. A full disk may be freed: so it is tried for a
 * while, and seldom.
 */
async function startAgain(
  postgres: EmbeddedPostgres,
  withinMs: number,
  signal: AbortSignal,
): Promise<Error | null> {
  const deadlineMs = performance.now() + withinMs
  let reason = new Error('stopped')
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      await postgres.restart()
      return null
    } catch (error) {
      reason = error as Error
    }
    if (performance.now() > deadlineMs) break
    await rest(pauseMs, signal)
  }
  return reason
}

/** False when it was cut short. */
function rest(ms: number, signal: AbortSignal): Promise<boolean> {
  return pause(ms, true, { signal }).catch(() => false)
}
