// A whole shop of its own for pictures and measurements: an embedded Postgres, a card sandbox, the
// built pages. Leaves nothing behind.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '@holdfast/sandbox'
import { readConfig } from '../../server/src/config/config.ts'
import { serveBuiltWeb } from '../../server/src/pages/shows.ts'
import { demoAccountFile } from '../../server/src/platform/http/operators.ts'
import type { Database } from '../../server/src/platform/postgres/database.ts'
import { startEmbeddedPostgres } from '../../server/src/platform/postgres/embedded/server.ts'
import { makeLog } from '../../server/src/platform/process/log.ts'
import { freePort } from '../../server/src/platform/process/ports.ts'
import { startShop } from '../../server/src/shop.ts'

export interface OwnShop {
  readonly db: Database
  /**
   * Makes the demo's account of this one, so that it operates the shop and sales for show are at
   * its shows.
   */
  operate(userId: string): Promise<void>
}

export async function withShop(use: (url: string, shop: OwnShop) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-pages-'))
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const config = readConfig({
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    DATA_DIR: directory,
    RATE_LIMITS: 'off',
    // Nothing is seeded here: this only lets operators fire a sale for show.
    DEMO: '1',
    AUDIT_SECONDS: '5',
    LOG_LEVEL: 'error',
  })
  const postgres = await startEmbeddedPostgres(directory, () => undefined)
  const sandbox = await startSandbox({
    port: sandboxPort,
    host: '127.0.0.1',
    publicUrl: `http://localhost:${sandboxPort}`,
    dataDir: directory,
    webhook: {
      url: `http://127.0.0.1:${port}/api/payments/webhooks/stripe`,
      secret: config.processor.webhookSecrets[0] ?? '',
    },
  })
  const shop = await startShop({
    config,
    databaseUrl: postgres.url,
    log: makeLog('error'),
    extend: (app) => serveBuiltWeb(app, config),
  })
  try {
    await use(`http://localhost:${port}`, {
      db: shop.platform.db,
      operate: (userId) => writeFile(join(directory, demoAccountFile), JSON.stringify({ id: userId })),
    })
  } finally {
    await shop.stop()
    await sandbox.close()
    await postgres.stop()
    await rm(directory, { recursive: true, force: true })
  }
}
