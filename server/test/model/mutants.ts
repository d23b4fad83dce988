// Planted faults: one rule of the shop replaced by a wrong one, as a developer might write it. The
// model must find each.
import type { OrdersDecision } from '../../src/orders/model.ts'
import type { Fact, Command as OrdersCommand, World as OrdersWorld } from '../../src/orders/world.ts'
import type { Command, Decision, Records } from '../../src/payments/domain/commands.ts'
import type { PaymentFact } from '../../src/payments/domain/facts.ts'
import { type Plan, type PlannedWork, planStep, type StepContext } from '../../src/payments/processor/plan.ts'
import { type Rules, rules } from './rules.ts'
import { chargeFailed, quickScopes, type Scope } from './scopes.ts'

export interface Mutant {
  readonly name: string
  readonly scope: Scope
  readonly rules: Partial<Rules>
  /** How the broken promise begins. */
  readonly breaks: string
}

type OrderDecide = Rules['decideOrder']
type PaymentDecide = Rules['decidePayment']

const orders = (
  change: (world: OrdersWorld, command: OrdersCommand, now: string) => OrdersDecision | null,
): Partial<Rules> => {
  const decideOrder: OrderDecide = (world, command, now) =>
    change(world, command, now) ?? rules.decideOrder(world, command, now)
  return { decideOrder }
}
const payments = (
  change: (world: Records, command: Command, now: string) => Decision | null,
): Partial<Rules> => {
  const decidePayment: PaymentDecide = (world, command, now) =>
    change(world, command, now) ?? rules.decidePayment(world, command, now)
  return { decidePayment }
}
const said = (facts: readonly Fact[]): OrdersDecision => ({ facts, answer: undefined })
/** The real decision with its facts changed. */
const changed = (decision: Decision, change: (fact: PaymentFact) => PaymentFact[]): Decision =>
  'facts' in decision ? { ...decision, facts: decision.facts.flatMap(change) } : decision
const withoutVoid = (fact: PaymentFact): PaymentFact[] =>
  fact.type === 'WorkLeased' && fact.data.step === 'void' ? [] : [fact]
const givesUp = new Set<Command['type']>(['NoteClaimRejected', 'NoteOrderCancelled', 'TakeLease'])

/** Plans a step with the work changed, or as another step. */
const planned = (change: (work: PlannedWork) => PlannedWork) => (work: PlannedWork, context: StepContext) =>
  planStep(change(work), context)

/** Takes an answer that did not come for a certain one. */
function* sure(work: PlannedWork, context: StepContext, code: 'ok' | 'refused'): Plan {
  const plan = planStep(work, context)
  let next = plan.next()
  while (!next.done) {
    const answer = yield next.value
    if (answer.kind === 'unknown' && next.value.operation === 'capture') {
      const seen = {
        intentId: `pi-${work.payment.id}`,
        amountMinor: 100,
        currency: 'EUR',
        chargeId: null,
        declineCode: null,
      }
      const intent = { ...seen, clientSecret: null, nextAction: null }
      if (code === 'ok')
        next = plan.next({ kind: 'ok', value: { ...intent, status: 'succeeded', receivedMinor: 100 } })
      else next = plan.next({ kind: 'ok', value: { ...intent, status: 'canceled', receivedMinor: 0 } })
    } else next = plan.next(answer)
  }
  return next.value
}

const {
  oneBuyer,
  twoBuyers,
  twoSeats,
  twoCards,
  cards,
  bank,
  refunds,
  refundsNextDay,
  disorder,
  refundedAndSoldAgain,
  network,
  lateMoney,
  twoPools,
  twoPoolsPaid,
  latchedPool,
  cashAgainstCard,
  counter,
  reserved,
  lastUse,
  returnAtDoor,
  returnsAndRefunds,
} = quickScopes

