// The environment: defaults that work, and a refusal that names every wrong value at once and no
// secret.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigError, readConfig, serviceNames } from './config.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-config-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).problems
  }
}
const named = (environment: Record<string, string>) =>
  problemsOf(environment).map((problem) => problem.split(':')[0])

test('nothing set is a shop of one process with the sandbox', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    port: 3000,
    publicUrl: 'http://localhost:3000',
    databaseUrl: null,
    nats: null,
    services: [...serviceNames],
    secretKeys: [],
    orderHoldSeconds: 900,
    rateLimits: 'unless_local',
    demo: true,
    sellers: 'open',
    groupCommit: true,
    processor: {
      kind: 'sandbox',
      secretKey: 'sk_test_holdfast',
      publishableKey: 'pk_test_holdfast',
      port: 12_111,
      embedded: true,
      network: false,
      origin: 'http://localhost:12111',
    },
  })
  expect(Object.isFrozen(config)).toBe(true)
})

test('every wrong value is named at once', () => {
  const wrong = {
    PORT: '70000',
    SANDBOX_PORT: '12x',
    PUBLIC_URL: 'localhost',
    DATABASE_URL: 'mysql://localhost/shop',
    NATS_URL: 'http://localhost',
    SERVICES: 'orders,post',
    ORDER_HOLD_SECONDS: '0',
    RATE_LIMITS: 'maybe',
    DEMO: '2',
    SELLERS: 'some',
    OPERATORS: 'ops@shop.example, somebody',
    AUDIT_SECONDS: '-1',
    GROUP_COMMIT: 'perhaps',
    TRUST_PROXY: 'some',
    HSTS_SUBDOMAINS: 'some',
    LOG_LEVEL: 'loud',
    METRICS_TOKEN: 'too short',
    SECRET_KEY: `${'x'.repeat(32)},too short`,
    STRIPE_SECRET_KEY_FILE: join('/', 'nowhere', 'key'),
  }
  expect(named(wrong).toSorted()).toEqual(Object.keys(wrong).toSorted())
  expect(() => readConfig(wrong)).toThrow(/PORT[\s\S]*SERVICES[\s\S]*LOG_LEVEL/)
})

const timed = { BACKUP_DIR: '/backups', BACKUP_PASSPHRASE: 'correct horse battery' }

test('backups on a timer need a folder elsewhere and a passphrase', () => {
  expect(readConfig({ BACKUP_PASSPHRASE: timed.BACKUP_PASSPHRASE }).backup).toBeNull()
  expect(readConfig(timed).backup).toEqual({
    directory: '/backups',
    everyHours: 24,
    keepDays: 30,
    passphrase: timed.BACKUP_PASSPHRASE,
  })
  expect(named({ BACKUP_DIR: '/backups' })).toEqual(['BACKUP_PASSPHRASE'])
  expect(named({ ...timed, BACKUP_PASSPHRASE: 'short' })).toEqual(['BACKUP_PASSPHRASE'])
  for (const directory of ['/shop/data', '/shop/data/backups', '/shop/data/../data/b'])
    expect(named({ ...timed, BACKUP_DIR: directory, DATA_DIR: '/shop/data' })).toEqual(['BACKUP_DIR'])
  expect(named({ ...timed, BACKUP_DIR: '/shop/data-backups', DATA_DIR: '/shop/data' })).toEqual([])
  expect(named({ BACKUP_HOURS: '0' })).toEqual(['BACKUP_HOURS'])
  expect(named({ BACKUP_KEEP_DAYS: '4000' })).toEqual(['BACKUP_KEEP_DAYS'])
})

test.each([
  ['PORT', '-1'],
  ['PORT', '3000.5'],
  ['PORT', '1e3'],
  ['PORT', '٣'],
  ['ORDER_HOLD_SECONDS', '86401'],
  ['PUBLIC_URL', 'ftp://shop.example'],
  ['DATABASE_URL', 'not a url'],
  ['NATS_URL', 'broker:4222'],
  ['NATS_URL', 'nats://'],
  ['NATS_URL', 'nats://broker:4222/stream'],
  ['NATS_URL', 'nats://broker?tls=1'],
  ['NATS_URL', 'nats://one:4222,http://two:4222'],
  ['NATS_URL', 'nats://one,tls://two'],
  ['NATS_URL', 'nats://me:secret@one,nats://me:other@two'],
  ['NATS_URL', 'nats://token@one,nats://other@two'],
  ['NATS_URL', 'nats://me:%zz@one'],
])('%s=%s is wrong', (name, value) => {
  expect(named({ [name]: value })).toEqual([name])
})

