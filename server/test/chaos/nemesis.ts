// The nemesis: kills in one lane and makes trouble in another, by a seed, until it is told to stop;
// then puts everything right and demands that the shop be whole.

import { sql } from '../../src/platform/postgres/database.ts'
import { failpointNames } from '../../src/platform/process/failpoint.ts'
import { waitFor } from '../wait.ts'
import { brokerFaults } from './broker-faults.ts'
import { diskFaults } from './disk-faults.ts'
import { databaseFaults, type FaultContext, freezeFaults, networkFaults } from './faults.ts'
import { makeProcessorTrouble, processorFaultKinds, processorFaults } from './processor-faults.ts'
import { makeDeck, type Random } from './random.ts'
import type { Stage } from './stage.ts'
import type { ProcessEnd } from './supervisor.ts'
import type { Timeline } from './timeline.ts'
import { dealtKinds, insideFaults } from './trouble.ts'
import type { Weather } from './weather.ts'

export interface NemesisOptions {
  readonly stage: Stage
  readonly random: Random
  readonly timeline: Timeline
  readonly weather: Weather
  readonly blockMsOf: (name: string) => number
  readonly longestFreezeMs: number
  /** The longest pause between two kills. */
  readonly pauseMs: number
  /** Orders acknowledged so far: a shop that is killed before it sells anything shows nothing. */
  readonly acknowledged: () => number
}

export interface Nemesis {
  /** Strikes until `stop`. */
  run(): Promise<void>
  stop(): void
  /** Ends every fault, and waits until all processes answer. */
  heal(): Promise<void>
}

const placeOf = (failpoint: string) => failpoint.split(':')[0] ?? ''
/** `orders.after_commit` and `payments.after_commit` are one kind of place. */
const sortOf = (failpoint: string) => `die ${(placeOf(failpoint).split('.')[1] ?? '').replaceAll('_', ' ')}`

const failpointKinds = [...new Set(failpointNames.map(sortOf))]

const soonest = 6
/**
 * With many buyers a place is passed a hundred times a second: some are to live for a while before
 * they die there.
 */
const latest = 400

/** Deals the places to die at, the kinds first at which the fewest have died. */
export function makeFailpointDealer(random: Random, timeline: Timeline, weather: Weather) {
  let on = false
  return {
    arm: (armed: boolean) => {
      on = armed
    },
    next({ services }: { readonly services: readonly string[] }): string {
      if (!on || weather.isCalm || !weather.isBehind(timeline.kills.length) || random.chance(0.3)) return ''
      const able = failpointNames.filter((name) => services.some((service) => name.startsWith(`${service}.`)))
      const deaths = (name: string) => timeline.counts.get(sortOf(name)) ?? 0
      const fewest = Math.min(...able.map(deaths))
      const rare = able.filter((name) => deaths(name) === fewest)
      return rare.length === 0
        ? ''
        : `${random.pick(rare)}:${random.skewed(1, fewest === 0 ? soonest : latest)}`
    },
    died(name: string, failpoint: string): void {
      timeline.killed(name, sortOf(failpoint))
      timeline.count(`failpoint ${placeOf(failpoint)}`)
    },
  }
}

export const killKinds = [
  'kill shop',
  'kill sandbox',
  'kill postgres',
  'kill a postgres backend',
  'restart postgres',
] as const

type KillKind = (typeof killKinds)[number]
/** Without its database nobody sells: it dies often, and the others more often. */
const killCards: readonly KillKind[] = [
  ...Array<KillKind>(9).fill('kill shop'),
  ...Array<KillKind>(6).fill('kill sandbox'),
  'kill postgres',
  'kill a postgres backend',
  'restart postgres',
]

const salesBetweenKills = 15
const patienceMs = 6_000
const graceMs = 4_000
const calmLooksMs = 100

