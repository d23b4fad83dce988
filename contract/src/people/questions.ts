// What a show asks of those who bought: names for its tickets, and questions of its own. Asked after
// the hold, never before it.
import { type Static, type TString, Type } from 'typebox'
import { Id } from '../values.ts'

export const QuestionKind = Type.Union([
  Type.Literal('text'),
  Type.Literal('long_text'),
  Type.Literal('choice'),
  Type.Literal('several'),
  Type.Literal('yes_no'),
  Type.Literal('number'),
  Type.Literal('date'),
])
export type QuestionKind = Static<typeof QuestionKind>

export const questionLimits = { questions: 30, choices: 50, text: 200, help: 500, longText: 2_000 } as const

/** A question without what names it and its ticket types; `Text` says what its words must be. */
export const questionFields = (Text: TString) => ({
  text: Text,
  help: Type.Optional(
    Type.String({ maxLength: questionLimits.help, description: 'shown with the question' }),
  ),
  kind: QuestionKind,
  per: Type.Union([Type.Literal('order'), Type.Literal('ticket')], {
    description: 'asked once of the order, or of each ticket',
  }),
  required: Type.Optional(Type.Boolean({ description: 'if absent, buyers may leave it empty' })),
  choices: Type.Optional(
    Type.Array(Text, {
      maxItems: questionLimits.choices,
      description: 'of the kinds `choice` and `several`: what can be chosen',
    }),
  ),
  atDoor: Type.Optional(Type.Boolean({ description: 'the answer is shown when the ticket is scanned' })),
})
export const Question = Type.Object({
  id: Id,
  ...questionFields(Type.String()),
  ticketTypeIds: Type.Optional(
    Type.Array(Id, { description: 'of a question per ticket: only these types are asked; absent: all' }),
  ),
})
export type Question = Static<typeof Question>

export const HolderNames = Type.Union(
  [Type.Literal('off'), Type.Literal('optional'), Type.Literal('required')],
  {
    description:
      '`off`: no names are taken; `optional`, `required`: buyers are asked for one per ticket; absent: nobody is asked, and a name that is given is kept',
  },
)
export type HolderNames = Static<typeof HolderNames>

const HolderDeadline = Type.String({
  format: 'date-time',
  description: 'until then buyers may change names and answers; absent: until the start. Then only staff may',
})

/** What a show asks, as it is stored and told. */
export const asks = {
  questions: Type.Optional(Type.Array(Question)),
  holderNames: Type.Optional(HolderNames),
  holderDeadlineAt: Type.Optional(HolderDeadline),
}
const Asks = Type.Object(asks)
export type Asks = Static<typeof Asks>

/** The same among other fields, without those that say nothing. */
export function asksOf({ questions, holderNames, holderDeadlineAt }: Asks): Asks {
  return {
    ...(questions === undefined || questions.length === 0 ? {} : { questions }),
    ...(holderNames === undefined ? {} : { holderNames }),
    ...(holderDeadlineAt === undefined ? {} : { holderDeadlineAt }),
  }
}

/** Of a type: its own questions. Of the order as a whole, without one: the questions per order. */
export function questionsFor(questions: readonly Question[], ticketTypeId: string | null): Question[] {
  return questions.filter(({ per, ticketTypeIds }) =>
    ticketTypeId === null
      ? per === 'order'
      : per === 'ticket' && (ticketTypeIds?.includes(ticketTypeId) ?? true),
  )
}

/** What was answered: a date as `2031-05-01`, several choices as a list. */
export const Answer = Type.Union([
  Type.String({ maxLength: questionLimits.longText }),
  Type.Number(),
  Type.Boolean(),
  Type.Array(Type.String({ maxLength: questionLimits.text }), { maxItems: questionLimits.choices }),
])
export type Answer = Static<typeof Answer>

/** One with an `id` is a question that the show has; one without is new. */
export const QuestionBody = Type.Object(
  {
    id: Type.Optional(Id),
    ...questionFields(Type.String({ minLength: 1, maxLength: questionLimits.text, format: 'visible' })),
    ticketTypeIds: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        minItems: 1,
        maxItems: 50,
        description:
          'of a question per ticket: only these types are asked, by their ids or by their names in this request',
      }),
    ),
  },
  { additionalProperties: false },
)
export type QuestionBody = Static<typeof QuestionBody>
