// Names and answers that somebody gives for an order or one of its units: whether they may, and what
// of it is kept. Pure. Never in the way of a payment: what is missing is asked for again.
import { type Answer, type Asks, isVisible, normaliseEmail, questionsFor } from '@holdfast/contract'
import { refuseAnswer, tidyAnswer } from './answers.ts'

/** Whose word it is. `link`: whoever has the order's link, who may name holders and no more. */
export type Speaker = 'buyer' | 'link' | 'staff'

export interface Said {
  readonly holderName: string | null
  readonly holderEmail: string | null
  readonly answers: Readonly<Record<string, Answer>>
}

/** Changes what it names. Null takes it back. */
export interface Saying {
  readonly holderName?: string | null
  readonly holderEmail?: string | null
  readonly answers?: Readonly<Record<string, Answer | null>>
}

/** What is asked of a unit of this type; of the order as a whole where that is null. */
export interface Asked {
  readonly asks: Asks
  readonly ticketTypeId: string | null
}

export interface Standing {
  readonly status: 'created' | 'claimed' | 'complete' | 'cancelled' | 'refunded'
  readonly isVoid: boolean
  /** Until when buyers may, by the database's clock. */
  readonly isOpen: boolean
}

export type SayingRejection =
  | 'forbidden'
  | 'order_cancelled'
  | 'order_refunded'
  | 'ticket_void'
  | 'holder_deadline_passed'
  | 'holder_names_off'
  | 'question_unknown'
  | 'invalid_answer'
  | 'answer_required'

export interface Refused {
  readonly rejection: SayingRejection
  readonly detail?: string
  readonly field?: string
}
export interface Kept {
  readonly holderName?: string | null
  readonly holderEmail?: string | null
  readonly answers: Readonly<Record<string, Answer>>
  readonly takenBack: readonly string[]
}

/** Whether this speaker may say anything now, or null. */
export function refuseSpeaker(speaker: Speaker, { status, isVoid, isOpen }: Standing): Refused | null {
  if (status === 'cancelled') return { rejection: 'order_cancelled' }
  if (status === 'refunded') return { rejection: 'order_refunded' }
  if (isVoid) return { rejection: 'ticket_void' }
  if (speaker !== 'staff' && !isOpen) return { rejection: 'holder_deadline_passed' }
  return null
}

/** What is kept of a change. A part that it names may not leave empty what that part requires. */
export function decideSaying(
  known: Said,
  saying: Saying,
  { speaker, asked }: { readonly speaker: Speaker; readonly asked: Asked },
): { readonly kept: Kept } | Refused {
  if (speaker === 'link' && saying.answers !== undefined)
    return { rejection: 'forbidden', detail: 'a link to an order changes names only', field: '/answers' }
  const holder = decideHolder(known, saying, asked)
  if ('rejection' in holder) return holder
  const given = decideAnswers(known, saying, asked)
  return 'rejection' in given ? given : { kept: { ...holder, ...given } }
}

function decideHolder(
  known: Said,
  { holderName, holderEmail }: Saying,
  { asks: { holderNames } }: Asked,
): Pick<Kept, 'holderName' | 'holderEmail'> | Refused {
  if (holderName === undefined && holderEmail === undefined) return {}
  const name = holderName == null || !isVisible(holderName) ? null : holderName.trim().replaceAll(/\s+/g, ' ')
  const email = holderEmail == null ? null : normaliseEmail(holderEmail)
  if (holderNames === 'off' && (name !== null || email !== null))
    return { rejection: 'holder_names_off', field: name === null ? '/holderEmail' : '/holderName' }
  if (holderNames === 'required' && (holderName === undefined ? known.holderName : name) === null)
    return { rejection: 'answer_required', detail: 'the ticket needs a name', field: '/holderName' }
  return {
    ...(holderName === undefined ? {} : { holderName: name }),
    ...(holderEmail === undefined ? {} : { holderEmail: email }),
  }
}

const fieldOf = (questionId: string) => `/answers/${questionId.replaceAll('~', '~0').replaceAll('/', '~1')}`

function decideAnswers(
  known: Said,
  { answers }: Saying,
  { asks, ticketTypeId }: Asked,
): Pick<Kept, 'answers' | 'takenBack'> | Refused {
  if (answers === undefined) return { answers: {}, takenBack: [] }
  const questions = questionsFor(asks.questions ?? [], ticketTypeId)
  const given: Record<string, Answer> = {}
  const takenBack: string[] = []
  for (const [id, answer] of Object.entries(answers)) {
    const question = questions.find((each) => each.id === id)
    const field = fieldOf(id)
    if (!question) return { rejection: 'question_unknown', field }
    const tidy = answer === null ? null : tidyAnswer(answer)
    const reason = tidy === null ? null : refuseAnswer(question, tidy)
    if (reason !== null)
      return { rejection: 'invalid_answer', detail: `“${question.text}”: ${reason}`, field }
    if (tidy === null) takenBack.push(id)
    else given[id] = tidy
  }
  const left = { ...known.answers, ...given }
  const empty = questions.find(
    ({ id, required }) => required === true && (left[id] === undefined || takenBack.includes(id)),
  )
  if (empty)
    return {
      rejection: 'answer_required',
      detail: `“${empty.text}” needs an answer`,
      field: fieldOf(empty.id),
    }
  return { answers: given, takenBack }
}

/** What is asked of a unit or an order, and what of it is required and not there. */
export function missingOf(
  { holderName, answers }: Said,
  { asks, ticketTypeId }: Asked,
): { readonly questionIds: string[]; readonly missing: string[] } {
  const questions = questionsFor(asks.questions ?? [], ticketTypeId)
  const open = questions.filter(({ id, required }) => required === true && answers[id] === undefined)
  const nameless = ticketTypeId !== null && asks.holderNames === 'required' && holderName === null
  return {
    questionIds: questions.map(({ id }) => id),
    missing: [...(nameless ? ['holderName'] : []), ...open.map(({ id }) => id)],
  }
}
