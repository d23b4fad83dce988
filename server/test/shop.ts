// A whole shop for a test: its own database, a real sandbox, real HTTP. Nothing is faked.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sandbox, startSandbox } from '@holdfast/sandbox'
import { readConfig } from '../src/config/config.ts'
import { webhookTypes } from '../src/payments/webhook/types.ts'
import { type Log, makeLog } from '../src/platform/process/log.ts'
import { freePort } from '../src/platform/process/ports.ts'
import { type Shop, startShop as startRealShop } from '../src/shop.ts'
import { makeTestDatabase, type TestDatabase } from './database.ts'

export interface TestShop extends Shop {
  readonly db: TestDatabase
  readonly sandbox: Sandbox
  readonly environment: Readonly<Record<string, string>>
  /** The shop is gone; its database and the sandbox stay. */
  stopShop(): Promise<void>
  /** Stops the shop alone, lets `meanwhile` happen to its data, and starts it again. */
  restart(meanwhile: () => Promise<void>): Promise<void>
}

export interface TestShopOptions {
  /** Environment variables on top of those of a test. */
  readonly environment?: Readonly<Record<string, string>>
  /** Where the shop logs; without it to the console. */
  readonly log?: Log
  /** Adds what is not a service, such as the web pages. */
  readonly extend?: Parameters<typeof startRealShop>[0]['extend']
}

/**
 * Starts database, sandbox and shop on free ports. `stop` ends all three and takes their data away.
 */
export async function startTestShop({
  environment = {},
  extend,
  log,
}: TestShopOptions = {}): Promise<TestShop> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-shop-'))
  const db = await makeTestDatabase([])
  const port = await freePort()
  const sandboxPort = await freePort()
  const settings = {
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    DATA_DIR: directory,
    RATE_LIMITS: 'off',
    DEMO: '0',
    LOG_LEVEL: 'error',
    AUDIT_SECONDS: '5',
    ...environment,
  }
  const config = readConfig(settings)
  const [webhookSecret] = config.processor.webhookSecrets
  const sandbox = await startSandbox({
    port: sandboxPort,
    host: '127.0.0.1',
    publicUrl: `http://localhost:${sandboxPort}`,
    dataDir: directory,
    webhook: {
      url: `http://127.0.0.1:${port}/api/payments/webhooks/stripe`,
      secret: webhookSecret ?? '',
      events: [...webhookTypes],
    },
  })
  const start = () =>
    startRealShop({
      config,
      databaseUrl: db.url,
      log: log ?? makeLog(config.logLevel),
      ...(extend ? { extend } : {}),
    })
  let shop = await start()
  let stopped: Promise<void> | undefined
  const stopShop = () => (stopped ??= shop.stop())
  return {
    ...shop,
    db,
    sandbox,
    environment: settings,
    stopShop,
    async restart(meanwhile) {
      await stopShop()
      await meanwhile()
      shop = await start()
      stopped = undefined
    },
    async stop() {
      await stopShop()
      await sandbox.close()
      await db.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
