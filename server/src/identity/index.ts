// Identity: users, guests, sessions and API tokens. Knows nothing of shows, orders or money.
import { migrationsOf } from '../platform/postgres/migrate.ts'
import type { ServiceDefinition } from '../service.ts'
import { makeAttempts } from './attempts.ts'
import { makeIdentity } from './identity.ts'
import { makePasswords } from './passwords.ts'
import { identityRoutes } from './routes/accounts.ts'

export const identity: ServiceDefinition = {
  name: 'identity',
  migrations: migrationsOf('identity'),
  make({ db, config, limits, sessions }) {
    const service = makeIdentity({ db, passwords: makePasswords(), attempts: makeAttempts(limits), sessions })
    return {
      name: 'identity',
      routes: (app) => identityRoutes(app, { identity: service, sessions, publicUrl: config.publicUrl }),
    }
  },
}