export function makeNemesis(options: NemesisOptions): Nemesis {
  const { stage, random, timeline } = options
  const stopping = new AbortController()
  const sleep = (delayMs: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        stopping.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, delayMs)
      stopping.signal.addEventListener('abort', done, { once: true })
    })
  const { longestFreezeMs, blockMsOf, weather } = options
  const context: FaultContext = { stage, random: random.fork('faults'), longestFreezeMs, blockMsOf, sleep }
  const trouble = makeProcessorTrouble(stage.sandboxUrl, timeline)

  const kill = async (kind: KillKind, killing: Random) => {
    const { postgres } = stage
    if (kind === 'kill shop') {
      // Who is to die at a certain place gets some time to come by there.
      const ripe = stage.shops.filter(({ process }) => process.armedWith === '' || process.upMs > graceMs)
      const seat = ripe.length > 0 ? killing.pick(ripe) : null
      if (seat?.process.kill()) timeline.killed(seat.name, kind)
    } else if (kind === 'kill sandbox') {
      await trouble.collect()
      if (stage.sandbox.kill()) timeline.killed('sandbox', kind)
    } else if (kind === 'kill a postgres backend') {
      if (!(await postgres.killBackend())) return
      timeline.killed('postgres', kind)
      await postgresAnswers(stage)
      timeline.ready('postgres', performance.now())
    } else {
      // A frozen server could neither be stopped nor started: the freeze ends here.
      postgres.thaw()
      timeline.killed('postgres', kind)
      await (kind === 'kill postgres' ? postgres.killServer() : postgres.restart())
      await postgresAnswers(stage)
      timeline.ready('postgres', performance.now())
    }
  }

  const killLane = async () => {
    const killing = random.fork('kills')
    const deck = makeDeck(killing, killCards)
    const isDue = () => !weather.isCalm && weather.isBehind(timeline.kills.length)
    while (!stopping.signal.aborted) {
      const before = options.acknowledged()
      // By facts and not by times, so that a slow machine is not only killed: everything is up and
      // sells again. Now and then the second is killed while the first still starts.
      const impatient = killing.chance(0.2)
      const isUp = () =>
        impatient || (stage.sandbox.isReady && stage.shops.every(({ process }) => process.isReady))
      const sells = () => options.acknowledged() >= before + salesBetweenKills
      await waitFor('sales', () => stopping.signal.aborted || (isUp() && sells()), patienceMs).catch(
        () => false,
      )
      await sleep(killing.skewed(50, options.pauseMs))
      while (!stopping.signal.aborted && !isDue()) await sleep(calmLooksMs)
      if (!stopping.signal.aborted) await kill(deck(), killing)
    }
  }

  const troubleLane = async () => {
    const chance = random.fork('trouble')
    const deck = makeDeck(chance, allFaults(context))
    while (!stopping.signal.aborted) {
      if (weather.isCalm) {
        await sleep(calmLooksMs)
        continue
      }
      const action = deck()
      const fault = { kind: action.kind, group: action.group }
      const startedMs = performance.now()
      const target = await action.strike()
      if (target !== null) {
        timeline.count(action.kind)
        Object.assign(timeline.begin({ ...fault, target }), { startedMs, endedMs: performance.now() })
      }
      await sleep(chance.skewed(50, options.pauseMs))
    }
  }

  const watchProcessor = async () => {
    let running = false
    while (!stopping.signal.aborted) {
      const { isReady } = stage.sandbox
      if (isReady && !running) await trouble.install()
      else if (isReady) await trouble.collect()
      running = isReady
      await sleep(250)
    }
  }

  return {
    async run() {
      await Promise.all([killLane(), troubleLane(), watchProcessor()])
    },
    stop: () => stopping.abort(),
    async heal() {
      stage.postgres.thaw()
      await stage.disk?.empty()
      await stage.postgres.start()
      stage.sandbox.thaw()
      stage.broker?.thaw()
      for (const proxy of [
        stage.webhooks,
        ...stage.shops.flatMap((shop) => [shop.toPostgres, shop.toSandbox, shop.toBroker]),
      ])
        proxy?.heal()
      for (const { process } of stage.shops) {
        process.thaw()
        // Told to die somewhere and not yet dead: from here on nothing may die any more.
        if (process.armedWith !== '') process.kill()
      }
      await stage.sandbox.ready()
      await trouble.clear()
      await Promise.all(
        stage.shops.map(({ process }) =>
          waitFor('a shop without failpoints', () => process.isReady && process.armedWith === '', 60_000),
        ),
      )
    },
  }
}

const ask = sql('chaos.ask', 'select 1')

async function postgresAnswers(stage: Stage): Promise<void> {
  const probe = async () => {
    const db = stage.openDatabase(1)
    try {
      await db.query(ask)
      return true
    } catch {
      return false
    } finally {
      await db.close()
    }
  }
  await waitFor('Postgres answering', probe, 60_000)
}

function allFaults(context: FaultContext) {
  return [
    ...networkFaults(context),
    ...freezeFaults(context),
    ...insideFaults(context),
    ...databaseFaults(context),
    ...diskFaults(context),
    ...brokerFaults(context),
    ...processorFaults(context),
  ]
}

/** Every way of dying. */
export const deathKinds: readonly string[] = [...killKinds, ...failpointKinds]

/** What a run must have met: a fault that never struck was not survived. */
export function requiredKinds(context: FaultContext): string[] {
  return [...deathKinds, ...dealtKinds, ...allFaults(context).map(({ kind }) => kind), ...processorFaultKinds]
}

/**
 * An end of a process that nobody asked for, as a breach; null when it was asked for or may happen.
 */
export function breachOf({ name, reason, lastWords }: ProcessEnd, healed: boolean): string | null {
  if (reason === 'itself') return `${name} ended by itself: ${lastWords.slice(-600)}`
  return healed && reason !== 'killed'
    ? `${name} ended (${reason}) after the faults were over: ${lastWords.slice(-600)}`
    : null
}
