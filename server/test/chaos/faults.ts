// What the nemesis can do, one function for each kind of fault: network, frozen processes, the
// database. Each tells whether it struck anything, and puts right what it did before it returns.
import { sql } from '../../src/platform/postgres/database.ts'
import type { Proxy } from './proxy.ts'
import type { Random } from './random.ts'
import type { Stage } from './stage.ts'
import type { FaultGroup } from './timeline.ts'

export interface FaultAction {
  readonly kind: string
  readonly group: FaultGroup
  /** Strikes; tells whom, or null when there was nothing to strike. */
  strike(): Promise<string | null>
}

export interface FaultContext {
  readonly stage: Stage
  readonly random: Random
  /** For how long the event loop of this process stands still when it is told to. */
  readonly blockMsOf: (name: string) => number
  /** The longest that a process is frozen. */
  readonly longestFreezeMs: number
  readonly sleep: (delayMs: number) => Promise<void>
}

type Link = 'toPostgres' | 'toSandbox' | 'toBroker'
const linkNames: Record<Link, string> = {
  toPostgres: 'postgres link',
  toSandbox: 'processor link',
  toBroker: 'broker link',
}

export function networkFaults(context: FaultContext): FaultAction[] {
  const links: readonly Link[] = [
    'toPostgres',
    'toSandbox',
    ...(context.stage.broker ? (['toBroker'] as const) : []),
  ]
  return [...links.flatMap((link) => linkFaults(context, link)), ...webhookFaults(context)]
}

function linkFaults({ stage, random, sleep }: FaultContext, link: Link): FaultAction[] {
  const withWire = (name: string, strike: (wire: Proxy) => Promise<boolean>): FaultAction => ({
    kind: `${linkNames[link]} ${name}`,
    group: 'network',
    async strike() {
      const able = stage.shops.flatMap(({ name: seat, process, [link]: wire }) =>
        process.isReady && wire !== null && wire.open > 0 ? [{ seat, wire }] : [],
      )
      if (able.length === 0) return null
      const { seat, wire } = random.pick(able)
      return (await strike(wire)) ? seat : null
    },
  })
  return [
    withWire('cut', async (wire) => wire.cut() > 0),
    withWire('cut and refused', async (wire) => {
      wire.refuse(true)
      const struck = wire.cut() > 0
      await sleep(random.skewed(100, 2_500))
      wire.refuse(false)
      return struck
    }),
    withWire('delayed', async (wire) => {
      wire.delay(random.skewed(5, 250))
      await sleep(random.skewed(300, 3_000))
      wire.delay(0)
      return true
    }),
    withWire('silent', async (wire) => {
      wire.hold(true)
      await sleep(random.skewed(200, 4_000))
      wire.hold(false)
      // A silence may end well, or with a cut.
      if (random.chance(0.5)) wire.cut()
      return true
    }),
    withWire('reply cut in the middle', async (wire) => {
      const before = wire.halved
      wire.halveReplies(random.between(1, 4))
      await sleep(random.between(200, 600))
      wire.halveReplies(0)
      return wire.halved > before
    }),
  ]
}

function webhookFaults({ stage, random, sleep }: FaultContext): FaultAction[] {
  const { webhooks } = stage
  const fault = (name: string, strike: () => Promise<boolean>): FaultAction => ({
    kind: `webhook link ${name}`,
    group: 'network',
    strike: async () => ((await strike()) ? 'sandbox' : null),
  })
  return [
    fault('cut', async () => webhooks.cut() > 0),
    fault('silent', async () => {
      webhooks.hold(true)
      await sleep(random.skewed(500, 4_000))
      webhooks.hold(false)
      webhooks.cut()
      return true
    }),
    fault('reply cut in the middle', async () => {
      const before = webhooks.halved
      webhooks.halveReplies(3)
      await sleep(400)
      webhooks.halveReplies(0)
      return webhooks.halved > before
    }),
  ]
}

