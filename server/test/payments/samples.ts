// Payments in every state, for the tests of the domain.
import { isEventType } from '@holdfast/contract'
import type { Command, Decision, IntentSeen, Refusal } from '../../src/payments/domain/commands.ts'
import { decide } from '../../src/payments/domain/decide.ts'
import type { PaymentFact, PublicFact } from '../../src/payments/domain/facts.ts'
import {
  evolveOrder,
  type KnownOrder,
  type NoteOrder,
  noteOrder,
} from '../../src/payments/domain/known-order.ts'
import type { IntentStatus, Payment } from '../../src/payments/domain/payment.ts'
import type { Refund } from '../../src/payments/domain/refund.ts'
import { close } from '../../src/payments/domain/schedule.ts'
import { apply as applyFact, makeWorld, type World } from '../../src/payments/world.ts'

export const now = '2031-01-01T12:00:00.000Z'
export const later = '2031-01-01T12:10:00.000Z'
export const amount = { amountMinor: 4_500, currency: 'EUR' }
export const ids = {
  payment: 'payment-1',
  order: 'order-1',
  buyer: 'buyer',
  organiser: 'organiser',
  refund: 'refund-1',
}

export function knownOrder(changes: Partial<KnownOrder> = {}): KnownOrder {
  const terms = { buyerId: ids.buyer, organiserId: ids.organiser, amount }
  return {
    id: ids.order,
    version: 1,
    status: 'created',
    terms,
    expiresAt: later,
    claimedBy: null,
    ...changes,
  }
}

export function payment(changes: Partial<Payment> = {}): Payment {
  return {
    id: ids.payment,
    orderId: ids.order,
    buyerId: ids.buyer,
    organiserId: ids.organiser,
    amount,
    paymentMethod: 'pm_card_visa',
    tender: null,
    status: 'started',
    step: 'create',
    intentId: null,
    intentStatus: null,
    chargeId: null,
    claim: null,
    askedVersion: null,
    authorizedMinor: 0,
    capturedMinor: 0,
    refundedMinor: 0,
    declineCode: null,
    reason: null,
    captureRefused: false,
    disputed: false,
    version: 1,
    fence: 1,
    leasedUntil: null,
    attempts: 0,
    nextAttemptAt: null,
    createdAt: now,
    ...changes,
  }
}

export function refund(changes: Partial<Refund> = {}): Refund {
  return {
    id: ids.refund,
    paymentId: ids.payment,
    orderId: ids.order,
    amount,
    origin: 'organiser',
    reason: null,
    status: 'requested',
    processorId: null,
    failureCode: null,
    createdAt: now,
    ...changes,
  }
}

const seen = { intentId: 'pi_1', chargeId: 'ch_1', step: null }
const held = { ...seen, intentStatus: 'requires_capture', authorizedMinor: 4_500, askedVersion: 1 } as const
const taken = { ...seen, intentStatus: 'succeeded', capturedMinor: 4_500, askedVersion: 1 } as const

const elsewhere = { paymentMethod: 'elsewhere', tender: 'cash', step: null } as const

