// One run: the whole shop in one process of ours, on virtual time, with everything drawn from a
// plan. The same plan gives the same run, event for event.
import type { EventType, ServiceName } from '@holdfast/contract'
import type { Processor } from '../../src/payments/processor/port.ts'
import { ids } from '../../src/platform/process/clock.ts'
import type { Platform } from '../../src/service.ts'
import { makeChecks } from './checks.ts'
import type { Answered, Call } from './edge.ts'
import { makePeople, runStartMs } from './people.ts'
import type { Fault, FaultKind, Plan, WorldFault } from './plan.ts'
import { makeProcessorTwin, type ProcessorFault, type WebhookFault } from './processor.ts'
import { makeRandom, mix } from './random.ts'
import { makeScheduler, type Scheduler, withVirtualTimers } from './scheduler.ts'
import { type ShopProcess, startProcess } from './shop-process.ts'
import { type DatabaseFault, type Host, makeServer, type Point, type Step } from './twin/database.ts'
import { makeEngine } from './twin/engine.ts'
import type { StatementTwins } from './twin/statement.ts'
import { statementTwins } from './twin/statements.ts'

export interface Breach {
  readonly invariant: number
  readonly text: string
  readonly atMs: number
}

export interface RunResult {
  readonly seed: number
  /** Of every event of the run. */
  readonly hash: string
  readonly breach: Breach | null
  readonly events: number
  readonly virtualMs: number
  /** From the end of the faults until all orders were at rest. */
  readonly restedAfterMs: number
  readonly hits: ReadonlyMap<FaultKind, number>
  readonly executed: ReadonlySet<string>
  readonly orders: Readonly<Record<string, number>>
  /** How those that ended well were settled: a tender of staff, or `card`. */
  readonly tenders: Readonly<Record<string, number>>
  /** What became of tickets that were given back. */
  readonly returns: Readonly<Record<string, number>>
  readonly lines: readonly string[]
}

export interface RunOptions {
  /** Keeps every line of the trace, for people. */
  readonly keepTrace?: boolean
  /** Statements put in the place of the right ones, to see whether a fault is found. */
  readonly statements?: StatementTwins
  readonly rewire?: (platform: Platform) => Platform
  readonly rewireProcessor?: (processor: Processor) => Processor
  readonly onStep?: (step: Step) => void
}

const startMs = runStartMs
/** Every order must be at rest so long after the last fault, and everything else so long. */
const ordersRestMs = 6 * 3_600_000
const allRestMs = 100 * 3_600_000
const lookEvery = 64
/** For three days, as the real processor does it. */
const webhookRetriesMs = [0, 5_000, 60_000, 600_000, ...[1, 6, 12, 24, 24].map((hours) => hours * 3_600_000)]
/** Statements give up after fifteen seconds, and a processor's answer may take half a minute. */
const stopWithinMs = 240_000
/** Who runs what when the services are split. */
const halves: readonly (readonly ServiceName[])[] = [
  ['tickets', 'orders'],
  ['payments', 'expiration'],
]

const databaseFaults: ReadonlySet<string> = new Set<DatabaseFault>([
  'slow_statement',
  'deadlock',
  'query_timeout',
  'connection_lost_before_statement',
  'connection_lost_after_statement',
  'crash_before_statement',
  'crash_after_statement',
  'crash_before_commit',
  'crash_after_commit',
  'commit_unknown_undone',
  'commit_unknown_done',
  'connection_refused',
])
const places: Record<string, readonly Point['where'][]> = {
  deadlock: ['in_transaction'],
  crash_before_commit: ['commit'],
  crash_after_commit: ['commit'],
  commit_unknown_undone: ['commit'],
  commit_unknown_done: ['commit'],
  connection_refused: ['connect'],
}
const anyStatement: readonly Point['where'][] = ['in_transaction', 'alone', 'bus']

export async function run(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const scheduler = makeScheduler({ startMs, nextDeadlineMs: () => world.nextDeadlineMs() })
  const world = makeWorld(plan, { ...options, scheduler })
  const before = ids.next
  ids.next = world.newId
  try {
    return await withVirtualTimers(scheduler, () => world.live())
  } finally {
    ids.next = before
  }
}

