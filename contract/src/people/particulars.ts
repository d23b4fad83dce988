// Shapes of the HTTP API around what buyers say of an order and of each of its units: names of
// holders, and answers to the show's questions.
import { type Static, Type } from 'typebox'
import { OrderStatus } from '../api/orders.ts'
import { SeatView } from '../api/shop.ts'
import { Id, Instant } from '../values.ts'
import { Answer, HolderNames, Question } from './questions.ts'

const closed = { additionalProperties: false } as const
const idPattern = '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'

export const Answers = Type.Record(Type.String({ pattern: idPattern }), Answer, {
  description: 'by the id of the question',
})
export type Answers = Static<typeof Answers>
const AnswersBody = Type.Record(Type.String({ pattern: '^.{0,100}$' }), Type.Union([Answer, Type.Null()]), {
  minProperties: 1,
  maxProperties: 100,
  description: 'by the id of the question; what is left out stays as it is, null takes it back',
})
/** Changes what is named, and leaves the rest as it is. */
export const UnitBody = Type.Object(
  {
    holderName: Type.Optional(
      Type.Union([Type.String({ maxLength: 120, format: 'visible-or-empty' }), Type.Null()]),
    ),
    holderEmail: Type.Optional(
      Type.Union([Type.String({ format: 'email', minLength: 3, maxLength: 254 }), Type.Null()], {
        description: 'how to reach the holder; it opens nothing',
      }),
    ),
    answers: Type.Optional(AnswersBody),
  },
  { ...closed, minProperties: 1 },
)
export type UnitBody = Static<typeof UnitBody>
export const OrderAnswersBody = Type.Object({ answers: AnswersBody }, closed)

const said = {
  answers: Answers,
  questionIds: Type.Array(Id, { description: 'the questions that are asked here' }),
  missing: Type.Array(Type.String(), {
    description: 'what is required and not there: ids of questions, and `holderName`',
  }),
}
const particulars = {
  holderName: Type.Optional(Type.String()),
  holderEmail: Type.Optional(Type.String()),
  ...said,
}
export const UnitView = Type.Object({
  no: Type.Integer({ description: 'number of the unit in its order, from 0 on' }),
  ticketTypeId: Id,
  name: Type.String({ description: 'of the ticket type' }),
  seat: Type.Optional(SeatView),
  ticketId: Type.Optional(Type.String({ format: 'uuid', description: 'once its ticket is issued' })),
  ticketStatus: Type.Optional(
    Type.Union([Type.Literal('valid'), Type.Literal('used'), Type.Literal('void')]),
  ),
  ...particulars,
})
export type UnitView = Static<typeof UnitView>

/** All that is asked of an order, and what was said so far. */
export const OrderUnits = Type.Object({
  orderId: Id,
  holderNames: Type.Optional(HolderNames),
  changeableUntil: Type.Union([Instant, Type.Null()], {
    description: 'until then buyers may change it; null: not known',
  }),
  changeable: Type.Boolean({ description: 'whether whoever asks may change it now' }),
  questions: Type.Array(Question, { description: 'those that are asked of this order or of its units' }),
  ...said,
  items: Type.Array(UnitView),
})
export type OrderUnits = Static<typeof OrderUnits>

/** One unit of a paid order, for lists of those who come. */
export const AttendeeView = Type.Object({
  orderId: Id,
  orderCode: Type.String(),
  orderStatus: OrderStatus,
  buyerEmail: Type.Union([Type.String(), Type.Null()]),
  buyerName: Type.Optional(Type.String()),
  orderAnswers: Answers,
  ...UnitView.properties,
})
export type AttendeeView = Static<typeof AttendeeView>
