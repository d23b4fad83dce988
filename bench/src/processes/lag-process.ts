// Commits events at a steady pace, or consumes them, or both, through the Postgres bus, or that of
// the broker which NATS_URL names; notes when each was committed and when it reached the handler.
// Moments are of the machine's monotonic clock, which all processes share.

import { readConfig } from '../../../server/src/config/config.ts'
import { ack, type Bus } from '../../../server/src/platform/bus/bus.ts'
import { makeNatsBus } from '../../../server/src/platform/bus/nats/carrier.ts'
import { makePostgresBus } from '../../../server/src/platform/bus/postgres-carrier.ts'
import { appendToOutbox, seal } from '../../../server/src/platform/commands/outbox.ts'
import { makeDatabase } from '../../../server/src/platform/postgres/database.ts'
import { newId, systemClock } from '../../../server/src/platform/process/clock.ts'
import { makeLog } from '../../../server/src/platform/process/log.ts'
import { makeMetrics } from '../../../server/src/platform/process/metrics.ts'
import { monotonicMs } from '../machine.ts'
import { answerRequests } from '../requests.ts'

export interface LagJob {
  readonly databaseUrl: string
  readonly consumes: boolean
}

export interface Pace {
  readonly eventsPerSecond: number
  readonly seconds: number
}

/** Event ids with the moment, in milliseconds. */
export type Moments = readonly (readonly [eventId: string, atMs: number])[]

const tickMs = 2

const committed: [string, number][] = []
const handled: [string, number][] = []
let running: { bus: Bus; db: ReturnType<typeof makeDatabase> } | undefined

async function start({ databaseUrl, consumes }: LagJob): Promise<void> {
  const log = makeLog('error')
  const db = makeDatabase({ url: databaseUrl, maxConnections: 6 })
  const { nats } = readConfig({ NATS_URL: process.env['NATS_URL'] })
  const options = { db, clock: systemClock, log, metrics: makeMetrics({ defaults: false }) }
  const bus = nats ? makeNatsBus({ ...options, nats }) : makePostgresBus(options)
  if (consumes) {
    bus.subscribe({
      consumer: 'lag',
      types: ['ExpirationComplete'],
      async handle(events) {
        const atMs = monotonicMs()
        for (const event of events) handled.push([event.id, atMs])
        return events.map(() => ack)
      },
    })
  }
  await bus.start()
  running = { bus, db }
}

/** What is due since the last tick goes into one transaction, as group commit does it. */
async function commitAtPace({ eventsPerSecond, seconds }: Pace): Promise<void> {
  if (!running) throw new Error('not started')
  const { bus, db } = running
  const commitSome = async (count: number) => {
    const ids = await db.batch(async (tx) => {
      const now = await tx.begun
      const events = Array.from({ length: count }, () => {
        const orderId = newId()
        const fact = { type: 'ExpirationComplete', data: { orderId, expiresAt: now } } as const
        return seal('expiration', { fact, subject: orderId, version: 1, correlationId: orderId }, now, null)
      })
      await tx.commitWith(appendToOutbox(events))
      return events.map(({ id }) => id)
    })
    const atMs = monotonicMs()
    bus.hint()
    for (const id of ids) committed.push([id, atMs])
  }
  const startedMs = monotonicMs()
  const total = eventsPerSecond * seconds
  const commits: Promise<void>[] = []
  let sent = 0
  while (sent < total) {
    const due = Math.min(total, Math.floor(((monotonicMs() - startedMs) / 1_000) * eventsPerSecond))
    if (due > sent) commits.push(commitSome(due - sent))
    sent = Math.max(sent, due)
    await systemClock.sleep(tickMs)
  }
  await Promise.all(commits)
}

async function moments(): Promise<{ committed: Moments; handled: Moments }> {
  return { committed, handled }
}

answerRequests({ start, commitAtPace, moments }, async () => {
  await running?.bus.stop()
  await running?.db.close()
})
