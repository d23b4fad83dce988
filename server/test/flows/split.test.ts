// Each service in a process of its own on one Postgres, with a broker and without: they meet only
// on the bus, and a checkout still works.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serviceNames } from '../../src/config/config.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { expectNoFalseAlarm, expectSound } from '../audit.ts'
import { type Client, expectStatus, makeClient, showBody } from '../client.ts'
import { makeTestDatabase, type TestDatabase } from '../database.ts'
import { makeNatsServer, type NatsServer } from '../nats-server.ts'
import { waitFor } from '../wait.ts'
import { expectMoneyInvariants, expectStockInvariants } from './invariants.ts'
import { type ShopProcess, startShopProcess } from './shop-process.ts'
import { stripeOf } from './stripe.ts'

const processes = new Map<string, ShopProcess>()
let db: TestDatabase
let broker: NatsServer
let directory = ''
let sandboxPort = 0

/** What a gateway does: each path goes to the process of its service. */
function makeGateway(): Client {
  const client = makeClient('')
  const serviceOf = (path: string) => {
    if (path.startsWith('/api/users')) return 'identity'
    if (path.startsWith('/api/mailbox') || path.endsWith('/mails')) return 'mail'
    if (path.startsWith('/api/payments') || path.endsWith('/refunds')) return 'payments'
    if (path.startsWith('/api/orders') || path.includes('/availability')) return 'orders'
    return 'tickets'
  }
  return {
    call: (method, path, body, headers) =>
      client.call(method, `${processes.get(serviceOf(path))?.url}${path}`, body, headers),
  }
}

/** The sum of a metric over all processes. */
async function metricOf(name: string): Promise<number> {
  const texts = await Promise.all(
    [...processes.values()].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
  )
  const values = texts.flatMap((text) =>
    [...text.matchAll(new RegExp(`^${name} (\\S+)$`, 'gm'))].map(([, value]) => Number(value)),
  )
  return values.reduce((sum, value) => sum + value, 0)
}

describe.each(['Postgres', 'NATS'])('five processes, with events by %s', (carrier) => {
  beforeAll(async () => {
    db = await makeTestDatabase([])
    directory = await mkdtemp(join(tmpdir(), 'holdfast-split-'))
    broker = await makeNatsServer()
    if (carrier === 'NATS') await broker.start()
    sandboxPort = await freePort()
    const shared = {
      SANDBOX_PORT: String(sandboxPort),
      DATA_DIR: directory,
      DATABASE_URL: db.url,
      NATS_URL: carrier === 'NATS' ? broker.url : '',
    }
    const started = serviceNames.map(async (service) => {
      const port = await freePort()
      processes.set(service, await startShopProcess({ ...shared, SERVICES: service, PORT: String(port) }))
    })
    await Promise.all(started)
  }, 120_000)

  afterAll(async () => {
    await Promise.all([...processes.values()].map((process) => process.end('SIGTERM')))
    await broker.remove()
    await db.drop()
    await rm(directory, { recursive: true, force: true })
  })

  it('signs up, publishes, holds, pays, completes, expires, cancels and refunds', async () => {
    const organiser = makeGateway()
    expectStatus(
      await organiser.call('POST', '/api/users/signup', {
        email: 'split@example.com',
        password: 'correct horse',
      }),
      201,
    )
    const show = expectStatus(
      await organiser.call<ShowView>('POST', '/api/shows', showBody({ holdSeconds: 2 })),
      201,
    )
    expectStatus(await organiser.call('POST', `/api/shows/${show.id}/publish`), 200)
    const lines = [{ ticketTypeId: show.ticketTypes[0]?.id, quantity: 1 }]
    const paid = expectStatus(
      await organiser.call<{ id: string }>('POST', '/api/orders', { showId: show.id, lines }),
      201,
    )
    const unpaid = expectStatus(
      await organiser.call<{ id: string }>('POST', '/api/orders', { showId: show.id, lines }),
      201,
    )
    const unwanted = expectStatus(
      await organiser.call<{ id: string }>('POST', '/api/orders', { showId: show.id, lines }),
      201,
    )
    expectStatus(await organiser.call('DELETE', `/api/orders/${unwanted.id}`), 200)
    expectStatus(
      await organiser.call('POST', '/api/payments', { orderId: paid.id, paymentMethod: 'pm_card_visa' }),
      201,
    )
    const statusOf = async (id: string) =>
      (await organiser.call<{ status: string; tickets?: unknown }>('GET', `/api/orders/${id}`)).body
    await waitFor('tickets', async () => (await statusOf(paid.id)).tickets)
    await waitFor('the expiry', async () => (await statusOf(unpaid.id)).status === 'cancelled')
    expect((await statusOf(paid.id)).status).toBe('complete')
    expectStatus(await organiser.call('POST', `/api/orders/${paid.id}/refunds`, {}), 201)
    await waitFor('the refund', async () => (await statusOf(paid.id)).status === 'refunded')
    expect((await statusOf(unwanted.id)).status).toBe('cancelled')
    await waitFor('the tickets void', () =>
      expectStockInvariants(db).then(
        () => true,
        () => false,
      ),
    )
    await expectMoneyInvariants(db, stripeOf({ port: sandboxPort }))
    await expectSound({ db, sandbox: { port: sandboxPort } })
    await expectNoFalseAlarm({ db })
    expect(await metricOf('holdfast_broker_connected')).toBe(carrier === 'NATS' ? serviceNames.length : 0)
  }, 90_000)
})