export function freezeFaults({ stage, random, longestFreezeMs, sleep }: FaultContext): FaultAction[] {
  return [
    {
      kind: 'shop frozen and woken',
      group: 'freeze',
      async strike() {
        const seat = random.pick(stage.shops)
        if (!seat.process.freeze()) return null
        await sleep(random.length(500, 4_000, longestFreezeMs))
        seat.process.thaw()
        return seat.name
      },
    },
    {
      kind: 'sandbox frozen and woken',
      group: 'freeze',
      async strike() {
        if (!stage.sandbox.freeze()) return null
        await sleep(random.length(300, 3_000, Math.min(15_000, longestFreezeMs)))
        stage.sandbox.thaw()
        return 'sandbox'
      },
    },
    {
      kind: 'postgres frozen and woken',
      group: 'freeze',
      async strike() {
        if (stage.postgres.port === null) return null
        await stage.postgres.freeze()
        await sleep(random.length(200, 2_000, Math.min(8_000, longestFreezeMs)))
        stage.postgres.thaw()
        return 'postgres'
      },
    },
  ]
}

const openOrders = sql(
  'chaos.open_orders',
  `select id from orders.orders where status in ('created', 'claimed') order by created_at desc limit 40`,
)
const countDeadlocks = sql(
  'chaos.count_deadlocks',
  'select deadlocks::int as count from pg_stat_database where datname = current_database()',
)
const lockOrder = sql('chaos.lock_order', 'select id from orders.orders where id = $1 for update')
const lockPools = sql('chaos.lock_pools', 'select id from orders.pools for update')
const connectionsMax = 100

export function databaseFaults({ stage, random, sleep }: FaultContext): FaultAction[] {
  /**
   * Our own session may be the one that is killed or cut off meanwhile; then there was no such
   * fault.
   */
  const attempt = (kind: string, strike: () => Promise<boolean>): FaultAction => ({
    kind,
    group: 'database',
    strike: async () => {
      if (stage.postgres.port === null) return null
      return (await strike().catch(() => false)) ? 'postgres' : null
    },
  })
  const withDatabase = async (work: (db: ReturnType<Stage['openDatabase']>) => Promise<boolean>) => {
    const db = stage.openDatabase()
    try {
      return await work(db)
    } finally {
      await db.close()
    }
  }
  return [
    attempt('every pool locked by a stranger', () =>
      withDatabase((db) =>
        db.transaction(async (tx) => {
          const rows = await tx.query(lockPools)
          await sleep(random.skewed(200, 2_500))
          return rows.length > 0
        }),
      ),
    ),
    attempt('deadlock', () =>
      withDatabase(async (db) => {
        const count = async () => (await db.query<{ count: number }>(countDeadlocks))[0]?.count ?? 0
        const before = await count()
        // The shop locks an order and then its pool. Whoever does it the other way round meets it
        // half-way.
        const lost = await db
          .transaction(async (tx) => {
            await tx.query(lockPools)
            await sleep(100)
            for (const { id } of await tx.query<{ id: string }>(openOrders)) await tx.query(lockOrder, [id])
            return false
          })
          .catch((error: unknown) => (error as { code?: string }).code === '40P01')
        if (lost) return true
        // Then perhaps the shop was the one that lost; the server tells of it a little later.
        for (let looks = 0; looks < 8; looks += 1) {
          if ((await count()) > before) return true
          await sleep(250)
        }
        return false
      }),
    ),
    attempt('connections used up', async () => {
      const db = stage.openDatabase()
      const opened = await Promise.allSettled(
        Array.from({ length: connectionsMax }, () => db.connect({ name: 'chaos' })),
      )
      await sleep(random.skewed(300, 1_500))
      await Promise.all(
        opened.map((each) =>
          each.status === 'fulfilled' ? each.value.close().catch(() => undefined) : undefined,
        ),
      )
      await db.close()
      return opened.some(({ status }) => status === 'rejected')
    }),
  ]
}
