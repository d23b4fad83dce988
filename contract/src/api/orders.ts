// Shapes of the HTTP API around orders: holding, paying, refunding, and what organisers see of
// their sales.
import { type Static, Type } from 'typebox'
import { MailKind } from '../mail.ts'
import { Currency, Money, mostOfAnyCurrency } from '../money/money.ts'
import { Price } from '../money/price.ts'
import { CancelReason, Channel, ElsewhereTender, OrderKind, ReturnedBy, Tender } from '../orders.ts'
import { Id, Instant } from '../values.ts'
import { CodeText } from './codes.ts'
import { PageQuery, SeatView } from './shop.ts'

const closed = { additionalProperties: false } as const

// ---- orders
const maxQuantity = 1_000_000
const maxSeatsPerLine = 1_000
const chosenPrice = {
  unitPriceMinor: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: mostOfAnyCurrency,
      description: 'what the buyer chose to pay for each; if absent, what is suggested, or else the least',
    }),
  ),
}
export const LineBody = Type.Union([
  Type.Object(
    { ticketTypeId: Id, quantity: Type.Integer({ minimum: 1, maximum: maxQuantity }), ...chosenPrice },
    closed,
  ),
  Type.Object(
    {
      ticketTypeId: Id,
      seatIds: Type.Array(Id, { minItems: 1, maxItems: maxSeatsPerLine, uniqueItems: true }),
      ...chosenPrice,
    },
    closed,
  ),
])
export type LineBody = Static<typeof LineBody>
export const OrderBody = Type.Object(
  {
    showId: Id,
    lines: Type.Array(LineBody, { minItems: 1, maxItems: 50 }),
    code: Type.Optional(CodeText),
    expectedTotalMinor: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description:
          'the total that the buyer saw; if it is another one by now, the answer is `price_changed` and nothing is held',
      }),
    ),
  },
  closed,
)
export type OrderBody = Static<typeof OrderBody>
export const PriceBody = Type.Object(
  { lines: OrderBody.properties.lines, code: OrderBody.properties.code },
  closed,
)

export const OrderStatus = Type.Union([
  Type.Literal('created'),
  Type.Literal('claimed'),
  Type.Literal('complete'),
  Type.Literal('cancelled'),
  Type.Literal('refunded'),
])
export type OrderStatus = Static<typeof OrderStatus>
export const OrderView = Type.Object({
  id: Id,
  code: Type.String({ description: 'short form of the id to read out; search with `q`' }),
  showId: Id,
  buyerEmail: Type.Union([Type.String(), Type.Null()], {
    description: 'email address given with the order; null of somebody at the counter who gave none',
  }),
  buyerName: Type.Optional(Type.String({ description: 'name given at the counter' })),
  status: OrderStatus,
  kind: Type.Union(OrderKind.anyOf, {
    description: 'hold: for minutes; reservation: until a date that staff said',
  }),
  lines: Type.Array(
    Type.Object({
      ticketTypeId: Id,
      name: Type.String(),
      quantity: Type.Integer(),
      unitPrice: Money,
      admits: Type.Optional(
        Type.Integer({ description: 'people that each ticket lets in; if absent, 1. 0: an extra' }),
      ),
      seatIds: Type.Optional(Type.Array(Id)),
    }),
  ),
  total: Money,
  due: Money,
  price: Price,
  channel: Channel,
  soldBy: Type.Optional(Type.String({ format: 'uuid', description: 'who of the staff sold it' })),
  tender: Type.Optional(
    Type.Union(Tender.anyOf, { description: 'how staff settled it; absent of a card and of free orders' }),
  ),
  tenderReason: Type.Optional(Type.String()),
  discountCode: Type.Optional(Type.String({ description: 'the word that the order was placed with' })),
  expiresAt: Instant,
  extended: Type.Boolean({
    description: 'true once the hold was extended, because a payment was in progress at the deadline',
  }),
  version: Type.Integer(),
  createdAt: Instant,
  cancelReason: Type.Optional(CancelReason),
  payment: Type.Optional(Type.Object({ id: Id })),
  refunded: Type.Optional(Money),
  tickets: Type.Optional(
    Type.Array(
      Type.Object({
        id: Id,
        code: Type.Optional(Type.String({ description: 'an extra has none: no door scans it' })),
        ticketTypeId: Id,
        name: Type.String(),
        admits: Type.Optional(
          Type.Integer({ description: 'people that it lets in; if absent, 1. 0: an extra' }),
        ),
        seat: Type.Optional(SeatView),
        status: Type.Union([Type.Literal('valid'), Type.Literal('void')]),
      }),
    ),
  ),
})
export type OrderView = Static<typeof OrderView>

