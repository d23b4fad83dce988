// Identity: users, guests, sessions and API tokens. Knows nothing of shows, orders or money.
import { makeLimitsNetwork } from '../config/local-mode.ts'
import { migrationsOf } from '../platform/postgres/migrate.ts'
import type { ServiceDefinition } from '../service.ts'
import { makeAttempts } from './attempts.ts'
import { makeIdentity } from './identity.ts'
import { makeInvitations } from './invitations.ts'
import { makeOrganisationKeys } from './keys.ts'
import { makeLinks } from './links.ts'
import { makeOrganisations } from './organisations.ts'
import { makePasswords } from './passwords.ts'
import { identityRoutes } from './routes/accounts.ts'
import { keyRoutes } from './routes/keys.ts'
import { linkRoutes } from './routes/links.ts'
import { organisationRoutes } from './routes/organisations.ts'

export const service: ServiceDefinition = {
  name: 'identity',
  migrations: migrationsOf('identity'),
  make({ db, bus, config, limits, sessions, keys, security, linkTokens: tokens }) {
    const parts = { db, passwords: makePasswords(), attempts: makeAttempts(limits, security), sessions }
    const identity = makeIdentity(parts)
    const onCommitted = () => bus.hint()
    const links = makeLinks({ ...parts, tokens, onCommitted })
    const organisations = makeOrganisations({ db, sessions })
    const invitations = makeInvitations({ db, tokens, limits, sessions, onCommitted })
    const organisationKeys = makeOrganisationKeys({ db, keys })
    const { publicUrl } = config
    return {
      name: 'identity',
      routes(app) {
        const limitsNetwork = makeLimitsNetwork(config)
        identityRoutes(app, { identity, sessions, publicUrl, limitsNetwork })
        linkRoutes(app, { db, security, links, sessions, publicUrl, limitsNetwork })
        organisationRoutes(app, { db, organisations, invitations })
        keyRoutes(app, { db, keys: organisationKeys, limits, limitsNetwork, publicUrl })
      },
    }
  },
}
