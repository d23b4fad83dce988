// What the shop tells programs of others, by the feed and by webhooks. These are no events of the
// system: they have versions of their own, and no field of a person.
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { Money } from '../money/money.ts'
import { CancelReason } from '../orders.ts'
import { Seat } from '../tickets.ts'
import { Id, Instant } from '../values.ts'

const Price = Type.Integer({ minimum: 0, description: 'in minor units of the show’s currency' })

const Show = Type.Object({
  showId: Id,
  title: Type.String(),
  startsAt: Instant,
  doorsAt: Type.Optional(Instant),
  endsAt: Type.Optional(Instant),
  timeZone: Type.String(),
  venue: Type.Union([Type.String(), Type.Null()]),
  currency: Type.String(),
  onSale: Type.Boolean({ description: 'false once the sale was closed' }),
  ticketTypes: Type.Array(Type.Object({ id: Id, name: Type.String(), priceMinor: Price })),
})

const Line = Type.Object({
  ticketTypeId: Id,
  name: Type.String(),
  showId: Id,
  quantity: Type.Integer({ minimum: 1 }),
  unitPriceMinor: Price,
  feeMinor: Type.Optional(Price),
  discountsMinor: Type.Optional(Type.Array(Price, { description: 'what a code takes off each place' })),
  taxRateBps: Type.Optional(Type.Integer({ minimum: 0, description: 'tax in the price' })),
  seatIds: Type.Optional(Type.Array(Id)),
})

const refund = { orderId: Id, refundId: Id, amount: Money, refundedTotal: Money }
const checkIn = { orderId: Id, ticketId: Id }

interface PublicKind<Data extends TSchema> {
  /** Grows when a field changes or goes. A new field changes nothing for those who ignore it. */
  readonly version: 1
  readonly title: string
  readonly data: Data
}

const kind = <Data extends TObject>(title: string, data: Data): PublicKind<Data> => ({
  version: 1,
  title,
  data,
})

/** Every public event, by its type. */
export const publicKinds = {
  ShowPublished: kind('A show goes on sale', Show),
  ShowChanged: kind('A show that was published has changed; the whole show as it is now', Show),
  ShowCancelled: kind('A show is cancelled', Type.Object({ showId: Id })),
  OrderCompleted: kind(
    'An order is paid, or was free',
    Type.Object({ orderId: Id, showId: Id, lines: Type.Array(Line), total: Money }),
  ),
  OrderCancelled: kind(
    'An order ended without a sale, and its places are free',
    Type.Object({ orderId: Id, reason: CancelReason }),
  ),
  ChargeRefunded: kind(
    'Money was given back; places stay as they are',
    Type.Object({ ...refund, full: Type.Boolean({ description: 'nothing is left to give back' }) }),
  ),
  RefundReturned: kind('A refund came back: the bank could not take it', Type.Object(refund)),
  PlacesReturned: kind(
    'Places of an order were given back, and are free',
    Type.Object({
      orderId: Id,
      returnId: Id,
      units: Type.Array(Type.Integer({ minimum: 0 }), { description: 'numbers of the places in the order' }),
      amount: Money,
    }),
  ),
  TicketsIssued: kind(
    'The tickets of an order were issued',
    Type.Object({
      orderId: Id,
      showId: Id,
      tickets: Type.Array(
        Type.Object({
          id: Id,
          unit: Type.Integer({ minimum: 0, description: 'number of the place in the order' }),
          ticketTypeId: Id,
          name: Type.String({ description: 'of the ticket type' }),
          seat: Type.Optional(Seat),
        }),
      ),
    }),
  ),
  TicketVoided: kind(
    'Tickets open no door any more',
    Type.Object({ orderId: Id, ticketIds: Type.Array(Id), reason: Type.String() }),
  ),
  TicketCheckedIn: kind(
    'A ticket was scanned at the door',
    Type.Object({ ...checkIn, door: Type.Optional(Type.String()) }),
  ),
  CheckInUndone: kind('A scan was undone; the ticket lets in once more', Type.Object(checkIn)),
  ShopRestored: kind(
    'The shop came back from a backup; what it told after that moment may not have happened',
    Type.Object({ backupTakenAt: Instant }),
  ),
} as const

export type PublicType = keyof typeof publicKinds
export const publicTypes = Object.keys(publicKinds) as PublicType[]

export type PublicData<T extends PublicType> = Static<(typeof publicKinds)[T]['data']>

