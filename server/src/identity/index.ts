// Identity: users, guests, sessions and API tokens. Knows nothing of shows, orders or money.
import { makeLimitsNetwork } from '../config/local-mode.ts'
import { migrationsOf } from '../platform/postgres/migrate.ts'
import type { ServiceDefinition } from '../service.ts'
import { makeAttempts } from './attempts.ts'
import { makeIdentity } from './identity.ts'
import { makeLinks } from './links.ts'
import { makePasswords } from './passwords.ts'
import { identityRoutes } from './routes/accounts.ts'
import { linkRoutes } from './routes/links.ts'

export const service: ServiceDefinition = {
  name: 'identity',
  migrations: migrationsOf('identity'),
  make({ db, bus, config, limits, sessions, security, linkTokens: tokens }) {
    const parts = { db, passwords: makePasswords(), attempts: makeAttempts(limits, security), sessions }
    const identity = makeIdentity(parts)
    const links = makeLinks({ ...parts, tokens, onCommitted: () => bus.hint() })
    const { publicUrl } = config
    return {
      name: 'identity',
      routes(app) {
        const limitsNetwork = makeLimitsNetwork(config)
        identityRoutes(app, { identity, sessions, publicUrl, limitsNetwork })
        linkRoutes(app, { db, security, links, sessions, publicUrl, limitsNetwork })
      },
    }
  },
}
