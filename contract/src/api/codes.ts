// Shapes of the HTTP API around codes: words that take something off, unlock hidden ticket types, or
// both.
import { type Static, Type } from 'typebox'
import { mostOfAnyCurrency } from '../money/money.ts'
import { Id, Instant } from '../values.ts'
import { Availability } from './availability.ts'
import { TicketTypeView } from './shop.ts'

const closed = { additionalProperties: false } as const

export const bulkCodesMax = 1_000
export const codeTextMax = 60
/** As people type it: capitals, spaces and hyphens mean nothing. */
export const CodeText = Type.String({ minLength: 1, maxLength: codeTextMax, format: 'visible' })

const AmountMinor = Type.Integer({ minimum: 0, maximum: mostOfAnyCurrency })
const TypeIds = (description: string) =>
  Type.Array(Id, { minItems: 1, maxItems: 50, uniqueItems: true, description })

/** What a code does, and for whom. Flat, as it is sent, stored and read. */
const termFields = {
  percentBps: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: 'taken off, in hundredths of a per cent' }),
  ),
  amountMinor: Type.Optional(AmountMinor),
  priceMinor: Type.Optional(
    Type.Integer({ minimum: 0, maximum: mostOfAnyCurrency, description: 'each ticket costs this instead' }),
  ),
  per: Type.Optional(
    Type.Union([Type.Literal('ticket'), Type.Literal('order')], { description: 'ticket if absent' }),
  ),
  ticketTypeIds: Type.Optional(TypeIds('what it takes something off of; if absent, of all types')),
  unlocks: Type.Optional(TypeIds('hidden ticket types that it shows')),
  usesPerBuyer: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  ticketsPerUse: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'if absent, an order is one use' }),
  ),
  validFrom: Type.Optional(Instant),
  validUntil: Type.Optional(Instant),
}
export const CodeTerms = Type.Object(termFields, closed)
export type CodeTerms = Static<typeof CodeTerms>

const Uses = Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'in all; if absent, any number' })
export const CodesBody = Type.Object(
  {
    code: Type.Optional(CodeText),
    count: Type.Optional(
      Type.Integer({ minimum: 1, maximum: bulkCodesMax, description: 'so many made-up codes' }),
    ),
    uses: Type.Optional(Uses),
    ...termFields,
  },
  closed,
)
export type CodesBody = Static<typeof CodesBody>
export const CodeChangeBody = Type.Object(
  {
    uses: Type.Optional(Uses),
    validUntil: Type.Optional(Instant),
    ended: Type.Optional(Type.Literal(true, { description: 'no order takes it any more' })),
  },
  closed,
)
export type CodeChangeBody = Static<typeof CodeChangeBody>

export const CodeView = Type.Object({
  id: Id,
  code: Type.String(),
  ...termFields,
  uses: Type.Optional(Type.Integer({ description: 'never less than what is held and used' })),
  held: Type.Integer({ description: 'uses of orders that are not paid yet' }),
  used: Type.Integer(),
  ended: Type.Boolean(),
})
export type CodeView = Static<typeof CodeView>
export const CodeList = Type.Object({ items: Type.Array(CodeView) })
export const CodeUrlParams = Type.Object({ id: Id, codeId: Id }, closed)

export const CodeCheckBody = Type.Object({ code: CodeText }, closed)
/** What a buyer learns of a code. How often it may be used is its organiser's business. */
export const CodeCheck = Type.Object({
  code: Type.String(),
  percentBps: termFields.percentBps,
  amountMinor: termFields.amountMinor,
  priceMinor: termFields.priceMinor,
  per: termFields.per,
  ticketTypeIds: termFields.ticketTypeIds,
  validUntil: termFields.validUntil,
  usedUp: Type.Boolean(),
  ticketTypes: Type.Array(
    Type.Object({
      ...TicketTypeView.properties,
      capacity: Type.Optional(TicketTypeView.properties.capacity),
      available: Type.Integer(),
      held: Type.Integer(),
      sold: Type.Integer(),
    }),
    { description: 'hidden types that it unlocks, with what is left of them' },
  ),
  seats: Availability.properties.seats,
})
export type CodeCheck = Static<typeof CodeCheck>
