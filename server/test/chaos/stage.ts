// The whole shop on real processes: a Postgres, the card sandbox, two or more processes of the
// shop, and a proxy of ours on every wire between them. Starts and ends them; what is done to them
// is the nemesis's.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceName } from '@holdfast/contract'
import { serviceNames } from '../../src/config/config.ts'
import { webhookTypes } from '../../src/payments/webhook/types.ts'
import { type Database, makeDatabase } from '../../src/platform/postgres/database.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { makeNatsServer, type NatsServer } from '../nats-server.ts'
import { type Disk, makeDisk } from './disk.ts'
import { type ChaosPostgres, startPostgres } from './postgres.ts'
import { buildPrograms } from './programs.ts'
import { makeProxy, type Proxy } from './proxy.ts'
import { type ProcessEnd, type Supervised, supervise } from './supervisor.ts'

/**
 * `two`: all services in each of two processes. `split`: every service in two processes, in three
 * groups.
 */
export type Topology = 'two' | 'split'

/** How events travel: through the outbox, or by a broker. */
export type BusKind = 'postgres' | 'nats'

interface Seat {
  readonly name: string
  readonly services: readonly ServiceName[]
}

const seats: Record<Topology, readonly Seat[]> = {
  two: [
    { name: 'shop-a', services: [...serviceNames] },
    { name: 'shop-b', services: [...serviceNames] },
  ],
  split: [
    { name: 'orders-a', services: ['identity', 'orders'] },
    { name: 'orders-b', services: ['identity', 'orders'] },
    { name: 'payments-a', services: ['payments'] },
    { name: 'payments-b', services: ['payments'] },
    { name: 'rest-a', services: ['tickets', 'expiration', 'mail', 'webhooks'] },
    { name: 'rest-b', services: ['tickets', 'expiration', 'mail', 'webhooks'] },
  ],
}

export interface ShopSeat extends Seat {
  readonly url: string
  readonly process: Supervised
  readonly toPostgres: Proxy
  readonly toSandbox: Proxy
  /** Null where there is no broker. */
  readonly toBroker: Proxy | null
}

export interface Stage {
  readonly shops: readonly ShopSeat[]
  readonly sandbox: Supervised
  readonly sandboxPort: number
  readonly sandboxUrl: string
  readonly webhooks: Proxy
  readonly postgres: ChaosPostgres
  /** Null where events travel through Postgres. */
  readonly broker: NatsServer | null
  /** Postgres's own, which can be filled; null where there is none. */
  readonly disk: Disk | null
  readonly directory: string
  /** A connection past the proxies, for who checks. Made anew after each start of Postgres. */
  openDatabase(maxConnections?: number, queryTimeoutMs?: number): Database
  /**
   * Where each process that has this path's service listens: those that are up, as a balancer knows
   * them, or all when none is.
   */
  addressesFor(path: string): readonly string[]
  end(): Promise<void>
}

export interface StageOptions {
  readonly topology: Topology
  readonly bus: BusKind
  /** With a disk of its own for Postgres, where that is allowed. */
  readonly ownDisk: boolean
  /** Where a process of the shop is to die the next time that it is started; empty for nowhere. */
  nextFailpoint(seat: Seat): string
  /**
   * What the preloaded part is told: how wrong the process's clock is, for how long its event loop
   * can be blocked.
   */
  nextTrouble(seat: Seat): Readonly<Record<string, string>>
  onEnd(end: ProcessEnd): void
  onReady(name: string, readyMs: number): void
  /** Told at once how to end all that is started. */
  onBegin?(end: () => Promise<void>): void
}

const webhookSecret = 'whsec_holdfast_chaos'
const diskGigabytes = 32

function serviceOf(path: string): ServiceName {
  if (path.startsWith('/api/users')) return 'identity'
  if (path.startsWith('/api/payments') || path.endsWith('/refunds')) return 'payments'
  if (path.startsWith('/api/orders') || path.includes('/availability')) return 'orders'
  return 'tickets'
}

export async function startStage(options: StageOptions): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-chaos-'))
  await mkdir(join(directory, 'logs'))
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })]
  const end = async () => {
    for (let close = closers.pop(); close; close = closers.pop()) await close()
  }
  options.onBegin?.(end)
  try {
    const stage = await build(directory, options, closers)
    return { ...stage, end }
  } catch (error) {
    await end()
    throw error
  }
}

