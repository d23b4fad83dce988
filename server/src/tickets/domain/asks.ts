// What a show asks of those who bought: what of it could not be asked, and what may not change once
// people answer. Pure.
import { type Asks, type Question, type SoldUntil, salesEndAt } from '@holdfast/contract'
import type { ContentRefusal } from './selling-terms.ts'

/** A question as the organiser sends it, with an id at hand in case it is new. */
export type ProposedQuestion = Omit<Question, 'id' | 'ticketTypeIds'> & {
  /** The question that is meant; without it the question is new. */
  readonly ref?: string
  readonly freshId: string
  /** Ids of ticket types, or their names. */
  readonly ticketTypes?: readonly string[]
}
export type ProposedAsks = Omit<Asks, 'questions'> & { readonly questions?: readonly ProposedQuestion[] }

interface Around {
  readonly show: SoldUntil
  readonly ticketTypes: readonly { readonly id: string; readonly name: string }[]
  /** What the show asks already. */
  readonly known: Asks
}

export type SettledAsks = { readonly asks: Asks } | ContentRefusal

/** Known questions keep their ids, new ones get the fresh ids. */
export function settleAsks(proposed: ProposedAsks, { show, ticketTypes, known }: Around): SettledAsks {
  const { questions = [], holderNames, holderDeadlineAt } = proposed
  const refusal =
    refuseDeadline(holderDeadlineAt, show) ??
    refuseIds(questions, known.questions ?? []) ??
    refuseKinds(questions)
  if (refusal) return refusal
  const settled: Question[] = []
  for (const [index, question] of questions.entries()) {
    const { ref, freshId, ticketTypes: named, ...asked } = question
    const typeIds = named?.map((each) =>
      ticketTypes.filter(({ id, name }) => id === each || name === each).map(({ id }) => id),
    )
    const unknown = typeIds?.findIndex((ids) => ids.length === 0) ?? -1
    if (unknown >= 0) {
      const field = `/questions/${index}/ticketTypeIds/${unknown}`
      return { refusal: `“${asked.text}”: the show has no ticket type “${named?.[unknown] ?? ''}”.`, field }
    }
    const only = typeIds ? { ticketTypeIds: [...new Set(typeIds.flat())] } : {}
    settled.push({ id: ref ?? freshId, ...asked, ...only })
  }
  return {
    asks: {
      ...(settled.length === 0 ? {} : { questions: settled }),
      ...(holderNames === undefined ? {} : { holderNames }),
      ...(holderDeadlineAt === undefined
        ? {}
        : { holderDeadlineAt: new Date(holderDeadlineAt).toISOString() }),
    },
  }
}

function refuseDeadline(deadline: string | undefined, show: SoldUntil): ContentRefusal | null {
  if (deadline === undefined || Date.parse(deadline) <= Date.parse(salesEndAt(show))) return null
  const refusal = 'Names and answers can be changed until the end of the show at the latest.'
  return { refusal, field: '/holderDeadlineAt' }
}

function refuseIds(
  questions: readonly ProposedQuestion[],
  known: readonly Question[],
): ContentRefusal | null {
  const seen = new Set<string>()
  for (const [index, { ref }] of questions.entries()) {
    if (ref === undefined) continue
    const field = `/questions/${index}/id`
    if (!known.some(({ id }) => id === ref)) return { refusal: `This show has no question ${ref}.`, field }
    if (seen.has(ref)) return { refusal: `Question ${ref} is listed twice.`, field }
    seen.add(ref)
  }
  return null
}

function refuseKinds(questions: readonly ProposedQuestion[]): ContentRefusal | null {
  for (const [index, { text, kind, per, choices = [], ticketTypes }] of questions.entries()) {
    const refuse = (reason: string, field: string): ContentRefusal => ({
      refusal: `“${text}”: ${reason}.`,
      field: `/questions/${index}/${field}`,
    })
    const offers = kind === 'choice' || kind === 'several'
    if (offers && choices.length === 0) return refuse('there is nothing to choose from', 'choices')
    if (!offers && choices.length > 0) return refuse('this kind of question has no choices', 'choices')
    const twice = choices.findIndex((each, at) => choices.indexOf(each) < at)
    if (twice >= 0) return refuse(`“${choices[twice] ?? ''}” is listed twice`, `choices/${twice}`)
    if (per === 'order' && ticketTypes !== undefined)
      return refuse('a question to the order is not about ticket types', 'ticketTypeIds')
  }
  return null
}

/**
 * What was answered must stay readable: a question that is asked keeps its kind and whom it asks.
 * Its words, choices and whether it is required may change, and it may go.
 */
export function refuseOtherKind(before: Asks, next: Asks): ContentRefusal | null {
  for (const [index, { id, text, kind, per }] of (next.questions ?? []).entries()) {
    const known = before.questions?.find((each) => each.id === id)
    if (!known) continue
    const field = known.kind !== kind ? 'kind' : known.per !== per ? 'per' : null
    if (field !== null)
      return {
        refusal: `“${text}” is published and keeps its kind. Add another question instead.`,
        field: `/questions/${index}/${field}`,
      }
  }
  return null
}
