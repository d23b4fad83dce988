// How an order begins: what may be had at which price, or why not. Pure.
import {
  type AmountFault,
  addSeconds,
  amountFault,
  type FactOf,
  type Money,
  type OrderLine,
} from '@holdfast/contract'
import { noCodes } from './code.ts'
import { discounted, type Entered, enterCode } from './codes.ts'
import { refuseBuyer, refuseNetwork } from './hold-limits.ts'
import { chooseLines, placesOf, shortageOf } from './lines.ts'
import {
  type CommandOf,
  type CounterSale,
  evolve,
  type Order,
  type OrderDecision,
  paymentOf,
} from './order.ts'
import { priceOf } from './price.ts'
import { isSold, nothingUnlocked, offeredOf, refuseWindow } from './sale.ts'
import type { Sale, Stock } from './stock.ts'

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
export function placeOrder(
  command: CommandOf<'PlaceOrder'>,
  { stock, now }: { stock: Stock; now: string },
): OrderDecision {
  const sale = stock.sales.get(command.showId)
  const { counter } = command
  if (!sale) return { rejection: 'show_unknown' }
  if (!isSold(sale, now)) return { rejection: 'not_on_sale' }
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
  const asking = { buyer: command.buyer, places: placesOf(command.lines), origin: command.origin }
  const refusal = counter ? null : refuseBuyer(sale, stock, asking)
  if (refusal !== null) return { rejection: 'limit_exceeded', ...refusal }
  const crowded = refuseNetwork(sale.showId, stock, asking)
  if (crowded !== null) return { rejection: 'too_many_holds', detail: crowded }
  const lines = entered ? discounted(sale.currency, chosen.lines, entered.code) : chosen.lines
  const price = priceOf(sale.currency, lines, { isComp: counter?.tendered.tender === 'comp' })
  const { amountMinor } = price.total
  if (command.expectedTotalMinor !== undefined && command.expectedTotalMinor !== amountMinor) {
    const detail = `the total is ${amountMinor} minor units, not ${command.expectedTotalMinor}`
    return { rejection: 'price_changed', detail, price }
  }
  // Such an order would only keep its places from others until it expires.
  const fault = amountMinor === 0 || counter ? null : amountFault(amountMinor, sale.currency)
  if (fault !== null) return { rejection: 'total_not_payable', detail: faultTexts[fault] }
  const short = shortageOf(sale, stock, chosen.lines)
  if (short !== null) return short
  const created = orderCreated(command, { sale, lines, entered, total: price.total, now })
  // What staff took is taken: no timer ends the order from here on.
  if (amountMinor > 0 && counter) return { facts: [created, claimedBy(command.orderId, counter)] }
  if (amountMinor > 0) return { facts: [created] }
  // Nothing to pay: complete at once, with no payment and no deadline.
  return { facts: [created, completed(evolve(undefined, created, now))] }
}

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
      amount: total,
      due: total,
      channel: counter ? 'box_office' : 'web',
      ...(counter ? { soldBy: counter.tendered.by, tendered: counter.tendered } : {}),
      expiresAt: addSeconds(now, sale.holdSeconds),
    },
  }
}

function claimedBy(orderId: string, { paymentId, tendered }: CounterSale): FactOf<'OrderClaimed'> {
  return { type: 'OrderClaimed', data: { orderId, paymentId, tendered } }
}

export function completed(order: Order): FactOf<'OrderCompleted'> {
  const { id, showId, buyer, lines, total, soldBy } = order
  const paymentId = paymentOf(order)
  const paid = paymentId === null ? {} : { paymentId }
  return {
    type: 'OrderCompleted',
    data: {
      orderId: id,
      showId,
      buyer,
      lines: [...lines],
      amount: total,
      ...(soldBy === null ? {} : { soldBy }),
      ...paid,
    },
  }
}
