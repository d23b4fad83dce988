// Payments alone with a real sandbox, a real bus and real HTTP. The test plays the orders service:
// it tells what orders would tell, and so decides every race.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CancelReason, Event, EventType, FactOf, PaymentView } from '@holdfast/contract'
import { type Sandbox, startSandbox } from '@holdfast/sandbox'
import Stripe from 'stripe'
import type { Payment } from '../src/payments/domain/payment.ts'
import { makeService as makePayments, type PaymentsOptions } from '../src/payments/index.ts'
import { readPayment } from '../src/payments/store/payments.ts'
import { readProcessEvents } from '../src/platform/commands/outbox.ts'
import { sql } from '../src/platform/postgres/database.ts'
import { freePort } from '../src/platform/process/ports.ts'
import type { Answer, Client } from './client.ts'
import { tellFacts } from './foreign-events.ts'
import { type ServiceApp, startServiceApp } from './service-app.ts'
import { waitFor } from './wait.ts'

export const webhookSecret = 'whsec_of_the_test'

/** An order as the test holds it: its id, its people, and the version that it last told. */
export interface TestOrder {
  readonly id: string
  readonly amountMinor: number
  version: number
}

export interface PaymentsRig extends Omit<ServiceApp, 'stop'> {
  readonly sandbox: Sandbox
  readonly stripe: Stripe
  readonly buyer: Client
  readonly organiser: Client
  order(options?: { id?: string; amountMinor?: number; holdSeconds?: number }): Promise<TestOrder>
  pay(
    order: TestOrder,
    paymentMethod?: string,
    headers?: Record<string, string>,
  ): Promise<Answer<PaymentView>>
  claim(order: TestOrder, paymentId: string): Promise<void>
  reject(order: TestOrder, paymentId: string): Promise<void>
  cancel(order: TestOrder, reason?: CancelReason): Promise<void>
  complete(order: TestOrder): Promise<void>
  /** Waits until the payment has this status and gives it. */
  until(paymentId: string, status: Payment['status']): Promise<Payment>
  untilEvent<Type extends EventType>(order: TestOrder, type: Type): Promise<Extract<Event, { type: Type }>>
  eventsOf(order: TestOrder): Promise<Event[]>
  /** Balances of one order by account: what is taken and what is set aside. */
  ledgerOf(order: TestOrder): Promise<Record<string, { posted: number; pending: number }>>
  /** Makes the sandbox misbehave; see its README. */
  fault(rule: Record<string, unknown>): Promise<void>
  finishChallenge(intentId: string, outcome: 'succeed' | 'fail'): Promise<void>
  /** Lets every waiting payment be due at once. */
  hurry(): Promise<void>
  stop(): Promise<void>
}

const buyerId = '01990000-0000-7000-8000-00000000000b'
const organiserId = '01990000-0000-7000-8000-00000000000a'
const showId = '01990000-0000-7000-8000-00000000000c'

const readBalances = sql(
  '',
  `select account, sum(posted_minor)::bigint as posted, sum(pending_minor)::bigint as pending
   from payments.ledger_postings where order_id = $1 group by account`,
)
const deadlockDetected = '40P01'
// A payment that is leased is being asked about now. To take its lease away would make the answer
// stale, and on a slow machine every answer.
const makeDue = sql(
  '',
  `update payments.payments set next_attempt_at = now()
   where open and (leased_until is null or leased_until <= now())`,
)

export interface RigOptions extends PaymentsOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** False: the sandbox tells nobody, so that only looking finds out. */
  readonly webhooks?: boolean
}

