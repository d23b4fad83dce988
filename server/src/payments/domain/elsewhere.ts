// Money that staff took outside of the shop: cash, a terminal, a transfer, or a bill. No processor
// knows of it, so nothing of it is uncertain: it is recorded once the order has accepted it, and
// what goes back is given back by staff. Pure.
import type { Tendered } from '@holdfast/contract'
import type { CommandOf, Decision, Records, TenderedElsewhere } from './commands.ts'
import { chargeCreated, type PaymentFact } from './facts.ts'
import { isPayable, type OrderTerms } from './known-order.ts'
import { isHolding, type Payment } from './payment.ts'

export const isElsewhere = (tendered: Tendered | undefined): tendered is TenderedElsewhere =>
  tendered !== undefined && tendered.tender !== 'comp'

/** What stands for the payment method of a card. */
const paymentMethod = 'elsewhere'

function opened(
  terms: OrderTerms,
  { paymentId, orderId, tendered }: Pick<CommandOf<'TakeElsewhere'>, 'paymentId' | 'orderId' | 'tendered'>,
): PaymentFact {
  const { tender } = tendered
  return { type: 'PaymentOpened', data: { ...terms, paymentId, orderId, paymentMethod, tender } }
}

/** Asks the order, which takes this payment or another one: a buyer may be paying by card meanwhile. */
export function takeElsewhere(
  { orders, siblingsByOrder }: Records,
  command: CommandOf<'TakeElsewhere'>,
  now: string,
): Decision {
  const { paymentId, orderId, tendered } = command
  const order = orders.get(orderId)
  if (!order?.terms) return { rejection: 'order_unknown' }
  if (!isPayable(order, now)) return { rejection: 'order_not_payable' }
  if ((siblingsByOrder.get(orderId) ?? []).some(isHolding))
    return { rejection: 'order_not_payable', detail: 'another payment for this order is already authorized' }
  const { amount } = order.terms
  const facts: PaymentFact[] = [
    opened(order.terms, command),
    { type: 'OutcomeKnown', data: { paymentId, status: 'authorized' } },
    {
      type: 'PaymentAuthorized',
      data: { orderId, paymentId, amount, orderVersion: order.version, tendered },
    },
  ]
  return { facts, answer: { paymentId } }
}

/** The order accepted it: nothing has to be captured. */
export function takenElsewhere(
  payment: Pick<Payment, 'id' | 'orderId' | 'amount' | 'tender'>,
): PaymentFact[] {
  const { id: paymentId, amount } = payment
  return [
    { type: 'ClaimSettled', data: { paymentId, claim: 'won', reason: null } },
    { type: 'MoneyTaken', data: { paymentId, amountMinor: amount.amountMinor } },
    chargeCreated(payment, amount.amountMinor),
  ]
}

/** Sold at the counter: the order was placed and paid in one, and payments hears of both together. */
export function takenAtCounter(
  terms: OrderTerms,
  sold: Pick<CommandOf<'TakeElsewhere'>, 'paymentId' | 'orderId' | 'tendered'>,
): PaymentFact[] {
  const { paymentId, orderId, tendered } = sold
  const payment = { id: paymentId, orderId, amount: terms.amount, tender: tendered.tender }
  return [opened(terms, sold), ...takenElsewhere(payment)]
}
