// The orders service, put together for one process.
import { makeLimitsNetwork } from '../config/local-mode.ts'
import { migrationsOf } from '../platform/postgres/migrate.ts'
import { handlerOptionsOf, type ServiceDefinition } from '../service.ts'
import { subscribe } from './consumers.ts'
import { makeOrdersHandler } from './model.ts'
import { makeOrdersLive } from './read/live.ts'
import { ordersRoutes } from './routes/buyers.ts'
import { makeCodeGuesses } from './routes/guesses.ts'
import { particularsRoutes } from './routes/particulars.ts'
import { makeStockMemory } from './stock-memory.ts'
import { listOpenOrderIds } from './store/orders.ts'
import { startTidying } from './worker.ts'

/** Before every order's. */
const firstId = '00000000-0000-0000-0000-000000000000'

export const service: ServiceDefinition = {
  name: 'orders',
  migrations: migrationsOf('orders'),
  make(platform) {
    const { bus, clock, config, db, limits, log, metrics, security, switches, ticketCodes: codes } = platform
    const live = makeOrdersLive({ db, clock, log, metrics, codes })
    const stock = makeStockMemory(clock)
    const handler = makeOrdersHandler(handlerOptionsOf(platform), (world) => {
      stock.learn(world)
      live.learn(world)
    })

    /** The sale ended: whoever has not paid yet is told at once. */
    const cancelOpenOrders = async (showId: string) => {
      let orderIds = await listOpenOrderIds(db, showId, firstId)
      while (orderIds.length > 0) {
        await Promise.all(
          orderIds.map((orderId) => handler.handle({ type: 'CancelOrder', orderId, reason: 'organiser' })),
        )
        orderIds = await listOpenOrderIds(db, showId, orderIds.at(-1) ?? firstId)
      }
    }

    return {
      name: 'orders',
      routes(app) {
        const limitsNetwork = makeLimitsNetwork(config)
        const guesses = makeCodeGuesses(limits, limitsNetwork)
        const guards = { switches, security, limitsNetwork, guesses }
        ordersRoutes(app, { db, clock, codes, handler, live, stock, ...guards })
        particularsRoutes(app, { db })
      },
      subscribe: (toBus) => subscribe(toBus, handler, cancelOpenOrders),
      start: async () => {
        const unfollow = live.follow(bus)
        const stopTidying = startTidying({ db, clock, log })
        return async () => {
          unfollow()
          await stopTidying()
          live.close()
          await handler.drain()
        }
      },
    }
  },
}