/** The body of a webhook, and an item of the feed. */
export interface PublicEvent<T extends PublicType = PublicType> {
  readonly id: string
  readonly type: T
  readonly version: number
  readonly timestamp: string
  readonly organisationId: string
  readonly data: PublicData<T>
}

const attributes = {
  id: Type.String({ format: 'uuid', description: 'the same however often it is told: drop what you know' }),
  type: Type.String(),
  version: Type.Integer({ minimum: 1, description: 'of the shape of `data`' }),
  timestamp: Type.String({ format: 'date-time', description: 'when it happened, UTC' }),
  organisationId: Id,
}

/** JSON Schema of the body of one type. */
export const publicSchema = (type: PublicType): TSchema =>
  Type.Object({ ...attributes, type: Type.Literal(type), data: publicKinds[type].data })

const PublicEventView = Type.Object({
  ...attributes,
  data: Type.Object({}, { additionalProperties: true, description: 'as the type and its version say' }),
})

export const FeedQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'a cursor of this feed' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
  },
  { additionalProperties: false },
)
export const FeedPage = Type.Object({
  items: Type.Array(
    Type.Object({
      ...PublicEventView.properties,
      cursor: Type.String({ description: 'pass it as `after` to go on behind this event' }),
    }),
  ),
  nextCursor: Type.Union([Type.String(), Type.Null()], {
    description: 'where the next page begins; null at the end: keep the cursor of the last event',
  }),
})
export type FeedPage = Static<typeof FeedPage>

// ---- webhooks

const WebhookUrl = Type.String({ minLength: 10, maxLength: 1_000, pattern: '^https?://[^\\s]+$' })
const WebhookEvents = Type.Array(
  Type.Union([...publicTypes.map((type) => Type.Literal(type)), Type.Literal('*')]),
  { minItems: 1, maxItems: 50, uniqueItems: true, description: 'types of events; `*`: all, also new ones' },
)
const WebhookState = Type.Union([Type.Literal('active'), Type.Literal('disabled')])
export type WebhookState = Static<typeof WebhookState>

export const WebhookBody = Type.Object(
  { url: WebhookUrl, events: WebhookEvents },
  { additionalProperties: false },
)
export const WebhookChange = Type.Partial(
  Type.Object({ url: WebhookUrl, events: WebhookEvents, state: WebhookState }),
  { additionalProperties: false, minProperties: 1 },
)
const DisabledBecause = Type.Union([Type.Literal('owner'), Type.Literal('gone'), Type.Literal('down')])
export type DisabledBecause = Static<typeof DisabledBecause>
const webhook = {
  id: Id,
  url: Type.String(),
  events: Type.Array(Type.String()),
  state: WebhookState,
  disabledBecause: Type.Union([DisabledBecause, Type.Null()], {
    description: '`gone`: it answered 410; `down`: it took nothing for five days',
  }),
  failingSince: Type.Union([Instant, Type.Null()]),
  nextTryAt: Type.Union([Instant, Type.Null()], { description: 'while it fails' }),
  createdAt: Instant,
  oldSecretUntil: Type.Union([Instant, Type.Null()], {
    description: 'until then the secret before signs as well',
  }),
}
export const WebhookView = Type.Object(webhook)
export type WebhookView = Static<typeof WebhookView>
const secret = Type.String({ description: 'shown once: `whsec_` and the key in base64' })
export const NewWebhook = Type.Object({ ...webhook, secret })
export const NewWebhookSecret = Type.Object({ id: Id, secret, oldSecretUntil: Instant })

const DeliveryState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('sending'),
  Type.Literal('delivered'),
  Type.Literal('given_up'),
])
export type DeliveryState = Static<typeof DeliveryState>
export const DeliveryView = Type.Object({
  id: Id,
  state: DeliveryState,
  attempts: Type.Integer({ description: 'since it was last asked for' }),
  status: Type.Union([Type.Integer(), Type.Null()], { description: 'HTTP status of the last answer' }),
  answer: Type.Union([Type.String(), Type.Null()], {
    description: 'the first kilobyte of the last answer, or why there was none',
  }),
  answeredAt: Type.Union([Instant, Type.Null()]),
  event: PublicEventView,
})
export type DeliveryView = Static<typeof DeliveryView>
export const DeliveryQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  { additionalProperties: false },
)
export const ReplayView = Type.Object({ id: Id, state: DeliveryState })
