// Things to put into tables, for the contract of the database twin, and a twin on real time.
import type { EventOf, PublishedShow } from '@holdfast/contract'
import type { Order } from '../../src/orders/domain/order.ts'
import { type Sale, saleOf } from '../../src/orders/domain/stock.ts'
import type { Payment } from '../../src/payments/domain/payment.ts'
import type { Refund } from '../../src/payments/domain/refund.ts'
import type { Database } from '../../src/platform/postgres/database.ts'
import { makeServer } from './twin/database.ts'
import { makeEngine } from './twin/engine.ts'
import { statementTwins } from './twin/statements.ts'

export const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`

const seats = ['1', '2', '3'].map((number, index) => ({
  id: idOf(310 + index),
  section: 'Stalls',
  row: 'A',
  number,
}))

const oneOf = (poolId: string) => [{ poolId, count: 1 }]

export const sampleShow: PublishedShow = {
  id: idOf(300),
  organiserId: idOf(301),
  title: 'A show',
  startsAt: '2031-05-01T18:00:00.000Z',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  holdSeconds: 900,
  maxPerOrder: 10,
  onSale: true,
  ticketTypes: [
    { id: idOf(302), name: 'Standing', priceMinor: 4_500, takes: oneOf(idOf(304)) },
    { id: idOf(303), name: 'Stalls', priceMinor: 6_000, takes: oneOf(idOf(305)), seats },
  ],
  pools: [
    { id: idOf(304), capacity: 10 },
    { id: idOf(305), capacity: 3 },
  ],
}
export const sampleSale: Sale = saleOf(sampleShow, 1)

export function sampleOrder(number: number): Order {
  return {
    status: 'created',
    id: idOf(number),
    version: 1,
    buyer: { id: idOf(500 + (number % 2)), email: `buyer${number % 2 === 1 ? '_1%' : '2'}@example.com` },
    showId: sampleShow.id,
    lines: [
      {
        ticketTypeId: idOf(302),
        name: 'Standing',
        takes: oneOf(idOf(304)),
        unitPriceMinor: 4_500,
        quantity: 2,
      },
    ],
    total: { amountMinor: 9_000, currency: 'EUR' },
    due: { amountMinor: 9_000, currency: 'EUR' },
    channel: 'web',
    soldBy: null,
    tendered: null,
    createdAt: '2030-01-01T10:00:00.000Z',
    kind: 'hold',
    expiresAt: '2030-01-01T10:15:00.000Z',
    extended: false,
    holdSeconds: 900,
    paymentUnderWay: null,
  }
}

export function samplePayment(number: number): Payment {
  return {
    id: idOf(number),
    orderId: idOf(800 + number),
    buyerId: idOf(500),
    organiserId: idOf(301),
    amount: { amountMinor: 4_500, currency: 'EUR' },
    paymentMethod: 'pm_card_visa',
    tender: null,
    status: 'captured',
    step: null,
    intentId: `pi_${number}`,
    intentStatus: 'succeeded',
    chargeId: `ch_${number}`,
    claim: 'won',
    askedVersion: 1,
    authorizedMinor: 0,
    capturedMinor: 4_500,
    refundedMinor: 0,
    declineCode: null,
    reason: null,
    captureRefused: false,
    disputed: false,
    version: 3,
    fence: 2,
    leasedUntil: null,
    attempts: 0,
    nextAttemptAt: number % 2 === 0 ? '2020-01-01T00:00:00.000Z' : null,
    createdAt: '2030-01-01T10:00:00.000Z',
  }
}

export function sampleRefund(number: number, payment = 1): Refund {
  return {
    id: idOf(number),
    paymentId: idOf(payment),
    orderId: idOf(800 + payment),
    amount: { amountMinor: 100, currency: 'EUR' },
    origin: 'organiser',
    reason: null,
    status: 'succeeded',
    processorId: `re_${number}`,
    failureCode: null,
    createdAt: '2030-01-01T11:00:00.000Z',
  }
}

export function sampleEvent(number: number, subject = 1): EventOf<'PaymentStarted'> {
  return {
    specversion: '1.0',
    id: idOf(1_000 + number),
    source: 'holdfast/payments',
    subject: idOf(subject),
    version: number,
    occurredAt: '2030-01-01T10:00:00.000Z',
    causationId: null,
    correlationId: idOf(900),
    type: 'PaymentStarted',
    data: { orderId: idOf(900), paymentId: idOf(subject) },
  }
}

/** An empty twin that answers at once, on the machine's own clock. */
export function makeRealTimeTwin(): Database {
  const server = makeServer({
    host: {
      nowMs: () => Date.now(),
      later: (_delayMs, run) => void setImmediate(run),
      surely(delayMs, run) {
        const timer = setTimeout(run, delayMs).unref()
        return () => clearTimeout(timer)
      },
      latencyMs: () => 0,
      trace: () => undefined,
    },
    engine: makeEngine(),
    statements: statementTwins,
  })
  return server.connect({
    name: 'test',
    answer: (run) => void setImmediate(run),
    crash: () => undefined,
    dead: false,
  })
}
