// What `doctor` looks at, as rules over facts: each wrong fact has a name and a cure. Pure: the facts
// are gathered elsewhere, so that every mistake can be tried out in a table.
import { type Check, ok, onDatabase, type Rule, warning, wrong } from './check.ts'
import type { Facts } from './facts.ts'
import { upkeep } from './upkeep.ts'

const leastNode = 24
const leastPostgres = 16
const leastFreeBytes = 1_000_000_000
const clockMaxSeconds = 60
const transactionMaxSeconds = 30
const leastConnections = 20

const machine: readonly Rule[] = [
  ({ node }) =>
    Number.parseInt(node.replace('v', ''), 10) >= leastNode
      ? ok('node', node)
      : wrong('node', node, `install Node ${leastNode} or newer, or start with npm start, which brings it`),
  ({ dataDirectoryWritable }) =>
    dataDirectoryWritable
      ? ok('data directory', 'may be written')
      : wrong('data directory', 'cannot be written', 'give this user the right to write it, or set DATA_DIR'),
  ({ freeBytes }) =>
    freeBytes >= leastFreeBytes
      ? ok('disk', `${(freeBytes / 1e9).toFixed(1)} GB free`)
      : wrong(
          'disk',
          `${(freeBytes / 1e6).toFixed(0)} MB free`,
          'free at least 1 GB; a full disk stops sales',
        ),
  ({ clockOffBySeconds: off }) =>
    off === null
      ? warning('clock', 'the card processor could not be asked for the time', 'see "card processor"')
      : Math.abs(off) <= clockMaxSeconds
        ? ok('clock', `${off} s from the card processor's`)
        : wrong(
            'clock',
            `${off} s from the card processor's`,
            'run a time service (chrony); webhooks are refused after 300 s',
          ),
]

const database: readonly Rule[] = [
  ({ database: found }) =>
    'error' in found
      ? wrong(
          'database',
          found.error,
          'start it, or correct DATABASE_URL: host, port, user, password and name',
        )
      : ok('database', 'answers'),
  onDatabase(({ version }) =>
    version >= leastPostgres * 10_000
      ? ok('database version', String(Math.floor(version / 10_000)))
      : wrong(
          'database version',
          String(Math.floor(version / 10_000)),
          `upgrade to PostgreSQL ${leastPostgres} or newer`,
        ),
  ),
  onDatabase(({ fsync, synchronousCommit }) =>
    fsync && synchronousCommit
      ? ok('durability', 'a commit is on the disk')
      : wrong(
          'durability',
          `fsync is ${fsync ? 'on' : 'off'}, synchronous_commit is ${synchronousCommit ? 'on' : 'off'}`,
          'set both to on: a crash of the machine would lose paid orders',
        ),
  ),
  onDatabase(({ canCreate }) =>
    canCreate
      ? ok('database rights', 'may create schemas')
      : wrong(
          'database rights',
          'may not create schemas',
          'grant create on the database to the user of DATABASE_URL',
        ),
  ),
  onDatabase(({ connectionsFree }) =>
    connectionsFree >= leastConnections
      ? ok('connections', `${connectionsFree} free`)
      : wrong(
          'connections',
          `${connectionsFree} free`,
          'raise max_connections: each process of the shop needs up to 20',
        ),
  ),
  onDatabase(({ oldestTransactionSeconds: age }) =>
    age <= transactionMaxSeconds
      ? ok('open transactions', 'none is old')
      : wrong(
          'open transactions',
          `one is ${Math.round(age)} s old`,
          'end it: all events wait for it (pg_stat_activity shows whose it is)',
        ),
  ),
  onDatabase(({ clockOffBySeconds: off }) =>
    Math.abs(off) <= clockMaxSeconds
      ? ok('database clock', `${off} s from ours`)
      : wrong(
          'database clock',
          `${off} s from ours`,
          'run a time service on both machines; the database decides when holds end',
        ),
  ),
  onDatabase(({ changed, pending }) =>
    changed > 0
      ? wrong(
          'schema',
          `${changed} migrations are not those of this version`,
          'start the version that this database belongs to, or a newer one',
        )
      : ok('schema', pending === 0 ? 'up to date' : `${pending} migrations run at the next start`),
  ),
  onDatabase(({ settled }) =>
    settled
      ? ok('settled', 'yes')
      : wrong(
          'settled',
          'restored, and not settled with the card processor',
          'run: npm run holdfast -- settle',
        ),
  ),
  onDatabase(({ secretFault }) =>
    secretFault === null
      ? ok('secret key', 'is that of this shop')
      : wrong('secret key', secretFault, 'set SECRET_KEY to the keys that the shop had, by commas'),
  ),
  onDatabase(({ salesStopped }) =>
    salesStopped === null
      ? ok('sales', 'open')
      : wrong(
          'sales',
          `stopped: ${salesStopped}`,
          'run: npm run audit. Mend what it finds, then resume at /ops',
        ),
  ),
  onDatabase(({ deadLetters }) =>
    deadLetters === 0
      ? ok('dead letters', 'none')
      : wrong('dead letters', String(deadLetters), 'look at /ops: mend the cause, then replay them'),
  ),
  onDatabase(({ versions }) =>
    versions.length <= 1
      ? ok('versions', versions.join('') || 'nothing runs')
      : warning(
          'versions',
          versions.join(' and '),
          'finish the upgrade: stop the processes of the older version',
        ),
  ),
]

