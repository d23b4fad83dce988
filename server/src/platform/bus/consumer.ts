// One consumer's loop: wait for the lock, take over, read and handle page by page, rest; after a
// failure take over again.
import assert from 'node:assert/strict'
import type { EventType } from '@holdfast/contract'
import { isUnavailable } from '../postgres/failures.ts'
import { makeWaker } from '../process/clock.ts'
import { type Bookmark, makeBookmark } from './bookmark.ts'
import type { PageSource } from './carrier.ts'
import { makePageHandler, type PageHandlerOptions } from './page-handler.ts'
import { noteReturn, readPosition, type StoredEvent, tryLockConsumer } from './store.ts'
import { catchUp, reviveReadable } from './takeover.ts'

export interface Consumer {
  /** Reads until `signal` aborts. Throws when its connection is of no use any more. */
  run(signal: AbortSignal): Promise<void>
  wake(): void
  /** A dead letter was given another chance: look again. */
  reloadParked(): void
}

export interface ConsumerOptions extends PageHandlerOptions {
  readonly source: PageSource
}

const lockRetryMs = 1_000
const failedRestMs = 250
const busyPollMs = 10
const idlePollMs = 200
const quickLooksMax = 6
/**
 * While events flow, pages are read this far apart: what comes meanwhile shares a transaction with
 * them.
 */
const pageEveryMs = 4
const restMaxMs = 15
const unhurriedRestMaxMs = 60

/** After a page that took long, as long again: who is short of time saves it by fuller pages. */
const hurriedRestAfter = (tookMs: number): number =>
  tookMs < pageEveryMs ? pageEveryMs - tookMs : Math.min(tookMs, restMaxMs)
/** When nobody waits: a fifth of the time is enough. */
const unhurriedRestAfter = (tookMs: number): number => Math.min(4 * tookMs, unhurriedRestMaxMs)

/** What the loop is at, and what may come next. */
const mayFollow = {
  /** Another process reads. */
  standing_by: ['standing_by', 'taking_over', 'stopped'],
  taking_over: ['reading', 'failed', 'stopped'],
  reading: ['reading', 'resting', 'stopping', 'failed'],
  /** Nothing came. */
  resting: ['reading', 'failed'],
  failed: ['taking_over', 'stopped'],
  /** Was told to stop, and remembers how far it is. */
  stopping: ['stopped', 'failed'],
  stopped: [],
} as const satisfies Record<string, readonly string[]>
type State = keyof typeof mayFollow

export function makeConsumer(options: ConsumerOptions): Consumer {
  const { subscription, connection, clock, log, source, pageSize } = options
  const { consumer, types } = subscription
  const handler = makePageHandler(options)
  const waker = makeWaker(clock)
  /**
   * Empty looks that are still made in quick succession: a hint may come before the horizon has
   * passed its event.
   */
  let quickLooks = 0

  const wake = () => {
    quickLooks = quickLooksMax
    waker.wake()
  }

  const isUnhurried = (rows: readonly StoredEvent[]): boolean =>
    subscription.isUnhurried?.(rows.map(({ envelope }) => envelope.type as EventType)) ?? false

  const standBy = async (signal: AbortSignal): Promise<State> => {
    const isOurs = !signal.aborted && (await tryLockConsumer(connection, consumer))
    if (signal.aborted) return 'stopped'
    if (isOurs) {
      log.info({ consumer }, 'reads events')
      return 'taking_over'
    }
    await clock.sleep(lockRetryMs, signal)
    return 'standing_by'
  }

  const takeOver = async (signal: AbortSignal): Promise<Bookmark> => {
    const passedOverAt = await noteReturn(connection, consumer)
    if (passedOverAt !== null)
      log.error(
        { consumer, passedOverAt },
        'a consumer returns after more than a month: events that it had not read were removed meanwhile',
      )
    const taking = { connection, consumer, types, pageSize, onPage: handler.handlePage, signal }
    await reviveReadable(taking)
    // Before anything new is handled it must be known what waits.
    await handler.retryParked()
    const bookmark = makeBookmark({ connection, consumer, clock }, await catchUp(taking))
    handler.lookAgain()
    return bookmark
  }

  const read = async (signal: AbortSignal, bookmark: Bookmark): Promise<State> => {
    if (signal.aborted) return 'stopping'
    if (handler.dueInMs() <= 0) await handler.retryParked()
    const readAtMs = clock.elapsedMs()
    const page = await source.next(bookmark.position)
    const isEmpty = page.rows.length === 0
    if (!isEmpty) {
      quickLooks = quickLooksMax
      await handler.handlePage(page.rows)
      const restAfter = isUnhurried(page.rows) ? unhurriedRestAfter : hurriedRestAfter
      if (page.rows.length < pageSize) await clock.sleep(restAfter(clock.elapsedMs() - readAtMs), signal)
    }
    bookmark.moveTo(page.next, !isEmpty)
    await bookmark.saveIfDue()
    return isEmpty ? 'resting' : 'reading'
  }

  const rest = async (signal: AbortSignal): Promise<State> => {
    const pollMs = quickLooks > 0 ? busyPollMs : idlePollMs
    quickLooks = Math.max(0, quickLooks - 1)
    if (!signal.aborted) await waker.rest(Math.max(0, Math.min(pollMs, handler.dueInMs())))
    return 'reading'
  }

  const recover = async (signal: AbortSignal, failure: unknown): Promise<State> => {
    log.warn({ err: failure, consumer }, 'reading events failed')
    await clock.sleep(failedRestMs, signal)
    if (signal.aborted) return 'stopped'
    // What was not saved is read again. When even that fails, the connection is lost, and the lock
    // with it.
    if (isUnavailable(failure)) await readPosition(connection, consumer)
    return 'taking_over'
  }

  return {
    wake,
    reloadParked() {
      handler.lookAgain()
      wake()
    },
    async run(signal) {
      signal.addEventListener('abort', wake, { once: true })
      let bookmark: Bookmark | undefined
      let failure: unknown
      /** A step of whoever has the lock; when it fails, so has the reading. */
      const step = async (state: State): Promise<State> => {
        try {
          if (state === 'taking_over') {
            if (signal.aborted) return 'stopped'
            bookmark = await takeOver(signal)
            return 'reading'
          }
          assert(bookmark, `${consumer} is ${state} and has not taken over`)
          if (state === 'reading') return await read(signal, bookmark)
          if (state === 'resting') return await rest(signal)
          await bookmark.save()
          return 'stopped'
        } catch (error) {
          failure = error
          return 'failed'
        }
      }
      const nextOf = (state: State): Promise<State> => {
        if (state === 'standing_by') return standBy(signal)
        return state === 'failed' ? recover(signal, failure) : step(state)
      }
      let state: State = 'standing_by'
      while (state !== 'stopped') {
        const next = await nextOf(state)
        assert(
          (mayFollow[state] as readonly State[]).includes(next),
          `${consumer} was ${state} and is ${next}`,
        )
        state = next
      }
    },
  }
}
