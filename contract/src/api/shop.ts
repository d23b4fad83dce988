// Shapes of shows in the HTTP API. Routes validate, serialize and document with them; the web reads
// them.
import { type Static, Type } from 'typebox'
import { Currency, mostOfAnyCurrency } from '../money/money.ts'
import { asks, QuestionBody, questionLimits } from '../people/questions.ts'
import { evening, saleTerms } from '../tickets.ts'
import { Id, Instant } from '../values.ts'
import { PageQuery } from './common.ts'

const closed = { additionalProperties: false } as const

/** The format `visible`: something in it can be seen. `visible-or-empty` may also be left empty. */
const ShortText = Type.String({ minLength: 1, maxLength: 200, format: 'visible' })
const PriceMinor = Type.Integer({ minimum: 0, maximum: mostOfAnyCurrency })
export const maxSeatsPerType = 20_000
export const maxCapacity = 1_000_000

export const SeatBody = Type.Object(
  {
    section: Type.String({ maxLength: 40, format: 'visible-or-empty' }),
    row: Type.String({ maxLength: 10, format: 'visible-or-empty' }),
    number: Type.String({ minLength: 1, maxLength: 10, format: 'visible' }),
  },
  closed,
)
const Capacity = (description: string) => Type.Integer({ minimum: 0, maximum: maxCapacity, description })
/** Pools of one name in a show are one pool. */
export const TypePoolBody = Type.Object(
  {
    name: ShortText,
    capacity: Type.Optional(Capacity('of the pool: given once, or the same wherever the pool is named')),
    count: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000, description: 'what one ticket takes; 1 if absent' }),
    ),
    latch: Type.Optional(
      Type.Boolean({ description: 'once full, the pool stays closed, whatever is given back' }),
    ),
  },
  closed,
)
export type TypePoolBody = Static<typeof TypePoolBody>
const typePools = Type.Array(TypePoolBody, {
  maxItems: 10,
  description: 'pools that the type takes from, shared with other types by their names',
})
const TaxRate = Type.Integer({
  minimum: 0,
  maximum: 10_000,
  description: 'tax contained in the price, in hundredths of a per cent',
})
const perOrder = Type.Optional(Type.Integer({ minimum: 1, maximum: 100 }))
/** A price that buyers choose goes before `priceMinor`. */
export const PriceKindBody = Type.Union([
  Type.Object({ kind: Type.Literal('fixed') }, closed),
  Type.Object(
    {
      kind: Type.Literal('chosen'),
      leastMinor: PriceMinor,
      suggestedMinor: Type.Optional(PriceMinor),
      mostMinor: Type.Optional(PriceMinor),
    },
    closed,
  ),
])
const termsBody = {
  ...saleTerms,
  admits: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 100,
      description: 'people that one ticket lets in, 1 if absent; 0: an extra, such as parking',
    }),
  ),
  needs: Type.Optional(
    Type.Object(
      { anyOf: Type.Array(ShortText, { minItems: 1, maxItems: 50, uniqueItems: true }) },
      { ...closed, description: 'ids, or names in this request: one of them must be in the same order' },
    ),
  ),
  price: Type.Optional(PriceKindBody),
  minPerOrder: perOrder,
  maxPerOrder: perOrder,
  feeMinor: Type.Optional(PriceMinor),
}
export const GeneralTypeBody = Type.Object(
  {
    name: ShortText,
    priceMinor: PriceMinor,
    taxRateBps: Type.Optional(TaxRate),
    ...termsBody,
    capacity: Capacity('one pool of the type’s own'),
    pools: Type.Optional(typePools),
  },
  closed,
)
/** Without a pool of its own; with no pool at all it is never sold out. */
export const PooledTypeBody = Type.Object(
  {
    name: ShortText,
    priceMinor: PriceMinor,
    taxRateBps: Type.Optional(TaxRate),
    ...termsBody,
    pools: typePools,
  },
  closed,
)
export const SeatedTypeBody = Type.Object(
  {
    name: ShortText,
    priceMinor: PriceMinor,
    taxRateBps: Type.Optional(TaxRate),
    ...termsBody,
    seats: Type.Array(SeatBody, { minItems: 1, maxItems: maxSeatsPerType }),
    pools: Type.Optional(typePools),
  },
  closed,
)
const showFields = {
  title: ShortText,
  startsAt: Instant,
  ...evening,
  ...asks,
  questions: Type.Optional(Type.Array(QuestionBody, { maxItems: questionLimits.questions })),
  timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA zone, for display' }),
  currency: Currency,
  venue: Type.Optional(Type.String({ maxLength: 200, format: 'visible-or-empty' })),
  description: Type.Optional(Type.String({ maxLength: 10_000 })),
  holdSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
  maxPerOrder: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  maxPerBuyer: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: maxCapacity,
      description: 'per buyer across all orders, held and bought',
    }),
  ),
  ticketTypes: Type.Array(Type.Union([GeneralTypeBody, PooledTypeBody, SeatedTypeBody]), {
    minItems: 1,
    maxItems: 50,
  }),
}
export const ShowBody = Type.Object(
  {
    ...showFields,
    organisationId: Type.Optional({ ...Id, description: 'who sells it; left out: your own organisation' }),
  },
  closed,
)
export type ShowBody = Static<typeof ShowBody>

