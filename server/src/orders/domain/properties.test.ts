// What must hold whatever happens: stories of orders that share a pool and seats, their messages
// shuffled, repeated and dropped, with the invariants looked at after each one.
import assert from 'node:assert/strict'
import type { OrderStatus } from '@holdfast/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeBuyer, makeSale, numbered, seated, seatIdsOf, typeOf } from '../../../test/sale.ts'
import { decide } from './decide.ts'
import { evolve, movementOf, type Order, type OrderCommand, type OrderFact } from './order.ts'
import { movePool, moveSeat, type Pool, poolOf, type Sale, type StockSeat, saleOf } from './stock.ts'

const sample = makeSale({ capacities: [3], seats: [3], shared: 4, maxPerOrder: 4 })
const [standing, chairs] = [typeOf(sample, 0), typeOf(sample, 1)]
const sale = saleOf(sample.show, 1)
const buyer = makeBuyer()
const orderIds = ['1', '2', '3', '4'].map((digit) => `00000000-0000-7000-8000-00000000000${digit}`)
const paymentIds = ['a', 'b'].map((digit) => `00000000-0000-7000-8000-0000000000${digit}0`)
const refundId = '00000000-0000-7000-8000-0000000000cc'
const startMs = Date.parse('2030-01-01T10:00:00.000Z')
const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString()

interface World {
  sales: Map<string, Sale>
  pools: Map<string, Pool>
  seats: Map<string, StockSeat>
  orders: Map<string, Order>
}

function makeWorld(free: boolean): World {
  const offered = free ? { ...sale, types: sale.types.map((type) => ({ ...type, priceMinor: 0 })) } : sale
  return {
    sales: new Map([[sale.showId, offered]]),
    pools: new Map(sample.show.pools.map((pool) => [pool.id, poolOf(sale.showId, pool, undefined)])),
    seats: new Map(
      seatIdsOf(chairs).map((id) => [id, { id, ticketTypeId: chairs.id, state: 'available', orderId: null }]),
    ),
    orders: new Map(),
  }
}

/** One command as the model walks it: facts one by one, each moving the stock of its order. */
function tell(world: World, command: OrderCommand, now: string): readonly OrderFact[] {
  const decision = decide(world.orders.get(command.orderId), command, { stock: world, now })
  if ('rejection' in decision) return []
  for (const fact of decision.facts) {
    const order = evolve(world.orders.get(command.orderId), fact, now)
    world.orders.set(order.id, order)
    const movement = movementOf(fact)
    if (!movement) continue
    for (const line of order.lines) {
      for (const { poolId, count } of line.takes) {
        const pool = world.pools.get(poolId) as Pool
        world.pools.set(poolId, movePool(pool, movement, line.quantity * count))
      }
      for (const seatId of line.seatIds ?? [])
        world.seats.set(seatId, moveSeat(world.seats.get(seatId) as StockSeat, movement, order.id))
    }
  }
  return decision.facts
}

const holds = new Set<OrderStatus>(['created', 'claimed'])

function checkStock(world: World): void {
  for (const pool of world.pools.values()) {
    const sums = { held: 0, sold: 0 }
    for (const order of world.orders.values()) {
      const quantity = order.lines
        .filter(({ takes }) => takes.some(({ poolId }) => poolId === pool.id))
        .reduce((sum, line) => sum + line.quantity, 0)
      if (holds.has(order.status)) sums.held += quantity
      if (order.status === 'complete') sums.sold += quantity
    }
    assert.deepEqual({ held: pool.held, sold: pool.sold }, sums)
    assert.ok(pool.held + pool.sold <= pool.capacity)
  }
  for (const seat of world.seats.values()) {
    const owners = [...world.orders.values()].filter(
      (order) =>
        (holds.has(order.status) || order.status === 'complete') &&
        order.lines.some((line) => line.seatIds?.includes(seat.id)),
    )
    assert.deepEqual(
      owners.map((order) => order.id),
      seat.orderId === null ? [] : [seat.orderId],
    )
    const [owner] = owners
    assert.equal(seat.state, owner ? (owner.status === 'complete' ? 'sold' : 'held') : 'available')
  }
}

const linesArb = fc.oneof(
  fc.integer({ min: 1, max: 2 }).map((quantity) => [numbered(standing, quantity)]),
  fc.subarray(seatIdsOf(chairs), { minLength: 1 }).map((seatIds) => [seated(chairs, seatIds)]),
  fc
    .subarray(seatIdsOf(chairs), { minLength: 1, maxLength: 2 })
    .map((seatIds) => [numbered(standing, 1), seated(chairs, seatIds)]),
)
const orderArb = fc.constantFrom(...orderIds)
const paymentArb = fc.constantFrom(...paymentIds)
const deadlineArb = fc.integer({ min: 800, max: 1_600 }).map(at)