const canary = 'Zm9v+bar/baz0123456789=='
test.each([
  ['LOG_LEVEL', canary],
  ['PORT', canary],
  ['MAX_CONNECTIONS', canary],
  ['HSTS_SUBDOMAINS', canary],
  ['RATE_LIMITS', canary],
  ['SERVICES', `orders,${canary}`],
  ['OPERATORS', canary],
  ['SELLERS', canary],
  ['PUBLIC_URL', canary],
  ['MAIL_FROM', canary],
])('a secret of any shape that stands in %s is not repeated', (name, value) => {
  for (const secretName of ['SECRET_KEY', 'METRICS_TOKEN', 'BACKUP_PASSPHRASE'])
    expect(problemsOf({ [name]: value, [secretName]: canary }).join(), secretName).not.toContain(canary)
  // Also when it stands nowhere else.
  expect(problemsOf({ [name]: value }).join()).not.toContain(canary)
})

test('a short secret is not repeated, and does not make an innocent value one', () => {
  expect(problemsOf({ LOG_LEVEL: 'tr0ub4dor', METRICS_TOKEN: 'tr0ub4dor' }).join()).not.toContain('tr0ub4dor')
  // The token itself is too short; the address is what it is.
  expect(named({ PUBLIC_URL: 'http://localhost:4000', METRICS_TOKEN: 'localhost' })).toEqual([
    'METRICS_TOKEN',
  ])
})

test('a broker has servers, and one user or token for all of them', () => {
  const natsOf = (url: string) => readConfig({ NATS_URL: url }).nats
  expect(natsOf(' , ')).toBe(null)
  expect(natsOf('nats://broker')).toEqual({ servers: ['broker:4222'], tls: false })
  expect(natsOf('nats://one:4223/, nats://two')).toEqual({ servers: ['one:4223', 'two:4222'], tls: false })
  expect(natsOf('tls://[::1]:4222')).toEqual({ servers: ['[::1]:4222'], tls: true })
  expect(natsOf('nats://me:p%40ss@one,nats://two,nats://me:p%40ss@three')).toEqual({
    servers: ['one:4222', 'two:4222', 'three:4222'],
    tls: false,
    user: 'me',
    pass: 'p@ss',
  })
  expect(natsOf('tls://t0ken@broker')).toEqual({ servers: ['broker:4222'], tls: true, token: 't0ken' })
})

test('the address of a broker may come from a file, and no part of a wrong one is repeated', () => {
  const file = join(directory, 'nats')
  writeFileSync(file, 'nats://me:canary@broker:4222\n')
  expect(readConfig({ NATS_URL_FILE: file }).nats).toMatchObject({ user: 'me', pass: 'canary' })
  for (const wrong of [
    'http://me:canary@broker',
    'nats://me:canary@one,nats://me:other-canary@two',
    'nats://canary@one,x',
  ])
    expect(problemsOf({ NATS_URL: wrong }).join()).not.toContain('canary')
})

test('a failpoint is known by name, and never beside a live key', () => {
  expect(readConfig({ FAILPOINT: 'orders.after_commit:3,payments.after_effect' }).failpoints).toContain(
    'payments.after_effect',
  )
  for (const wrong of ['orders.never', 'orders.after_commit:0', 'orders.after_commit:1:2', ','])
    expect(named({ FAILPOINT: wrong })).toEqual(['FAILPOINT'])
  const real = { STRIPE_WEBHOOK_SECRET: 'whsec_x', FAILPOINT: 'orders.after_commit' }
  expect(named({ ...real, STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_PUBLISHABLE_KEY: 'pk_test_1' })).toEqual([])
  expect(named({ ...real, STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_PUBLISHABLE_KEY: 'pk_live_1' })).toEqual([
    'FAILPOINT',
  ])
})

