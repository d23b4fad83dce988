// What becomes of an order by a command. The order's row decides every race, and this is how. Pure:
// no clock, no random, no database. Expiry never ends a claimed or complete order.
import {
  type AmountFault,
  addSeconds,
  admissionsOf,
  amountFault,
  type CancelReason,
  type ClaimRejection,
  type FactOf,
  type Money,
  type OrderLine,
} from '@holdfast/contract'
import { noCodes } from './code.ts'
import { discounted, type Entered, enterCode } from './codes.ts'
import { completed, recordRefund, returnPlaces, settleReturn, turnDownReturn } from './completed.ts'
import { evolve } from './evolve.ts'
import { refuseBuyer, refuseNetwork } from './hold-limits.ts'
import { chooseLines, heldPlacesOf, shortageOf } from './lines.ts'
import {
  type CommandOf,
  type CounterReservation,
  type CounterSale,
  type Order,
  type OrderCommand,
  type OrderDecision,
  paymentOf,
} from './order.ts'
import { priceOf } from './pricing/price.ts'
import { refuseUntil, reservedUntil, reserveOrder } from './reservation.ts'
import { requestReturn } from './returns/request-return.ts'
import { isSold, nothingUnlocked, offeredOf, refuseWindow } from './sale.ts'
import type { Sale, Stock } from './stock.ts'

const nothing: OrderDecision = { facts: [] }

/**
 * At most this much is added, once, when a payment is in flight at the deadline. Never more than
 * the hold itself.
 */
const extensionSecondsMax = 300

/**
 * Decides a command about one order. `order` is undefined while there is none; `now` is the
 * database's clock.
 */
export function decide(
  order: Order | undefined,
  command: OrderCommand,
  context: { stock: Stock; now: string },
): OrderDecision {
  if (command.type === 'PlaceOrder') return order ? nothing : placeOrder(command, context)
  if (!order) return { rejection: 'order_unknown' }
  switch (command.type) {
    case 'CancelOrder':
      return cancelOrder(order, command)
    case 'ExpireOrder':
      return expireOrder(order, command.deadline, context.now)
    case 'NotePaymentStarted':
      if (order.status !== 'created' || order.paymentUnderWay === command.paymentId) return nothing
      return {
        facts: [{ type: 'PaymentNoticed', data: { orderId: order.id, paymentId: command.paymentId } }],
      }
    case 'NotePaymentEnded':
      if (order.status !== 'created' || order.paymentUnderWay !== command.paymentId) return nothing
      return { facts: [{ type: 'PaymentNoticed', data: { orderId: order.id, paymentId: null } }] }
    case 'ClaimOrder':
      return claimOrder(order, command)
    case 'CompleteOrder':
      if (order.status !== 'claimed' || order.paymentId !== command.paymentId) return nothing
      return { facts: [completed(order)] }
    case 'ReleaseClaim':
      return releaseClaim(order, command.paymentId, context)
    case 'ReserveOrder':
      return reserveOrder(order, command, {
        sale: context.stock.sales.get(order.showId),
        now: context.now,
      })
    case 'RecordRefund':
      return recordRefund(order, command, context.now)
    case 'RequestReturn':
      return requestReturn(order, command, context.now)
    case 'ReturnPlaces':
      return returnPlaces(order, command.returnId, context.stock.codes ?? noCodes)
    case 'TurnDownReturn':
      return turnDownReturn(order, command.returnId)
    case 'SettleReturn':
      return settleReturn(order, command)
    case 'NoteDispute': {
      const { orderId, paymentId, disputed } = command
      if (order.status !== 'complete' || order.paymentId !== paymentId || order.disputed === disputed)
        return nothing
      return { facts: [{ type: 'DisputeNoted', data: { orderId, disputed } }] }
    }
  }
}

const faultTexts: Record<AmountFault, string> = {
  currency: 'no card is charged in this currency',
  least: 'the total is less than a card can be charged',
  most: 'the total is more than a card can be charged',
  step: 'the total has a part that this currency does not have on cards',
}

/**
 * The order of refusals is a promise of the API: the show and its windows, the code, the types and
 * limits, the price, and only then the stock.
 */
