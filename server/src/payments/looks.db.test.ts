// News from the processor and a step of our own at the same moment. Found by the simulation.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeTestDatabase, storeAtOnce, type TestDatabase } from '../../test/database.ts'
import { makeProcessorModel } from '../../test/payments/fake-processor.ts'
import { newWorld } from '../../test/payments/samples.ts'
import { samplePayment } from '../../test/simulation/samples.ts'
import { makeHandler } from '../platform/commands/handle.ts'
import { sql } from '../platform/postgres/database.ts'
import { newId, systemClock } from '../platform/process/clock.ts'
import { makeLog } from '../platform/process/log.ts'
import { makeMetrics } from '../platform/process/metrics.ts'
import type { Payment } from './domain/payment.ts'
import { makeModel, type PaymentsHandler } from './model.ts'
import { readPayment, readRefund, save } from './store/payments.ts'
import { makeWorker } from './worker.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase(['payments'])
})
afterAll(async () => {
  await db.drop()
})

/** Captured at the processor, with a part given back there. `known`: what our row says of it. */
async function capturedPayment(
  processor: ReturnType<typeof makeProcessorModel>,
  known: Partial<Payment> = {},
) {
  const id = newId()
  const orderId = newId()
  const { amount, organiserId, buyerId } = samplePayment(1)
  await processor.authorize({ paymentId: id, orderId, amount, paymentMethod: 'good', key: `${id}:create` })
  await processor.capture(`pi_${id}`, `${id}:capture`)
  await processor.refund({
    intentId: `pi_${id}`,
    refundId: `outside ${id}`,
    paymentId: id,
    amountMinor: 1_000,
    key: `outside ${id}`,
  })
  const payment: Payment = { ...samplePayment(1), id, orderId, intentId: `pi_${id}`, ...known }
  const order = { id: orderId, version: 3, status: 'complete', expiresAt: null, claimedBy: id } as const
  await storeAtOnce(db, (now) => {
    const orders = [{ ...order, terms: { buyerId, organiserId, amount } }]
    return save(newWorld([payment], { orders }), now)
  })
  return { id, orderId, organiserId }
}

function makeParts(processor: ReturnType<typeof makeProcessorModel>) {
  const metrics = makeMetrics({ defaults: false })
  const log = makeLog('silent')
  const worker = makeWorker({ db, clock: systemClock, log, metrics, processor, handler: () => handler })
  const handler: PaymentsHandler = makeHandler(
    makeModel((world) => worker.committed(world)),
    { db, onCommitted: () => undefined },
  )
  return { worker, handler }
}

it('news of a refund made at the processor is not passed over when a refund of ours takes the lease in the same transaction', async () => {
  // The organiser refunds a part at the processor itself and, a moment later, the rest in the shop.
  // The webhook's look and the request share one transaction: the request leases the payment, and
  // the look finds it leased. The webhook used to wait for that refund, which the processor
  // refused, and counted it as its look. It was recorded as handled, so the order kept its price
  // and the ledger stayed wrong.
  const processor = makeProcessorModel()
  const { id, orderId, organiserId } = await capturedPayment(processor)
  const { worker, handler } = makeParts(processor)

  // Sent in the same turn, both share one transaction.
  const refund = {
    type: 'RequestRefund',
    refundId: newId(),
    orderId,
    organiserId,
    amountMinor: null,
    reason: null,
  } as const
  const requested = handler.handle(refund)
  const first = await worker.advance(id, true)
  expect(await requested).toMatchObject({ ok: true })
  expect(first).toMatchObject({ looked: false, payment: { refundedMinor: 0 } })

  const second = await worker.advance(id, true)
  expect(second).toMatchObject({ looked: true, payment: { refundedMinor: 1_000 } })
  expect((await readPayment(db, id))?.refundedMinor).toBe(1_000)
})

