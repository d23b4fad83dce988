// Planted mistakes: each is found, under its name, with a cure, and nothing else is.
import { expect, it } from 'vitest'
import { examine } from './checks.ts'
import type { DatabaseFacts, Facts } from './facts.ts'

const database: DatabaseFacts = {
  version: 180_004,
  embedded: false,
  fsync: true,
  synchronousCommit: true,
  canCreate: true,
  connectionsFree: 80,
  oldestTransactionSeconds: 0.1,
  clockOffBySeconds: 0,
  pending: 0,
  changed: 0,
  settled: true,
  secretFault: null,
  lastBackupAt: '2031-05-01T06:00:00.000Z',
  orders: 12,
  operators: 1,
  salesStopped: null,
  deadLetters: 0,
  versions: ['0.1.0'],
  backupProblem: null,
  pruneProblem: null,
  silentConsumers: [],
}
const healthy: Facts = {
  node: 'v24.21.0',
  freeBytes: 50e9,
  dataDirectoryWritable: true,
  clockOffBySeconds: 1,
  database,
  broker: { error: null },
  live: true,
  processor: 'ok',
  webhookEndpoints: [{ url: 'https://tickets.example/api/payments/webhooks/stripe', enabled: true }],
  publicUrl: 'https://tickets.example/',
  local: false,
  trustProxy: true,
  reached: 200,
  demo: false,
  rateLimits: true,
  failpoints: false,
  now: '2031-05-01T18:00:00.000Z',
  backups: { directory: '/backups', everyHours: 24, error: null },
}

it('nothing is wrong with a shop that is well', () => {
  expect(examine(healthy).filter(({ level, cure }) => level !== 'ok' || cure !== '')).toEqual([])
})

it('a new shop on one’s own machine needs nothing', () => {
  const fresh = {
    ...healthy,
    live: null,
    broker: null,
    webhookEndpoints: null,
    publicUrl: 'http://localhost:3000',
    local: true,
    trustProxy: false,
    demo: true,
    rateLimits: false,
    database: { ...database, orders: 0, operators: 0, lastBackupAt: null, versions: [], pending: 30 },
  }
  expect(examine(fresh).filter(({ level }) => level !== 'ok')).toEqual([])
})

type Planted = readonly [name: string, level: 'wrong' | 'warning', cure: string, Partial<Facts>]
const inDatabase = (changes: Partial<DatabaseFacts>): Partial<Facts> => ({
  database: { ...database, ...changes },
})

const planted: readonly Planted[] = [
  ['node', 'wrong', 'install Node', { node: 'v22.1.0' }],
  ['data directory', 'wrong', 'DATA_DIR', { dataDirectoryWritable: false }],
  ['disk', 'wrong', 'free at least', { freeBytes: 200e6 }],
  ['clock', 'wrong', 'time service', { clockOffBySeconds: -400 }],
  ['clock', 'warning', 'card processor', { clockOffBySeconds: null }],
  ['database', 'wrong', 'DATABASE_URL', { database: { error: 'connect ECONNREFUSED' } }],
  ['database version', 'wrong', 'upgrade', inDatabase({ version: 150_009 })],
  ['durability', 'wrong', 'set both to on', inDatabase({ fsync: false })],
  ['durability', 'wrong', 'set both to on', inDatabase({ synchronousCommit: false })],
  ['database rights', 'wrong', 'grant create', inDatabase({ canCreate: false })],
  ['connections', 'wrong', 'max_connections', inDatabase({ connectionsFree: 3 })],
  ['open transactions', 'wrong', 'pg_stat_activity', inDatabase({ oldestTransactionSeconds: 900 })],
  ['database clock', 'wrong', 'both machines', inDatabase({ clockOffBySeconds: 90 })],
  ['schema', 'wrong', 'newer one', inDatabase({ changed: 1 })],
  ['settled', 'wrong', 'settle', inDatabase({ settled: false })],
  ['secret key', 'wrong', 'SECRET_KEY', inDatabase({ secretFault: 'SECRET_KEY lacks the key' })],
  ['sales', 'wrong', 'npm run audit', inDatabase({ salesStopped: 'a breach' })],
  ['dead letters', 'wrong', 'replay', inDatabase({ deadLetters: 2 })],
  ['versions', 'warning', 'finish the upgrade', inDatabase({ versions: ['0.1.0', '0.2.0'] })],
  ['backup', 'warning', 'backup FILE', { ...inDatabase({ lastBackupAt: null }), backups: null }],
  ['backup', 'warning', 'timed backups', inDatabase({ lastBackupAt: '2031-04-01T06:00:00.000Z' })],
  ['backup folder', 'wrong', 'BACKUP_DIR', { backups: { directory: '/b', everyHours: 24, error: 'EACCES' } }],
  ['timed backups', 'wrong', 'tries again', inDatabase({ backupProblem: 'since yesterday: no room' })],
  ['pruning', 'warning', 'holdfast -- prune', inDatabase({ pruneProblem: 'since yesterday: timeout' })],
  ['consumers', 'warning', 'start a process', inDatabase({ silentConsumers: ['mail'] })],
  ['operators', 'warning', 'operator link', inDatabase({ operators: 0 })],
  ['broker', 'wrong', 'NATS_URL', { broker: { error: 'CONNECTION_REFUSED' } }],
  ['card processor', 'wrong', 'STRIPE_SECRET_KEY', { processor: 'unauthorized' }],
  ['card processor', 'wrong', 'firewall', { processor: 'unreachable' }],
  ['webhooks', 'wrong', 'STRIPE_WEBHOOK_SECRET', { webhookEndpoints: [] }],
  [
    'webhooks',
    'wrong',
    'enable it',
    { webhookEndpoints: [{ url: 'https://tickets.example/api/payments/webhooks/stripe', enabled: false }] },
  ],
  ['public address', 'wrong', 'TLS', { publicUrl: 'http://tickets.example', webhookEndpoints: null }],
  ['reachable', 'warning', 'DNS', { reached: 'getaddrinfo ENOTFOUND' }],
  ['reachable', 'warning', 'proxy', { reached: 502 }],
  ['proxy', 'warning', 'TRUST_PROXY=on', { trustProxy: false }],
  ['demo', 'wrong', 'DEMO=off', { demo: true }],
  ['limits', 'wrong', 'RATE_LIMITS', { rateLimits: false }],
  ['failpoint', 'wrong', 'FAILPOINT', { failpoints: true }],
]

it.each(planted)('%s: %s, with its cure: %s', (name, level, cure, changes) => {
  const found = examine({ ...healthy, ...changes }).filter((check) => check.level !== 'ok')
  expect(found.map((check) => [check.name, check.level])).toEqual([[name, level]])
  expect(found[0]?.cure).toContain(cure)
})
