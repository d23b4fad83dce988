// The shop under load: composed as it is delivered, in a process of its own. Only the card
// processor may be another.
import { readConfig } from '../../../server/src/config/config.ts'
import { makeLog } from '../../../server/src/platform/process/log.ts'
import { type Shop, startShop } from '../../../server/src/shop.ts'
import { makeInstantProcessor } from '../instant-processor.ts'
import { answerRequests } from '../requests.ts'

const instant = process.env['BENCH_PROCESSOR'] === 'instant' ? makeInstantProcessor() : null
let shop: Shop | undefined

async function start(): Promise<void> {
  const config = readConfig(process.env)
  if (config.databaseUrl === null) throw new Error('DATABASE_URL is needed')
  shop = await startShop({
    config,
    databaseUrl: config.databaseUrl,
    log: makeLog(config.logLevel),
    ...(instant ? { payments: { processor: instant } } : {}),
  })
}

async function cpuMs(): Promise<number> {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Authorized at the instant processor, and neither captured nor given back. */
async function authorizedLeft(): Promise<number> {
  return instant?.authorizedLeft() ?? 0
}

answerRequests({ start, cpuMs, authorizedLeft }, async () => {
  await shop?.stop()
})
