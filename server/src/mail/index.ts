// The mail service, put together for one process: what people are told in writing. Sells nothing,
// and nobody waits for it.
import { makeIsLocal } from '../config/local-mode.ts'
import { migrationsOf } from '../platform/postgres/migrate.ts'
import { handlerOptionsOf, type ServiceDefinition } from '../service.ts'
import { makeMailboxCarrier } from './carrier/mailbox.ts'
import { makeSmtpCarrier } from './carrier/smtp.ts'
import { subscribe } from './consumers.ts'
import { makeDrawer } from './documents/drawer.ts'
import { makeMailHandler } from './model.ts'
import { makeWriter } from './read/messages.ts'
import { documentRoutes } from './routes/documents.ts'
import { mailboxRoutes } from './routes/mailbox.ts'
import { organiserRoutes } from './routes/organisers.ts'
import { makeMailWorker } from './worker.ts'

export const service: ServiceDefinition = {
  name: 'mail',
  migrations: migrationsOf('mail'),
  make(platform) {
    const { db, clock, log, metrics, config, requireOperator, linkTokens, ticketCodes: codes } = platform
    const { smtpUrl, from } = config.mail
    const carrier =
      smtpUrl === null ? makeMailboxCarrier({ db, clock }) : makeSmtpCarrier({ url: smtpUrl, from })
    const { publicUrl } = config
    const drawer = makeDrawer(log)
    const write = makeWriter({ db, codes, publicUrl, drawer, log, linkTokens })
    const handler = makeMailHandler({ ...handlerOptionsOf(platform), onQueued: () => worker.wake() })
    const worker = makeMailWorker({ clock, log, metrics, handler, carrier, write })
    return {
      name: 'mail',
      routes(app) {
        mailboxRoutes(app, { db, from, isLocal: makeIsLocal(config), requireOperator, write })
        organiserRoutes(app, { db, handler })
        documentRoutes(app, { db, codes, drawer, publicUrl, clock })
      },
      subscribe: (toBus) => subscribe(toBus, handler),
      async start() {
        const stop = worker.start()
        return async () => {
          await stop()
          await handler.drain()
          drawer.close()
        }
      },
    }
  },
}
