// What an order costs, part by part: frozen at the hold. Shapes only; the sums are made in orders.
import { type Static, Type } from 'typebox'
import { Money } from './money.ts'

export const Price = Type.Object({
  subtotal: Money,
  discount: Money,
  fees: Money,
  taxes: Type.Array(
    Type.Object({
      rateBps: Type.Integer({ description: 'tax rate in hundredths of a per cent' }),
      net: Money,
      tax: Money,
    }),
    { description: 'taxes in the total, by rate; empty while the organiser names no rate' },
  ),
  total: Money,
})
export type Price = Static<typeof Price>
