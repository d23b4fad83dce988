// The process: environment, database, sandbox, shop; says where things are; stops cleanly.
import { join } from 'node:path'
import { seedDemo } from './boot/demo/seed.ts'
import { startSandboxProcess } from './boot/sandbox-process.ts'
import { type Config, ConfigError, readConfig, serviceNames } from './config/config.ts'
import { findOwnAddress, isEverywhere } from './config/hosts.ts'
import { isLocalShop } from './config/local-mode.ts'
import { serveBuiltWeb } from './pages/shows.ts'
import {
  addressOfLink,
  hasOperator,
  offerOperatorLink,
  operatorLinkMinutes,
} from './platform/http/links/operator-link.ts'
import { demoAccountFile, mayDemoOperate, readDemoId } from './platform/http/operators.ts'
import { keepPostgresRunning } from './platform/postgres/embedded/keep-running.ts'
import { startEmbeddedPostgres } from './platform/postgres/embedded/server.ts'
import { isUnavailable } from './platform/postgres/failures.ts'
import { armFailpoints } from './platform/process/failpoint.ts'
import { type Log, makeLog } from './platform/process/log.ts'
import { StartError } from './platform/process/start-error.ts'
import { type Shop, startShop } from './shop.ts'

type Stop = () => Promise<void>

const startedMs = performance.now()
const stopWithinMs = 30_000

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function progress(text: string): void {
  say(`  ${((performance.now() - startedMs) / 1000).toFixed(1).padStart(5)} s  ${text}`)
}

/**
 * Our own Postgres, for as long as we run. It is stopped with us when we started it, or when the
 * process that did is gone; a process with some of the services leaves one that it found alone.
 */
async function startDatabase(config: Config, log: Log, stops: Stop[]): Promise<string> {
  const postgres = await startEmbeddedPostgres(join(config.dataDirectory, 'postgres'), progress)
  if (postgres.started || (postgres.ours && isWhole(config))) stops.push(postgres.stop)
  stops.push(keepPostgresRunning({ postgres, log, onLost: endWithoutDatabase }))
  return postgres.url
}

function endWithoutDatabase(reason: Error): void {
  process.stderr.write(`Holdfast ends: its database does not start again: ${reason.message}\n`)
  process.exit(1)
}

const isWhole = (config: Config) => config.services.length === serviceNames.length

async function start(config: Config, stops: Stop[]): Promise<Shop> {
  const log = makeLog(config.logLevel)
  let { databaseUrl } = config
  if (databaseUrl === null) {
    progress('Starting the database')
    databaseUrl = await startDatabase(config, log, stops)
  }
  const { processor } = config
  if (processor.kind === 'sandbox' && processor.embedded && config.services.includes('payments')) {
    progress('Starting the card sandbox')
    stops.push(await startSandboxProcess(config, processor, log))
  }
  progress('Starting the shop')
  const shop = await startShop({
    config,
    databaseUrl,
    log,
    progress,
    extend: (app) => serveBuiltWeb(app, config),
  })
  stops.push(shop.stop)
  if (config.demo && isWhole(config)) await seedDemo(shop, config)
  return shop
}

/**
 * The link that makes the first operator, where only the person who started the shop reads it. In a
 * log it would be there for everybody who may read logs.
 */
async function offerFirstOperatorLink(config: Config, { platform }: Shop): Promise<string | null> {
  const { db, log } = platform
  const hasOne = (await demoOperates(config)) || (await hasOperator(db))
  if (hasOne || !config.services.includes('identity')) return null
  if (process.stdout.isTTY || isLocalShop(config)) return offerOperatorLink(db)
  log.warn('the shop has no operator: `npm run holdfast -- admin operator link` prints a link that makes one')
  return null
}

/** The shop sells by now: a database that is away for a moment must not end it for want of a link. */
const firstOperatorLink = (config: Config, shop: Shop) =>
  offerFirstOperatorLink(config, shop).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error
    const cure = '`npm run holdfast -- admin operator link` prints one'
    shop.platform.log.warn({ err: error }, `no link for the first operator could be made; ${cure}`)
    return null
  })

const demoOperates = async (config: Config) =>
  mayDemoOperate(config) && (await readDemoId(config.dataDirectory)) !== null

/** A phone that opens the shop by its address in the network needs one that the shop knows. */
function hintForOthers({ host, port, publicUrl, processor }: Config): string[] {
  const own = findOwnAddress()
  const named = new URL(publicUrl).hostname
  if (processor.kind !== 'sandbox' || !isEverywhere(host) || named !== 'localhost' || own === null) return []
  return [
    `  Other devices   start with PUBLIC_URL=http://${own}:${port}; until then only this machine can pay`,
  ]
}

async function announce(config: Config, shop: Shop): Promise<void> {
  const { processor, publicUrl } = config
  const operatorLink = await firstOperatorLink(config, shop)
  const base = publicUrl.replace(/\/$/, '')
  const lines = [
    '',
    `Holdfast is ready (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`,
    `  Shop            ${base}`,
    ...((await demoOperates(config))
      ? [`  Operations      ${base}/ops   (sign in with ${join(config.dataDirectory, demoAccountFile)})`]
      : []),
    ...(operatorLink === null
      ? []
      : [
          `  Operations      ${addressOfLink(base, operatorLink)}`,
          `                  (once, within ${operatorLinkMinutes} minutes: makes your account the operator)`,
        ]),
    ...hintForOthers(config),
    `  API docs        ${base}/docs   (OpenAPI: ${base}/openapi.json)`,
    ...(processor.kind === 'sandbox'
      ? [`  Card sandbox    ${processor.origin}   (test card 4242 4242 4242 4242, any future date, any CVC)`]
      : []),
    ...(config.databaseUrl === null ? [`  Data            ${config.dataDirectory}`] : []),
    ...(config.nats ? [`  Broker          ${config.nats.servers.join(', ')}`] : []),
    ...(config.services.length < serviceNames.length
      ? [`  Services        ${config.services.join(', ')}`]
      : []),
    '  Press Ctrl-C to stop',
    '',
  ]
  say(lines.join('\n'))
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop()
}

async function main(): Promise<void> {
  const config = readConfig(process.env)
  armFailpoints(config.failpoints)
  const stops: Stop[] = []
  let stopping = false
  const stopProcess = (signal: string) => {
    if (stopping) return
    stopping = true
    say(`\nStopping (${signal})`)
    setTimeout(() => {
      process.stderr.write('Stopping took too long, so Holdfast quit. Everything saved so far is safe.\n')
      process.exit(1)
    }, stopWithinMs).unref()
    stopAll(stops).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Stopping failed: ${String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stopProcess)
  process.on('SIGTERM', stopProcess)
  try {
    await announce(config, await start(config, stops))
  } catch (error) {
    await stopAll(stops)
    throw error
  }
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError || error instanceof StartError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error)
  process.stderr.write(`Holdfast can’t start: ${text}\n`)
  process.exit(1)
})