export const mutants: readonly Mutant[] = [
  {
    name: 'the claim has no compare-and-set: whatever the order is, it is claimed',
    scope: oneBuyer,
    rules: orders((_world, command) =>
      command.type === 'ClaimOrder'
        ? said([{ type: 'OrderClaimed', data: { orderId: command.orderId, paymentId: command.paymentId } }])
        : null,
    ),
    breaks: '1:',
  },
  {
    name: 'an order that is claimed can be claimed by a second card',
    scope: twoCards,
    rules: orders((world, command) =>
      command.type === 'ClaimOrder' && world.orders.get(command.orderId)?.status === 'claimed'
        ? said([{ type: 'OrderClaimed', data: { orderId: command.orderId, paymentId: command.paymentId } }])
        : null,
    ),
    breaks: '3: a buyer is charged',
  },
  {
    name: 'cash is booked when staff take it, whatever the order says to it',
    scope: cashAgainstCard,
    rules: payments((world, command, now) => {
      if (command.type !== 'TakeElsewhere') return null
      const { paymentId } = command
      return changed(rules.decidePayment(world, command, now), (fact) =>
        fact.type === 'PaymentAuthorized'
          ? [fact, { type: 'MoneyTaken', data: { paymentId, amountMinor: fact.data.amount.amountMinor } }]
          : [fact],
      )
    }),
    breaks: '3: a buyer is charged',
  },
  {
    name: 'cash for an order that a card won stays as if it were to be taken yet',
    scope: cashAgainstCard,
    rules: payments((world, command) =>
      command.type === 'NoteClaimRejected' && world.payments.get(command.paymentId)?.tender === 'cash'
        ? { facts: [], answer: { paymentId: command.paymentId } }
        : null,
    ),
    breaks: '9: every payment ends',
  },
  {
    name: 'a sale at the counter is only a hold: nothing tells that it was paid',
    scope: counter,
    rules: orders((world, command, now) => {
      const decision = rules.decideOrder(world, command, now)
      if (command.type !== 'PlaceOrder' || !command.counter || 'rejection' in decision) return null
      const without = decision.facts.map((fact) =>
        fact.type === 'OrderClaimed' ? { ...fact, data: { ...fact.data, tendered: undefined } } : fact,
      )
      return { ...decision, facts: without as readonly Fact[] }
    }),
    breaks: '9: every order ends',
  },
  {
    name: 'what was taken at the counter is booked at the processor',
    scope: counter,
    rules: {
      applyPayment(world, fact, now) {
        const told = rules.applyPayment(world, fact, now)
        for (const [index, entry] of world.entries.entries())
          if (entry.kind === 'capture') world.entries[index] = { ...entry, debit: 'processor_balance' }
        return told
      },
    },
    breaks: '6: money taken elsewhere',
  },
  {
    name: 'a reservation keeps the timer of its hold',
    // Nobody pays.
    scope: { ...reserved, begin: [], payments: [0] },
    rules: {
      toExpiration: (event) => (event.type === 'OrderExtended' ? [] : rules.toExpiration(event)),
    },
    breaks: '9: every order ends',
  },
  {
    name: 'money is captured before the order is claimed',
    scope: oneBuyer,
    rules: { planStep: (work, context) => captureAtOnce(work, context) },
    breaks: '3: a buyer is charged',
  },
  {
    name: 'an authorization that comes after the order was cancelled is forgotten',
    scope: oneBuyer,
    rules: {
      ...payments((world, command, now) =>
        givesUp.has(command.type) ? changed(rules.decidePayment(world, command, now), withoutVoid) : null,
      ),
      // Nobody looks again at a payment that is lost.
      closePayment(world, command, facts, now) {
        const closing = rules.closePayment(world, command, facts, now)
        if (!givesUp.has(command.type)) return closing
        const lost = [...world.payments.values()].filter(({ claim }) => claim === 'lost')
        const kept = closing.filter(
          ({ data }) => !lost.some(({ id }) => 'paymentId' in data && id === data.paymentId),
        )
        const forgotten = lost.map(({ id: paymentId }): PaymentFact => {
          return { type: 'NextLookSet', data: { paymentId, at: null, lease: 'returned' } }
        })
        return [...kept, ...forgotten]
      },
    },
    breaks: '9: every payment ends',
  },
  {
    name: 'a cancelled order frees its seats again when it is told once more',
    scope: oneBuyer,
    rules: orders((world, command) =>
      command.type === 'ExpireOrder' && world.orders.get(command.orderId)?.status === 'cancelled'
        ? said([{ type: 'OrderCancelled', data: { orderId: command.orderId, reason: 'expired' } }])
        : null,
    ),
    breaks: 'the shop’s own assertions hold',
  },
  {
    name: 'expiry cancels an order that is claimed',
    scope: oneBuyer,
    rules: orders((world, command) =>
      command.type === 'ExpireOrder' && world.orders.get(command.orderId)?.status === 'claimed'
        ? said([{ type: 'OrderCancelled', data: { orderId: command.orderId, reason: 'expired' } }])
        : null,
    ),
    breaks: '4: no order leaves claimed because of an expiry',
  },
  {
    name: 'an order that was cancelled before payments heard of it is payable all the same: the tombstone is forgotten',
    scope: { ...disorder, faults: [], refunds: [], banks: [] },
    rules: {
      ...payments((world, command) =>
        command.type === 'NoteOrderCreated' && world.orders.get(command.orderId)?.status === 'cancelled'
          ? { facts: [{ type: 'OrderNoted', data: command }], answer: { paymentId: '' } }
          : null,
      ),
      applyPayment(world, fact, now) {
        if (fact.type === 'OrderNoted' && fact.data.type === 'NoteOrderCreated')
          world.orders.delete(fact.data.orderId)
        return rules.applyPayment(world, fact, now)
      },
    },
    breaks: 'with the faults over, everything comes to rest',
  },
  {
    name: 'the second card is not let go, neither when it is rejected nor when the order is complete',
    scope: twoCards,
    rules: payments((_world, command) =>
      command.type === 'NoteClaimRejected' || command.type === 'NoteOrderCompleted'
        ? { facts: [], answer: { paymentId: '' } }
        : null,
    ),
    breaks: 'with the faults over, everything comes to rest',
  },
  {
    name: 'a refund does not look at the refunds before it',
    scope: refunds,
    rules: payments((world, command, now) => {
      if (command.type !== 'RequestRefund') return null
      const blind = { ...world, refundsByPayment: new Map() }
      return rules.decidePayment(blind, command, now)
    }),
    breaks: '5: never more is promised back than was taken',
  },
  {
    name: 'an unknown outcome of a capture is taken for a no',
    scope: oneBuyer,
    rules: { planStep: (work, context) => sure(work, context, 'refused') },
    breaks: '3: a buyer is charged',
  },
  {
    name: 'an unknown outcome of a capture is taken for a yes',
    scope: oneBuyer,
    rules: { planStep: (work, context) => sure(work, context, 'ok') },
    breaks: '2: a complete order is paid in full',
  },
  {
    name: 'orders takes an authorization in twice: after its charge failed, it claims the order again',
    scope: { ...oneBuyer, begin: chargeFailed, persons: [], faults: [], still: true },
    rules: { hasInbox: (consumer, type) => consumer !== 'orders' || type !== 'PaymentAuthorized' },
    breaks: '9: every order ends',
  },
  {
    name: 'a refund is recorded only after its charge was heard',
    scope: { ...refunds, faults: [] },
    rules: orders((world, command) =>
      command.type === 'RecordRefund' && world.orders.get(command.orderId)?.status === 'claimed'
        ? said([])
        : null,
    ),
    breaks: '2, 3:',
  },
  {
    name: 'a refund whose key is dead is asked for without looking',
    scope: { ...refundsNextDay, faults: ['crash', 'day'], banks: [], refunds: [30] },
    rules: { planStep: (work, context) => planStep(work, { ...context, now: '2030-01-01T10:00:00.000Z' }) },
    breaks: 'with the faults over, everything comes to rest',
  },
  {
    name: 'a capture that was refused un-claims the order before the processor says that the intent is dead',
    scope: bank,
    rules: payments((world, command, now) => {
      if (
        command.type !== 'RecordObservation' ||
        command.refused === null ||
        command.seen.status !== 'requires_capture'
      )
        return null
      const { orderId = '', id = '' } = world.payments.get(command.paymentId) ?? {}
      const decision = rules.decidePayment(world, command, now)
      if (!('facts' in decision)) return decision
      return {
        ...decision,
        facts: [
          ...decision.facts,
          { type: 'ChargeFailed', data: { orderId, paymentId: id, code: command.refused.code } },
        ],
      }
    }),
    breaks: '7: every event is told once',
  },
  {
    name: 'money that was taken by itself for a cancelled order is kept',
    scope: cards,
    rules: payments((world, command, now) =>
      changed(rules.decidePayment(world, command, now), (fact) =>
        fact.type === 'RefundRequested' && fact.data.origin === 'late_money' ? [] : [fact],
      ),
    ),
    breaks: '2, 3: at rest 0 is kept',
  },
  {
    name: 'late money of which a part was given back by hand is refused as a whole, and the rest is kept',
    scope: lateMoney,
    rules: payments((world, command, now) => {
      if (command.type !== 'RecordRefunds') return null
      const { restId: _none, ...without } = command
      return rules.decidePayment(world, without, now)
    }),
    breaks: '2, 3: at rest 0 is kept',
  },
  {
    name: 'a seat of a refunded order stays sold',
    scope: refundedAndSoldAgain,
    rules: {
      applyOrder: (world, fact, now) => {
        if (fact.type !== 'PlacesReturned') return rules.applyOrder(world, fact, now)
        const [pools, seats] = [new Map(world.pools), new Map(world.seats)]
        const applied = rules.applyOrder(world, fact, now)
        for (const [id, pool] of pools) world.pools.set(id, pool)
        for (const [id, seat] of seats) world.seats.set(id, seat)
        return applied
      },
    },
    breaks: '1:',
  },
  {
    name: 'the places of a refunded order are free before its tickets are void',
    scope: refundedAndSoldAgain,
    rules: orders((world, command, now) => {
      const decision = command.type === 'RecordRefund' ? rules.decideOrder(world, command, now) : null
      if (!decision || !('facts' in decision)) return null
      const early = decision.facts.flatMap((fact): Fact[] => {
        if (fact.type !== 'ReturnRequested') return [fact]
        const { by: _by, ...data } = fact.data
        return [fact, { type: 'PlacesReturned', data }]
      })
      return said(early)
    }),
    breaks: '8: only a complete order has tickets',
  },
  {
    name: 'nobody answers when places are asked back',
    scope: refundedAndSoldAgain,
    rules: { toTickets: (event) => (event.type === 'ReturnRequested' ? [] : rules.toTickets(event)) },
    breaks: '9: places that are asked back',
  },
  {
    name: 'a seat that is held is sold once more',
    scope: twoBuyers,
    rules: orders((world, command, now) => {
      if (command.type !== 'PlaceOrder') return null
      const seats = new Map(
        [...world.seats].map(([id, seat]) => [id, { ...seat, state: 'available' as const, orderId: null }]),
      )
      const pools = new Map([...world.pools].map(([id, pool]) => [id, { ...pool, held: 0, sold: 0 }]))
      return rules.decideOrder({ ...world, seats, pools }, command, now)
    }),
    breaks: 'the shop’s own assertions hold',
  },
  {
    name: 'an order of two seats is released seat by seat, and one is left',
    scope: twoSeats,
    rules: {
      applyOrder: (world, fact, now) => {
        const before = world.seats.get('seat-B')
        const applied = rules.applyOrder(world, fact, now)
        if (fact.type === 'OrderCancelled' && before) world.seats.set('seat-B', before)
        return applied
      },
    },
    breaks: '1:',
  },
  {
    name: 'a unit that takes from two pools gives back only to the first',
    scope: twoPools,
    rules: {
      applyOrder: (world, fact, now) => {
        const before = world.pools.get('pool-sunday')
        const applied = rules.applyOrder(world, fact, now)
        if (fact.type === 'OrderCancelled' && before) world.pools.set('pool-sunday', before)
        return applied
      },
    },
    breaks: '1: pool pool-sunday counts',
  },
  {
    name: 'only the first pool of a unit is asked whether enough is left',
    scope: twoPools,
    rules: orders((world, command, now) => {
      const sunday = world.pools.get('pool-sunday')
      if (command.type !== 'PlaceOrder' || !sunday) return null
      const pools = new Map([...world.pools, ['pool-sunday', { ...sunday, held: 0, sold: 0 }] as const])
      return rules.decideOrder({ ...world, pools }, command, now)
    }),
    breaks: 'the shop’s own assertions hold',
  },
  {
    name: 'a refund gives back to the first pool only',
    scope: twoPoolsPaid,
    rules: {
      applyOrder: (world, fact, now) => {
        const before = world.pools.get('pool-sunday')
        const applied = rules.applyOrder(world, fact, now)
        if (fact.type === 'PlacesReturned' && before) world.pools.set('pool-sunday', before)
        return applied
      },
    },
    breaks: '1: pool pool-sunday counts',
  },
  {
    name: 'a pool that latched opens again when a place comes back',
    scope: latchedPool,
    rules: {
      applyOrder: (world, fact, now) => {
        const applied = rules.applyOrder(world, fact, now)
        const early = world.pools.get('pool-early')
        if (fact.type === 'OrderCancelled' && early)
          world.pools.set('pool-early', { ...early, closed: false })
        return applied
      },
    },
    breaks: '1: pool pool-early stays closed',
  },
  {
    name: 'uses of a code are counted when they are sold, not when they are held',
    scope: lastUse,
    rules: orders((world, command, now) => {
      if (command.type !== 'PlaceOrder') return null
      const pools = new Map([...world.codes.pools].map(([id, pool]) => [id, { ...pool, held: 0 }] as const))
      return rules.decideOrder({ ...world, codes: { ...world.codes, pools } }, command, now)
    }),
    breaks: 'the shop’s own assertions hold',
  },
  {
    name: 'an order that ends keeps its use of a code',
    scope: lastUse,
    rules: {
      applyOrder: (world, fact, now) => {
        const before = new Map(world.codes.pools)
        const applied = rules.applyOrder(world, fact, now)
        if (fact.type === 'OrderCancelled') for (const [id, pool] of before) world.codes.pools.set(id, pool)
        return applied
      },
    },
    breaks: '10: code code counts',
  },
  {
    name: 'a pool that latched is asked only for how many places are free',
    scope: latchedPool,
    rules: orders((world, command, now) => {
      if (command.type !== 'PlaceOrder') return null
      const pools = new Map([...world.pools].map(([id, pool]) => [id, { ...pool, closed: false }] as const))
      return rules.decideOrder({ ...world, pools }, command, now)
    }),
    breaks: 'the shop’s own assertions hold',
  },
  {
    name: 'a failure that the processor stored is asked for with the same key for ever',
    scope: { ...network, faults: ['stored', 'day'] },
    rules: { planStep: planned((work) => ({ ...work, payment: { ...work.payment, attempts: 0 } })) },
    breaks: 'with the faults over, everything comes to rest',
  },
  {
    name: 'tickets stay valid although the order was refunded',
    scope: { ...refunds, faults: [], refunds: [null] },
    rules: {
      toTickets: (event) => rules.toTickets(event).filter(({ type }) => type !== 'VoidTickets'),
      decideAdmission: (admission, command, context) => {
        if (command.type !== 'ReturnTickets' || !admission)
          return rules.decideAdmission(admission, command, context)
        const { orderId, returnId } = command
        return {
          facts: [{ type: 'TicketsReturned', data: { orderId, returnId, ticketIds: [] } }],
          answer: null,
        }
      },
    },
    breaks: '8:',
  },
  {
    name: 'a buyer gives back a ticket that was let in',
    scope: returnAtDoor,
    rules: {
      decideAdmission: (admission, command, context) =>
        rules.decideAdmission(
          admission,
          command.type === 'ReturnTickets' ? { ...command, by: 'organiser' } : command,
          context,
        ),
    },
    breaks: '17:',
  },
  {
    name: 'places are free as soon as they are asked back',
    scope: returnAtDoor,
    rules: orders((world, command, now) => {
      const decision = rules.decideOrder(world, command, now)
      if (command.type !== 'RequestReturn' || 'rejection' in decision) return null
      const [asked] = decision.facts
      if (asked?.type !== 'ReturnRequested') return null
      const { orderId, returnId, units, amount } = asked.data
      return said([asked, { type: 'PlacesReturned', data: { orderId, returnId, units, amount } }])
    }),
    breaks: '8:',
  },
  {
    name: 'a return gives back what was promised, whatever went back meanwhile',
    scope: returnsAndRefunds,
    rules: payments((records, command, now) => {
      if (command.type !== 'RefundReturn') return null
      const none = { ...records, refundsByPayment: new Map() }
      return rules.decidePayment(none, command, now)
    }),
    breaks: '5:',
  },
  {
    name: 'a timer that fired is not set again by an extension',
    scope: { ...oneBuyer, cards: ['declined'], faults: [], banks: [], persons: [] },
    rules: {
      decideTimer: (timer, command, now) =>
        timer?.status === 'fired' ? [] : rules.decideTimer(timer, command, now),
    },
    breaks: '9: every order ends',
  },
]

/** Captures in the step that authorizes. */
function* captureAtOnce(work: PlannedWork, context: StepContext): Plan {
  const result = yield* planStep(work, context)
  const { command } = result
  if (
    command.type !== 'RecordObservation' ||
    command.seen.status !== 'requires_capture' ||
    work.step !== 'create'
  )
    return result
  const taken = yield {
    operation: 'capture',
    intentId: command.seen.intentId,
    key: `${work.payment.id}:capture`,
  }
  if (taken.kind !== 'ok') return result
  return {
    ...result,
    command: {
      ...command,
      seen: { ...command.seen, status: 'succeeded', receivedMinor: command.seen.amountMinor },
    },
  }
}
