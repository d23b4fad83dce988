// What must hold whatever happens: stories of orders that share a pool and seats, their messages
// shuffled, repeated and dropped, with the invariants looked at after each one.
import assert from 'node:assert/strict'
import { type OrderStatus, unitsOf } from '@holdfast/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeBuyer, makeSale, numbered, seated, seatIdsOf, typeOf } from '../../../test/sale.ts'
import { decide } from './decide.ts'
import { evolve } from './evolve.ts'
import { type CommandOf, movesOf, type Order, type OrderCommand, type OrderFact } from './order.ts'
import { backOf, unitPricesOf } from './returns/giving-back.ts'
import { isUnderWay } from './returns/returned.ts'
import { movePool, moveSeat, type Pool, poolOf, type Sale, type StockSeat, saleOf } from './stock.ts'

const sample = makeSale({ capacities: [3], seats: [3], shared: 4, maxPerOrder: 4 })
const [standing, chairs] = [typeOf(sample, 0), typeOf(sample, 1)]
const policy = { until: '2030-01-01T12:00:00.000Z', keepBps: 1_000, feesBack: false }
const sale: Sale = { ...saleOf(sample.show, 1), returnTerms: policy }
const buyer = makeBuyer()
const orderIds = ['1', '2', '3', '4'].map((digit) => `00000000-0000-7000-8000-00000000000${digit}`)
const paymentIds = ['a', 'b'].map((digit) => `00000000-0000-7000-8000-0000000000${digit}0`)
const refundId = '00000000-0000-7000-8000-0000000000cc'
const one = '00000000-0000-7000-8000-0000000000c1'
const other = '00000000-0000-7000-8000-0000000000c2'
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
    for (const { movement, quantity, takes, seatIds } of movesOf(order, fact)) {
      for (const { poolId, count } of takes) {
        const pool = world.pools.get(poolId) as Pool
        world.pools.set(poolId, movePool(pool, movement, quantity * count))
      }
      for (const seatId of seatIds)
        world.seats.set(seatId, moveSeat(world.seats.get(seatId) as StockSeat, movement, order.id))
    }
  }
  return decision.facts
}

const holds = new Set<OrderStatus>(['created', 'claimed'])

/** Where the place of a unit is; null: it is the order's no more. */
function stateOf(order: Order, no: number): 'held' | 'sold' | 'withheld' | null {
  if (holds.has(order.status)) return 'held'
  if (!('returns' in order)) return null
  const back = order.returns.find(({ units, status }) => {
    return units.includes(no) && ['places_returned', 'done', 'money_owed'].includes(status)
  })
  return back ? (back.restock ? null : 'withheld') : 'sold'
}

/** Invariants 2 and 11: what the order knows of what went back, unit by unit. */
function checkMoney(order: Order): void {
  if (!('returns' in order)) return
  const units = unitPricesOf(order)
  const back = backOf(order)
  for (const [no, { grossMinor }] of units.entries()) {
    assert.ok((back[no] ?? 0) >= 0)
    assert.ok((back[no] ?? 0) <= grossMinor)
  }
  const sum = back.reduce((all, each) => all + each, 0)
  assert.equal(sum, Math.max(0, Math.min(order.refundedMinor, order.total.amountMinor)))
  const gone = unitsOf(order).every(({ no }) => stateOf(order, no) !== 'sold')
  assert.equal(order.status === 'refunded', gone && !order.returns.some(isUnderWay))
}

function checkStock(world: World): void {
  for (const pool of world.pools.values()) {
    const sums = { held: 0, sold: 0, withheld: 0 }
    for (const order of world.orders.values()) {
      const units = unitsOf(order).filter(({ takes }) => takes.some(({ poolId }) => poolId === pool.id))
      for (const { no } of units) {
        const state = stateOf(order, no)
        if (state !== null) sums[state] += 1
      }
    }
    assert.deepEqual({ held: pool.held, sold: pool.sold, withheld: pool.withheld }, sums)
    assert.ok(pool.held + pool.sold + pool.withheld <= pool.capacity)
  }
  for (const seat of world.seats.values()) {
    const owners = [...world.orders.values()].flatMap((order) =>
      unitsOf(order).flatMap(({ no, seatIds }) => {
        const state = seatIds.includes(seat.id) ? stateOf(order, no) : null
        return state === null ? [] : [{ orderId: order.id, state }]
      }),
    )
    const { orderId, state } = seat
    assert.deepEqual(owners, orderId === null ? [] : [{ orderId, state }])
    assert.equal(seat.state === 'available', orderId === null)
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
    .record({
      lines: linesArb,
      paymentId: paymentArb,
      deadline: deadlineArb,
      full: fc.boolean(),
      by: fc.constantFrom('buyer' as const, 'organiser' as const),
      restock: fc.boolean(),
      tells: fc.constantFrom('void', 'void', 'used'),
    })
    .map(({ lines, paymentId, deadline, full, by, restock, tells }): OrderCommand[] => {
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
        ...returned({ orderId, returnId: one, by, units: [0], restock: true }),
        ...returned({ orderId, returnId: other, by: 'organiser', units: [0, 1], restock }),
      ]

      function returned(asked: Omit<CommandOf<'RequestReturn'>, 'type'>): OrderCommand[] {
        const { returnId } = asked
        const answer = tells === 'void' ? 'ReturnPlaces' : 'TurnDownReturn'
        return [
          { type: 'RequestReturn', ...asked },
          { type: answer, orderId, returnId },
          { type: 'RecordRefund', orderId, paymentId, amountMinor: 4_000, full: false, refundId: returnId },
          { type: 'SettleReturn', orderId, returnId, code: 'nothing_left' },
        ]
      }
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
          for (const order of world.orders.values()) checkMoney(order)
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
