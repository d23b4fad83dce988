// Server-sent events: many listeners of one thing share one read of it, however often it changes. Holds no truth.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { releaseAdmission } from './overload.ts'

export interface Live {
  /** Answers a request with a stream: the thing as it is now, and again whenever it differs. */
  stream(request: FastifyRequest, reply: FastifyReply, key: string): Promise<void>
  /** The thing may have changed: look soon. Cheap when nobody listens. */
  changed(key: string): void
  close(): void
}

export interface LiveOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** The thing as JSON text, or null when it is gone. */
  read(key: string): Promise<string | null>
  /** Changes within this time are shown together. */
  readonly settleMs: number
  /** Told whenever somebody begins to listen. */
  onListener?(): void
}

const heartbeatMs = 15_000
/** A listener that lets this much pile up is cut off; it will come back and see the newest state. */
const backlogBytesMax = 4 * 1024 * 1024

interface Topic {
  readonly listeners: Set<FastifyReply['raw']>
  last: string | null
  sequence: number
  looking: boolean
  lookAgain: boolean
}

export function makeLive(options: LiveOptions): Live {
  const { clock, log, metrics } = options
  const topics = new Map<string, Topic>()
  const closing = new AbortController()

  const heartbeat = setInterval(() => {
    for (const { listeners } of topics.values()) for (const raw of listeners) raw.write(': still here\n\n')
  }, heartbeatMs)
  heartbeat.unref()

  const push = (topic: Topic, raw: FastifyReply['raw']) => {
    if (topic.last === null) return
    if (raw.writableLength > backlogBytesMax) {
      raw.destroy()
      return
    }
    raw.write(`id: ${topic.sequence}\nevent: ${options.name}\ndata: ${topic.last}\n\n`)
  }

  const look = async (key: string, topic: Topic) => {
    if (topic.looking) {
      topic.lookAgain = true
      return
    }
    topic.looking = true
    try {
      do {
        topic.lookAgain = false
        await clock.sleep(options.settleMs, closing.signal)
        const text = await options.read(key)
        if (text !== null && text !== topic.last) {
          topic.last = text
          topic.sequence += 1
          for (const raw of topic.listeners) push(topic, raw)
        }
      } while (topic.lookAgain && !closing.signal.aborted)
    } catch (error) {
      log.warn({ err: error, stream: options.name }, 'a live view could not be read')
    } finally {
      topic.looking = false
    }
  }

  return {
    async stream(request, reply, key) {
      const topic = topics.get(key) ?? { listeners: new Set(), last: null, sequence: 0, looking: false, lookAgain: false }
      topics.set(key, topic)
      const { raw } = reply
      // Listening begins before the first read, so that no change falls in between.
      topic.listeners.add(raw)
      metrics.liveListeners.inc({ stream: options.name })
      raw.once('close', () => {
        metrics.liveListeners.dec({ stream: options.name })
        topic.listeners.delete(raw)
        if (topic.listeners.size === 0 && topics.get(key) === topic) topics.delete(key)
      })
      reply.hijack()
      releaseAdmission(raw)
      options.onListener?.()
      request.raw.socket.setTimeout(0)
      const headers = {
        ...reply.getHeaders(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      }
      raw.writeHead(200, headers as Record<string, string>)
      raw.write('retry: 1000\n\n')
      if (topic.last === null) topic.last = await options.read(key)
      push(topic, raw)
      void look(key, topic)
    },
    changed(key) {
      const topic = topics.get(key)
      if (topic) void look(key, topic)
    },
    close() {
      closing.abort()
      clearInterval(heartbeat)
      for (const { listeners } of topics.values()) for (const raw of listeners) raw.end()
    },
  }
}