function placeOrder(
  command: CommandOf<'PlaceOrder'>,
  { stock, now }: { stock: Stock; now: string },
): OrderDecision {
  const sale = stock.sales.get(command.showId)
  const { counter } = command
  if (!sale) return { rejection: 'show_unknown' }
  if (!isSold(sale, now)) return { rejection: 'not_on_sale' }
  const reserving = counter && 'until' in counter ? counter : null
  const badDate = reserving && refuseUntil(sale, { until: reserving.until, field: '/reserveUntil' }, now)
  if (badDate) return badDate
  // What the web's sale keeps to does not bind staff at the counter: windows, codes, limits of buyers.
  const notNow = counter ? null : refuseWindow(offeredOf(sale, nothingUnlocked), command.lines, now)
  if (notNow !== null) return notNow
  const entered = enteredBy(command, stock, now)
  if (entered && 'rejection' in entered) return entered
  const offered = counter ? sale : offeredOf(sale, new Set(entered?.code.terms.unlocks))
  const lockedUntil = entered && refuseWindow(offered, command.lines, now)
  if (lockedUntil) return lockedUntil
  const chosen = chooseLines(offered, stock, command)
  if ('rejection' in chosen) return chosen
  const asking = { buyer: command.buyer, places: admissionsOf(chosen.lines), origin: command.origin }
  const refusal = counter ? null : refuseBuyer(sale, stock, asking)
  if (refusal !== null) return { rejection: 'limit_exceeded', ...refusal }
  const held = { ...asking, places: heldPlacesOf(chosen.lines) }
  const crowded = refuseNetwork(sale.showId, stock, held)
  if (crowded !== null) return { rejection: 'too_many_holds', detail: crowded }
  const lines = entered ? discounted(sale.currency, chosen.lines, entered.code) : chosen.lines
  const price = priceOf(sale.currency, lines, { isComp: isComp(counter) })
  const { amountMinor } = price.total
  if (command.expectedTotalMinor !== undefined && command.expectedTotalMinor !== amountMinor) {
    const detail = `the total is ${amountMinor} minor units, not ${command.expectedTotalMinor}`
    return { rejection: 'price_changed', detail, price }
  }
  if (reserving && amountMinor === 0)
    return { rejection: 'invalid_reservation', detail: 'there is nothing to pay later' }
  // Such an order would only keep its places from others until it expires.
  const fault = amountMinor === 0 || counter ? null : amountFault(amountMinor, sale.currency)
  if (fault !== null) return { rejection: 'total_not_payable', detail: faultTexts[fault] }
  const short = shortageOf(sale, stock, chosen.lines)
  if (short !== null) return short
  const created = orderCreated(command, { sale, lines, entered, total: price.total, now })
  if (reserving) return { facts: [created, reservedUntil(evolve(undefined, created, now), reserving)] }
  // What staff took is taken: no timer ends the order from here on.
  if (amountMinor > 0 && counter && 'tendered' in counter)
    return { facts: [created, claimedBy(command.orderId, counter)] }
  if (amountMinor > 0) return { facts: [created] }
  // Nothing to pay: complete at once, with no payment and no deadline.
  return { facts: [created, completed(evolve(undefined, created, now))] }
}

type Counter = CounterSale | CounterReservation | undefined
const isComp = (counter: Counter) =>
  counter !== undefined && 'tendered' in counter && counter.tendered.tender === 'comp'

function enteredBy({ code, showId, lines, buyer }: CommandOf<'PlaceOrder'>, stock: Stock, now: string) {
  if (code === undefined) return null
  return enterCode(stock.codes ?? noCodes, { showId, text: code, lines, buyer, now })
}

