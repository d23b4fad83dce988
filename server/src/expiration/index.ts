// The expiration service, put together for one process. It has no routes: nobody asks it anything.
import { migrationsOf } from '../platform/postgres/migrate.ts'
import { handlerOptionsOf, type ServiceDefinition } from '../service.ts'
import { subscribe } from './consumers.ts'
import { makeExpirationHandler } from './model.ts'
import { makeExpirationWorker } from './worker.ts'

export const service: ServiceDefinition = {
  name: 'expiration',
  migrations: migrationsOf('expiration'),
  make(platform) {
    const { clock, db, log } = platform
    const handler = makeExpirationHandler(handlerOptionsOf(platform))
    const worker = makeExpirationWorker({ db, clock, log, handler })
    return {
      name: 'expiration',
      routes: () => undefined,
      subscribe: (toBus) => subscribe(toBus, handler),
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
