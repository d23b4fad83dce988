// The payments service: money and the card processor. Never decides who gets a seat.
import { isLocalShop } from '../config/local-mode.ts'
import { makeHandler } from '../platform/commands/handle.ts'
import { migrationsOf } from '../platform/postgres/migrate.ts'
import { handlerOptionsOf, type Platform, type Service, type ServiceDefinition } from '../service.ts'
import { makeArrivals } from './arrivals.ts'
import { subscribe } from './consumers.ts'
import { makeModel, type PaymentsHandler } from './model.ts'
import { makeReadMark } from './processor/marks.ts'
import type { Processor } from './processor/port.ts'
import { makeProcessor } from './processor/stripe.ts'
import { makeDescriber } from './receipts.ts'
import { registerRoutes } from './routes/buyers.ts'
import { makeCallerLimits } from './routes/caller-limits.ts'
import { registerOpsRoutes } from './routes/operators.ts'
import { areKnown } from './store/payments.ts'
import { registerWebhook } from './webhook/route.ts'
import { makeWorker } from './worker.ts'

export type { Processor } from './processor/port.ts'

export interface PaymentsOptions {
  /** Replaces the configured processor: to measure the shop alone, and in tests. */
  readonly processor?: Processor
}

export function makeService(options: PaymentsOptions = {}): ServiceDefinition {
  return {
    name: 'payments',
    migrations: migrationsOf('payments'),
    make: (platform) => makeOn(platform, options),
  }
}

function makeOn(platform: Platform, options: PaymentsOptions): Service {
  const { config, db, clock, log, metrics, limits, security } = platform
  const processor = options.processor ?? makeProcessor(config.processor, makeReadMark(db))
  const callers = makeCallerLimits(limits, { clock, log, metrics })
  const arrivals = makeArrivals({ clock, areKnown: (orderIds) => areKnown(db, orderIds) })
  const worker = makeWorker({
    db,
    clock,
    log,
    metrics,
    processor,
    handler: () => handler,
    // A stand-in keeps nothing that a restore could ask for.
    ...(options.processor ? {} : { describe: makeDescriber(db) }),
  })
  const model = makeModel((world) => {
    for (const id of world.changed.orders) if (world.orders.get(id)?.terms) arrivals.arrived(id)
    worker.committed(world)
  })
  const handler: PaymentsHandler = makeHandler(model, handlerOptionsOf(platform))
  return {
    name: 'payments',
    routes(app) {
      registerRoutes(app, {
        db,
        clock,
        callers,
        handler,
        worker,
        arrivals,
        processor: config.processor,
        sendsMail: config.mail.smtpUrl !== null || isLocalShop(config),
        asksForProof: config.mail.smtpUrl !== null,
      })
      registerOpsRoutes(app, { db, worker, requireOperator: platform.requireOperator })
      registerWebhook(app, { db, clock, log, metrics, security, processor, worker })
    },
    subscribe: (toBus) => subscribe(toBus, handler, arrivals),
    start: async () => {
      const stopWorker = worker.start()
      return async () => {
        await stopWorker()
        await handler.drain()
      }
    },
  }
}
