// What payments knows of an order: a copy made from events, always a little old. It refuses early; it never decides a
// claim. A cancellation that comes before its creation leaves a tombstone, which nothing makes payable again.
import type { Money } from '@holdfast/contract'

/** What the order froze when it was made. Missing while only later events of the order have come. */
export interface OrderTerms {
  readonly buyerId: string
  readonly organiserId: string
  readonly amount: Money
}

export interface KnownOrder {
  readonly id: string
  /** Of the newest event that was taken in; older ones are ignored. */
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
  | { readonly type: 'NoteOrderExtended'; readonly orderId: string; readonly version: number; readonly expiresAt: string }
  | { readonly type: 'NoteOrderReopened'; readonly orderId: string; readonly version: number; readonly expiresAt: string }
  | { readonly type: 'NoteOrderCancelled'; readonly orderId: string; readonly version: number }
  | { readonly type: 'NoteOrderClaimed'; readonly orderId: string; readonly version: number; readonly paymentId: string }
  | { readonly type: 'NoteOrderCompleted'; readonly orderId: string; readonly version: number }

/** The copy after an event of the order; the same object when the event tells nothing new. */
export function noteOrder(known: KnownOrder | undefined, note: NoteOrder): KnownOrder {
  const before: KnownOrder = known ?? {
    id: note.orderId,
    version: 0,
    status: 'created',
    terms: null,
    expiresAt: null,
    claimedBy: null,
  }
  if (note.version <= before.version) return completeTerms(before, note)
  const after = { ...before, version: note.version }
  switch (note.type) {
    case 'NoteOrderCreated':
      return { ...after, terms: note.terms, expiresAt: note.expiresAt }
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

/** A creation that comes late still tells whose order it was; it changes nothing that later events told. */
function completeTerms(known: KnownOrder, note: NoteOrder): KnownOrder {
  if (note.type !== 'NoteOrderCreated' || known.terms !== null) return known
  return { ...known, terms: note.terms, expiresAt: known.expiresAt ?? note.expiresAt }
}

/** Whether a payment may begin. Only a hint: the order row decides when the authorization claims it. */
export function isPayable(order: KnownOrder, now: string): boolean {
  if (order.status !== 'created' || order.terms === null || order.expiresAt === null) return false
  return order.terms.amount.amountMinor > 0 && order.expiresAt > now
}
