// How much goes back for units of an order, and on which of them a refund is counted. Pure.
import type { Order } from '../order.ts'
import { pricedUnits, stepOf } from '../pricing/price.ts'
import { giveBack, type PricedUnit, percentOf, split } from '../pricing/pricing.ts'
import { unitsLeaving, unitsReturned } from './returned.ts'

type Sold = Pick<Order, 'total' | 'lines' | 'tendered'>
export type Paid = Extract<Order, { status: 'complete' | 'refunded' }>

const sum = (amounts: readonly number[]) => amounts.reduce((all, each) => all + each, 0)

export const unitPricesOf = ({ total, lines, tendered }: Sold): readonly PricedUnit[] =>
  pricedUnits(total.currency, lines, { isComp: tendered?.tender === 'comp' })

/** What went back of each unit. Of orders from before only the sum is known. */
export function backOf(order: Paid, units = unitPricesOf(order)): readonly number[] {
  if (order.back !== null) return order.back
  const grosses = units.map(({ grossMinor }) => grossMinor)
  return split(Math.max(0, Math.min(order.refundedMinor, sum(grosses))), grosses)
}

/** What is left of each unit: what was paid for it and did not go back. */
export function leftOf(order: Paid): number[] {
  const units = unitPricesOf(order)
  const back = backOf(order, units)
  return units.map(({ grossMinor }, no) => grossMinor - (back[no] ?? 0))
}

export const leftFor = (order: Paid, numbers: readonly number[]): number => {
  const left = leftOf(order)
  return sum(numbers.map((no) => left[no] ?? 0))
}

/**
 * What its buyer gets for each unit: what is left, less what the order's terms keep. Null where
 * nothing is taken back from buyers: what staff took goes back over the counter.
 */
export function offersOf(order: Paid): number[] | null {
  const { returnTerms: terms = null, tendered, total } = order
  if (terms === null || tendered !== null) return null
  const units = unitPricesOf(order)
  const back = backOf(order, units)
  return units.map(({ priceMinor, discountMinor, feeMinor, grossMinor }, no) => {
    const kept =
      percentOf(priceMinor - discountMinor, terms.keepBps, stepOf(total.currency)) +
      (terms.feesBack ? 0 : feeMinor)
    return Math.max(0, grossMinor - kept - (back[no] ?? 0))
  })
}

/**
 * What went back of each unit when the order knows so much to be refunded; less than before, if money
 * came back from the bank. Counted on `first`, the units of a return, then on those that are not
 * returned, then on the others.
 */
export function countBack(order: Paid, refundedMinor: number, first: readonly number[]): number[] {
  const units = unitPricesOf(order)
  const gone = new Set([...unitsReturned(order.returns), ...unitsLeaving(order.returns)])
  const named = new Set(first)
  const groups = [
    (no: number) => named.has(no),
    (no: number) => !named.has(no) && !gone.has(no),
    (no: number) => !named.has(no) && gone.has(no),
  ]
  const before = backOf(order, units)
  // News may come in another order: for a moment the sum is less than nothing.
  const most = sum(units.map(({ grossMinor }) => grossMinor))
  const moreMinor = Math.max(0, Math.min(refundedMinor, most)) - sum(before)
  return moreMinor < 0
    ? takeFrom(before, -moreMinor, groups)
    : addTo(units, { before, groups, moreMinor, stepMinor: stepOf(order.total.currency) })
}

type InGroup = (no: number) => boolean

function addTo(
  units: readonly PricedUnit[],
  {
    before,
    groups,
    moreMinor,
    stepMinor,
  }: { before: readonly number[]; groups: readonly InGroup[]; moreMinor: number; stepMinor: number },
): number[] {
  let back = [...before]
  let rest = moreMinor
  for (const isIn of groups) {
    // The others look as if all of them were back already.
    const masked = units.map(({ grossMinor }, no) => (isIn(no) ? (back[no] ?? 0) : grossMinor))
    const left = units.map(({ grossMinor }, no) => grossMinor - (masked[no] ?? 0))
    const amount = Math.min(rest, sum(left))
    const isWhole = [amount, ...left].every((minor) => minor % stepMinor === 0)
    const shares = giveBack(units, masked, amount, isWhole ? stepMinor : 1)
    back = back.map((minor, no) => minor + (shares[no]?.amountMinor ?? 0))
    rest -= amount
  }
  return back
}

function takeFrom(before: readonly number[], lessMinor: number, groups: readonly InGroup[]): number[] {
  let back = [...before]
  let rest = lessMinor
  for (const isIn of groups) {
    const weights = back.map((minor, no) => (isIn(no) ? minor : 0))
    const amount = Math.min(rest, sum(weights))
    const shares = split(amount, weights)
    back = back.map((minor, no) => minor - (shares[no] ?? 0))
    rest -= amount
  }
  return back
}