function orderCreated(
  { orderId, buyer, showId, counter }: CommandOf<'PlaceOrder'>,
  {
    sale,
    lines,
    entered,
    total,
    now,
  }: { sale: Sale; lines: readonly OrderLine[]; entered: Entered | null; total: Money; now: string },
): FactOf<'OrderCreated'> {
  return {
    type: 'OrderCreated',
    data: {
      orderId,
      buyerId: buyer.id,
      buyerEmail: buyer.email,
      ...(buyer.name === undefined ? {} : { buyerName: buyer.name }),
      showId,
      organiserId: sale.organiserId,
      lines: [...lines],
      ...(entered ? { code: { id: entered.code.id, uses: entered.uses } } : {}),
      ...(sale.returnTerms == null ? {} : { returnTerms: sale.returnTerms }),
      amount: total,
      due: total,
      channel: counter ? 'box_office' : 'web',
      ...soldAt(counter),
      expiresAt: addSeconds(now, sale.holdSeconds),
      ...(counter && 'until' in counter ? { kind: 'reservation', expiresAt: counter.until } : {}),
    },
  }
}

function soldAt(counter: Counter) {
  if (!counter) return {}
  if ('until' in counter) return { soldBy: counter.by }
  return { soldBy: counter.tendered.by, tendered: counter.tendered }
}

function claimedBy(orderId: string, { paymentId, tendered }: CounterSale): FactOf<'OrderClaimed'> {
  return { type: 'OrderClaimed', data: { orderId, paymentId, tendered } }
}

function cancelled(order: Order, reason: CancelReason): FactOf<'OrderCancelled'> {
  return { type: 'OrderCancelled', data: { orderId: order.id, reason } }
}

function cancelOrder(order: Order, command: CommandOf<'CancelOrder'>): OrderDecision {
  // Another's order is not there, as far as this buyer can tell.
  if (command.buyerId !== undefined && command.buyerId !== order.buyer.id)
    return { rejection: 'order_unknown' }
  switch (order.status) {
    case 'created':
      return { facts: [cancelled(order, command.reason)] }
    case 'cancelled':
      return nothing
    case 'claimed':
      return { rejection: 'order_claimed' }
    case 'complete':
      return { rejection: 'order_complete' }
    case 'refunded':
      return { rejection: 'order_refunded' }
  }
}

function expireOrder(order: Order, deadline: string, now: string): OrderDecision {
  // Claimed, complete, refunded, cancelled: the deadline means nothing any more.
  if (order.status !== 'created') return nothing
  // A deadline that was since extended. The instants are compared, not a clock: a clock may jump.
  if (deadline < order.expiresAt) return nothing
  if (order.paymentUnderWay === null || order.extended) return { facts: [cancelled(order, 'expired')] }
  // Never earlier than the deadline it replaces, also by a clock set back: the old one, told again,
  // would end the order.
  const from = now > order.expiresAt ? now : order.expiresAt
  const expiresAt = addSeconds(from, Math.min(extensionSecondsMax, order.holdSeconds))
  return { facts: [{ type: 'OrderExtended', data: { orderId: order.id, expiresAt } }] }
}

function claimOrder(order: Order, { paymentId, amount, tendered }: CommandOf<'ClaimOrder'>): OrderDecision {
  const reject = (reason: ClaimRejection): OrderDecision => ({
    facts: [{ type: 'ClaimRejected', data: { orderId: order.id, paymentId, reason } }],
  })
  if (order.status === 'created') {
    if (amount.amountMinor !== order.due.amountMinor || amount.currency !== order.due.currency)
      return reject('amount_mismatch')
    const data = { orderId: order.id, paymentId, ...(tendered ? { tendered } : {}) }
    return { facts: [{ type: 'OrderClaimed', data }] }
  }
  // The same authorization again is a message repeated: its answer stands in the stream already.
  if (paymentOf(order) === paymentId) return nothing
  return reject(`order_${order.status}`)
}

function releaseClaim(
  order: Order,
  paymentId: string,
  { stock, now }: { stock: Stock; now: string },
): OrderDecision {
  if (order.status !== 'claimed' || order.paymentId !== paymentId) return nothing
  // When the show was called off, this order was claimed and could not be cancelled with the
  // others.
  const calledOff = stock.sales.get(order.showId)?.status === 'cancelled'
  if (calledOff || now >= order.expiresAt) return { facts: [cancelled(order, 'payment_failed')] }
  return {
    facts: [{ type: 'OrderReopened', data: { orderId: order.id, paymentId, expiresAt: order.expiresAt } }],
  }
}
