// What becomes of each intent that the processor lists: a decision without a database. An intent
// without the shop's mark names no payment, and is nobody's to touch.
import type { ListedIntent } from '../../payments/processor/books.ts'
import type { Receipt } from '../../payments/processor/receipt.ts'
import { type Adopted, type KnownOrder, type KnownPayment, noId } from './store.ts'

export type Fate =
  /** The shop knows as much as the processor, or will see to it by itself. */
  | 'known'
  /** Its payment is known, and something happened to it since. */
  | 'look'
  /** Its order is known and waits for it: the order decides, as ever. */
  | 'join'
  /** Taken, and its order is lost: rebuilt if its places are free, else given back. */
  | 'rebuild'
  /** Set aside, or taken and not to be rebuilt: given back. */
  | 'give_back'
  /** Nothing was taken and nothing is set aside. */
  | 'nothing'
  | 'foreign'

export interface Sorted {
  readonly fate: Fate
  readonly intent: ListedIntent
  readonly receipt: Receipt | null
}

export interface Sorting {
  readonly openReceipt: (metadata: ListedIntent['metadata']) => Receipt | null
  readonly payments: ReadonlyMap<string, KnownPayment>
  readonly orders: ReadonlyMap<string, KnownOrder>
}

export function sortIntent(intent: ListedIntent, sorting: Sorting): Sorted {
  const receipt = sorting.openReceipt(intent.metadata)
  return { fate: fateOf(intent, receipt, sorting), intent, receipt }
}

function fateOf(intent: ListedIntent, receipt: Receipt | null, sorting: Sorting): Fate {
  const { paymentId, orderId, capturedMinor, refundedMinor } = intent
  const payment = sorting.payments.get(paymentId ?? '')
  if (payment) {
    const isNews = capturedMinor !== payment.capturedMinor || refundedMinor !== payment.refundedMinor
    return isNews && !payment.open ? 'look' : 'known'
  }
  if (paymentId === null || orderId === null) return 'foreign'
  if (intent.status === 'canceled') return 'nothing'
  const kept = capturedMinor - refundedMinor
  if (intent.status === 'succeeded' && kept === 0) return 'nothing'
  const order = sorting.orders.get(orderId)
  if (order?.status === 'created') return 'join'
  const mayRebuild = !order && receipt?.orderId === orderId && refundedMinor === 0
  return capturedMinor > 0 && mayRebuild && receipt.totalMinor === intent.amountMinor
    ? 'rebuild'
    : 'give_back'
}

/** The row of a payment that the backup did not know. */
export function adoptedFrom({ intent, receipt }: Sorted, claim: 'lost' | null, order?: KnownOrder): Adopted {
  return {
    id: intent.paymentId ?? noId,
    order_id: intent.orderId ?? noId,
    buyer_id: order?.buyerId ?? receipt?.buyer.id ?? noId,
    organiser_id: order?.organiserId ?? receipt?.organiserId ?? noId,
    amount_minor: intent.amountMinor,
    currency: intent.currency,
    intent_id: intent.intentId,
    claim,
    created_at: intent.createdAt,
  }
}
