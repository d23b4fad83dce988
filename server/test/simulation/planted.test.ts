// The simulation can fail: faults put into the real code, one at a time, and how many seeds it
// takes until each is found.
import { expect, test, vi } from 'vitest'
import type * as OrdersDecide from '../../src/orders/domain/decide.ts'
import type { Order, OrderCommand, OrderFact } from '../../src/orders/domain/order.ts'
import type { Stock } from '../../src/orders/domain/stock.ts'
import type { Command } from '../../src/payments/domain/commands.ts'
import type * as PaymentsDecide from '../../src/payments/domain/decide.ts'
import type * as PaymentRules from '../../src/payments/domain/payment.ts'
import type { Payment } from '../../src/payments/domain/payment.ts'
import type { Processor } from '../../src/payments/processor/port.ts'
import type { BatchTx, Database, Write } from '../../src/platform/postgres/database.ts'
import type { Platform } from '../../src/service.ts'
import { makePlan, type Operation, type Plan } from './plan.ts'
import { breachOf } from './shrink.ts'
import type { View } from './twin/engine.ts'
import { movePools } from './twin/orders-statements.ts'
import { statementTwins } from './twin/statements.ts'
import type { RunOptions } from './world.ts'

const planted = vi.hoisted(() => ({ name: 'nothing' }))

vi.mock('../../src/orders/domain/decide.ts', async (original) => {
  const real = await original<typeof OrdersDecide>()
  type Context = Parameters<typeof real.decide>[2]
  return {
    ...real,
    decide(order: Order | undefined, command: OrderCommand, context: Context) {
      if (
        planted.name === 'claim_whatever_the_state' &&
        command.type === 'ClaimOrder' &&
        order?.status === 'claimed'
      ) {
        return {
          facts: [{ type: 'OrderClaimed', data: { orderId: order.id, paymentId: command.paymentId } }],
        }
      }
      if (
        planted.name === 'expiry_ends_claimed_orders' &&
        command.type === 'ExpireOrder' &&
        order?.status === 'claimed'
      ) {
        return { facts: [{ type: 'OrderCancelled', data: { orderId: order.id, reason: 'expired' } }] }
      }
      if (planted.name === 'a_changed_price_is_charged_silently' && command.type === 'PlaceOrder') {
        const { expectedTotalMinor: _unseen, ...blind } = command
        return real.decide(order, blind, context)
      }
      if (planted.name === 'places_are_free_before_their_tickets_are_void') {
        const decision = real.decide(order, command, context)
        return 'facts' in decision ? { facts: decision.facts.flatMap(withPlacesAtOnce) } : decision
      }
      if (planted.name === 'shows_are_sold_after_their_start' && command.type === 'PlaceOrder')
        return real.decide(order, command, { ...context, stock: withoutEnd(context.stock) })
      return real.decide(order, command, context)
    },
  }
})
function withPlacesAtOnce(fact: OrderFact): OrderFact[] {
  if (fact.type !== 'ReturnRequested') return [fact]
  const { by: _by, ...data } = fact.data
  return [fact, { type: 'PlacesReturned', data }]
}
const withoutEnd = (stock: Stock): Stock => ({
  ...stock,
  sales: new Map([...stock.sales].map(([id, sale]) => [id, { ...sale, salesEndAt: null }])),
})

vi.mock('../../src/payments/domain/decide.ts', async (original) => {
  const real = await original<typeof PaymentsDecide>()
  type World = Parameters<typeof real.decide>[0]
  return {
    ...real,
    decide(world: World, command: Command, now: string) {
      if (
        planted.name === 'unknown_is_declined' &&
        command.type === 'RecordUnknown' &&
        command.step === 'create'
      ) {
        const { paymentId, fence } = command
        return real.decide(
          world,
          { type: 'RecordRefusal', paymentId, fence, code: 'timeout', card: false },
          now,
        )
      }
      if (planted.name === 'cancelled_orders_are_not_told' && command.type === 'NoteOrderCancelled') {
        return { facts: [], answer: { paymentId: '' } }
      }
      return real.decide(world, command, now)
    },
  }
})

vi.mock('../../src/payments/domain/payment.ts', async (original) => {
  const real = await original<typeof PaymentRules>()
  type Known = Parameters<typeof real.nextStep>[1]
  type Refunds = Parameters<typeof real.nextStep>[2]
  return {
    ...real,
    nextStep(payment: Payment, order: Known, refunds: Refunds) {
      const step = real.nextStep(payment, order, refunds)
      if (planted.name === 'late_authorization_stays' && step === 'void' && payment.status === 'authorized')
        return null
      if (
        planted.name === 'capture_before_the_claim' &&
        payment.status === 'authorized' &&
        payment.claim === null
      )
        return 'capture'
      return step
    },
  }
})

/**
 * Commits are tried again as if an unknown one had failed, and so on: what stands between a service
 * and its database.
 */
const withDatabase =
  (change: (db: Database) => Database) =>
  (platform: Platform): Platform => ({ ...platform, db: change(platform.db) })