export const ShowOrdersQuery = Type.Object(
  {
    ...PageQuery.properties,
    status: Type.Optional(OrderStatus),
    email: Type.Optional(Type.String({ maxLength: 254, description: 'start of the buyer’s email address' })),
    q: Type.Optional(
      Type.String({
        maxLength: 254,
        description: 'start of the buyer’s email address, or the code of an order',
      }),
    ),
  },
  closed,
)

/** The sales of one show in figures, so that a client need not add up pages of orders. */
export const ShowSales = Type.Object({
  currency: Currency,
  byStatus: Type.Array(
    Type.Object({
      status: OrderStatus,
      orders: Type.Integer(),
      tickets: Type.Integer(),
      totalMinor: Type.Integer(),
      refundedMinor: Type.Integer(),
    }),
  ),
  stepSeconds: Type.Integer({ description: 'length of each step' }),
  steps: Type.Array(
    Type.Object({ at: Instant, orders: Type.Integer(), tickets: Type.Integer(), totalMinor: Type.Integer() }),
    {
      description: 'complete orders by time of order; steps without sales are omitted',
    },
  ),
})
export type ShowSales = Static<typeof ShowSales>

export const ReturnView = Type.Object({
  id: Id,
  orderId: Id,
  status: Type.Union([Type.Literal('requested'), Type.Literal('done')], {
    description: 'requested: the tickets are being made void; done: they are, and the places are free',
  }),
  by: ReturnedBy,
  ticketIds: Type.Array(Id),
  refund: Money,
})
export type ReturnView = Static<typeof ReturnView>

export const TimelineEntry = Type.Object({
  id: Id,
  type: Type.String(),
  source: Type.String(),
  subject: Id,
  version: Type.Integer(),
  occurredAt: Instant,
  causationId: Type.Union([Type.String(), Type.Null()]),
  summary: Type.String({ description: 'one sentence for people' }),
  data: Type.Object(
    {
      amount: Type.Optional(Money),
      until: Type.Optional(Instant),
      kind: Type.Optional(Type.Union(OrderKind.anyOf, { description: 'what of places until then' })),
      reason: Type.Optional(Type.String()),
      count: Type.Optional(Type.Integer({ description: 'of tickets' })),
      door: Type.Optional(Type.String()),
      paymentId: Type.Optional(Id),
      refundId: Type.Optional(Id),
      mailKind: Type.Optional(MailKind),
      tender: Type.Optional(ElsewhereTender),
    },
    { description: 'what the sentence is made of, for those who write their own' },
  ),
})
export const Timeline = Type.Object({ items: Type.Array(TimelineEntry) })
export type TimelineView = Static<typeof Timeline>
export type Timeline = Static<typeof Timeline>

// ---- payments
export const PaymentBody = Type.Object(
  { orderId: Id, paymentMethod: Type.String({ pattern: '^(pm|ctoken)_[A-Za-z0-9_]{1,250}$' }) },
  closed,
)
/** What a payment is called outside: one of which nothing has come back yet is `unknown` too. */
export const PaymentStatus = Type.Union([
  Type.Literal('requires_action'),
  Type.Literal('authorized'),
  Type.Literal('captured'),
  Type.Literal('voided'),
  Type.Literal('declined'),
  Type.Literal('refunded'),
  Type.Literal('unknown'),
])
export const PaymentView = Type.Object({
  id: Id,
  orderId: Id,
  status: PaymentStatus,
  amount: Money,
  tender: Type.Optional(
    Type.Union(ElsewhereTender.anyOf, { description: 'of money taken elsewhere; absent of a card' }),
  ),
  clientSecret: Type.Optional(Type.String()),
  nextAction: Type.Optional(Type.Object({ type: Type.String(), url: Type.Optional(Type.String()) })),
  declineCode: Type.Optional(Type.String()),
})
export type PaymentView = Static<typeof PaymentView>

export const RefundBody = Type.Object(
  {
    amountMinor: Type.Optional(Type.Integer({ minimum: 1, maximum: mostOfAnyCurrency })),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
)
export const RefundView = Type.Object({
  id: Id,
  orderId: Id,
  paymentId: Id,
  amount: Money,
  status: Type.Union([
    Type.Literal('pending'),
    Type.Literal('succeeded'),
    Type.Literal('failed'),
    Type.Literal('unknown'),
  ]),
  reason: Type.Union([Type.String(), Type.Null()]),
  createdAt: Instant,
})
export type RefundView = Static<typeof RefundView>
