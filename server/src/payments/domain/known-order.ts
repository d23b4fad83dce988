// What payments knows of an order: a copy made from events, always slightly old. It is good for
// early refusals. It never decides a claim. A cancellation that arrives before the creation leaves
// a tombstone, which no later event makes payable.
import type { Money, Tendered } from '@holdfast/contract'

/**
 * What the order froze when it was placed. Missing if only later events of the order have arrived.
 */
export interface OrderTerms {
  readonly buyerId: string
  /** With which it was bought; not known of an order from before, or of a walk-in. */
  readonly buyerEmail?: string
  readonly organiserId: string
  /** Not known of an order from before. */
  readonly showId?: string
  readonly amount: Money
}

export interface KnownOrder {
  readonly id: string
  /** The version of the newest event that was taken in. Older events are ignored. */
  readonly version: number
  readonly status: 'created' | 'claimed' | 'complete' | 'cancelled'
  readonly terms: OrderTerms | null
  readonly expiresAt: string | null
  /** The payment whose authorization the order accepted. */
  readonly claimedBy: string | null
}

export type NoteOrder =
  | {
      readonly type: 'NoteOrderCreated'
      readonly orderId: string
      readonly version: number
      readonly terms: OrderTerms
      readonly expiresAt: string
    }
  | {
      readonly type: 'NoteOrderExtended'
      readonly orderId: string
      readonly version: number
      readonly expiresAt: string
    }
  | {
      readonly type: 'NoteOrderReopened'
      readonly orderId: string
      readonly version: number
      readonly expiresAt: string
    }
  | { readonly type: 'NoteOrderCancelled'; readonly orderId: string; readonly version: number }
  | {
      readonly type: 'NoteOrderClaimed'
      readonly orderId: string
      readonly version: number
      readonly paymentId: string
      readonly tendered?: Tendered
    }
  | { readonly type: 'NoteOrderCompleted'; readonly orderId: string; readonly version: number }

/** The order told something that the copy does not know. */
export interface OrderFact {
  readonly type: 'OrderNoted'
  readonly data: NoteOrder
}

/**
 * Notes an event that is news. A late creation is news if the copy does not know whose order it is.
 */
export function noteOrder(known: KnownOrder | undefined, note: NoteOrder): OrderFact[] {
  const isNews =
    note.version > (known?.version ?? 0) || (note.type === 'NoteOrderCreated' && known?.terms === null)
  return isNews ? [{ type: 'OrderNoted', data: note }] : []
}

/** The copy after an event that is news. */
export function evolveOrder(known: KnownOrder | undefined, note: NoteOrder): KnownOrder {
  const before: KnownOrder = known ?? {
    id: note.orderId,
    version: 0,
    status: 'created',
    terms: null,
    expiresAt: null,
    claimedBy: null,
  }
  const after = { ...before, version: Math.max(note.version, before.version) }
  switch (note.type) {
    case 'NoteOrderCreated':
      // A late creation changes nothing that later events told.
      return {
        ...after,
        terms: note.terms,
        expiresAt: note.version > before.version ? note.expiresAt : (before.expiresAt ?? note.expiresAt),
      }
    case 'NoteOrderExtended':
      return { ...after, expiresAt: note.expiresAt }
    case 'NoteOrderReopened':
      return { ...after, status: 'created', expiresAt: note.expiresAt, claimedBy: null }
    case 'NoteOrderCancelled':
      return { ...after, status: 'cancelled' }
    case 'NoteOrderClaimed':
      return { ...after, status: 'claimed', claimedBy: note.paymentId }
    case 'NoteOrderCompleted':
      return { ...after, status: 'complete' }
  }
}

/**
 * Whether a payment may begin. Only a hint: the order's row decides when the authorization claims
 * it.
 */
export function isPayable(order: KnownOrder, now: string): boolean {
  if (order.status !== 'created' || order.terms === null || order.expiresAt === null) return false
  return order.terms.amount.amountMinor > 0 && order.expiresAt > now
}
