// Shapes of the HTTP API around the box office: selling at the counter, money taken elsewhere, and
// what a show brought in.
import { type Static, Type } from 'typebox'
import { Currency } from '../money/money.ts'
import { Channel, ElsewhereTender, Tender } from '../orders.ts'
import { Id, Instant } from '../values.ts'
import { OrderBody } from './orders.ts'

const closed = { additionalProperties: false } as const

const Reason = Type.String({ minLength: 1, maxLength: 500, format: 'visible' })
const CounterBuyer = Type.Optional(
  Type.Object(
    {
      email: Type.Optional(Type.String({ format: 'email', minLength: 3, maxLength: 254 })),
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200, format: 'visible' })),
    },
    closed,
  ),
)
export const SaleBody = Type.Object(
  {
    lines: OrderBody.properties.lines,
    buyer: CounterBuyer,
    tender: Type.Optional(
      Type.Union(Tender.anyOf, {
        description:
          'comp: a discount of the whole price; on_account: the buyer owes it. Left out of a reservation',
      }),
    ),
    reserveUntil: Type.Optional(
      Type.String({ format: 'date-time', description: 'instead of a tender: not paid yet' }),
    ),
    reason: Type.Optional(Reason),
  },
  closed,
)
export type SaleBody = Static<typeof SaleBody>
export const ReserveBody = Type.Object({ until: Instant }, closed)
export const ElsewhereBody = Type.Object(
  {
    tender: Type.Optional(Type.Union(ElsewhereTender.anyOf, { description: 'cash if absent' })),
    reason: Type.Optional(Reason),
  },
  closed,
)

/** How an order was paid, as a settlement tells them apart. */
export const PaidBy = Type.Union([Type.Literal('card'), ...Tender.anyOf, Type.Literal('free')])
export type PaidBy = Static<typeof PaidBy>
const Account = Type.Union([
  Type.Literal('processor_balance'),
  Type.Literal('taken_elsewhere'),
  Type.Literal('receivable'),
  Type.Literal('none'),
])
/** Where the money is: the accounts of the ledger. */
export const settlementAccounts: Readonly<Record<PaidBy, Static<typeof Account>>> = {
  card: 'processor_balance',
  cash: 'taken_elsewhere',
  terminal: 'taken_elsewhere',
  transfer: 'taken_elsewhere',
  on_account: 'receivable',
  comp: 'none',
  free: 'none',
}
/** What a show brought in, of orders that are complete or were refunded. */
export const Settlement = Type.Object({
  currency: Currency,
  money: Type.Array(
    Type.Object({
      tender: PaidBy,
      account: Account,
      orders: Type.Integer(),
      faceMinor: Type.Integer({ description: 'what the tickets cost before anything was taken off' }),
      takenMinor: Type.Integer(),
      refundedMinor: Type.Integer(),
      keptMinor: Type.Integer({ description: 'taken less refunded' }),
    }),
  ),
  types: Type.Array(
    Type.Object({
      ticketTypeId: Id,
      name: Type.String(),
      channel: Channel,
      sold: Type.Integer({ description: 'tickets, with those that were given back' }),
      returned: Type.Integer(),
      comps: Type.Integer({ description: 'of those sold, the ones that were given away' }),
      admitted: Type.Integer({ description: 'scanned at a door' }),
    }),
  ),
  attendance: Type.Object({ valid: Type.Integer(), admitted: Type.Integer() }),
  reserved: Type.Object(
    { orders: Type.Integer(), tickets: Type.Integer(), amountMinor: Type.Integer() },
    { description: 'reservations that are not paid yet' },
  ),
})
export type Settlement = Static<typeof Settlement>