const outside: readonly Rule[] = [
  ({ broker }) =>
    broker === null
      ? null
      : broker.error === null
        ? ok('broker', 'answers')
        : wrong('broker', broker.error, 'start NATS with JetStream (-js), or correct NATS_URL'),
  ({ processor }) =>
    processor === 'ok'
      ? ok('card processor', 'answers')
      : processor === 'unauthorized'
        ? wrong(
            'card processor',
            'refuses the key',
            'correct STRIPE_SECRET_KEY: copy it from the dashboard again',
          )
        : wrong(
            'card processor',
            'does not answer',
            'look at the network and the firewall, and at SANDBOX_HOST if it is set',
          ),
  ({ webhookEndpoints: endpoints, publicUrl }) => {
    if (endpoints === null) return null
    const address = `${publicUrl.replace(/\/$/, '')}/api/payments/webhooks/stripe`
    const ours = endpoints.find(({ url }) => url === address)
    if (!ours)
      return wrong(
        'webhooks',
        `no endpoint for ${address}`,
        'add it in the dashboard, and set its secret as STRIPE_WEBHOOK_SECRET',
      )
    return ours.enabled
      ? ok('webhooks', 'the processor sends them here')
      : wrong('webhooks', 'the endpoint is disabled', 'enable it in the dashboard, and see why it failed')
  },
  ({ publicUrl, live }) =>
    live === true && !publicUrl.startsWith('https:')
      ? wrong(
          'public address',
          `${publicUrl} is not https`,
          'run a proxy with TLS, and set PUBLIC_URL to its https address',
        )
      : ok('public address', publicUrl),
  ({ reached, publicUrl }) =>
    reached === 200
      ? ok('reachable', `${publicUrl}/healthz answers`)
      : warning(
          'reachable',
          `${publicUrl}/healthz: ${reached}`,
          'start the shop, or correct PUBLIC_URL, DNS and the proxy',
        ),
  ({ local, trustProxy }) =>
    local || trustProxy
      ? ok('proxy', trustProxy ? 'its X-Forwarded-For is trusted' : 'none')
      : warning(
          'proxy',
          'TRUST_PROXY is off',
          'behind a proxy set TRUST_PROXY=on: else all buyers count as one network',
        ),
  ({ live, demo }) =>
    live === true && demo
      ? wrong('demo', 'on, with real money', 'set DEMO=off')
      : ok('demo', demo ? 'on' : 'off'),
  ({ rateLimits, local }) =>
    rateLimits || local
      ? ok('limits', rateLimits ? 'on' : 'off')
      : wrong(
          'limits',
          'off on a public address',
          'remove RATE_LIMITS=off: strangers can guess passwords and test cards',
        ),
  ({ failpoints }) =>
    failpoints
      ? wrong('failpoint', 'set', 'remove FAILPOINT: it kills the shop on purpose')
      : ok('failpoint', 'none'),
  (facts) =>
    'error' in facts.database || facts.database.operators > 0 || facts.demo
      ? null
      : warning('operators', 'none', 'run: npm run holdfast -- admin operator link'),
]

export function examine(facts: Facts): Check[] {
  return [...machine, ...database, ...upkeep, ...outside].flatMap((rule) => rule(facts) ?? [])
}
