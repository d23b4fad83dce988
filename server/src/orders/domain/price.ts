// What an order costs, out of its frozen lines. Pure; the only place that adds up prices.
import type { LineBody, OrderLine, Price } from '@holdfast/contract'
import { placesOf } from './lines.ts'
import type { Sale } from './stock.ts'

export function priceOf(currency: string, lines: readonly OrderLine[]): Price {
  const money = (amountMinor: number) => ({ amountMinor, currency })
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  return {
    subtotal: money(subtotal),
    discount: money(0),
    fees: money(0),
    taxes: [],
    total: money(subtotal),
  }
}

/** What the sale asks for these lines; null when one of them is not for sale. */
export function askedTotal(sale: Sale, asked: readonly LineBody[]): number | null {
  let totalMinor = 0
  for (const body of asked) {
    const type = sale.types.find(({ id }) => id === body.ticketTypeId)
    if (!type) return null
    totalMinor += placesOf([body]) * type.priceMinor
  }
  return totalMinor
}
