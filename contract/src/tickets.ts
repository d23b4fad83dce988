// Events of the tickets service: shows as they are sold, and the tickets issued after a sale.
import { type Static, Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Currency } from './money/money.ts'
import { Id, Instant } from './values.ts'

export const Seat = Type.Object(
  { id: Id, section: Type.String(), row: Type.String(), number: Type.String() },
  { additionalProperties: false },
)
export type Seat = Static<typeof Seat>

export const PublishedTicketType = Type.Object({
  id: Id,
  name: Type.String(),
  priceMinor: Type.Integer({ minimum: 0 }),
  poolId: Id,
  seats: Type.Optional(Type.Array(Seat)),
})
export type PublishedTicketType = Static<typeof PublishedTicketType>

/** The whole show, so that orders never has to ask. */
export const PublishedShow = Type.Object({
  id: Id,
  organiserId: Id,
  title: Type.String(),
  startsAt: Instant,
  timeZone: Type.String(),
  currency: Currency,
  holdSeconds: Type.Integer({ minimum: 1 }),
  maxPerOrder: Type.Integer({ minimum: 1 }),
  maxPerBuyer: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'per buyer across all orders, held and bought; if absent, no limit',
    }),
  ),
  onSale: Type.Boolean({
    description: 'false once the organiser closed the sale: orders take no more holds',
  }),
  ticketTypes: Type.Array(PublishedTicketType),
  pools: Type.Array(Type.Object({ id: Id, capacity: Type.Integer({ minimum: 0 }) })),
})
export type PublishedShow = Static<typeof PublishedShow>

export const IssuedTicket = Type.Object({
  id: Id,
  code: Type.String({ description: 'unguessable; what the door scans' }),
  ticketTypeId: Id,
  name: Type.String(),
  seat: Type.Optional(Seat),
})
export type IssuedTicket = Static<typeof IssuedTicket>

export const ShowPublished = defineEvent('tickets', 'ShowPublished', PublishedShow)
export const ShowChanged = defineEvent('tickets', 'ShowChanged', PublishedShow)
export const ShowCancelled = defineEvent('tickets', 'ShowCancelled', Type.Object({ showId: Id }))
export const TicketsIssued = defineEvent(
  'tickets',
  'TicketsIssued',
  Type.Object({ orderId: Id, showId: Id, tickets: Type.Array(IssuedTicket) }),
)
export const TicketVoided = defineEvent(
  'tickets',
  'TicketVoided',
  Type.Object({ orderId: Id, ticketIds: Type.Array(Id), reason: Type.String() }),
)
export const TicketCheckedIn = defineEvent(
  'tickets',
  'TicketCheckedIn',
  Type.Object({
    orderId: Id,
    ticketId: Id,
    door: Type.Optional(Type.String({ description: 'what the door calls itself' })),
  }),
)
