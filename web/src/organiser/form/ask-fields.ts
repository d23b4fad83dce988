// What a show asks of buyers as the form holds it, and the way to and from what the API takes. Pure.
import type { HolderNames, Question, QuestionBody, ShowView } from '@holdfast/contract'
import { readWallClock, wallClockIn } from './wall-clock.ts'

export interface QuestionFields {
  /** Of a question that the show has; empty for a new one. */
  id: string
  text: string
  help: string
  kind: Question['kind']
  /** `order`, `ticket`: all types, or else the name of the one type that is asked. */
  whom: string
  required: boolean
  atDoor: boolean
  /** One to a line. */
  choices: string
}

export interface AskFields {
  holderNames: HolderNames
  /** Wall clock of the show; empty: until the start. */
  holderDeadlineAt: string
  questions: QuestionFields[]
}

export const noAsks: AskFields = { holderNames: 'off', holderDeadlineAt: '', questions: [] }
export const emptyQuestion: QuestionFields = {
  id: '',
  text: '',
  help: '',
  kind: 'text',
  whom: 'ticket',
  required: false,
  atDoor: false,
  choices: '',
}

export const offersChoices = (kind: Question['kind']): boolean => kind === 'choice' || kind === 'several'
export const choicesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

export function askFieldsOf(show: ShowView): AskFields {
  const { holderNames = 'off', holderDeadlineAt, questions = [] } = show
  return {
    holderNames,
    holderDeadlineAt: holderDeadlineAt === undefined ? '' : wallClockIn(holderDeadlineAt, show.timeZone),
    questions: questions.map((question) => ({
      id: question.id,
      text: question.text,
      help: question.help ?? '',
      kind: question.kind,
      whom: whomOf(question),
      required: question.required === true,
      atDoor: question.atDoor === true,
      choices: (question.choices ?? []).join('\n'),
    })),
  }
}

/** Types that the form can’t say with one choice stay as they are: their ids. */
const whomOf = ({ per, ticketTypeIds }: Question): string =>
  per === 'order' ? 'order' : (ticketTypeIds?.join(' ') ?? 'ticket')

/** Null when the clock cannot be read. */
export function asksBodyOf(
  { asks, timeZone }: { readonly asks: AskFields; readonly timeZone: string },
  show: ShowView | undefined,
) {
  const { holderNames, holderDeadlineAt, questions } = asks
  const before = show && askFieldsOf(show)
  const isSame = before?.holderDeadlineAt === holderDeadlineAt && show?.timeZone === timeZone
  const deadline = isSame ? show?.holderDeadlineAt : readWallClock(holderDeadlineAt, timeZone)?.instant
  if (holderDeadlineAt !== '' && deadline === undefined) return null
  // Nobody is asked either way; a show that says nothing goes on saying nothing.
  const saysNothing = holderNames === 'off' && show !== undefined && show.holderNames === undefined
  return {
    ...(saysNothing ? {} : { holderNames }),
    ...(holderDeadlineAt === '' || deadline === undefined ? {} : { holderDeadlineAt: deadline }),
    ...(questions.length === 0 ? {} : { questions: questions.map(questionBodyOf) }),
  }
}

function questionBodyOf(fields: QuestionFields): QuestionBody {
  const { id, text, help, kind, whom, required, atDoor, choices } = fields
  return {
    ...(id === '' ? {} : { id }),
    text: text.trim(),
    ...(help.trim() === '' ? {} : { help: help.trim() }),
    kind,
    per: whom === 'order' ? 'order' : 'ticket',
    ...(whom === 'order' || whom === 'ticket' ? {} : { ticketTypeIds: typesIn(whom) }),
    ...(required ? { required } : {}),
    ...(atDoor ? { atDoor } : {}),
    ...(offersChoices(kind) ? { choices: choicesIn(choices) } : {}),
  }
}

/** A prefix tells a type that is new, and has only its name, from ids. */
export const newTypePrefix = 'name:'
const typesIn = (whom: string) =>
  whom.startsWith(newTypePrefix) ? [whom.slice(newTypePrefix.length)] : whom.split(' ')
