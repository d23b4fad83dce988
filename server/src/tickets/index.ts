// Tickets: shows with their ticket types and seats, and the tickets issued after a sale. Sells no stock.
import type { Event } from '@holdfast/contract'
import { migrationsOf } from '../platform/postgres/migrate.ts'
import type { ServiceDefinition } from '../service.ts'
import { subscribeTickets } from './consumers.ts'
import { makeAdmissionHandler, makeShowHandler } from './model.ts'
import { checkInRoutes } from './routes/check-in.ts'
import { showRoutes } from './routes/shows.ts'

export const tickets: ServiceDefinition = {
  name: 'tickets',
  migrations: migrationsOf('tickets'),
  make({ db, bus, config }) {
    const grouping = config.groupCommit ? {} : { lanes: 8, maxBatch: 1 }
    const options = { db, onCommitted: (events: readonly Event[]) => bus.hint(events), ...grouping }
    const shows = makeShowHandler(options)
    const admissions = makeAdmissionHandler(options)
    return {
      name: 'tickets',
      routes(app) {
        const defaults = { holdSeconds: config.orderHoldSeconds, limitBuyers: config.rateLimits }
        showRoutes(app, { handler: shows, db, defaults })
        checkInRoutes(app, { handler: admissions, db })
      },
      subscribe: (bus) => subscribeTickets(bus, admissions),
    }
  },
}
