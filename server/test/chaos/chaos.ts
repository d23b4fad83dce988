// One run: start everything, let people buy while the nemesis strikes, put everything right, demand
// rest within a bounded time, and give a verdict on every invariant. Gives figures; judges no
// speed.
import type { Database } from '../../src/platform/postgres/database.ts'
import { stripeOf } from '../flows/stripe.ts'
import { makeBoxOffice } from './box-office.ts'
import { checkStream } from './broker-checker.ts'
import { runBuyer } from './buyers.ts'
import { check, heardPairs, readIntents, type Verdict } from './checker.ts'
import { countStates, restless } from './checker-sql.ts'
import { type Journal, makeJournal } from './journal.ts'
import {
  breachOf,
  deathKinds,
  makeFailpointDealer,
  makeNemesis,
  type Nemesis,
  requiredKinds,
} from './nemesis.ts'
import { makeRandom } from './random.ts'
import { measureRecoveries, type Recovery } from './recoveries.ts'
import { auditToo } from './second-opinion.ts'
import { type BusKind, readLog, type Stage, startStage, type Topology } from './stage.ts'
import type { ProcessEnd } from './supervisor.ts'
import { makeTimeline, type Timeline } from './timeline.ts'
import { makeTroubleDealer } from './trouble.ts'
import { makeWeather } from './weather.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly topology: Topology
  readonly bus: BusKind
  /**
   * Goes on for at least so long, and until there were so many kills and every kind of fault has
   * struck.
   */
  readonly seconds: number
  readonly kills: number
  /** And so many orders were acknowledged. */
  readonly orders: number
  /** A disk of its own for Postgres, where that is allowed, to fill it. */
  readonly ownDisk: boolean
  /** Which kinds must have struck: every one, or every way of dying. */
  readonly required: 'all' | 'kills' | 'none'
  /** Then it is given up, and what has not struck is named. */
  readonly limitSeconds: number
  readonly buyers: number
  readonly thinkMs: number
  readonly longestFreezeMs: number
  readonly longestPauseMs: number
  readonly restWithinSeconds: number
  readonly say: (text: string) => void
  /** Told how to end everything at once, when the run itself is stopped. */
  readonly onStage?: (end: () => Promise<void>) => void
}