/** The life of one order as it is meant to go, to be told out of order. */
function storyOf(orderId: string) {
  return fc
    .record({ lines: linesArb, paymentId: paymentArb, deadline: deadlineArb, full: fc.boolean() })
    .map(({ lines, paymentId, deadline, full }): OrderCommand[] => {
      const amount = {
        amountMinor:
          lines.reduce((sum, line) => sum + ('quantity' in line ? line.quantity : line.seatIds.length), 0) *
          4_500,
        currency: 'EUR',
      }
      return [
        { type: 'PlaceOrder', orderId, buyer, showId: sale.showId, lines },
        { type: 'NotePaymentStarted', orderId, paymentId },
        { type: 'ClaimOrder', orderId, paymentId, amount },
        { type: 'CompleteOrder', orderId, paymentId },
        { type: 'ExpireOrder', orderId, deadline },
        {
          type: 'RecordRefund',
          orderId,
          paymentId,
          amountMinor: full ? amount.amountMinor : 100,
          full,
          refundId,
        },
        { type: 'ReturnPlaces', orderId, returnId: refundId },
      ]
    })
}

const noiseArb: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.record({
    type: fc.constant('CancelOrder' as const),
    orderId: orderArb,
    reason: fc.constantFrom('buyer' as const, 'organiser' as const),
  }),
  fc.record({ type: fc.constant('ExpireOrder' as const), orderId: orderArb, deadline: deadlineArb }),
  fc.record({ type: fc.constant('ReleaseClaim' as const), orderId: orderArb, paymentId: paymentArb }),
  fc.record({ type: fc.constant('CompleteOrder' as const), orderId: orderArb, paymentId: paymentArb }),
  fc.record({
    type: fc.constant('ClaimOrder' as const),
    orderId: orderArb,
    paymentId: paymentArb,
    amount: fc.constant({ amountMinor: 4_500, currency: 'EUR' }),
  }),
  fc.record({
    type: fc.constant('PlaceOrder' as const),
    orderId: orderArb,
    buyer: fc.constant(buyer),
    showId: fc.constant(sale.showId),
    lines: linesArb,
  }),
)

/** Dropped or told up to three times, each time up to a story too late. */
const told = (command: OrderCommand) =>
  fc
    .array(fc.integer({ min: 0, max: 14 }), { maxLength: 3 })
    .map((delays) => delays.map((delay) => ({ command, delay })))

const messagesArb = fc
  .tuple(fc.tuple(...orderIds.map(storyOf)), fc.array(noiseArb, { maxLength: 12 }))
  .chain(([stories, noise]) => fc.tuple(...[...stories.flat(), ...noise].map(told)))
  .map((all) =>
    all
      .flatMap((tellings, index) => tellings.map(({ command, delay }) => ({ command, place: index + delay })))
      .toSorted((one, other) => one.place - other.place)
      .map(({ command }) => command),
  )

const runs = { numRuns: 300 }
const timeoutMs = 60_000

test(
  'stock equals the sums over its orders, no place or seat is sold twice, and no expiry ends what is paid',
  () => {
    const reached = new Set<OrderStatus>()
    const property = fc.property(
      messagesArb,
      fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 90, maxLength: 90 }),
      fc.boolean(),
      (commands, pauses, free) => {
        const world = makeWorld(free)
        let seconds = 0
        for (const [index, command] of commands.entries()) {
          seconds += pauses[index % pauses.length] ?? 0
          const before = world.orders.get(command.orderId)
          tell(world, command, at(seconds))
          checkStock(world)
          const after = world.orders.get(command.orderId)
          if (after) reached.add(after.status)
          if (command.type === 'ExpireOrder' && before && before.status !== 'created')
            assert.equal(after, before)
          if (before?.status === 'cancelled' || before?.status === 'refunded')
            assert.equal(after?.status, before.status)
          if (before && after) assert.ok(after.expiresAt >= before.expiresAt)
          if (before?.status === 'complete')
            assert.ok(after?.status === 'complete' || after?.status === 'refunded')
        }
      },
    )
    fc.assert(property, runs)
    // Had the stories never come this far, nothing would have been tried.
    expect([...reached].toSorted()).toEqual(['cancelled', 'claimed', 'complete', 'created', 'refunded'])
  },
  timeoutMs,
)

test(
  'the version grows by one with each fact that is told, and with each refund; noticing a payment is not a change',
  () => {
    const property = fc.property(messagesArb, (commands) => {
      const world = makeWorld(false)
      for (const command of commands) {
        const before = world.orders.get(command.orderId)?.version ?? 0
        const seen = tell(world, command, at(0)).filter((fact) => fact.type !== 'PaymentNoticed').length
        assert.equal(world.orders.get(command.orderId)?.version ?? 0, before + seen)
      }
    })
    fc.assert(property, runs)
  },
  timeoutMs,
)

test(
  'an order is extended at most once, claimed by one payment at a time, and completed and cancelled at most once',
  () => {
    const property = fc.property(messagesArb, (commands) => {
      const world = makeWorld(false)
      const facts = commands.flatMap((command, index) => tell(world, command, at(index * 30)))
      for (const orderId of orderIds) {
        const types = facts.filter((fact) => fact.data.orderId === orderId).map((fact) => fact.type)
        const count = (type: OrderFact['type']) => types.filter((each) => each === type).length
        assert.ok(count('OrderCreated') <= 1)
        assert.ok(count('OrderExtended') <= 1)
        assert.ok(count('OrderCompleted') + count('OrderCancelled') <= 1)
        assert.ok(count('OrderClaimed') - count('OrderReopened') <= 1)
      }
    })
    fc.assert(property, runs)
  },
  timeoutMs,
)