test('values are taken as they are meant', () => {
  const config = readConfig({
    PORT: ' 0 ',
    SERVICES: 'payments, orders',
    RATE_LIMITS: 'OFF',
    DEMO: '0',
    METRICS_TOKEN: 'a-token-of-metrics',
    OPERATORS: 'Ops@Shop.example, second@shop.example,',
    DATABASE_URL: 'postgresql://shop@db/shop',
    ORDER_HOLD_SECONDS: '86400',
    PUBLIC_URL: 'https://shop.example',
    SANDBOX: 'on',
  })
  expect(config).toMatchObject({
    port: 0,
    services: ['orders', 'payments'],
    rateLimits: 'off',
    demo: false,
    operators: ['ops@shop.example', 'second@shop.example'],
    auditSeconds: 60,
    metricsToken: 'a-token-of-metrics',
    databaseUrl: 'postgresql://shop@db/shop',
    orderHoldSeconds: 86_400,
    publicUrl: 'https://shop.example',
  })
  expect(readConfig({ SERVICES: ' , ' }).services).toEqual(serviceNames)
})

test('a file may hold a value, as secrets are handed out', () => {
  const file = join(directory, 'database-url')
  writeFileSync(file, 'postgres://shop:hush@db/shop\n')
  expect(readConfig({ DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://shop:hush@db/shop')
  const wrong = join(directory, 'wrong')
  writeFileSync(wrong, 'hush-hush')
  const problems = problemsOf({ DATABASE_URL_FILE: wrong, STRIPE_SECRET_KEY_FILE: wrong })
  expect(problems.map((problem) => problem.split(':')[0])).toEqual(
    expect.arrayContaining(['DATABASE_URL', 'STRIPE_SECRET_KEY']),
  )
  expect(problems.join('\n')).not.toContain('hush-hush')
})

test('the real processor needs all of its keys, and no sandbox beside it', () => {
  expect(named({ STRIPE_SECRET_KEY: 'sk_live_x' })).toEqual([
    'STRIPE_WEBHOOK_SECRET',
    'STRIPE_PUBLISHABLE_KEY',
  ])
  expect(
    named({
      STRIPE_SECRET_KEY: 'oops',
      STRIPE_WEBHOOK_SECRET: 'whsec_x',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_x',
      SANDBOX_HOST: 'box',
    }),
  ).toEqual(['SANDBOX_HOST', 'STRIPE_SECRET_KEY'])
  const config = readConfig({
    STRIPE_SECRET_KEY: 'sk_test_x',
    STRIPE_WEBHOOK_SECRET: 'whsec_a,whsec_b',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_x',
  })
  expect(config.processor).toEqual({
    kind: 'stripe',
    secretKey: 'sk_test_x',
    publishableKey: 'pk_test_x',
    webhookSecrets: ['whsec_a', 'whsec_b'],
  })
})

test('with real money sellers are approved, unless SELLERS says otherwise; in the sandbox they are not', () => {
  const real = {
    STRIPE_SECRET_KEY: 'sk_live_x',
    STRIPE_WEBHOOK_SECRET: 'whsec_x',
    STRIPE_PUBLISHABLE_KEY: 'pk_live_x',
  }
  expect(readConfig(real).sellers).toBe('approved')
  expect(readConfig({ ...real, SELLERS: 'open' }).sellers).toBe('open')
  expect(readConfig({ SELLERS: 'approved' }).sellers).toBe('approved')
})

test('a sandbox elsewhere is not run beside the shop', () => {
  expect(readConfig({ SANDBOX_HOST: 'sandbox' }).processor).toMatchObject({
    kind: 'sandbox',
    host: 'sandbox',
    embedded: false,
  })
})

const stripe = (publishableKey: string, secretKey = 'sk_live_canary') => ({
  STRIPE_SECRET_KEY: secretKey,
  STRIPE_PUBLISHABLE_KEY: publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_canary',
})
test.each([
  ['the secret key', stripe('sk_live_canary')],
  ['a restricted key', stripe('rk_live_canary')],
  ['a webhook secret', stripe('whsec_canary')],
  ['a key of no kind', stripe('canary')],
  ['a key for the test mode beside a live one', stripe('pk_test_canary')],
  ['a live key beside one for the test mode', stripe('pk_live_canary', 'sk_test_canary')],
  ['a live key beside a restricted one for the test mode', stripe('pk_live_canary', 'rk_test_canary')],
  ['a key without its secret one', { STRIPE_PUBLISHABLE_KEY: 'pk_live_canary' }],
])('the key that every visitor sees is never %s, and no message repeats it', (_, environment) => {
  expect(named(environment)).toEqual(['STRIPE_PUBLISHABLE_KEY'])
  expect(problemsOf(environment).join()).not.toContain('canary')
})

test.each(['PORT', 'HOST', 'LOG_LEVEL', 'RATE_LIMITS', 'SERVICES', 'OPERATORS', 'ORDER_HOLD_SECONDS'])(
  'a secret that stands in %s is refused and not repeated',
  (name) => {
    for (const secret of [
      'sk_live_canary',
      'rk_test_canary',
      'whsec_canary',
      'postgres://shop:canary@db/shop',
    ]) {
      expect(named({ [name]: secret })).toContain(name)
      expect(problemsOf({ [name]: secret }).join()).not.toContain('canary')
    }
  },
)

test.each([
  ['https://shop.example', ['PUBLIC_URL']],
  ['https://localhost:3000', []],
  ['http://192.0.2.5:3000', []],
  ['http://localhost:3000/shop', ['PUBLIC_URL']],
  ['http://localhost:3000/?a=1', ['PUBLIC_URL']],
  ['http://me:canary@localhost:3000', ['PUBLIC_URL']],
])('with the sandbox, PUBLIC_URL=%s is refused or not', (PUBLIC_URL, refused) => {
  expect(named({ PUBLIC_URL })).toEqual(refused)
  expect(problemsOf({ PUBLIC_URL }).join()).not.toContain('canary')
})

test.each([
  ['127.0.0.1', true],
  ['127.0.0.2', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.5', false],
  ['shop.example', false],
  ['127.0.0.1.example', false],
])('with the sandbox, HOST=%s is local: %s', (HOST, isLocal) => {
  expect(named({ HOST })).toEqual(isLocal ? [] : ['HOST'])
  expect(named({ HOST, SANDBOX: 'on' })).toEqual([])
  expect(named({ HOST, ...stripe('pk_live_canary') })).toEqual([])
})

test.each([
  ['STRIPE_SECRETKEY', 'STRIPE_SECRET_KEY'],
  ['STRIPE_SECRET_KEY_FIL', 'STRIPE_SECRET_KEY_FILE'],
  ['OPERATOR', 'OPERATORS'],
  ['DATABSE_URL', 'DATABASE_URL'],
  ['DATABASE_ULR', 'DATABASE_URL'],
  ['PUBLIC_URI', 'PUBLIC_URL'],
  ['TRUST_PROXYS', 'TRUST_PROXY'],
  ['PROT', 'PORT'],
  ['log_level', 'LOG_LEVEL'],
])('%s is no variable, and %s is meant', (name, meant) => {
  expect(problemsOf({ [name]: 'x' })).toEqual([`${name}: unknown; did you mean ${meant}?`])
})

test('what others set is not taken for ours', () => {
  const others = {
    HOME: '/srv/shop',
    PATH: '/bin',
    HOSTNAME: 'shop',
    IS_SANDBOX: 'yes',
    // Of Kubernetes, for a service called `sandbox` and one called `nats`.
    SANDBOX_PORT: 'tcp://10.0.0.5:12111',
    SANDBOX_SERVICE_HOST: '10.0.0.5',
    SANDBOX_SERVICE_PORT: '12111',
    SANDBOX_PORT_12111_TCP: 'tcp://10.0.0.5:12111',
    NATS_PORT: 'tcp://10.0.0.6:4222',
  }
  expect(problemsOf(others)).toEqual([])
  expect(readConfig(others).processor).toMatchObject({ kind: 'sandbox', port: 12_111 })
})
