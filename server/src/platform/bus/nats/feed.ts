// What has lately come from the stream, once for all readers of a process. Keeps some and lets go
// of the rest: it is no promise, and who finds a message missing reads the outbox.

import type { Clock } from '../../process/clock.ts'
import type { Log } from '../../process/log.ts'
import type { EventStream, Message } from './stream.ts'

export interface Feed {
  /**
   * The message of this number, counted since the process began; undefined when it has not come
   * yet.
   */
  at(index: number): Message | undefined
  /** The number of the oldest that is kept. */
  readonly first: number
  /**
   * False while the broker is away or its stream empty: then the outbox alone tells what there is.
   */
  readonly tells: boolean
  /**
   * An event was found that did not come by the stream, which may have been made anew without a
   * word: begins again.
   */
  doubt(): void
  /** Reads until `signal` aborts. */
  run(stream: EventStream, signal: AbortSignal): Promise<void>
}

const keptMessages = 2_000
const keptBytes = 4 * 1024 * 1024
const againMs = 250
/** Doubted only when nothing has come for so long: an event may be on its way. */
const trustedMs = 1_000

export interface FeedOptions {
  readonly clock: Clock
  readonly log: Log
  /** Called when something came. */
  readonly onNews: () => void
}

export function makeFeed({ clock, log, onNews }: FeedOptions): Feed {
  /** From `first` on. Those before `oldest` are let go of, and cut off now and then. */
  let kept: Message[] = []
  let first = 0
  let bytes = 0
  let last: Message | undefined
  let newsDue = false
  let tells = false
  let heardAtMs = 0
  let session: AbortController | undefined

  const push = (message: Message) => {
    last = message
    tells = true
    heardAtMs = clock.elapsedMs()
    kept.push(message)
    bytes += message.bytes
    if (kept.length > 2 * keptMessages || bytes > 2 * keptBytes) forget()
    if (newsDue) return
    newsDue = true
    // Once for all that came in together.
    setImmediate(() => {
      newsDue = false
      onNews()
    })
  }

  const forget = () => {
    let drop = 0
    while (kept.length - drop > keptMessages || bytes > keptBytes) {
      bytes -= kept[drop]?.bytes ?? 0
      drop += 1
    }
    kept = kept.slice(drop)
    first += drop
  }

  /**
   * Behind what was seen last, when it is still there; else with the stream's last message, by
   * which each reader knows what it has to read from the outbox.
   */
  const startOf = async (stream: EventStream): Promise<number> => {
    if (last && (await stream.at(last.sequence))?.id === last.id) {
      tells = true
      return last.sequence + 1
    }
    const end = await stream.end()
    return end.message?.sequence ?? end.sequence + 1
  }

  return {
    at: (index) => kept[index - first],
    get first() {
      return first
    },
    get tells() {
      return tells
    },
    doubt() {
      if (clock.elapsedMs() - heardAtMs > trustedMs) session?.abort()
    },
    async run(stream, signal) {
      while (!signal.aborted) {
        session = new AbortController()
        heardAtMs = clock.elapsedMs()
        try {
          for await (const message of stream.read(
            await startOf(stream),
            AbortSignal.any([signal, session.signal]),
          ))
            push(message)
        } catch (error) {
          if (!signal.aborted) log.warn({ err: error }, 'reading the stream failed')
        }
        tells = false
        await clock.sleep(againMs, signal)
      }
    },
  }
}
