// What becomes of an intent after a restore, by what the processor and the backup know of it.
import { expect, it } from 'vitest'
import type { ListedIntent } from '../../payments/processor/books.ts'
import type { Receipt } from '../../payments/processor/receipt.ts'
import { newId } from '../../platform/process/clock.ts'
import { adoptedFrom, type Fate, type Sorting, sortIntent } from './sort.ts'

const [paymentId, orderId, buyerId, organiserId] = [newId(), newId(), newId(), newId()]
const receipt: Receipt = {
  orderId,
  organiserId,
  showId: newId(),
  buyer: { id: buyerId, email: 'ann@example.com' },
  lines: [{ ticketTypeId: newId(), quantity: 2 }],
  totalMinor: 9_000,
}
const intentOf = (changes: Partial<ListedIntent>): ListedIntent => ({
  intentId: 'pi_1',
  paymentId,
  orderId,
  status: 'succeeded',
  currency: 'EUR',
  amountMinor: 9_000,
  authorizedMinor: 0,
  capturedMinor: 9_000,
  refundedMinor: 0,
  disputed: false,
  createdAt: '2031-01-01T12:00:00.000Z',
  metadata: {},
  ...changes,
})
const held = { status: 'requires_capture', authorizedMinor: 9_000, capturedMinor: 0 }
const payment = { id: paymentId, capturedMinor: 9_000, refundedMinor: 0, open: false }
const order = { id: orderId, status: 'created', totalMinor: 9_000, currency: 'EUR', buyerId, organiserId }

interface Case {
  readonly intent?: Partial<ListedIntent>
  readonly receipt?: Receipt | null
  readonly payment?: Partial<typeof payment>
  readonly order?: Partial<typeof order>
}

it.each<[Fate, string, Case]>([
  ['known', 'its payment is known and nothing is new', { payment: {} }],
  ['known', 'its payment is open: the shop asks by itself', { payment: { capturedMinor: 0, open: true } }],
  ['look', 'refunded since', { payment: {}, intent: { refundedMinor: 9_000 } }],
  ['look', 'captured since, and the payment is at rest', { payment: { capturedMinor: 0 } }],
  ['join', 'paid since, and its order waits', { order: {} }],
  ['join', 'set aside since, and its order waits', { order: {}, intent: held }],
  ['rebuild', 'taken, and its order is lost', {}],
  ['give_back', 'taken, and it is too large for a receipt', { receipt: null }],
  ['give_back', 'taken, and the receipt is of another order', { receipt: { ...receipt, orderId: newId() } }],
  ['give_back', 'taken, and the total is another', { receipt: { ...receipt, totalMinor: 1 } }],
  ['give_back', 'taken, and a part of it went back', { intent: { refundedMinor: 1 } }],
  ['give_back', 'taken, and its order was cancelled', { order: { status: 'cancelled' } }],
  ['give_back', 'taken, and another payment paid its order', { order: { status: 'complete' } }],
  ['give_back', 'only set aside', { intent: held }],
  ['give_back', 'in a challenge', { intent: { ...held, status: 'requires_action', authorizedMinor: 0 } }],
  ['nothing', 'all of it went back', { intent: { refundedMinor: 9_000 } }],
  ['nothing', 'given up', { intent: { ...held, status: 'canceled', authorizedMinor: 0 } }],
  [
    'foreign',
    'another program’s',
    { receipt: null, intent: { metadata: {}, paymentId: null, orderId: null } },
  ],
])('%s: %s', (fate, _name, each) => {
  const sorting: Sorting = {
    openReceipt: () => (each.receipt === undefined ? receipt : each.receipt),
    payments: new Map(each.payment ? [[paymentId, { ...payment, ...each.payment }]] : []),
    orders: new Map(each.order ? [[orderId, { ...order, ...each.order }]] : []),
  }
  expect(sortIntent(intentOf(each.intent ?? {}), sorting).fate).toBe(fate)
})

it('the row of a payment says whose it is: by the order, else by the receipt', () => {
  const sorted = { fate: 'rebuild', intent: intentOf({}), receipt } as const
  expect(adoptedFrom(sorted, null)).toMatchObject({
    id: paymentId,
    order_id: orderId,
    buyer_id: buyerId,
    claim: null,
  })
  const other = newId()
  expect(adoptedFrom(sorted, 'lost', { ...order, buyerId: other })).toMatchObject({
    buyer_id: other,
    claim: 'lost',
  })
  expect(adoptedFrom({ ...sorted, receipt: null }, 'lost').buyer_id).toMatch(/^0{8}-/)
})
