// What differs between a payment, the ledger and the processor's list: each kind, its owner, and
// what is none.
import { expect, it } from 'vitest'
import { type Compared, differenceOfDispute, differencesOf, isBreach } from './differences.ts'

const settled: Compared = {
  paymentId: 'p',
  orderId: 'o',
  intentId: 'pi_1',
  orderStatus: 'complete',
  currency: 'EUR',
  paymentStatus: 'captured',
  capturedMinor: 4_500,
  refundedMinor: 500,
  authorizedMinor: 0,
  ledgerMinor: 4_000,
  failedRefunds: 0,
  failedMinor: 0,
  failedOrigin: null,
  waitingRefundSeconds: null,
  listed: true,
  ours: true,
  listedCurrency: 'EUR',
  listedCapturedMinor: 4_500,
  listedRefundedMinor: 500,
  listedAuthorizedMinor: 0,
}
const none = {
  capturedMinor: 0,
  refundedMinor: 0,
  ledgerMinor: 0,
  listedCapturedMinor: 0,
  listedRefundedMinor: 0,
}
const authorized: Compared = {
  ...settled,
  ...none,
  paymentStatus: 'authorized',
  authorizedMinor: 4_500,
  listedAuthorizedMinor: 4_500,
}
const never: Compared = { ...settled, ...none, paymentStatus: 'declined' }
const stranger: Compared = {
  ...never,
  paymentStatus: null,
  orderStatus: null,
  paymentId: null,
  orderId: null,
  ours: false,
  listedCapturedMinor: 900,
}

it.each([
  ['a settled payment', settled],
  ['an authorized one', authorized],
  ['one that never had money', never],
  ['one that never reached the processor', { ...never, intentId: null, listed: false }],
  ['one that the processor does not know, without money', { ...never, listed: false }],
  ['a stranger’s intent without money', { ...stranger, listedCapturedMinor: 0 }],
  ['a refund under way for a week', { ...settled, waitingRefundSeconds: 7 * 86_400 }],
])('%s is no difference', (_what, row) => {
  expect(differencesOf(row)).toEqual([])
})

it.each([
  ['captured_differs', 'shop', { ...settled, listedCapturedMinor: 4_600 }],
  ['captured_differs', 'shop', { ...settled, listedCapturedMinor: 0, listedRefundedMinor: 0 }],
  ['refunded_differs', 'shop', { ...settled, listedRefundedMinor: 600 }],
  ['currency_differs', 'shop', { ...settled, listedCurrency: 'USD' }],
  ['authorized_differs', 'shop', { ...never, listedAuthorizedMinor: 4_500 }],
  ['authorized_differs', 'shop', { ...authorized, listedAuthorizedMinor: 0 }],
  ['ledger_differs', 'shop', { ...settled, ledgerMinor: 4_500 }],
  ['payment_without_order', 'shop', { ...settled, orderStatus: null }],
  ['missing_at_processor', 'operator', { ...settled, listed: false }],
  ['missing_at_processor', 'operator', { ...authorized, listed: false }],
  [
    'refund_failed',
    'organiser',
    { ...settled, failedRefunds: 1, failedMinor: 500, failedOrigin: 'organiser' },
  ],
  [
    'refund_failed',
    'operator',
    { ...settled, failedRefunds: 1, failedMinor: 500, failedOrigin: 'late_money' },
  ],
  ['refund_slow', 'processor', { ...settled, waitingRefundSeconds: 11 * 86_400 }],
  ['foreign', 'operator', stranger],
  ['foreign', 'operator', { ...stranger, listedCapturedMinor: 0, listedAuthorizedMinor: 5 }],
  ['intent_without_payment', 'shop', { ...stranger, ours: true }],
] as const)('%s is for the %s', (kind, owner, row) => {
  expect(differencesOf(row).map((difference) => [difference.kind, difference.owner])).toEqual([[kind, owner]])
})

it('only money that a buyer may be charged for wrongly is a breach', () => {
  const breaks = (row: Compared) => differencesOf(row).some(isBreach)
  expect(breaks({ ...settled, listedCapturedMinor: 4_600 })).toBe(true)
  expect(breaks({ ...settled, listedCapturedMinor: 4_400 })).toBe(false)
  expect(breaks({ ...stranger, ours: true })).toBe(true)
  expect(breaks(stranger)).toBe(false)
  expect(breaks({ ...settled, orderStatus: null })).toBe(true)
  expect(breaks({ ...settled, listed: false })).toBe(false)
})

it('a dispute is open, lost, or over', () => {
  const createdAt = '2026-11-22T00:00:00.000Z'
  const dispute = {
    disputeId: 'dp_1',
    intentId: 'pi_1',
    amountMinor: 100,
    currency: 'EUR',
    reason: 'fraudulent',
    createdAt,
  }
  const kindOf = (status: string) => differenceOfDispute({ ...dispute, status })?.kind ?? null
  expect(
    ['needs_response', 'under_review', 'warning_needs_response', 'lost', 'won', 'warning_closed'].map(kindOf),
  ).toEqual(['dispute_open', 'dispute_open', 'dispute_open', 'dispute_lost', null, null])
})
