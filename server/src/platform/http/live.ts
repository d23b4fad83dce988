// Server-sent events: many listeners of one thing share one read of it and one copy of its text,
// however often it changes. Holds no truth, and never more for a slow listener than the one event
// that he has not taken yet.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../process/clock.ts'
import type { Log } from '../process/log.ts'
import type { Metrics } from '../process/metrics.ts'
import { becomeStream } from './overload.ts'
import { sendProblem } from './problem.ts'

export interface Wanted {
  readonly key: string
  readonly changesOnly?: boolean
  /** The whole in its compact form. */
  readonly compact?: boolean
}

export interface Live {
  /** Answers a request with a stream: the thing as it is now, and again whenever it differs. */
  stream(request: FastifyRequest, reply: FastifyReply, wanted: Wanted): void
  /** The thing may have changed: look soon. Cheap when nobody listens. */
  changed(key: string): void
  close(): void
}

export interface LiveOptions<Thing> {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** The thing, or null when it is gone. */
  read(key: string): Promise<Thing | null>
  /** For who wants changes only: what is different now. Null when it cannot be told so. */
  changes?(before: Thing, now: Thing): Thing | null
  /** A smaller form of the whole, for who can read it. */
  compact?(thing: Thing): unknown
  /** Changes within this time are shown together. */
  readonly settleMs: number
  /** Told whenever somebody begins to listen. */
  onListener?(): void
}

const heartbeatMs = 15_000
/**
 * A listener that takes nothing for this long is cut off; he will come back and see the newest
 * state.
 */
const stalledMs = 30_000
const failedRestMs = 1_000
/** There are as many streams as there may be; whoever is refused asks without one meanwhile. */
const refusedSeconds = 5
/**
 * Telling may take a fifth of the time: a thousand listeners of a large hall must not stop its
 * sale.
 */
const restPerTold = 4
const restMaxMs = 5_000
/** So many are told in one turn of the event loop; then it is the turn of those who buy. */
const sliceSize = 50

interface Listener {
  readonly raw: FastifyReply['raw']
  readonly changesOnly: boolean
  readonly compact: boolean
  /** Number of the state that he was told last. */
  told: number
  behindSinceMs: number | null
}

interface Topic<Thing> {
  readonly listeners: Set<Listener>
  sequence: number
  now: Thing | null
  text: string
  before: Thing | null
  /** The event of this sequence, made once when the first needs it. */
  whole: Buffer | null
  compact: Buffer | null
  difference: Buffer | null
  looking: boolean
  lookAgain: boolean
  restUntilMs: number
}