function makeWorld(plan: Plan, options: RunOptions & { readonly scheduler: Scheduler }) {
  const { scheduler } = options
  const chance = {
    latency: makeRandom('latency', plan.seed),
    ids: makeRandom('ids', plan.seed),
    processor: makeRandom('processor', plan.seed),
    world: makeRandom('world', plan.seed),
  }
  const lines: string[] = []
  const hits = new Map<FaultKind, number>()
  const subscriptions = new Map<string, readonly EventType[]>()
  const engine = makeEngine()
  const waitingFaults: (Fault & { left: number })[] = plan.faults.map((fault) => ({
    ...fault,
    left: fault.skip,
  }))
  const held = new Set<string>()
  const processes: ShopProcess[] = []
  let breach: Breach | null = null
  let hash = 17
  let healed = false
  let webhooksUnderWay = 0
  let requests = 0
  let generation = 0
  /** The clock that decides is wrong by so much. */
  let databaseSkewMs = 0

  const elapsed = () => scheduler.nowMs - startMs
  const trace = (text: string) => {
    const atMs = elapsed()
    hash = mix(text, hash ^ Math.round(atMs * 100))
    if (options.keepTrace) lines.push(`${atMs.toFixed(2)} ${text}`)
  }
  const report = (invariant: number, text: string) => {
    trace(`BREACH of invariant ${invariant}: ${text}`)
    breach ??= { invariant, text, atMs: elapsed() }
  }
  const hit = (kind: FaultKind, where: string) => {
    hits.set(kind, (hits.get(kind) ?? 0) + 1)
    trace(`FAULT ${kind} ${where}`)
  }

  const host: Host = {
    nowMs: () => scheduler.nowMs,
    later: (delayMs, work) => void scheduler.after(delayMs, null, work),
    surely(delayMs, work) {
      const timer = scheduler.notable(delayMs, null, () => {
        scheduler.busy()
        work()
      })
      return () => scheduler.cancel(timer)
    },
    latencyMs: () =>
      chance.latency.chance(0.04) ? chance.latency.next() * 40 : 0.2 + chance.latency.next() * 2,
    trace,
  }

  /** The first fault that is due and fits here. */
  const take = (fits: (fault: Fault) => boolean): Fault | null => {
    if (healed || waitingFaults.length === 0) return null
    const nowMs = elapsed()
    for (const [index, fault] of waitingFaults.entries()) {
      if (fault.atMs > nowMs) return null
      if (!fits(fault)) continue
      if (fault.left > 0) {
        fault.left -= 1
        continue
      }
      waitingFaults.splice(index, 1)
      return fault
    }
    return null
  }

  const faultAt = (point: Point): DatabaseFault | null => {
    const index = processes.findIndex((each) => each === point.client)
    const fault = take(
      ({ kind, about, process }) =>
        databaseFaults.has(kind) &&
        (places[kind] ?? anyStatement).includes(point.where) &&
        (point.where === 'connect' || point.name.startsWith(about)) &&
        (plan.processes === 1 || index === process),
    )
    if (fault) hit(fault.kind, `at ${point.client.name} ${point.name}`)
    return fault && (fault.kind as DatabaseFault)
  }

  const server = makeServer({
    host: { ...host, nowMs: () => scheduler.nowMs + databaseSkewMs },
    engine,
    statements: options.statements ? { ...statementTwins, ...options.statements } : statementTwins,
    faultAt,
    ...(options.onStep ? { onStep: options.onStep } : {}),
  })
  const checks = makeChecks({ engine, processor: () => processor, subscriptions, breach: report })
  engine.committedListeners.push((changes) => {
    if (changes.some(({ table }) => table !== 'platform.cursors')) scheduler.busy()
    for (const { table, after } of changes) {
      if (table === 'platform.outbox' && after)
        trace(`told ${after['type']} ${after['subject']} ${after['version']}`)
    }
  })

  const processor = makeProcessorTwin({
    host,
    random: chance.processor,
    faultAt(operation) {
      const fault = take(
        ({ kind }) =>
          (kind === 'refund_fails' && operation === 'refund') ||
          (kind.startsWith('processor_') && kind in processorFaults),
      )
      if (fault) hit(fault.kind, operation)
      return fault && (fault.kind as ProcessorFault)
    },
    webhookFault() {
      const fault = take(({ kind }) => kind.startsWith('webhook_'))
      if (fault) hit(fault.kind, '')
      return fault && (fault.kind as WebhookFault)
    },
    deliver(event, genuine) {
      webhooksUnderWay += 1
      void deliverWebhook(event, genuine).finally(() => {
        webhooksUnderWay -= 1
      })
    },
    moved(intent, what) {
      const returned = intent.refunds.reduce(
        (sum, { status, amountMinor }) => (status === 'succeeded' ? sum + amountMinor : sum),
        0,
      )
      trace(`${intent.id} ${what} ${what === 'refunded' ? `${returned} of ` : ''}${intent.amountMinor}`)
      checks.moved(intent, what)
    },
    breach: (text) => report(5, text),
  })

  const deliverWebhook = async (event: unknown, genuine: boolean) => {
    const headers = { 'stripe-signature': genuine ? 'good' : 'bad' }
    for (const waitMs of webhookRetriesMs) {
      if (waitMs > 0) await new Promise<void>((resolve) => host.surely(waitMs, resolve))
      const answer = await request(chance.world.between(0, 1), {
        method: 'POST',
        route: '/api/payments/webhooks/stripe',
        principal: null,
        body: Buffer.from(JSON.stringify(event)),
        headers,
      })
      const taken = answer.status >= 200 && answer.status < 300
      if (!genuine && taken) report(9, 'a forged webhook was taken')
      if (taken || answer.status === 400 || !genuine) return
    }
  }

  /** Asks a process over HTTP; 0: no answer came. */
  const request = (preferred: number, call: Call): Promise<Answered> =>
    new Promise((resolve) => {
      scheduler.busy()
      requests += 1
      const requestId = `request-${requests}`
      const up = processes.filter((each) => each.running)
      const able = up.filter((each) => each.serves(call))
      const target = able.find((each) => each === processes[preferred]) ?? able[0]
      if (!target) {
        host.surely(50, () => resolve({ status: 503, body: {} }))
        return
      }
      let answered = false
      const give = (answer: Answered) => {
        if (answered) return
        answered = true
        giveUp()
        trace(
          `${requestId} ${call.method} ${call.route} ${answer.status} ${String(answer.body['code'] ?? answer.body['status'] ?? '')}`,
        )
        resolve(answer)
      }
      const giveUp = host.surely(30_000, () => give({ status: 0, body: {} }))
      scheduler.after(host.latencyMs(), target, () => {
        void target
          .call(call, requestId)
          .then((answer) => scheduler.after(host.latencyMs(), null, () => give(answer)))
      })
    })

  const bringUp = (index: number) => {
    generation += 1
    processes[index] = startProcess({
      name: `p${index}.${generation}`,
      scheduler,
      server,
      processorFor: (client) => (options.rewireProcessor ?? keep)(processor.portFor(client)),
      skewMs: chance.world.weigh([
        [3, 0],
        [1, chance.world.between(-600_000, 600_000)],
      ]),
      services: plan.split && plan.processes > 1 ? (halves[index] ?? []) : halves.flat(),
      trace,
      crashed: () => {
        scheduler.busy()
        host.surely(
          chance.world.weigh([
            [3, chance.world.between(50, 3_000)],
            [1, chance.world.between(3_000, 60_000)],
          ]),
          () => bringUp(index),
        )
      },
      subscribed: (consumer, types) => subscriptions.set(consumer, types),
      ...(options.rewire ? { rewire: options.rewire } : {}),
    })
  }

  const people = makePeople({
    plan,
    host,
    request,
    engine,
    processor: () => processor,
    breach: (text) => report(7, text),
  })

  const doFault = (fault: Fault): void => {
    if (healed) return
    const process = processes[plan.processes === 1 ? 0 : fault.process]
    if (!process) return
    scheduler.busy()
    hit(fault.kind, process.name)
    switch (fault.kind as WorldFault) {
      case 'process_killed':
        return process.crash()
      case 'process_stopped':
        if (!process.running) return
        host.surely(stopWithinMs, () => {
          if (!process.dead) report(9, `${process.name} does not stop`)
        })
        // In an event of its own process, so that what it does is its own.
        scheduler.after(0, process, () => void process.stop())
        return
      case 'database_clock_jump':
        databaseSkewMs += chance.world.between(-120_000, 120_000)
        return
      case 'process_frozen': {
        const forMs = Math.min(fault.forMs, 60_000)
        // Time must not leap over its waking: it would come back late, and be blamed for that.
        host.surely(forMs, () => undefined)
        return process.freeze(forMs)
      }
      case 'clock_jump':
        return process.setClock(chance.world.between(-600_000, 600_000))
      case 'bus_connection_lost':
        return server.dropBus(process)
      case 'database_crash':
        server.crash()
        return
      case 'redelivery':
        return deliverAgain()
      case 'consumer_lag':
        return lag(fault.forMs)
    }
  }

  /** A position is lost: everything is delivered again. */
  const deliverAgain = () => {
    for (const each of processes) server.dropBus(each)
    const tx = engine.begin(scheduler.nowMs + databaseSkewMs)
    engine.statement(tx, engine.lastCommit, (view) => {
      for (const { consumer } of view.all('platform.cursors')) {
        view.update('platform.cursors', consumer as string, { window_from: 0, window_to: null, after_seq: 0 })
      }
    })
    engine.end(tx, 'commit')
  }

  /** Nobody reads for one consumer: its lock is with a process that does nothing. */
  const lag = (forMs: number) => {
    const consumers = [...subscriptions.keys()]
    const consumer = consumers[chance.world.between(0, consumers.length - 1)]
    if (consumer === undefined) return
    for (const each of processes) server.dropBus(each)
    server.holdConsumer(consumer, true)
    held.add(consumer)
    host.surely(forMs, () => letGo(consumer))
  }
  const letGo = (consumer: string) => {
    held.delete(consumer)
    server.holdConsumer(consumer, false)
  }

  const live = async (): Promise<RunResult> => {
    for (let index = 0; index < plan.processes; index += 1) bringUp(index)
    const stopped = () => breach !== null
    people.open()
    for (const operation of plan.operations) host.surely(operation.atMs, () => people.act(operation))
    for (const fault of plan.faults) {
      const isPoint =
        databaseFaults.has(fault.kind) || fault.kind in processorFaults || fault.kind.startsWith('webhook_')
      if (!isPoint) host.surely(fault.atMs, () => doFault(fault))
    }
    await scheduler.run(startMs + plan.healedAtMs, stopped)
    healed = true
    trace('HEALED')
    for (const consumer of held) letGo(consumer)
    // Time does not leap before everybody had a chance to notice.
    for (let second = 0; second < 10; second += 1) host.surely(second * 1_000, () => undefined)
    const ordersAtRest = await until(ordersRestMs, () => checks.openOrders().length === 0)
    const restedAfterMs = elapsed() - plan.healedAtMs
    if (!ordersAtRest) report(9, `not at rest: ${checks.openOrders()[0] ?? ''}`)
    const allAtRest = await until(
      allRestMs,
      () => webhooksUnderWay === 0 && !people.busy && checks.unrest() === null,
    )
    if (!allAtRest) report(9, `not at rest: ${checks.unrest() ?? 'webhooks or people'}`)
    // Webhooks that are days late must change nothing any more.
    await scheduler.run(scheduler.nowMs + 32 * 3_600_000, stopped)
    if (!breach) checks.atRest(people)
    return {
      seed: plan.seed,
      hash: (hash >>> 0).toString(16).padStart(8, '0'),
      breach,
      events: scheduler.events,
      virtualMs: elapsed(),
      restedAfterMs,
      hits,
      executed: server.executed,
      orders: countBy(engine.rows('orders.orders').map((row) => String(row['status']))),
      tenders: countBy(
        engine
          .rows('orders.orders')
          .filter(({ status }) => status === 'complete' || status === 'refunded')
          .map((row) => String(row['tender'] ?? 'card')),
      ),
      returns: countBy(
        engine
          .rows('orders.orders')
          .flatMap((row) => (row['returns'] ?? []) as { by: string; status: string }[])
          .map(({ by, status }) => `${by} ${status}`),
      ),
      lines,
    }
  }

  /** Runs until the fact holds; false when it does not in time. */
  const until = async (limitMs: number, fact: () => boolean): Promise<boolean> => {
    let looked = 0
    let holds = false
    const done = () => {
      if (breach !== null) return true
      if (scheduler.events - looked >= lookEvery) {
        looked = scheduler.events
        holds = fact()
      }
      return holds
    }
    await scheduler.run(startMs + plan.healedAtMs + limitMs, done)
    return breach !== null || holds || fact()
  }

  const nextDeadlineMs = (): number => {
    // What has been overdue for long waits for something else.
    const soonest = { ms: Number.POSITIVE_INFINITY }
    const note = (value: unknown) => {
      const ms = Date.parse(value as string) - databaseSkewMs
      if (ms > scheduler.nowMs - 3_000 && ms < soonest.ms) soonest.ms = ms
    }
    for (const row of engine.rows('expiration.timers'))
      if (row['status'] === 'waiting') note(row['expires_at'])
    for (const row of engine.rows('payments.payments')) if (row['open'] === true) note(row['next_attempt_at'])
    for (const row of engine.rows('platform.parked_deliveries'))
      if (row['dead'] === false) note(row['due_at'])
    return soonest.ms
  }

  return { live, nextDeadlineMs, newId: () => chance.ids.id(scheduler.nowMs) }
}

const keep = (processor: Processor) => processor

const processorFaults: Record<string, true> = {
  processor_lost_before: true,
  processor_lost_after: true,
  processor_failed_before: true,
  processor_failed_after: true,
  processor_busy: true,
  processor_slow: true,
  refund_fails: true,
} satisfies Record<ProcessorFault, true>

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
