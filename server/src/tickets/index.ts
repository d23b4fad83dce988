// Tickets: shows with their ticket types and seats, and the tickets issued after a sale. Sells no
// stock.
import { makeLimitsNetwork } from '../config/local-mode.ts'
import { migrationsOf } from '../platform/postgres/migrate.ts'
import { handlerOptionsOf, type ServiceDefinition } from '../service.ts'
import { subscribe } from './consumers.ts'
import { makeAdmissionHandler, makeShowHandler } from './model.ts'
import { checkInRoutes } from './routes/check-in.ts'
import { operatorRoutes } from './routes/operators.ts'
import { sellerRoutes } from './routes/sellers.ts'
import { showRoutes } from './routes/shows.ts'
import { refreshSearchTexts } from './store/search-texts.ts'
import { startSettling } from './worker.ts'

export const service: ServiceDefinition = {
  name: 'tickets',
  migrations: migrationsOf('tickets'),
  make(platform) {
    const { db, config, clock, limits, log, security, requireOperator, ticketCodes } = platform
    const options = handlerOptionsOf(platform)
    const shows = makeShowHandler(options, config.sellers)
    const admissions = makeAdmissionHandler(options, ticketCodes)
    return {
      name: 'tickets',
      routes(app) {
        const defaults = { holdSeconds: config.orderHoldSeconds, limitBuyers: config.rateLimits !== 'off' }
        showRoutes(app, { handler: shows, db, defaults, limits, limitsNetwork: makeLimitsNetwork(config) })
        sellerRoutes(app, { db, policy: config.sellers })
        operatorRoutes(app, { db, handler: shows, security, requireOperator })
        checkInRoutes(app, { handler: admissions, db })
      },
      subscribe: (toBus) => subscribe(toBus, admissions, ticketCodes.keyVersion),
      async start() {
        // Nothing waits for it: a show without its text is found by its plain words, and the next
        // start tries again.
        const refreshing = refreshSearchTexts(db).catch((error: unknown) => {
          log.warn({ err: error }, 'the search texts of shows could not be looked through')
        })
        const stopSettling = startSettling({ db, handler: shows, clock, log })
        return async () => {
          await Promise.all([refreshing, stopSettling()])
        }
      },
    }
  },
}