it('a look that got no answer is none: the processor is to tell again', async () => {
  // The webhook of a refund made at the processor was recorded as handled after a look without an
  // answer. The look should have been repeated a second later, but a refund of ours came first,
  // failed, and left nothing to do.
  const processor = makeProcessorModel()
  const { id } = await capturedPayment(processor)
  const { worker } = makeParts(processor)
  processor.next('lost_after')
  expect(await worker.advance(id, true)).toMatchObject({ looked: false, payment: { refundedMinor: 0 } })
  processor.next('none')
  expect(await worker.advance(id, true)).toMatchObject({ looked: true, payment: { refundedMinor: 1_000 } })
})

it('a look that finds out that the money was taken has not seen the refunds', async () => {
  // The answer to a capture was lost. Before the next look, the organiser refunded a part at the
  // processor itself. The webhook of that refund looked. The row did not know of the capture yet,
  // so the look read the intent without its refunds and found it captured. The webhook was recorded
  // as handled, and the order kept its price.
  const processor = makeProcessorModel()
  const { id } = await capturedPayment(processor, {
    status: 'unknown',
    step: 'capture',
    claim: 'won',
    intentStatus: 'requires_capture',
    authorizedMinor: samplePayment(1).amount.amountMinor,
    capturedMinor: 0,
  })
  const { worker } = makeParts(processor)
  expect(await worker.advance(id, true)).toMatchObject({
    lookedAtRefunds: false,
    payment: { status: 'captured', refundedMinor: 0 },
  })
  expect(await worker.advance(id, true)).toMatchObject({
    lookedAtRefunds: true,
    payment: { refundedMinor: 1_000 },
  })
})

it('a refund of ours that stays unknown does not hold up a look: what others gave back is seen at once', async () => {
  // A refund of ours met a failure that the processor stores and repeats for its key. From then on
  // the next step of the payment was always that refund. Each webhook that wanted a look only
  // retried the refund, until the key expired a day later.
  const processor = makeProcessorModel()
  const { id, orderId, organiserId } = await capturedPayment(processor)
  const repeats = {
    ...processor,
    refund: () => Promise.resolve({ kind: 'unknown', reason: 'api_error' } as const),
  }
  const { worker, handler } = makeParts(repeats)
  const refundId = newId()
  await handler.handle({
    type: 'RequestRefund',
    refundId,
    orderId,
    organiserId,
    amountMinor: 500,
    reason: null,
  })
  await worker.settled(id)
  expect(await worker.advance(id, true)).toMatchObject({
    lookedAtRefunds: true,
    payment: { refundedMinor: 1_000 },
  })
  expect((await readRefund(db, refundId))?.status).toBe('unknown')
})

it('late money of which somebody gave back a part at the processor goes back whole all the same', async () => {
  // The processor captured a payment by itself, and its order was cancelled, so all the money goes
  // back. At that moment the organiser refunded a part at the processor. The full refund was
  // refused because it was more than the rest, and the rest of the buyer's money stayed, with a
  // line in the log. Now the refusal leads to a look, and the rest is refunded with its own id and
  // key.
  const processor = makeProcessorModel()
  const { id, orderId } = await capturedPayment(processor, { claim: null })
  const { worker, handler } = makeParts(processor)
  await handler.handle({ type: 'NoteOrderCancelled', orderId, version: 4 })
  const { payment } = await worker.settled(id)
  expect(payment).toMatchObject({ status: 'refunded', refundedMinor: 4_500, nextAttemptAt: null })
  expect(processor.netMinor()).toBe(0)
  const rows = sql(
    '',
    `select origin, status, amount_minor::int as minor from payments.refunds where payment_id = $1 order by amount_minor`,
  )
  expect(await db.query(rows, [id])).toEqual([
    { origin: 'processor', status: 'succeeded', minor: 1_000 },
    { origin: 'late_money', status: 'succeeded', minor: 3_500 },
    { origin: 'late_money', status: 'failed', minor: 4_500 },
  ])
  const clearing = sql(
    '',
    `select coalesce(sum(case when debit_account = 'clearing:refunds' then posted_minor else -posted_minor end), 0)::int as minor
     from payments.ledger_entries where payment_id = $1 and 'clearing:refunds' in (debit_account, credit_account)`,
  )
  expect(await db.query(clearing, [id])).toEqual([{ minor: 0 }])
})
