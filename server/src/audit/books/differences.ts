// What differs between a payment, the ledger and the processor's list, and who has to act on it.
// Pure: no clock, no database.
import type { ListedDispute } from '../../payments/processor/books.ts'

/**
 * Both sides of one payment or intent, and what the ledger, the refunds and the order say of it.
 */
export interface Compared {
  readonly paymentId: string | null
  readonly orderId: string | null
  readonly intentId: string | null
  readonly orderStatus: string | null
  readonly currency: string
  readonly paymentStatus: string | null
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly authorizedMinor: number
  readonly ledgerMinor: number
  readonly failedRefunds: number
  readonly failedMinor: number
  readonly failedOrigin: string | null
  readonly waitingRefundSeconds: number | null
  readonly listed: boolean
  /** The intent has our mark, and names a payment that is not there. Only of strangers. */
  readonly ours: boolean
  readonly listedCurrency: string | null
  readonly listedCapturedMinor: number
  readonly listedRefundedMinor: number
  readonly listedAuthorizedMinor: number
}

export interface Difference {
  readonly id: string
  readonly kind: string
  readonly owner: 'shop' | 'processor' | 'organiser' | 'operator'
  readonly explanation: string
  readonly orderId: string | null
  readonly paymentId: string | null
  readonly intentId: string | null
  readonly currency: string | null
  readonly shopMinor: number | null
  readonly ledgerMinor: number | null
  readonly processorMinor: number | null
}

type Say = Pick<Difference, 'kind' | 'owner' | 'explanation'>

/** A refund that the processor has not finished after this long: banks take days, not weeks. */
const slowRefundSeconds = 10 * 24 * 3600

/** Payments without a certain answer: they are asked about again, and shown as what they are. */
const isBeingAsked = new Set(['started', 'unknown'])

/** All that differs of one payment or intent, as the two sides were last read. */
export function differencesOf(row: Compared): Difference[] {
  const kept = row.capturedMinor - row.refundedMinor
  const listedKept = row.listedCapturedMinor - row.listedRefundedMinor
  const said = row.paymentStatus === null ? strangersOf(row, listedKept) : ownOf(row, kept, listedKept)
  // What stands on a stranger's intent is not ours to repeat.
  const { orderId, paymentId } =
    row.paymentStatus === null && !row.ours ? { orderId: null, paymentId: null } : row
  return said.map((say) => ({
    ...say,
    id: `${say.kind}:${paymentId ?? row.intentId}`,
    orderId,
    paymentId,
    intentId: row.intentId,
    currency: row.currency,
    shopMinor: row.paymentStatus === null ? null : kept,
    ledgerMinor: row.paymentStatus === null ? null : row.ledgerMinor,
    processorMinor: row.listed ? listedKept : null,
  }))
}

/** Money at the processor that payments has no row for. */
function strangersOf(row: Compared, listedKept: number): Say[] {
  if (listedKept === 0 && row.listedAuthorizedMinor === 0) return []
  if (!row.ours)
    return [
      {
        kind: 'foreign',
        owner: 'operator',
        explanation:
          'The processor holds money without this shop’s mark: charged by hand, by another program or by another shop on the same account',
      },
    ]
  return [
    {
      kind: 'intent_without_payment',
      owner: 'shop',
      explanation: 'The processor holds money for one of our orders that payments doesn’t know about',
    },
  ]
}

function ownOf(row: Compared, kept: number, listedKept: number): Say[] {
  const said: Say[] = []
  const say = (kind: string, owner: Difference['owner'], explanation: string) =>
    said.push({ kind, owner, explanation })
  // After a restore, payments of lost orders are known, and their money went back.
  const touchesMoney = kept !== 0 || row.authorizedMinor !== 0 || isBeingAsked.has(row.paymentStatus ?? '')
  if (row.orderStatus === null && touchesMoney)
    say('payment_without_order', 'shop', 'A payment belongs to an order that doesn’t exist')
  if (row.ledgerMinor !== kept) say('ledger_differs', 'shop', 'Ledger and payment show different amounts')
  if (row.intentId !== null && !row.listed) {
    if (kept !== 0 || row.authorizedMinor !== 0)
      say(
        'missing_at_processor',
        'operator',
        'The processor doesn’t know this payment: wrong account, or its data is gone',
      )
  } else if (row.listed) said.push(...amountsOf(row, kept, listedKept))
  if (row.failedRefunds > 0)
    say(
      'refund_failed',
      row.failedOrigin === 'organiser' ? 'organiser' : 'operator',
      `A refund of ${row.failedMinor} (minor units) bounced: pay the buyer another way`,
    )
  if (row.waitingRefundSeconds !== null && row.waitingRefundSeconds > slowRefundSeconds)
    say('refund_slow', 'processor', 'A refund has been pending for more than ten days')
  return said
}

function amountsOf(row: Compared, kept: number, listedKept: number): Say[] {
  const said: Say[] = []
  const say = (kind: string, owner: Difference['owner'], explanation: string) =>
    said.push({ kind, owner, explanation })
  if (row.listedCurrency !== row.currency)
    say('currency_differs', 'shop', 'Processor and payment use different currencies')
  if (row.listedCapturedMinor !== row.capturedMinor)
    say(
      'captured_differs',
      'shop',
      listedKept > kept
        ? 'The processor charged more than payments knows about'
        : 'Payments counts money the processor hasn’t charged',
    )
  else if (row.listedRefundedMinor !== row.refundedMinor)
    say('refunded_differs', 'shop', 'Processor and payments show different refunds')
  // A refund under way counts here only when it arrived.
  if (
    row.listedAuthorizedMinor > 0 &&
    row.authorizedMinor === 0 &&
    !isBeingAsked.has(row.paymentStatus ?? '')
  )
    say('authorized_differs', 'shop', 'Money is still pending on a card that payments has released')
  else if (row.authorizedMinor > 0 && row.listedAuthorizedMinor === 0 && row.listedCapturedMinor === 0)
    say('authorized_differs', 'shop', 'Payments counts money as pending that the processor has released')
  return said
}

/**
 * A dispute that is not over in our favour. The ledger has no entry of it: what it took is money
 * that nobody booked.
 */
export function differenceOfDispute(dispute: ListedDispute): Difference | null {
  const won = dispute.status === 'won' || dispute.status === 'warning_closed'
  if (won) return null
  const lost = dispute.status === 'lost'
  return {
    id: `${lost ? 'dispute_lost' : 'dispute_open'}:${dispute.disputeId}`,
    kind: lost ? 'dispute_lost' : 'dispute_open',
    owner: lost ? 'operator' : 'organiser',
    explanation: lost
      ? 'Dispute lost: the bank returned the money to the buyer. The ledger has no entry for it, and the tickets are still valid'
      : `The buyer disputes the charge (${dispute.reason}): respond at the processor before its deadline`,
    orderId: null,
    paymentId: null,
    intentId: dispute.intentId,
    currency: dispute.currency,
    shopMinor: null,
    ledgerMinor: null,
    processorMinor: -dispute.amountMinor,
  }
}

/** The kinds that mean that a buyer is charged for what the shop does not know of. */
export const isBreach = (difference: Difference): boolean =>
  difference.kind === 'intent_without_payment' ||
  difference.kind === 'payment_without_order' ||
  (difference.kind === 'captured_differs' && (difference.processorMinor ?? 0) > (difference.shopMinor ?? 0))
