// One process of the shop: the real services, put together as `shop.ts` does it, on virtual time
// and on the twins. It may crash at any moment, freeze for a while, and have a clock that is wrong.
import type { EventType, ServiceName } from '@holdfast/contract'
import { type Config, readConfig } from '../../src/config/config.ts'
import { service as expiration } from '../../src/expiration/index.ts'
import { service as orders } from '../../src/orders/index.ts'
import { makeService as makePayments } from '../../src/payments/index.ts'
import type { Processor } from '../../src/payments/processor/port.ts'
import type { Bus, Subscription } from '../../src/platform/bus/bus.ts'
import { makePostgresBus } from '../../src/platform/bus/postgres-carrier.ts'
import { noLimits } from '../../src/platform/http/limits.ts'
import { makeLinkTokens } from '../../src/platform/http/links/tokens.ts'
import { makeSessions } from '../../src/platform/http/sessions.ts'
import { makeKeys } from '../../src/platform/http/staff/keys.ts'
import type { Clock } from '../../src/platform/process/clock.ts'
import type { Log } from '../../src/platform/process/log.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { makeSecurityLog } from '../../src/platform/process/security-log.ts'
import { makeSwitches } from '../../src/platform/process/switches.ts'
import { makeWebhookSecrets } from '../../src/platform/secrets/webhooks.ts'
import type { Platform } from '../../src/service.ts'
import { service as tickets } from '../../src/tickets/index.ts'
import { testCodes } from '../codes.ts'
import { type Answered, type Call, makeEdge } from './edge.ts'
import type { Owner, Scheduler } from './scheduler.ts'
import type { Client, Server } from './twin/database.ts'

export interface ShopProcess extends Client, Owner {
  readonly running: boolean
  call(call: Call, requestId: string): Promise<Answered>
  /** Whether it runs the service that this call is for. */
  serves(call: Call): boolean
  /** Ends as it does when it is told to: finishes what is under way, takes nothing new. */
  stop(): Promise<void>
  freeze(forMs: number): void
  /** Sets this process's clock wrong by so much. */
  setClock(skewMs: number): void
}

export interface ProcessOptions {
  readonly name: string
  readonly scheduler: Scheduler
  readonly server: Server
  readonly processorFor: (client: Client) => Processor
  readonly skewMs: number
  /** Those that it runs. */
  readonly services: readonly ServiceName[]
  trace(text: string): void
  crashed(process: ShopProcess): void
  /** Told of each consumer with what it listens to. */
  subscribed(consumer: string, types: readonly EventType[]): void
  /** Lets a test put something wrong in the place of a part. */
  readonly rewire?: (platform: Platform) => Platform
}

const config: Config = readConfig({ RATE_LIMITS: 'off', DEMO: '0', LOG_LEVEL: 'silent' })
/** Counting is all it does: one for all simulated processes. */
const metrics = makeMetrics({ defaults: false })

export function startProcess(options: ProcessOptions): ShopProcess {
  const { name, scheduler, server } = options
  let running = false
  let skewMs = options.skewMs
  const state = { dead: false, frozenUntilMs: 0 }
  const edge = makeEdge()
  const stops: (() => Promise<void>)[] = []

  const self: ShopProcess = {
    name,
    get dead() {
      return state.dead
    },
    get frozenUntilMs() {
      return state.frozenUntilMs
    },
    get running() {
      return running && !state.dead
    },
    answer(run) {
      if (state.dead) return
      // Into an event of its own, so that it is this process that goes on.
      scheduler.after(0, self, run)
    },
    crash() {
      if (state.dead) return
      state.dead = true
      options.trace(`${name} dies`)
      server.forget(self)
      options.crashed(self)
    },
    call: (call, requestId) => edge.call(call, requestId),
    serves: (call) => edge.has(call),
    async stop() {
      running = false
      for (const stop of stops.toReversed()) await stop()
      options.trace(`${name} has stopped`)
      self.crash()
    },
    freeze(forMs) {
      state.frozenUntilMs = scheduler.nowMs + forMs
      server.freeze(self, forMs)
    },
    setClock(skew) {
      skewMs = skew
    },
  }

  const clock: Clock = {
    nowMs: () => scheduler.nowMs + skewMs,
    elapsedMs: () => scheduler.nowMs,
    sleep: (delayMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const done = () => {
          scheduler.cancel(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = scheduler.after(delayMs, self, done)
        signal?.addEventListener('abort', done, { once: true })
      }),
  }

  const start = async () => {
    const db = server.connect(self)
    const log = makeQuietLog((text) => options.trace(`${name} ${text}`))
    const bus = listening(makePostgresBus({ db, clock, log, metrics }), options.subscribed)
    const platform: Platform = {
      config,
      db,
      bus,
      clock,
      log,
      metrics,
      sessions: makeSessions(db, clock),
      keys: makeKeys(db, clock),
      limits: noLimits,
      switches: makeSwitches({ db, clock, log }),
      security: makeSecurityLog({ log, metrics }),
      ticketCodes: testCodes,
      requireOperator: () => Promise.reject(new Error('nobody operates the simulation')),
      linkTokens: makeLinkTokens([Buffer.from('a secret of the simulation')]),
      webhookSecrets: makeWebhookSecrets([Buffer.from('a secret of the simulation')]),
    }
    const wired = options.rewire?.(platform) ?? platform
    const payments = makePayments({ processor: options.processorFor(self) })
    const services = [tickets, orders, expiration, payments]
      .filter((definition) => options.services.includes(definition.name))
      .map((definition) => definition.make(wired))
    for (const service of services) service.routes(edge.app)
    for (const service of services) service.subscribe?.(wired.bus)
    await wired.bus.start()
    stops.push(() => wired.bus.stop())
    for (const service of services) {
      const stop = await service.start?.()
      if (stop) stops.push(stop)
    }
    running = true
    options.trace(`${name} is up`)
  }
  scheduler.after(0, self, () => void start())
  return self
}

function listening(bus: Bus, subscribed: ProcessOptions['subscribed']): Bus {
  return {
    ...bus,
    subscribe(subscription: Subscription) {
      subscribed(subscription.consumer, subscription.types)
      bus.subscribe(subscription)
    },
  }
}

function makeQuietLog(trace: (text: string) => void): Log {
  const say = (level: string) => (fields: { err?: unknown; reason?: unknown }, text: string) => {
    const about = fields.err instanceof Error ? fields.err.message : (fields.reason ?? '')
    trace(`${level}: ${text} ${about}`)
  }
  const quiet = () => undefined
  return {
    debug: quiet,
    trace: quiet,
    info: quiet,
    warn: say('warns'),
    error: say('reports'),
  } as unknown as Log
}
