// Tickets at the door: a check-in, and taking it back.
import { type Static, Type } from 'typebox'
import { Answer } from '../people/questions.ts'
import { Id, Instant } from '../values.ts'
import { SeatView } from './shop.ts'

const closed = { additionalProperties: false } as const

export const CheckInBody = Type.Object(
  {
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    ticketId: Type.Optional({ ...Id, description: 'instead of its code: a ticket that was found by a name' }),
    door: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 60,
        format: 'visible',
        description: 'name of the door, shown when the ticket is scanned again',
      }),
    ),
    showIds: Type.Optional(
      Type.Array(Id, {
        minItems: 1,
        maxItems: 200,
        description:
          'shows that this door is open for; left out: those of the device, token or role, else all of the day',
      }),
    ),
  },
  closed,
)
export type CheckInBody = Static<typeof CheckInBody>
export const CheckInView = Type.Object({
  ticketId: Id,
  orderId: Id,
  showId: Id,
  name: Type.String({ description: 'of the ticket type' }),
  seat: Type.Optional(SeatView),
  admits: Type.Optional(Type.Integer({ description: 'people that it lets in, if not one' })),
  extras: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), count: Type.Integer() }), {
      description: 'what was bought in the same order and is handed out, not scanned',
    }),
  ),
  usedAt: Instant,
  door: Type.Optional(Type.String()),
  holderName: Type.Optional(Type.String()),
  checkNote: Type.Optional(
    Type.String({ description: 'what to look at: of the show and of the ticket type, one to a line' }),
  ),
  answers: Type.Optional(
    Type.Array(Type.Object({ questionId: Id, text: Type.String(), answer: Answer }), {
      description: 'to the questions that are shown at the door',
    }),
  ),
})
export type CheckInView = Static<typeof CheckInView>

export const UndoBody = Type.Object(
  { ticketId: Id, reason: Type.String({ minLength: 1, maxLength: 200, format: 'visible' }) },
  closed,
)
export const UndoView = Type.Object({ ticketId: Id, orderId: Id, showId: Id })

export const DoorSearchQuery = Type.Object(
  {
    q: Type.String({
      minLength: 1,
      maxLength: 100,
      format: 'visible',
      description: 'words of the holder’s name',
    }),
  },
  closed,
)
/** A ticket as a door finds it, without its code. */
export const FoundTicket = Type.Object({
  ticketId: Id,
  orderId: Id,
  orderCode: Type.String(),
  name: Type.String({ description: 'of the ticket type' }),
  seat: Type.Optional(SeatView),
  holderName: Type.Optional(Type.String()),
  status: Type.Union([Type.Literal('valid'), Type.Literal('used'), Type.Literal('void')]),
  usedAt: Type.Optional(Instant),
})
export type FoundTicket = Static<typeof FoundTicket>
