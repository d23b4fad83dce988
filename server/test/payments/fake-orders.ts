// The orders service as payments meets it, for the tests of the protocol: one order whose state
// alone answers claims.
import type { EventType, FactOf } from '@holdfast/contract'
import type { Command } from '../../src/payments/domain/commands.ts'
import { amount, ids } from './samples.ts'

export interface OrdersModel {
  readonly status: 'created' | 'claimed' | 'complete' | 'cancelled'
  created(): Command
  /** What orders says to an event of payments. Each event has its effect once. */
  hear(event: FactOf<EventType>): Command[]
  /** Expiry or the buyer: only while nobody has claimed. */
  cancel(): Command[]
}

const expiresAt = '2999-01-01T00:00:00.000Z'

export function addOrders(orderId: string): OrdersModel {
  let status: OrdersModel['status'] = 'created'
  let claimedBy: string | null = null
  let version = 1
  const heard = new Set<FactOf<EventType>>()
  const next = () => (version += 1)

  const claim = (paymentId: string): Command => {
    if (status !== 'created')
      return { type: 'NoteClaimRejected', orderId, paymentId, reason: `order_${status}` }
    status = 'claimed'
    claimedBy = paymentId
    return { type: 'NoteOrderClaimed', orderId, paymentId, version: next() }
  }

  return {
    get status() {
      return status
    },
    created: () => ({
      type: 'NoteOrderCreated',
      orderId,
      version: 1,
      terms: { buyerId: ids.buyer, organiserId: ids.organiser, amount },
      expiresAt,
    }),
    hear(event) {
      if (heard.has(event)) return []
      heard.add(event)
      if (event.type === 'PaymentAuthorized') return [claim(event.data.paymentId)]
      if (event.type === 'ChargeCreated') {
        if (status !== 'claimed' || claimedBy !== event.data.paymentId)
          throw new Error('a charge of an order that did not claim it')
        status = 'complete'
        return [{ type: 'NoteOrderCompleted', orderId, version: next() }]
      }
      if (event.type === 'ChargeFailed' && status === 'claimed' && claimedBy === event.data.paymentId) {
        status = 'created'
        claimedBy = null
        return [{ type: 'NoteOrderReopened', orderId, version: next(), expiresAt }]
      }
      return []
    },
    cancel() {
      if (status !== 'created') return []
      status = 'cancelled'
      return [{ type: 'NoteOrderCancelled', orderId, version: next() }]
    },
  }
}