/** The outbox written after the commit and not in it. */
const tellAfterwards = (db: Database): Database => ({
  ...db,
  async batch<T>(work: (tx: BatchTx) => Promise<T>) {
    const isEvents = ({ statement }: Write) => statement.name === 'platform.append_events'
    let later: readonly Write[] = []
    const result = await db.batch((tx) =>
      work({
        ...tx,
        commitWith(writes) {
          later = writes.filter(isEvents)
          return tx.commitWith(writes.filter((write) => !isEvents(write)))
        },
      }),
    )
    for (const { statement, values } of later) await db.query(statement, values)
    return result
  },
})

const ackWhatFails = (platform: Platform): Platform => ({
  ...platform,
  bus: {
    ...platform.bus,
    subscribe: (subscription) =>
      platform.bus.subscribe({
        ...subscription,
        handle: (events) =>
          subscription.handle(events).catch(() => events.map(() => ({ kind: 'ack' as const }))),
      }),
  },
})

let freshKeys = 0
const withFreshKeys = (processor: Processor): Processor => {
  const fresh = (key: string) => {
    freshKeys += 1
    return `${key}:${freshKeys}`
  }
  return {
    ...processor,
    authorize: (request) => processor.authorize({ ...request, key: fresh(request.key) }),
    refund: (request) => processor.refund({ ...request, key: fresh(request.key) }),
  }
}

const readPage = statementTwins['bus.read_first_page']

const faults: Record<string, RunOptions> = {
  inbox_off: {
    statements: {
      'platform.read_inbox': () => [],
      'platform.record_inbox': (view: View, [consumer, ids]) => {
        for (const event_id of ids as string[]) view.insert('platform.inbox', { consumer, event_id }, 'skip')
        return (ids as string[]).map((event_id) => ({ event_id }))
      },
    },
  },
  outbox_ignores_the_horizon: {
    statements: {
      'bus.read_first_page': (view, values) =>
        readPage?.({ ...view, horizon: view.newestEnded + 1 }, values) ?? [],
    },
  },
  pools_are_moved_from_a_stale_count: {
    statements: { 'orders.move_pools': movePools((view, id) => view.get('orders.pools', id) ?? {}) },
  },
  buyers_are_not_locked: {
    statements: { 'orders.lock_buyers': () => [] },
  },
  told_after_the_commit: { rewire: withDatabase(tellAfterwards) },
  failed_events_are_acknowledged: { rewire: ackWhatFails },
  a_fresh_key_for_every_try: { rewireProcessor: withFreshKeys },
  forged_webhooks_are_believed: {
    rewireProcessor: (processor) => ({
      ...processor,
      verifyWebhook: (body) => processor.verifyWebhook(body, 'good', 0),
    }),
  },
  claim_whatever_the_state: {},
  expiry_ends_claimed_orders: {},
  a_changed_price_is_charged_silently: {},
  shows_are_sold_after_their_start: {},
  places_are_free_before_their_tickets_are_void: {},
  unknown_is_declined: {},
  cancelled_orders_are_not_told: {},
  late_authorization_stays: {},
  capture_before_the_claim: {},
}

/**
 * Everybody has a second tab, in which he asks for places of another type of the same show at the
 * same moment.
 */
const withTwoTabs = (plan: Plan): Plan => ({
  ...plan,
  operations: plan.operations.flatMap((operation): Operation[] => {
    if (operation.kind !== 'hold') return [operation]
    const types = plan.shows[operation.show]?.types.length ?? 1
    return [operation, { ...operation, type: (operation.type + 1) % types }]
  }),
})

/**
 * Room for everybody, since a pool with few places left is locked; and everybody asks another
 * process too at the same moment.
 */
const withRoom = (plan: Plan): Plan => ({
  ...plan,
  shows: plan.shows.map((show) => ({
    ...show,
    shared: null,
    types: show.types.map((type) => ({ ...type, capacity: 100 })),
  })),
  operations: plan.operations.flatMap((operation): Operation[] =>
    operation.kind === 'hold' ? [operation, { ...operation, process: operation.process + 1 }] : [operation],
  ),
})

/**
 * Orders for one pool wait for each other at the pool: only different ones show that their buyer
 * must be locked too.
 */
const plansFor: Record<string, (plan: Plan) => Plan> = {
  buyers_are_not_locked: withTwoTabs,
  pools_are_moved_from_a_stale_count: withRoom,
}

const mostSeeds = 1_000

test.each(Object.entries(faults))(
  '%s is found',
  async (name, options) => {
    planted.name = name
    let found = null
    let seeds = 0
    while (!found && seeds < mostSeeds) {
      seeds += 1
      const plan = makePlan(seeds)
      found = await breachOf(plansFor[name]?.(plan) ?? plan, options)
    }
    planted.name = 'nothing'
    process.stdout.write(
      `planted ${name}: ${found ? `seed ${seeds}, invariant ${found.invariant}: ${found.text}` : 'NOT FOUND'}\n`,
    )
    expect(found?.text, `${name} in ${seeds} seeds`).toBeDefined()
  },
  120_000,
)
