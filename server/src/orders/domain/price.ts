// What an order costs, out of its frozen lines. Pure; the only place that adds up prices.
import { currencyRule, type OrderLine, type Price } from '@holdfast/contract'
import { priceUnits, type UnitPrice } from './pricing.ts'

/** The smallest step that a currency is charged in. */
export const stepOf = (currency: string) => currencyRule(currency)?.step ?? 1

/** The prices of all units of these lines, by their numbers. */
export function unitsOfLines(lines: readonly OrderLine[]): UnitPrice[] {
  return lines.flatMap(({ quantity, unitPriceMinor, taxRateBps = null, feeMinor = 0 }) =>
    Array.from({ length: quantity }, () => ({ priceMinor: unitPriceMinor, taxRateBps, feeMinor })),
  )
}

/** The same for what a buyer asks about, what is held, and what was sold: lines never change. */
export function priceOf(currency: string, lines: readonly OrderLine[]): Price {
  const money = (amountMinor: number) => ({ amountMinor, currency })
  const minors = lines.flatMap(({ quantity, discountsMinor }) =>
    Array.from({ length: quantity }, (_, index) => discountsMinor?.[index] ?? 0),
  )
  const units = unitsOfLines(lines)
  const discount = { rule: { kind: 'frozen', minors }, covers: new Set(units.keys()) } as const
  const price = priceUnits(units, {
    net: false,
    stepMinor: stepOf(currency),
    orderFeeMinor: 0,
    ...(minors.some((minor) => minor > 0) ? { discount } : {}),
  })
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
