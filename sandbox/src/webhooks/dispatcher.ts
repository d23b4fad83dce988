// Sends webhooks: only what is on disk, many at once but never unbounded, again after a failure,
// until delivered or given up. The queue is the deliveries table; this file holds nothing that a
// kill could lose.

import type { GroupCommit } from '../store/group-commit.ts'
import type { Store } from '../store/store.ts'
import { prepareBody } from './body.ts'
import { postWebhook, type Sender, type Target } from './send.ts'

export interface DispatcherDeps {
  store: Store
  commit: GroupCommit
  sender: Sender
  target(endpoint: string): Target | undefined
  mayCall(url: string): boolean
  retryDelaysMs: number[]
  log(message: string): void
}

interface DeliveryRow {
  id: number
  event_seq: number
  endpoint: string
  attempts: number
  next_at: number
  fault: string | null
  log: string | null
}
interface Outcome {
  row: DeliveryRow
  state: 'waiting' | 'delivered' | 'failed' | 'dropped'
  nextAt: number
  note: { at: number; status: number | null; error: string | null; ms: number }
}

const AT_ONCE = 48
const READ_AHEAD = 256
const LOG_LENGTH = 12
const NOT_CONFIGURED = 'webhooks go to this machine and to the hosts in SANDBOX_WEBHOOK_HOSTS only'

export type Dispatcher = ReturnType<typeof makeDispatcher>

export function makeDispatcher(deps: DispatcherDeps) {
  const { store, commit } = deps
  const claimed = new Set<number>()
  const queue: DeliveryRow[] = []
  let outcomes: Outcome[] = []
  let durableId = store.lastDeliveryId()
  let inFlight = 0
  let mayHaveMore = true
  let closed = false
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  function refill(): void {
    const now = Date.now()
    const rows = store.query<DeliveryRow>(
      "select id, event_seq, endpoint, attempts, next_at, fault, log from deliveries where state = 'waiting' and next_at <= ? and id <= ? order by next_at, id limit ?",
      now,
      durableId,
      READ_AHEAD + claimed.size,
    )
    mayHaveMore = rows.length === READ_AHEAD + claimed.size
    for (const row of rows) {
      if (claimed.has(row.id)) continue
      claimed.add(row.id)
      queue.push(row)
    }
    if (!mayHaveMore) setTimer(now)
  }

  function setTimer(now: number): void {
    const next = store.query<{ at: number | null }>(
      "select min(next_at) as at from deliveries where state = 'waiting' and next_at > ?",
      now,
    )[0]?.at
    clearTimeout(timer)
    if (next == null || closed) return
    timer = setTimeout(() => wake(), Math.min(Math.max(next - Date.now(), 1), 2 ** 31 - 1))
    timer.unref()
  }

  function pump(): void {
    while (!closed && inFlight < AT_ONCE) {
      if (queue.length === 0 && mayHaveMore) refill()
      const row = queue.shift()
      if (row === undefined) return
      inFlight++
      void deliver(row).then((outcome) => {
        inFlight--
        outcomes.push(outcome)
        writing ??= writeOutcomes()
        pump()
      })
    }
  }

  async function deliver(row: DeliveryRow): Promise<Outcome> {
    const started = Date.now()
    const end = (
      state: Outcome['state'],
      status: number | null,
      error: string | null,
      nextAt = started,
    ): Outcome => ({
      row,
      state,
      nextAt,
      note: { at: Math.floor(started / 1000), status, error, ms: Date.now() - started },
    })
    const target = deps.target(row.endpoint)
    const event = store.eventBySeq(row.event_seq)
    if (target === undefined || event === undefined) return end('failed', null, 'the endpoint is gone')
    if (row.fault === 'drop') return end('dropped', null, 'dropped on demand')
    if (!deps.mayCall(target.url)) {
      deps.log(`webhook ${event.id} is not sent: ${NOT_CONFIGURED} (${target.url})`)
      return end('failed', null, NOT_CONFIGURED)
    }
    const { body, headers } = prepareBody(store, event, target, row.fault, Math.floor(started / 1000))
    const answer = await postWebhook(deps.sender, target.url, body, headers)
    if (answer.status !== null && answer.status >= 200 && answer.status < 300)
      return end('delivered', answer.status, null)
    const delay = deps.retryDelaysMs[row.attempts]
    if (delay === undefined) {
      deps.log(`webhook ${event.id} to ${target.url} given up after ${row.attempts + 1} attempts`)
      return end('failed', answer.status, answer.error)
    }
    return end('waiting', answer.status, answer.error, Date.now() + delay)
  }

  async function writeOutcomes(): Promise<void> {
    while (outcomes.length > 0) {
      // Answers that come in meanwhile share this write: one statement each, one commit for all.
      await new Promise((resolve) => setTimeout(resolve, 5))
      const batch = outcomes
      outcomes = []
      let settled = false
      try {
        settled = await commit.run(() => batch.map(writeOutcome).every((done) => done))
      } catch (cause) {
        deps.log(`webhook outcomes could not be stored and will be sent again: ${String(cause)}`)
      }
      for (const { row } of batch) claimed.delete(row.id)
      // A retry may be due already; reading again also sets the timer for those that are not.
      if (!settled) mayHaveMore = true
    }
    writing = undefined
    pump()
  }

  /**
   * True if nothing is left to send. What was asked for again since the row was read, which moves
   * next_at, stays waiting.
   */
  function writeOutcome({ row, state, nextAt, note }: Outcome): boolean {
    const log = row.log === null ? [] : (JSON.parse(row.log) as unknown[])
    const [written] = store.query<{ state: Outcome['state'] }>(
      `update deliveries set attempts = ?1, log = ?2,
         state = iif(next_at = ?3, ?4, state), next_at = iif(next_at = ?3, ?5, next_at)
       where id = ?6 returning state`,
      row.attempts + 1,
      JSON.stringify([...log, note].slice(-LOG_LENGTH)),
      row.next_at,
      state,
      nextAt,
      row.id,
    )
    return written?.state !== 'waiting'
  }

  function wake(): void {
    mayHaveMore = true
    pump()
  }

  return {
    wake,
    markDurable(id: number): void {
      if (id <= durableId) return
      durableId = id
      wake()
    },
    /** Stops sending; what is under way ends by itself or is sent again after the next start. */
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      deps.sender.destroy()
      while (inFlight > 0 || writing !== undefined) await new Promise((resolve) => setTimeout(resolve, 2))
    },
    isIdle: () => inFlight === 0 && queue.length === 0 && writing === undefined,
  }
}
