// What an order costs, out of its frozen lines. Pure; the only place that adds up prices.
import { currencyRule, type OrderLine, type Price } from '@holdfast/contract'
import { type OrderPrice, priceUnits, type UnitPrice } from './pricing.ts'

/** The smallest step that a currency is charged in. */
export const stepOf = (currency: string) => currencyRule(currency)?.step ?? 1

/** The prices of all units of these lines, by their numbers. */
export function unitsOfLines(lines: readonly OrderLine[]): UnitPrice[] {
  return lines.flatMap(({ quantity, unitPriceMinor, taxRateBps = null, feeMinor = 0 }) =>
    Array.from({ length: quantity }, () => ({ priceMinor: unitPriceMinor, taxRateBps, feeMinor })),
  )
}

interface Pricing {
  /** A comp takes off the whole price, whatever it is. */
  readonly isComp?: boolean
}

function priceLines(currency: string, lines: readonly OrderLine[], { isComp = false }: Pricing): OrderPrice {
  const minors = lines.flatMap(({ quantity, discountsMinor }) =>
    Array.from({ length: quantity }, (_, index) => discountsMinor?.[index] ?? 0),
  )
  const units = unitsOfLines(lines)
  const covers = new Set(units.keys())
  const rule = isComp ? ({ kind: 'percent', bps: 10_000 } as const) : ({ kind: 'frozen', minors } as const)
  return priceUnits(units, {
    net: false,
    stepMinor: stepOf(currency),
    orderFeeMinor: 0,
    ...(isComp || minors.some((minor) => minor > 0) ? { discount: { rule, covers } } : {}),
  })
}

/** What each unit costs, by its number. */
export const pricedUnits = (currency: string, lines: readonly OrderLine[], pricing: Pricing) =>
  priceLines(currency, lines, pricing).units

/** The same for what a buyer asks about, what is held, and what was sold: lines never change. */
export function priceOf(currency: string, lines: readonly OrderLine[], pricing: Pricing = {}): Price {
  const money = (amountMinor: number) => ({ amountMinor, currency })
  const price = priceLines(currency, lines, pricing)
  const discounts = lines.flatMap(({ ticketTypeId, discountsMinor = [] }) => {
    const amountMinor = discountsMinor.reduce((sum, minor) => sum + minor, 0)
    return amountMinor > 0 ? [{ ticketTypeId, amount: money(amountMinor) }] : []
  })
  return {
    subtotal: money(price.subtotalMinor),
    discount: money(price.discountMinor),
    ...(discounts.length > 0 ? { discounts } : {}),
    fees: money(price.feesMinor),
    taxes: price.taxes.map(({ rateBps, netMinor, taxMinor }) => {
      return { rateBps, net: money(netMinor), tax: money(taxMinor) }
    }),
    total: money(price.totalMinor),
  }
}
