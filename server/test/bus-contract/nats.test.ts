// The NATS adapter keeps the bus's promises.
import { afterAll, beforeAll } from 'vitest'
import { makeNatsBus } from '../../src/platform/bus-nats.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { sql } from '../../src/platform/db.ts'
import { makeLog } from '../../src/platform/log.ts'
import { makeMetrics } from '../../src/platform/metrics.ts'
import { makeProxy, type Proxy } from '../chaos/proxy.ts'
import { makeTestDatabase } from '../database.ts'
import { makeNatsServer, type NatsServer } from '../nats-server.ts'
import { describeBusContract } from './suite.ts'

let broker: NatsServer
let wire: Proxy

beforeAll(async () => {
  broker = await makeNatsServer()
  await broker.start()
  wire = await makeProxy(() => broker.port)
})
afterAll(async () => {
  await wire.close()
  await broker.remove()
})

describeBusContract('NATS', async () => {
  const db = await makeTestDatabase([])
  return {
    db,
    makeBus(options) {
      const log = makeLog('silent')
      const metrics = makeMetrics({ defaults: false })
      const nats = { servers: [`127.0.0.1:${wire.port}`], tls: false }
      return makeNatsBus({ db, clock: systemClock, log, metrics, nats, ...options })
    },
    async cutConnections() {
      wire.cut()
      const cut = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'holdfast-bus'`
      await db.query(sql('', cut))
    },
    close: () => db.drop(),
  }
})
