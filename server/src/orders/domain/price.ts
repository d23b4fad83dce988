// What an order costs, out of its frozen lines. Pure; the only place that adds up prices.
import { currencyRule, type OrderLine, type Price } from '@holdfast/contract'
import { priceUnits } from './pricing.ts'

/** The same for what a buyer asks about, what is held, and what was sold: lines never change. */
export function priceOf(currency: string, lines: readonly OrderLine[]): Price {
  const money = (amountMinor: number) => ({ amountMinor, currency })
  const units = lines.flatMap(({ quantity, unitPriceMinor, taxRateBps = null, feeMinor = 0 }) =>
    Array.from({ length: quantity }, () => ({ priceMinor: unitPriceMinor, taxRateBps, feeMinor })),
  )
  const stepMinor = currencyRule(currency)?.step ?? 1
  const price = priceUnits(units, { net: false, stepMinor, orderFeeMinor: 0 })
  return {
    subtotal: money(price.subtotalMinor),
    discount: money(price.discountMinor),
    fees: money(price.feesMinor),
    taxes: price.taxes.map(({ rateBps, netMinor, taxMinor }) => {
      return { rateBps, net: money(netMinor), tax: money(taxMinor) }
    }),
    total: money(price.totalMinor),
  }
}
