// The webhooks service, put together for one process: what programs of others are told. Sells nothing,
// and nobody waits for it.
import { migrationsOf } from '../platform/postgres/migrate.ts'
import { handlerOptionsOf, type ServiceDefinition } from '../service.ts'
import { makeCarrier } from './carrier/post.ts'
import { subscribe } from './consumers.ts'
import { makeFeedHandler } from './model.ts'
import { feedRoutes } from './routes/feed.ts'
import { ownerRoutes } from './routes/owners.ts'
import { makeWebhookWorker } from './worker.ts'

export const service: ServiceDefinition = {
  name: 'webhooks',
  migrations: migrationsOf('webhooks'),
  make(platform) {
    const { db, clock, log, metrics, config, webhookSecrets: secrets } = platform
    const mayBePrivate = config.webhookPrivate
    const carrier = makeCarrier({ mayBePrivate })
    const worker = makeWebhookWorker({ db, clock, log, metrics, secrets, carrier })
    const handler = makeFeedHandler({ ...handlerOptionsOf(platform), onEntered: worker.wake })
    return {
      name: 'webhooks',
      routes(app) {
        ownerRoutes(app, { db, secrets, mayBePrivate, wake: worker.wake })
        feedRoutes(app, { db })
      },
      subscribe: (toBus) => subscribe(toBus, handler),
      async start() {
        const stop = worker.start()
        return async () => {
          await stop()
          await handler.drain()
        }
      },
    }
  },
}