export interface ChaosResult {
  readonly seed: number
  readonly topology: Topology
  readonly bus: BusKind
  readonly startedMs: number
  readonly healedMs: number
  readonly endedMs: number
  /** From the end of the last fault until everything was at rest; null when it never was. */
  readonly restMs: number | null
  readonly journal: Journal
  readonly timeline: Timeline
  readonly stories: ReadonlyMap<string, number>
  readonly states: readonly { status: string; count: number }[]
  readonly recoveries: readonly Recovery[]
  readonly verdicts: readonly Verdict[]
  /** Kinds of faults that had to strike and did not. */
  readonly missed: readonly string[]
  readonly failedStarts: number
}

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = makeRandom(options.seed)
  const timeline = makeTimeline()
  const journal = makeJournal()
  const { seconds, kills } = options
  // In a run of under a minute the storm is all there is.
  const weather = makeWeather({
    random: random.fork('weather'),
    seconds,
    kills,
    longestStormMs: 70_000,
    longestCalmMs: 20_000,
  })
  const dealer = makeFailpointDealer(random.fork('failpoints'), timeline, weather)
  const trouble = makeTroubleDealer(random.fork('trouble inside'), timeline)
  let healed = false
  let failedStarts = 0
  const onEnd = (end: ProcessEnd) => {
    if (end.reason === 'failpoint') dealer.died(end.name, end.failpoint)
    if (end.reason === 'start') failedStarts += 1
    const breach = breachOf(end, healed)
    if (breach !== null) journal.breach(breach)
  }
  const stage = await startStage({
    topology: options.topology,
    bus: options.bus,
    ownDisk: options.ownDisk,
    nextFailpoint: dealer.next,
    nextTrouble: trouble.next,
    onEnd,
    onReady: (name, readyMs) => {
      timeline.ready(name, readyMs)
      trouble.ready(name)
    },
    ...(options.onStage ? { onBegin: options.onStage } : {}),
  })
  options.say(`everything runs; seed ${options.seed}, ${options.topology}, events by ${options.bus}`)
  try {
    const driver = await startDriver(options, { stage, journal, random })
    const startedMs = performance.now()
    weather.begin()
    dealer.arm(true)
    const { longestFreezeMs, longestPauseMs: pauseMs } = options
    const { blockMsOf } = trouble
    const acknowledged = () => journal.orders.size
    const striking = { stage, timeline, weather, blockMsOf, longestFreezeMs, pauseMs, acknowledged }
    const nemesis = makeNemesis({ ...striking, random: random.fork('nemesis') })
    const kinds = {
      all: requiredKinds({ stage, random, longestFreezeMs, blockMsOf, sleep: () => Promise.resolve() }),
      kills: deathKinds,
      none: [],
    }
    const required: readonly string[] = kinds[options.required]
    const missing = () => required.filter((kind) => (timeline.counts.get(kind) ?? 0) === 0)
    await strike(options, { nemesis, startedMs, timeline, missing, journal })
    dealer.arm(false)
    await nemesis.heal()
    healed = true
    const healedMs = performance.now()
    options.say('the faults are over')
    await driver.stop()
    // What is checked at the end of an hour is looked through row by row.
    const db = stage.openDatabase(4, 900_000)
    // Each crash of the server loses what it knew of its tables; without that it joins a million
    // rows one by one.
    await db.execute('analyze')
    try {
      const stripe = stripeOf({ port: stage.sandboxPort })
      const restless = await waitForRest(options, { db, journal, stripe, healedMs })
      await driver.giveUp()
      const restMs = restless.length === 0 ? performance.now() - healedMs : null
      const liveness: Verdict = {
        invariant: '9',
        title: `With the faults over everything is at rest within ${options.restWithinSeconds} s, by itself`,
        looked: journal.orders.size,
        breaches: restless,
      }
      options.say('checking')
      const ofBroker = stage.broker ? [await checkStream(db, stage.broker)] : []
      const verdicts = [...(await check(db, stripe, journal)), ...ofBroker, liveness, await auditToo(db)]
      const states = await db.query<{ status: string; count: number }>(countStates)
      const recoveries = await measureRecoveries(db, { timeline, journal })
      if (verdicts.some(({ breaches }) => breaches.length > 0)) await showLogs(stage, options.say)
      const { seed, topology, bus } = options
      const base = {
        seed,
        topology,
        bus,
        startedMs,
        healedMs,
        endedMs: performance.now(),
        restMs,
        journal,
        timeline,
      }
      return {
        ...base,
        stories: driver.stories,
        states,
        recoveries,
        verdicts,
        missed: missing(),
        failedStarts,
      }
    } finally {
      await db.close()
    }
  } finally {
    await stage.end()
  }
}

interface Running {
  readonly nemesis: Nemesis
  readonly startedMs: number
  readonly timeline: Timeline
  readonly journal: Journal
  readonly missing: () => string[]
}

