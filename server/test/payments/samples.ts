// Payments in every state, for the tests of the domain. Nothing in the shop imports this.
import type { Command, Decision, IntentSeen, PaymentFact, Refusal, World } from '../../src/payments/domain/commands.ts'
import { makeWorld } from '../../src/payments/domain/commands.ts'
import { decide } from '../../src/payments/domain/decide.ts'
import { evolve } from '../../src/payments/domain/evolve.ts'
import type { KnownOrder } from '../../src/payments/domain/known-order.ts'
import type { IntentStatus, Payment } from '../../src/payments/domain/payment.ts'
import type { Refund } from '../../src/payments/domain/refund.ts'

export const now = '2031-01-01T12:00:00.000Z'
export const later = '2031-01-01T12:10:00.000Z'
export const amount = { amountMinor: 4_500, currency: 'EUR' }
export const ids = { payment: 'payment-1', order: 'order-1', buyer: 'buyer', organiser: 'organiser', refund: 'refund-1' }

export function knownOrder(changes: Partial<KnownOrder> = {}): KnownOrder {
  const terms = { buyerId: ids.buyer, organiserId: ids.organiser, amount }
  return { id: ids.order, version: 1, status: 'created', terms, expiresAt: later, claimedBy: null, ...changes }
}

export function payment(changes: Partial<Payment> = {}): Payment {
  return {
    id: ids.payment,
    orderId: ids.order,
    buyerId: ids.buyer,
    organiserId: ids.organiser,
    amount,
    paymentMethod: 'pm_card_visa',
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

export const states = {
  started: payment(),
  requiresAction: payment({ ...seen, status: 'requires_action', intentStatus: 'requires_action' }),
  authorized: payment({ ...held, status: 'authorized' }),
  authorizedWon: payment({ ...held, status: 'authorized', claim: 'won' }),
  authorizedLost: payment({ ...held, status: 'authorized', claim: 'lost', reason: 'order_claimed' }),
  capturedUnclaimed: payment({ ...taken, status: 'captured' }),
  captured: payment({ ...taken, status: 'captured', claim: 'won' }),
  refunded: payment({ ...taken, status: 'refunded', claim: 'won', refundedMinor: 4_500 }),
  voided: payment({ ...seen, status: 'voided', intentStatus: 'canceled', claim: 'lost', reason: 'order_claimed' }),
  declined: payment({ ...seen, status: 'declined', intentStatus: 'canceled', declineCode: 'generic_decline' }),
  unknownCreate: payment({ status: 'unknown', step: 'create', attempts: 1 }),
  unknownCapture: payment({ ...held, status: 'unknown', step: 'capture', claim: 'won', attempts: 1 }),
  unknownVoid: payment({ ...held, status: 'unknown', step: 'void', claim: 'lost', reason: 'order_claimed', attempts: 1 }),
} as const satisfies Record<string, Payment>
export type StateName = keyof typeof states

export function worldOf(given: Payment | null, order: KnownOrder | null = knownOrder()): World {
  const world = makeWorld()
  if (order) world.orders.set(order.id, order)
  if (given) {
    world.payments.set(given.id, given)
    world.idsByOrder.set(given.orderId, [given.id])
    world.siblingsByOrder.set(given.orderId, [given])
    if (given.refundedMinor > 0) world.refundsByPayment.set(given.id, [refund({ status: 'succeeded', processorId: 're_1' })])
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

const privateFacts = new Set<PaymentFact['type']>(['PaymentMoved', 'OrderNoted', 'RefundMoved', 'LedgerPosted', 'WorkLeased'])

/** Decides and evolves; gives the decision. */
export function apply(world: World, command: Command, at = now): Decision {
  const decision = decide(world, command, at)
  if ('facts' in decision) for (const fact of decision.facts) evolve(world, fact)
  return decision
}

export function eventsOf(decision: Decision): string[] {
  if (!('facts' in decision)) return []
  return decision.facts.map(({ type }) => type).filter((type) => !privateFacts.has(type))
}