/**
 * `id` names a ticket type that the show has; one without is new. On a published show none may be
 * left out.
 */
const typeId = { id: Type.Optional(Id) }
export const ShowChangeBody = Type.Object(
  {
    ...showFields,
    ticketTypes: Type.Array(
      Type.Union([
        Type.Object({ ...typeId, ...GeneralTypeBody.properties }, closed),
        Type.Object({ ...typeId, ...PooledTypeBody.properties }, closed),
        Type.Object({ ...typeId, ...SeatedTypeBody.properties }, closed),
      ]),
      { minItems: 1, maxItems: 50 },
    ),
  },
  closed,
)
export type ShowChangeBody = Static<typeof ShowChangeBody>

/**
 * A day (`2027-06-01`) is that of the show where it takes place; an instant is the same everywhere.
 * Both ends belong to the span.
 */
const DayOrInstant = Type.Union([Type.String({ format: 'date' }), Type.String({ format: 'date-time' })])

export const ShowQuery = Type.Object(
  {
    ...PageQuery.properties,
    q: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'searched in title and venue' }),
    ),
    from: Type.Optional(DayOrInstant),
    to: Type.Optional(DayOrInstant),
    mine: Type.Optional(Type.Boolean({ description: 'shows of your organisations, drafts included' })),
    organisationId: Type.Optional({ ...Id, description: 'only shows of this organisation' }),
  },
  closed,
)
export type ShowQuery = Static<typeof ShowQuery>

/** Instants of the copy keep their distance to the start, by the show's wall clock. */
export const CopyBody = Type.Object({ startsAt: Instant, title: Type.Optional(ShortText) }, closed)
export type CopyBody = Static<typeof CopyBody>

export const ShowStatus = Type.Union([
  Type.Literal('draft'),
  Type.Literal('on_sale'),
  Type.Literal('closed'),
  Type.Literal('cancelled'),
])
export const SeatView = Type.Object({
  id: Id,
  section: Type.String(),
  row: Type.String(),
  number: Type.String(),
})
export const TicketTypeView = Type.Object({
  id: Id,
  name: Type.String(),
  priceMinor: Type.Integer(),
  taxRateBps: Type.Optional(Type.Integer()),
  ...saleTerms,
  capacity: Type.Integer({
    description: 'of the type’s own pool; without one, the most tickets that its pools have room for',
  }),
  pools: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        capacity: Type.Integer(),
        count: Type.Integer(),
        latch: Type.Boolean(),
      }),
      { description: 'pools that have a name; a pool of the type’s own has none' },
    ),
  ),
  seats: Type.Optional(Type.Array(SeatView)),
})
export const ShowView = Type.Object({
  id: Id,
  organiserId: Id,
  title: Type.String(),
  startsAt: Instant,
  previousStartsAt: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'a show that was moved: when it was first announced for',
    }),
  ),
  ...evening,
  ...asks,
  timeZone: Type.String(),
  currency: Currency,
  venue: Type.Union([Type.String(), Type.Null()]),
  description: Type.Union([Type.String(), Type.Null()]),
  holdSeconds: Type.Integer(),
  maxPerOrder: Type.Integer(),
  maxPerBuyer: Type.Optional(
    Type.Integer({ description: 'per buyer across all orders; if absent, no limit' }),
  ),
  status: ShowStatus,
  version: Type.Integer(),
  ticketTypes: Type.Array(TicketTypeView),
})
export type ShowView = Static<typeof ShowView>