/** Until there was enough of everything. */
async function strike(
  options: ChaosOptions,
  { nemesis, startedMs, timeline, journal, missing }: Running,
): Promise<void> {
  const striking = nemesis.run()
  let failure: unknown
  striking.catch((error: unknown) => {
    failure = error
  })
  let saidMs = startedMs
  let saidCalls = 0
  for (;;) {
    const seconds = (performance.now() - startedMs) / 1_000
    const counted = timeline.kills.length >= options.kills && journal.orders.size >= options.orders
    const enough = seconds >= options.seconds && counted && missing().length === 0
    if (enough || seconds >= options.limitSeconds || failure !== undefined) break
    if (performance.now() - saidMs > 10_000) {
      saidMs = performance.now()
      const left = missing()
      const still =
        left.length > 0
          ? `; still to strike: ${left.slice(0, 4).join(', ')}${left.length > 4 ? ' …' : ''}`
          : ''
      options.say(`   ${summarize(journal, saidCalls)}`)
      saidCalls = journal.calls.length
      options.say(
        `${seconds.toFixed(0)} s, ${timeline.kills.length} kills, ${journal.orders.size} orders${still}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  nemesis.stop()
  await striking
}

/** What became of the calls since the last word. */
function summarize({ calls }: Journal, from: number): string {
  const counts = new Map<string, number>()
  for (const { operation, result, code } of calls.slice(from)) {
    const name = `${operation} ${result}${code === '' ? '' : ` ${code}`}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const most = [...counts].toSorted(([, one], [, other]) => other - one).slice(0, 8)
  return most.map(([name, count]) => `${count} × ${name}`).join(', ')
}

interface Parts {
  readonly stage: Stage
  readonly journal: Journal
  readonly random: ReturnType<typeof makeRandom>
}

async function startDriver({ buyers, thinkMs }: ChaosOptions, { stage, journal, random }: Parts) {
  const giveUp = new AbortController()
  const stories = new Map<string, number>()
  let stopped = false
  const { addressesFor, sandboxUrl } = stage
  const calling = { journal, addressesFor, givenUp: giveUp.signal }
  const boxOffice = makeBoxOffice({ ...calling, random: random.fork('box office') })
  await boxOffice.open()
  const onStory = (name: string) => {
    stories.set(name, (stories.get(name) ?? 0) + 1)
  }
  const options = { ...calling, random, boxOffice, sandboxUrl, thinkMs, stopped: () => stopped, onStory }
  const organising = async () => {
    while (!stopped) {
      await boxOffice.act()
      await new Promise((resolve) => setTimeout(resolve, 700))
    }
  }
  const running = Promise.all([
    organising(),
    ...Array.from({ length: buyers }, (_, index) => runBuyer(options, `buyer${index}`)),
  ])
  return {
    stories,
    /** No new stories; those under way go on to their end. */
    stop: async () => {
      stopped = true
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 60_000).unref())])
    },
    giveUp: async () => {
      giveUp.abort()
      await running
    },
  }
}

interface Looking {
  readonly db: Database
  readonly journal: Journal
  readonly stripe: ReturnType<typeof stripeOf>
  readonly healedMs: number
}

/** Waits until nothing moves any more; what still does is returned. */
async function waitForRest(
  options: ChaosOptions,
  { db, journal, stripe, healedMs }: Looking,
): Promise<string[]> {
  const look = async (): Promise<string[]> => {
    const rows = await db.query<{ what: string; count: number }>(restless, heardPairs)
    if (rows.length > 0) return rows.map(({ what, count }) => `${count} × ${what}`)
    if (journal.unresolved.size > 0) return [`${journal.unresolved.size} calls still unknown`]
    const held = (await readIntents(stripe)).filter(({ status }) => status === 'requires_capture')
    return held.map(({ id }) => `intent ${id} is still authorized`)
  }
  for (let saidMs = healedMs; ; ) {
    const lookedAtMs = performance.now()
    const left = await look()
    if (performance.now() - saidMs > 10_000) {
      saidMs = performance.now()
      options.say(`still moving: ${left.slice(0, 6).join(', ')}`)
    }
    if (left.length === 0 || performance.now() - healedMs > options.restWithinSeconds * 1_000) return left
    // A look at a large run takes seconds: the shop needs the machine more.
    await new Promise((resolve) => setTimeout(resolve, 200 + 2 * (performance.now() - lookedAtMs)))
  }
}

/** What went wrong inside, and the end of each log. */
async function showLogs(stage: Stage, say: (text: string) => void): Promise<void> {
  for (const { name } of stage.shops) {
    const log = await readLog(stage, name)
    const failures = log
      .split('\n')
      .filter((line) => line.includes('"a request failed"') || line.includes('a dead letter'))
    for (const failure of failures.slice(0, 20)) say(`${name}: ${failure}`)
    say(`--- the end of the log of ${name}\n${log.slice(-6_000)}`)
  }
}
