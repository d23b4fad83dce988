// Events of the tickets service: shows as they are sold, and the tickets issued after a sale.
import { type Static, Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Currency } from './money/money.ts'
import { asks } from './people/questions.ts'
import { Id, Instant } from './values.ts'

export const Seat = Type.Object(
  { id: Id, section: Type.String(), row: Type.String(), number: Type.String() },
  { additionalProperties: false },
)
export type Seat = Static<typeof Seat>

/** What one unit takes of one pool. */
export const Take = Type.Object(
  { poolId: Id, count: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false },
)
export type Take = Static<typeof Take>

const CheckNote = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'what staff at the door look at, such as a student card',
})

/** What a show says of its evening beside its start. */
export const evening = {
  doorsAt: Type.Optional(Instant),
  endsAt: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'tickets are sold until then; if absent, until the start',
    }),
  ),
  lastEntryAt: Type.Optional(Instant),
  leastAge: Type.Optional(Type.Integer({ minimum: 1, maximum: 99 })),
  checkNote: Type.Optional(CheckNote),
}
const Evening = Type.Object(evening)
export type Evening = Static<typeof Evening>

/** The evening among other fields, without those that say nothing. */
export function eveningOf({ doorsAt, endsAt, lastEntryAt, leastAge, checkNote }: Evening): Evening {
  return {
    ...(doorsAt === undefined ? {} : { doorsAt }),
    ...(endsAt === undefined ? {} : { endsAt }),
    ...(lastEntryAt === undefined ? {} : { lastEntryAt }),
    ...(leastAge === undefined ? {} : { leastAge }),
    ...(checkNote === undefined ? {} : { checkNote }),
  }
}

/** The buyer says what they pay, within these bounds. */
export const ChosenPrice = Type.Object({
  kind: Type.Literal('chosen'),
  leastMinor: Type.Integer({ minimum: 0 }),
  suggestedMinor: Type.Optional(Type.Integer({ minimum: 0 })),
  mostMinor: Type.Optional(
    Type.Integer({ minimum: 0, description: 'if absent, what a card can be charged' }),
  ),
})
export type ChosenPrice = Static<typeof ChosenPrice>

/**
 * When, how many at once and to whom a ticket type is sold, and what the door looks at. What is
 * absent sets no bounds: sold as long as the show, to everybody.
 */
export const saleTerms = {
  saleStartsAt: Type.Optional(Instant),
  saleEndsAt: Type.Optional(Instant),
  minPerOrder: Type.Optional(
    Type.Integer({ minimum: 1, description: 'in an order that has any; if absent, 1' }),
  ),
  maxPerOrder: Type.Optional(
    Type.Integer({ minimum: 1, description: 'if absent, as many as the show allows' }),
  ),
  hidden: Type.Optional(Type.Boolean({ description: 'sold only to those who enter a code that unlocks it' })),
  feeMinor: Type.Optional(
    Type.Integer({ minimum: 0, description: 'added to each ticket that costs something, tax included' }),
  ),
  checkNote: Type.Optional(CheckNote),
  admits: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'people that one ticket lets in; if absent, 1. 0: an extra, which no door scans',
    }),
  ),
  needs: Type.Optional(
    Type.Object(
      { anyOf: Type.Array(Id, { minItems: 1 }) },
      { description: 'sold only in an order that has a ticket of one of these types' },
    ),
  ),
  price: Type.Optional(ChosenPrice),
}
const SaleTerms = Type.Object(saleTerms)
export type SaleTerms = Static<typeof SaleTerms>

/** The terms among other fields, without those that say nothing. */
export function saleTermsOf(of: SaleTerms): SaleTerms {
  const { saleStartsAt, saleEndsAt, minPerOrder, maxPerOrder, hidden, feeMinor, checkNote } = of
  const { admits, needs, price } = of
  return {
    ...(saleStartsAt === undefined ? {} : { saleStartsAt }),
    ...(saleEndsAt === undefined ? {} : { saleEndsAt }),
    ...(minPerOrder === undefined || minPerOrder === 1 ? {} : { minPerOrder }),
    ...(maxPerOrder === undefined ? {} : { maxPerOrder }),
    ...(hidden === true ? { hidden } : {}),
    ...(feeMinor === undefined || feeMinor === 0 ? {} : { feeMinor }),
    ...(checkNote === undefined ? {} : { checkNote }),
    ...(admits === undefined || admits === 1 ? {} : { admits }),
    ...(needs === undefined ? {} : { needs }),
    ...(price === undefined ? {} : { price }),
  }
}

export const PublishedTicketType = Type.Object({
  id: Id,
  name: Type.String(),
  priceMinor: Type.Integer({ minimum: 0 }),
  taxRateBps: Type.Optional(
    Type.Integer({ minimum: 0, description: 'tax in the price, in hundredths of a per cent' }),
  ),
  ...saleTerms,
  takes: Type.Array(Take, { description: 'what one unit takes; empty: never sold out' }),
  seats: Type.Optional(Type.Array(Seat)),
})
export type PublishedTicketType = Static<typeof PublishedTicketType>

export const PublishedPool = Type.Object({
  id: Id,
  capacity: Type.Integer({ minimum: 0 }),
  name: Type.Optional(Type.String({ description: 'if absent, the pool of one ticket type alone' })),
  latch: Type.Optional(
    Type.Boolean({ description: 'once full, the pool stays closed, whatever is given back' }),
  ),
})
export type PublishedPool = Static<typeof PublishedPool>

/** The whole show, so that orders never has to ask. */
export const PublishedShow = Type.Object({
  id: Id,
  organiserId: Id,
  title: Type.String(),
  startsAt: Instant,
  ...evening,
  ...asks,
  timeZone: Type.String(),
  venue: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: 'absent in events from older versions' }),
  ),
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
  pools: Type.Array(PublishedPool),
})
export type PublishedShow = Static<typeof PublishedShow>

/** No event carries a code: whoever has the shop's key computes it of id and generation. */
export const IssuedTicket = Type.Object({
  id: Id,
  unit: Type.Integer({ minimum: 0, description: 'number of the unit of the order' }),
  generation: Type.Integer({ minimum: 1, description: 'grows when the ticket gets another code' }),
  keyVersion: Type.Optional(
    Type.String({ description: 'which key makes the code; absent of a ticket issued with a random code' }),
  ),
  code: Type.Optional(Type.String({ description: 'only in events of before codes were computed' })),
  ticketTypeId: Id,
  name: Type.String(),
  admits: Type.Optional(
    Type.Integer({ minimum: 0, description: 'if absent, 1. 0: an extra, which has no code for the door' }),
  ),
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
/** The answer to `ReturnRequested`: from now on none of these opens a door. */
export const TicketsReturned = defineEvent(
  'tickets',
  'TicketsReturned',
  Type.Object({ orderId: Id, returnId: Id, ticketIds: Type.Array(Id) }),
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
/** The ticket lets in once more: it was scanned by mistake. */
export const CheckInUndone = defineEvent(
  'tickets',
  'CheckInUndone',
  Type.Object({ orderId: Id, ticketId: Id, reason: Type.String() }),
)
