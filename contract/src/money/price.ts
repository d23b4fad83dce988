// What an order costs, part by part: frozen at the hold. Shapes only; the sums are made in orders.
import { type Static, Type } from 'typebox'
import { Id } from '../values.ts'
import { Money } from './money.ts'

export const Price = Type.Object({
  subtotal: Money,
  discount: Money,
  discounts: Type.Optional(
    Type.Array(Type.Object({ ticketTypeId: Id, amount: Money }), {
      description: 'the discount by ticket type; absent when there is none',
    }),
  ),
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