export async function startPaymentsRig({
  environment = {},
  webhooks = true,
  ...options
}: RigOptions = {}): Promise<PaymentsRig> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-payments-'))
  const port = await freePort()
  const settings = {
    SANDBOX_PORT: String(port),
    STRIPE_WEBHOOK_SECRET: `whsec_older,${webhookSecret}`,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'silent',
    ...environment,
  }
  const service = await startServiceApp(makePayments(options), settings)
  const url = `${service.url}/api/payments/webhooks/stripe`
  const sandbox = await startSandbox({
    port,
    dataDir: directory,
    ...(webhooks ? { webhook: { url, secret: webhookSecret } } : {}),
  })
  const stripe = new Stripe('sk_test_holdfast', {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    telemetry: false,
  })
  const buyer = await service.as({ id: buyerId, kind: 'guest', email: 'buyer@example.com' })
  const organiser = await service.as({ id: organiserId, kind: 'user', email: 'organiser@example.com' })
  const { db, platform } = service

  const tell = async (order: TestOrder, fact: FactOf<EventType>) => {
    order.version += 1
    await tellFacts(platform, [{ fact, subject: order.id, version: order.version }])
  }
  const control = async (path: string, body: unknown) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the sandbox said ${answer.status}: ${await answer.text()}`)
  }
  const eventsOf = (order: TestOrder) => readProcessEvents(db, order.id)

  return {
    ...service,
    sandbox,
    stripe,
    buyer,
    organiser,
    async order({ id = crypto.randomUUID(), amountMinor = 4_500, holdSeconds = 900 } = {}) {
      const order: TestOrder = { id, amountMinor, version: 0 }
      const expiresAt = new Date(Date.now() + holdSeconds * 1000).toISOString()
      const amount = { amountMinor, currency: 'EUR' }
      const data = {
        orderId: order.id,
        buyerId,
        buyerEmail: 'buyer@example.com',
        showId,
        organiserId,
        lines: [],
        amount,
        due: amount,
        channel: 'web' as const,
        expiresAt,
      }
      await tell(order, { type: 'OrderCreated', data })
      return order
    },
    pay: (order, paymentMethod = 'pm_card_visa', headers = {}) =>
      buyer.call<PaymentView>('POST', '/api/payments', { orderId: order.id, paymentMethod }, headers),
    claim: (order, paymentId) =>
      tell(order, { type: 'OrderClaimed', data: { orderId: order.id, paymentId } }),
    reject: (order, paymentId) =>
      tell(order, { type: 'ClaimRejected', data: { orderId: order.id, paymentId, reason: 'order_claimed' } }),
    cancel: (order, reason = 'expired') =>
      tell(order, { type: 'OrderCancelled', data: { orderId: order.id, reason } }),
    complete: (order) =>
      tell(order, {
        type: 'OrderCompleted',
        data: {
          orderId: order.id,
          showId,
          buyer: { id: buyerId, email: 'buyer@example.com' },
          lines: [],
          amount: { amountMinor: order.amountMinor, currency: 'EUR' },
        },
      }),
    until: (paymentId, status) =>
      waitFor(`payment ${paymentId} ${status}`, async () => {
        const payment = await readPayment(db, paymentId)
        return payment?.status === status ? payment : null
      }),
    untilEvent: (order, type) =>
      waitFor(type, async () => {
        const events = await eventsOf(order)
        return events.find((event): event is Extract<Event, { type: typeof type }> => event.type === type)
      }),
    eventsOf,
    async ledgerOf(order) {
      const rows = await db.query<{ account: string; posted: number; pending: number }>(readBalances, [
        order.id,
      ])
      return Object.fromEntries(
        rows.map(({ account, posted, pending }) => [
          account.split('_payable:')[0] ?? account,
          { posted, pending },
        ]),
      )
    },
    fault: (rule) => control('faults', rule),
    async finishChallenge(intentId, outcome) {
      const answer = await fetch(`${sandbox.url}/_sandbox/3ds/${intentId}`, {
        method: 'POST',
        body: new URLSearchParams({ outcome }),
        redirect: 'manual',
      })
      if (answer.status >= 400) throw new Error(`the challenge page said ${answer.status}`)
    },
    async hurry() {
      for (;;) {
        try {
          await db.query(makeDue)
          return
        } catch (error) {
          // The worker locks the same payments in an order of its own; the loser of that is only
          // the clock.
          if ((error as { code?: string }).code !== deadlockDetected) throw error
        }
      }
    },
    async stop() {
      await service.stop()
      await sandbox.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