export const states = {
  started: payment(),
  requiresAction: payment({ ...seen, status: 'requires_action', intentStatus: 'requires_action' }),
  authorized: payment({ ...held, status: 'authorized' }),
  authorizedWon: payment({ ...held, status: 'authorized', claim: 'won' }),
  authorizedLost: payment({ ...held, status: 'authorized', claim: 'lost', reason: 'order_claimed' }),
  capturedUnclaimed: payment({ ...taken, status: 'captured' }),
  captured: payment({ ...taken, status: 'captured', claim: 'won' }),
  refunded: payment({ ...taken, status: 'refunded', claim: 'won', refundedMinor: 4_500 }),
  voided: payment({
    ...seen,
    status: 'voided',
    intentStatus: 'canceled',
    claim: 'lost',
    reason: 'order_claimed',
  }),
  declined: payment({
    ...seen,
    status: 'declined',
    intentStatus: 'canceled',
    declineCode: 'generic_decline',
  }),
  unknownCreate: payment({ status: 'unknown', step: 'create', attempts: 1 }),
  unknownCapture: payment({ ...held, status: 'unknown', step: 'capture', claim: 'won', attempts: 1 }),
  unknownVoid: payment({
    ...held,
    status: 'unknown',
    step: 'void',
    claim: 'lost',
    reason: 'order_claimed',
    attempts: 1,
  }),
  elsewhereAsked: payment({ ...elsewhere, status: 'authorized', askedVersion: 1 }),
  elsewhereTaken: payment({ ...elsewhere, status: 'captured', claim: 'won', capturedMinor: 4_500 }),
  elsewhereLost: payment({ ...elsewhere, status: 'voided', claim: 'lost', reason: 'order_claimed' }),
} as const satisfies Record<string, Payment>
export type StateName = keyof typeof states

export function worldOf(given: Payment | null, order: KnownOrder | null = knownOrder()): World {
  const world = makeWorld()
  if (order) world.orders.set(order.id, order)
  if (given) {
    world.payments.set(given.id, given)
    world.idsByOrder.set(given.orderId, [given.id])
    world.siblingsByOrder.set(given.orderId, [given])
    if (given.refundedMinor > 0)
      world.refundsByPayment.set(given.id, [refund({ status: 'succeeded', processorId: 're_1' })])
  }
  return world
}

export function intent(status: IntentStatus, changes: Partial<IntentSeen> = {}): IntentSeen {
  const receivedMinor = status === 'succeeded' ? 4_500 : 0
  return {
    intentId: 'pi_1',
    status,
    amountMinor: 4_500,
    receivedMinor,
    currency: 'EUR',
    chargeId: 'ch_1',
    declineCode: null,
    ...changes,
  }
}

export function observed(status: IntentStatus, changes: { refused?: Refusal; fence?: number } = {}): Command {
  return {
    type: 'RecordObservation',
    paymentId: ids.payment,
    fence: changes.fence ?? 1,
    seen: intent(status),
    refused: changes.refused ?? null,
  }
}

/** A world in which all of this is new, to store it. */
export function newWorld(
  payments: readonly Payment[],
  {
    orders = [],
    refunds = [],
  }: { readonly orders?: readonly KnownOrder[]; readonly refunds?: readonly Refund[] } = {},
): World {
  const world = makeWorld()
  for (const each of payments) world.payments.set(each.id, each)
  for (const each of orders) world.orders.set(each.id, each)
  for (const { id } of payments) world.changed.newPayments.add(id)
  for (const { id } of orders) world.changed.newOrders.add(id)
  for (const each of refunds) world.changed.refunds.set(each.id, each)
  return world
}

/** The copy of an order after an event, as decided and evolved. */
export function afterNote(known: KnownOrder | undefined, note: NoteOrder): KnownOrder | undefined {
  return noteOrder(known, note).reduce<KnownOrder | undefined>(
    (order, { data }) => evolveOrder(order, data),
    known,
  )
}

/** Decides, applies and closes, as the handler does; gives the decision with all facts. */
export function apply(world: World, command: Command, at = now): Decision {
  const decision = decide(world, command, at)
  if ('rejection' in decision) return decision
  for (const fact of decision.facts) applyFact(world, fact, at)
  const closing = close(world, command, decision.facts, at)
  for (const fact of closing) applyFact(world, fact, at)
  return { ...decision, facts: [...decision.facts, ...closing] }
}

function isPublic(fact: PaymentFact): fact is PublicFact {
  return isEventType(fact.type)
}

/** What the other services hear, or the rejection. */
export function toldBy(decision: Decision): readonly PublicFact[] | Decision {
  return 'facts' in decision ? decision.facts.filter(isPublic) : decision
}

export function eventsOf(decision: Decision): string[] {
  return 'facts' in decision ? decision.facts.filter(isPublic).map(({ type }) => type) : []
}
