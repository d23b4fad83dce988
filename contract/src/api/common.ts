// Shapes that all routes share: how they refuse, and how they answer in pages.
import { type Static, type TSchema, Type } from 'typebox'
import { Price } from '../money/price.ts'
import { Id, Instant } from '../values.ts'

/** RFC 9457 problem details, with our stable `code`. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.Optional(Type.String()),
  declineCode: Type.Optional(Type.String()),
  retryAfterSeconds: Type.Optional(Type.Integer()),
  usedAt: Type.Optional(Instant),
  usedDoor: Type.Optional(Type.String()),
  show: Type.Optional(
    Type.Object(
      { id: Id, title: Type.String(), startsAt: Instant, timeZone: Type.String() },
      { description: 'the show that a ticket is for' },
    ),
  ),
  price: Type.Optional(Price),
  opensAt: Type.Optional(Type.String({ format: 'date-time', description: 'when the sale begins' })),
  least: Type.Optional(Type.Integer({ description: 'tickets that an order must have' })),
  most: Type.Optional(Type.Integer({ description: 'tickets that an order, or a buyer, may have' })),
  field: Type.Optional(Type.String({ description: 'JSON pointer of the field that is wrong' })),
  oldest: Type.Optional(Type.String({ description: 'the oldest cursor that the feed goes back to' })),
})
export type Problem = Static<typeof Problem>

export const Page = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) })

export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
)
