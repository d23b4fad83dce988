// The expiration service, put together for one process. It has no routes: nobody asks it anything.
import { migrationsOf } from '../platform/postgres/migrate.ts'
import type { ServiceDefinition } from '../service.ts'
import { subscribeExpiration } from './consumers.ts'
import { makeExpirationHandler } from './model.ts'
import { makeExpirationWorker } from './worker.ts'

export const expiration: ServiceDefinition = {
  name: 'expiration',
  migrations: migrationsOf('expiration'),
  make({ bus, clock, config, db, log }) {
    const batching = config.groupCommit ? {} : { lanes: 8, maxBatch: 1 }
    const handler = makeExpirationHandler({ db, onCommitted: (events) => bus.hint(events), ...batching })
    const worker = makeExpirationWorker({ db, clock, log, handler })
    return {
      name: 'expiration',
      routes: () => undefined,
      subscribe: (toBus) => subscribeExpiration(toBus, handler),
      start: async () => {
        const stop = worker.start()
        return async () => {
          await stop()
          await handler.drain()
        }
      },
    }
  },
}
