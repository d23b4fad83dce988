// What staff at the door see of a ticket that they let in: whose it is, what to look at, and what its
// holder answered. Pure.
import { type Answer, type Asks, type CheckInView, questionsFor } from '@holdfast/contract'

export interface AtDoor {
  readonly asks: Asks
  /** Of the show and of the ticket type. */
  readonly notes: readonly (string | null)[]
  readonly ticketTypeId: string
  readonly holderName: string | null
  readonly orderAnswers: Readonly<Record<string, Answer>>
  readonly answers: Readonly<Record<string, Answer>>
}

type Shown = Pick<CheckInView, 'holderName' | 'checkNote' | 'answers'>

export function shownAtDoor(of: AtDoor): Shown {
  const { asks, notes, ticketTypeId, holderName } = of
  const { questions = [] } = asks
  const asked = [
    ...questionsFor(questions, null).map((question) => ({ question, answer: of.orderAnswers[question.id] })),
    ...questionsFor(questions, ticketTypeId).map((question) => ({
      question,
      answer: of.answers[question.id],
    })),
  ]
  const answers = asked.flatMap(({ question: { id, text, atDoor }, answer }) =>
    atDoor !== true || answer === undefined ? [] : [{ questionId: id, text, answer }],
  )
  const said = notes.filter((note) => note !== null)
  return {
    ...(holderName === null ? {} : { holderName }),
    ...(said.length === 0 ? {} : { checkNote: said.join('\n') }),
    ...(answers.length === 0 ? {} : { answers }),
  }
}