export function makeLive<Thing>(options: LiveOptions<Thing>): Live {
  const { clock, log, metrics, name } = options
  const topics = new Map<string, Topic<Thing>>()
  const closing = new AbortController()

  const heartbeat = setInterval(() => {
    const nowMs = clock.elapsedMs()
    for (const { listeners } of topics.values()) {
      for (const { raw, behindSinceMs } of listeners) {
        if (raw.destroyed) continue
        if (behindSinceMs === null) raw.write(': still here\n\n')
        else if (nowMs - behindSinceMs > stalledMs) raw.destroy()
      }
    }
  }, heartbeatMs)
  heartbeat.unref()

  /** One who has not taken the last event waits, and is told the newest after it. */
  const tell = (topic: Topic<Thing>, listener: Listener): void => {
    if (listener.told === topic.sequence || listener.behindSinceMs !== null || listener.raw.destroyed) return
    const oneBehind = listener.changesOnly && listener.told === topic.sequence - 1
    const text = (oneBehind && differenceOf(topic, options)) || wholeOf(topic, listener, options)
    listener.told = topic.sequence
    if (!listener.raw.write(text)) listener.behindSinceMs = clock.elapsedMs()
  }

  const tellAll = async (topic: Topic<Thing>) => {
    let spentMs = 0
    const all = [...topic.listeners]
    for (let from = 0; from < all.length && !closing.signal.aborted; from += sliceSize) {
      if (from > 0) await nextTurn()
      const startedMs = clock.elapsedMs()
      for (const listener of all.slice(from, from + sliceSize))
        if (topic.listeners.has(listener)) tell(topic, listener)
      // The sockets are written to after this function; that is most of the work.
      await written()
      spentMs += clock.elapsedMs() - startedMs
    }
    return spentMs
  }

  const look = async (key: string, topic: Topic<Thing>) => {
    topic.lookAgain = true
    if (topic.looking) return
    topic.looking = true
    while (topic.lookAgain && topic.listeners.size > 0 && !closing.signal.aborted) {
      const earlyMs = topic.restUntilMs - clock.elapsedMs()
      if (earlyMs > 0) await clock.sleep(earlyMs, closing.signal)
      // What changes from here on may be missed by the read, and is looked at again.
      topic.lookAgain = false
      const startedMs = clock.elapsedMs()
      try {
        take(topic, await options.read(key))
        // Reading is mostly waiting for others; telling is our own work.
        const readMs = clock.elapsedMs() - startedMs
        const restMs = readMs + restPerTold * (await tellAll(topic))
        topic.restUntilMs = clock.elapsedMs() + Math.min(restMaxMs, Math.max(options.settleMs, restMs))
      } catch (error) {
        log.warn({ err: error, stream: name }, 'a live view could not be read')
        // Without another look, listeners would keep the old state until the next change.
        topic.lookAgain = true
        topic.restUntilMs = clock.elapsedMs() + failedRestMs
      }
    }
    topic.looking = false
  }

  const join = (key: string, listener: Listener): Topic<Thing> => {
    const topic = topics.get(key) ?? makeTopic<Thing>()
    topics.set(key, topic)
    topic.listeners.add(listener)
    metrics.liveListeners.inc({ stream: name })
    listener.raw.once('close', () => {
      metrics.liveListeners.dec({ stream: name })
      topic.listeners.delete(listener)
      if (topic.listeners.size === 0 && topics.get(key) === topic) topics.delete(key)
    })
    listener.raw.on('drain', () => {
      listener.behindSinceMs = null
      if (listener.told !== topic.sequence) void look(key, topic)
    })
    return topic
  }

  return {
    stream(request, reply, { key, changesOnly = false, compact = false }) {
      const { raw } = reply
      if (!becomeStream(raw)) {
        sendProblem(reply, 'overloaded', { retryAfterSeconds: refusedSeconds })
        return
      }
      reply.hijack()
      // Who left while he was let in will not tell us a second time.
      if (raw.destroyed) return
      const listener: Listener = { raw, changesOnly, compact, told: 0, behindSinceMs: null }
      const topic = join(key, listener)
      options.onListener?.()
      request.raw.socket.setTimeout(0)
      const headers = {
        ...reply.getHeaders(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      }
      raw.writeHead(200, headers as Record<string, string>)
      // HEAD wants no events: left open, it would hold up what is asked next on the same connection
      // for ever.
      if (closing.signal.aborted || request.method === 'HEAD') {
        raw.end()
        return
      }
      raw.write('retry: 1000\n\n')
      tell(topic, listener)
      void look(key, topic)
    },
    changed(key) {
      const topic = topics.get(key)
      if (topic) void look(key, topic)
    },
    close() {
      closing.abort()
      clearInterval(heartbeat)
      for (const { listeners } of topics.values()) for (const { raw } of listeners) raw.end()
    },
  }
}

function makeTopic<Thing>(): Topic<Thing> {
  return {
    listeners: new Set(),
    sequence: 0,
    now: null,
    text: '',
    before: null,
    whole: null,
    compact: null,
    difference: null,
    looking: false,
    lookAgain: false,
    restUntilMs: Number.NEGATIVE_INFINITY,
  }
}

function take<Thing>(topic: Topic<Thing>, thing: Thing | null): void {
  if (thing === null) return
  const text = JSON.stringify(thing)
  if (text === topic.text) return
  topic.sequence += 1
  topic.before = topic.now
  topic.now = thing
  topic.text = text
  topic.whole = null
  topic.compact = null
  topic.difference = null
}

function wholeOf<Thing>(topic: Topic<Thing>, listener: Listener, options: LiveOptions<Thing>): Buffer {
  const { name, compact } = options
  if (listener.compact && compact && topic.now !== null) {
    topic.compact ??= eventOf(topic.sequence, name, JSON.stringify(compact(topic.now)))
    return topic.compact
  }
  topic.whole ??= eventOf(topic.sequence, name, topic.text)
  return topic.whole
}

function differenceOf<Thing>(topic: Topic<Thing>, { changes }: LiveOptions<Thing>): Buffer | null {
  if (topic.difference || topic.before === null || topic.now === null || !changes) return topic.difference
  const difference = changes(topic.before, topic.now)
  topic.difference = difference && eventOf(topic.sequence, 'changes', JSON.stringify(difference))
  return topic.difference
}

function eventOf(sequence: number, name: string, data: string): Buffer {
  return Buffer.from(`id: ${sequence}\nevent: ${name}\ndata: ${data}\n\n`)
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
const written = () => new Promise<void>((resolve) => process.nextTick(resolve))