async function build(
  directory: string,
  options: StageOptions,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<Stage, 'end'>> {
  const lend = async (upstream: () => number | null): Promise<Proxy> => {
    const proxy = await makeProxy(upstream)
    closers.push(proxy.close)
    return proxy
  }
  const programs = await buildPrograms()
  closers.push(programs.remove)
  const disk = options.ownDisk ? await makeDisk(join(directory, 'postgres'), diskGigabytes) : null
  if (disk) closers.push(disk.end)
  const postgres = await startPostgres(join(directory, 'postgres'))
  closers.push(postgres.end)
  const broker = options.bus === 'nats' ? await makeNatsServer() : null
  if (broker) closers.push(broker.remove)
  await broker?.start()
  const sandboxPort = await freePort()
  const ports = await Promise.all(seats[options.topology].map(() => freePort()))

  // The processor knows one address; behind it is whichever process is up, in turn.
  let turn = 0
  const takers = seats[options.topology].flatMap(({ services }, index) =>
    services.includes('payments') ? [ports[index] ?? 0] : [],
  )
  const webhooks = await lend(() => takers[turn++ % takers.length] ?? null)
  const logFile = (name: string) => join(directory, 'logs', `${name}.log`)
  const sandbox = supervise({
    name: 'sandbox',
    program: programs.sandbox,
    logFile: logFile('sandbox'),
    healthUrl: `http://127.0.0.1:${sandboxPort}/_sandbox/health`,
    environment: () => ({
      SANDBOX_PORT: String(sandboxPort),
      SANDBOX_HOST: '127.0.0.1',
      DATA_DIR: directory,
      SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${webhooks.port}/api/payments/webhooks/stripe`,
      SANDBOX_WEBHOOK_SECRET: webhookSecret,
      SANDBOX_WEBHOOK_EVENTS: webhookTypes.join(','),
      SANDBOX_WEBHOOK_RETRY_MS: '200,500,1000,2000,4000,8000,16000,30000,60000',
    }),
    onEnd: options.onEnd,
    onReady: (readyMs) => options.onReady('sandbox', readyMs),
  })
  closers.push(sandbox.end)
  await sandbox.ready()

  const startSeat = async (seat: Seat, index: number): Promise<ShopSeat> => {
    const toPostgres = await lend(() => postgres.port)
    const toSandbox = await lend(() => sandboxPort)
    const toBroker = broker && (await lend(() => broker.port))
    const url = `http://127.0.0.1:${ports[index]}`
    const process = supervise({
      name: seat.name,
      program: programs.shop,
      preload: programs.preload,
      logFile: logFile(seat.name),
      healthUrl: `${url}/readyz`,
      environment: () => ({
        PORT: String(ports[index]),
        DATABASE_URL: `postgres://holdfast:${postgres.password}@127.0.0.1:${toPostgres.port}/postgres`,
        NATS_URL: toBroker ? `nats://127.0.0.1:${toBroker.port}` : '',
        SANDBOX_HOST: '127.0.0.1',
        SANDBOX_PORT: String(toSandbox.port),
        STRIPE_WEBHOOK_SECRET: webhookSecret,
        SERVICES: seat.services.join(','),
        RATE_LIMITS: 'off',
        DEMO: '0',
        AUDIT_SECONDS: '15',
        LOG_LEVEL: 'warn',
        NODE_COMPILE_CACHE: join(directory, 'compiled'),
        FAILPOINT: options.nextFailpoint(seat),
        ...options.nextTrouble(seat),
      }),
      onEnd: options.onEnd,
      onReady: (readyMs) => options.onReady(seat.name, readyMs),
    })
    closers.push(process.end)
    return { ...seat, url, process, toPostgres, toSandbox, toBroker }
  }
  const shops: ShopSeat[] = []
  for (const [index, seat] of seats[options.topology].entries()) {
    const shop = await startSeat(seat, index)
    // One after the other, so that the first migrates in peace; what happens to a migration is
    // another test's.
    await shop.process.ready()
    shops.push(shop)
  }
  return {
    shops,
    sandbox,
    sandboxPort,
    sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
    webhooks,
    postgres,
    broker,
    disk,
    directory,
    openDatabase: (maxConnections = 2, queryTimeoutMs = 120_000) =>
      makeDatabase({
        url: `postgres://holdfast:${postgres.password}@127.0.0.1:${postgres.port}/postgres`,
        maxConnections,
        queryTimeoutMs,
      }),
    addressesFor(path) {
      const able = shops.filter(({ services }) => services.includes(serviceOf(path)))
      const up = able.filter(({ process }) => process.isReady)
      return (up.length > 0 ? up : able).map(({ url }) => url)
    },
  }
}

/** What a process wrote: shown when a run fails. */
export function readLog(stage: Stage, name: string): Promise<string> {
  return readFile(join(stage.directory, 'logs', `${name}.log`), 'utf8')
}
