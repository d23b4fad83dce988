// What a show may ask, and what of it may change once people answer, in tables.
import type { Asks, Question } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { type ProposedQuestion, refuseOtherKind, settleAsks } from './asks.ts'
import { shownAtDoor } from './at-door.ts'
import { seenBy } from './hidden.ts'
import type { Show } from './show.ts'

const show = { startsAt: '2031-05-01T18:00:00.000Z' }
const ticketTypes = [
  { id: 'full', name: 'Full' },
  { id: 'student', name: 'Student' },
]
const asking = (more: Partial<ProposedQuestion> = {}): ProposedQuestion => ({
  freshId: 'fresh',
  text: 'Food',
  kind: 'text',
  per: 'ticket',
  ...more,
})
const known: Asks = {
  questions: [{ id: 'known', text: 'Shirt', kind: 'choice', per: 'ticket', choices: ['S'] }],
}
const settle = (questions: readonly ProposedQuestion[], more: object = {}) =>
  settleAsks({ questions, ...more }, { show, ticketTypes, known })

describe('what a show asks', () => {
  test.each<[string, ProposedQuestion, Partial<Question>]>([
    ['gets an id', asking(), { id: 'fresh' }],
    ['keeps its id', asking({ ref: 'known' }), { id: 'known' }],
    ['names types by their names', asking({ ticketTypes: ['Student'] }), { ticketTypeIds: ['student'] }],
    ['or by their ids', asking({ ticketTypes: ['full', 'Full'] }), { ticketTypeIds: ['full'] }],
    ['has choices', asking({ kind: 'several', choices: ['a', 'b'] }), { choices: ['a', 'b'] }],
  ])('%s', (_what, question, expected) => {
    expect(settle([question])).toMatchObject({ asks: { questions: [expected] } })
  })

  test.each<[string, readonly ProposedQuestion[]]>([
    ['/questions/0/choices', [asking({ kind: 'choice' })]],
    ['/questions/0/choices', [asking({ kind: 'several', choices: [] })]],
    ['/questions/0/choices', [asking({ kind: 'date', choices: ['a'] })]],
    ['/questions/0/choices/1', [asking({ kind: 'choice', choices: ['a', 'a'] })]],
    ['/questions/1/ticketTypeIds/0', [asking(), asking({ ticketTypes: ['Child'] })]],
    ['/questions/0/ticketTypeIds', [asking({ per: 'order', ticketTypes: ['Full'] })]],
    ['/questions/0/id', [asking({ ref: 'other' })]],
    ['/questions/1/id', [asking({ ref: 'known' }), asking({ ref: 'known' })]],
  ])('is refused at %s', (field, questions) => {
    expect(settle(questions)).toMatchObject({ field })
  })

  test.each([
    ['2031-05-01T20:00:00+02:00', { asks: { holderDeadlineAt: '2031-05-01T18:00:00.000Z' } }],
    ['2031-05-01T18:00:01Z', { field: '/holderDeadlineAt' }],
  ])('may be answered until %s', (holderDeadlineAt, expected) => {
    expect(settle([], { holderDeadlineAt })).toMatchObject(expected)
  })

  test.each<[string | null, Partial<Question>]>([
    [null, { text: 'T-shirt', choices: ['M'], required: true }],
    ['/questions/0/kind', { kind: 'several' }],
    ['/questions/0/per', { per: 'order' }],
  ])('changes on sale: refused at %s', (field, change) => {
    const [before] = known.questions ?? []
    const next = before && { questions: [{ ...before, ...change }] }
    expect(refuseOtherKind(known, next ?? {})?.field ?? null).toBe(field)
  })

  test('is not told to those who may not know of the type', () => {
    const [question] = known.questions ?? []
    if (!question) return expect.unreachable()
    const hidden = { id: 'crew', name: 'Crew', terms: { hidden: true } }
    const asks: Asks = {
      questions: [
        question,
        { ...question, id: 'both', ticketTypeIds: ['crew', 'full'] },
        { ...question, id: 'crew', ticketTypeIds: ['crew'] },
      ],
    }
    const of = { asks, ticketTypes: [...ticketTypes, hidden] } as unknown as Show
    expect(seenBy(of, false).asks?.questions?.map(({ id, ticketTypeIds }) => [id, ticketTypeIds])).toEqual([
      ['known', undefined],
      ['both', ['full']],
    ])
    expect(seenBy(of, true)).toBe(of)
  })
})

test('the door is shown the name, both notes, and the answers that are for it', () => {
  const question: Question = { id: 'food', text: 'Food', kind: 'text', per: 'ticket', atDoor: true }
  const asks: Asks = {
    questions: [
      { ...question, id: 'bus', text: 'Bus', per: 'order' },
      question,
      { ...question, id: 'secret', atDoor: false },
      { ...question, id: 'none' },
    ],
  }
  const ticket = {
    asks,
    ticketTypeId: 'full',
    orderAnswers: { bus: true },
    answers: { food: 'Meat', secret: 'x' },
  }
  expect(shownAtDoor({ ...ticket, notes: ['See ID', null], holderName: 'Ann' })).toEqual({
    holderName: 'Ann',
    checkNote: 'See ID',
    answers: [
      { questionId: 'bus', text: 'Bus', answer: true },
      { questionId: 'food', text: 'Food', answer: 'Meat' },
    ],
  })
  const silent = { asks: {}, ticketTypeId: 'full', orderAnswers: {}, answers: {} }
  expect(shownAtDoor({ ...silent, notes: [null, null], holderName: null })).toEqual({})
})
