// Who may say what of an order and its units, and which answer fits which question, in tables.
import type { Answer, Question } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { refuseAnswer, tidyAnswer } from './answers.ts'
import {
  type Asked,
  decideSaying,
  missingOf,
  refuseSpeaker,
  type Said,
  type Saying,
  type Speaker,
  type Standing,
} from './particulars.ts'

const question = (id: string, more: Partial<Question> = {}): Question => ({
  id,
  text: id,
  kind: 'text',
  per: 'ticket',
  ...more,
})
const nothing: Said = { holderName: null, holderEmail: null, answers: {} }
const asked = (asks: Asked['asks'], ticketTypeId: string | null = 'full'): Asked => ({ asks, ticketTypeId })
const say = (saying: Saying, of: Asked, known = nothing, speaker: Speaker = 'buyer') =>
  decideSaying(known, saying, { speaker, asked: of })

describe('an answer', () => {
  const choices = ['Meat', 'Vegan']
  test.each<[Question['kind'], Answer]>([
    ['text', 'Bremen'],
    ['long_text', 'two\nlines'],
    ['choice', 'Vegan'],
    ['several', ['Vegan', 'Meat']],
    ['yes_no', false],
    ['number', 0],
    ['number', -1.5],
    ['date', '2024-02-29'],
  ])('to a question of kind %s may be %j', (kind, answer) => {
    expect(refuseAnswer(question('q', { kind, choices }), answer)).toBeNull()
  })

  test.each<[Question['kind'], Answer]>([
    ['text', 7],
    ['text', 'two\nlines'],
    ['text', 'x'.repeat(201)],
    ['long_text', true],
    ['choice', 'Fish'],
    ['choice', ['Meat']],
    ['several', 'Meat'],
    ['several', ['Fish']],
    ['several', ['Meat', 'Meat']],
    ['yes_no', 'yes'],
    ['number', '7'],
    ['number', Number.POSITIVE_INFINITY],
    ['date', '2023-02-29'],
    ['date', '29.2.2024'],
    ['date', '2024-2-9'],
    ['date', 20_240_229],
  ])('to a question of kind %s may not be %j', (kind, answer) => {
    expect(refuseAnswer(question('q', { kind, choices }), answer)).not.toBeNull()
  })

  test.each<[Answer, Answer | null]>([
    [' Bremen ', 'Bremen'],
    ['', null],
    ['\u200B ', null],
    [[], null],
    [false, false],
    [0, 0],
  ])('%j is kept as %j', (given, kept) => {
    expect(tidyAnswer(given)).toEqual(kept)
  })
})

describe('whether somebody may say anything', () => {
  const open: Standing = { status: 'created', isVoid: false, isOpen: true }
  test.each<[string, Speaker, Partial<Standing>, string | null]>([
    ['a buyer with a hold', 'buyer', {}, null],
    ['a buyer whose payment is captured', 'buyer', { status: 'claimed' }, null],
    ['a buyer with tickets', 'buyer', { status: 'complete' }, null],
    ['whoever has the link', 'link', { status: 'complete' }, null],
    ['a buyer after the deadline', 'buyer', { isOpen: false }, 'holder_deadline_passed'],
    ['a link after the deadline', 'link', { isOpen: false }, 'holder_deadline_passed'],
    ['staff after the deadline', 'staff', { isOpen: false }, null],
    ['a buyer of a cancelled order', 'buyer', { status: 'cancelled' }, 'order_cancelled'],
    ['staff of a cancelled order', 'staff', { status: 'cancelled' }, 'order_cancelled'],
    ['a buyer of a refunded order', 'buyer', { status: 'refunded' }, 'order_refunded'],
    ['staff, of a void ticket', 'staff', { status: 'complete', isVoid: true }, 'ticket_void'],
  ])('%s', (_who, speaker, standing, rejection) => {
    expect(refuseSpeaker(speaker, { ...open, ...standing })?.rejection ?? null).toBe(rejection)
  })
})

describe('names', () => {
  test.each<[string, Asked['asks']['holderNames'], Saying, Said, object]>([
    [
      'are tidied',
      'optional',
      { holderName: '  Zoë \n Müller ' },
      nothing,
      { kept: { holderName: 'Zoë Müller' } },
    ],
    ['may be taken back', 'optional', { holderName: null }, nothing, { kept: { holderName: null } }],
    [
      'are kept where nobody asks',
      undefined,
      { holderName: 'Ann' },
      nothing,
      { kept: { holderName: 'Ann' } },
    ],
    [
      'are refused where none are taken',
      'off',
      { holderName: 'Ann' },
      nothing,
      { rejection: 'holder_names_off' },
    ],
    [
      'are refused with an address where none are taken',
      'off',
      { holderEmail: 'ann@example.com' },
      nothing,
      { rejection: 'holder_names_off', field: '/holderEmail' },
    ],
    [
      'may be nothing where none are taken',
      'off',
      { holderName: '' },
      nothing,
      { kept: { holderName: null } },
    ],
    ['must not be left empty', 'required', { holderName: ' ' }, nothing, { rejection: 'answer_required' }],
    [
      'must be there with an address',
      'required',
      { holderEmail: 'ann@example.com' },
      nothing,
      { rejection: 'answer_required', field: '/holderName' },
    ],
    [
      'that are there stay with an address',
      'required',
      { holderEmail: 'Ann@Example.com' },
      { ...nothing, holderName: 'Ann' },
      { kept: { holderEmail: 'Ann@example.com'.toLowerCase() } },
    ],
  ])('%s', (...[, holderNames, saying, known, expected]) => {
    expect(say(saying, asked(holderNames === undefined ? {} : { holderNames }), known)).toMatchObject(
      expected,
    )
  })
})

describe('answers', () => {
  const questions = [
    question('food', { required: true }),
    question('card', { ticketTypeIds: ['student'] }),
    question('heard', { per: 'order' }),
  ]
  const fed: Said = { ...nothing, answers: { food: 'Meat' } }
  test.each<[string, Saying['answers'], string | null, Said, object]>([
    ['are kept', { food: 'Vegan' }, 'full', nothing, { kept: { answers: { food: 'Vegan' }, takenBack: [] } }],
    ['are asked by type', { food: 'x', card: '1' }, 'student', nothing, { kept: { takenBack: [] } }],
    ['of another type are not', { food: 'x', card: '1' }, 'full', nothing, { rejection: 'question_unknown' }],
    [
      'to the order are not those of a ticket',
      { heard: 'x' },
      'full',
      fed,
      { rejection: 'question_unknown' },
    ],
    ['to the order', { heard: 'radio' }, null, nothing, { kept: { answers: { heard: 'radio' } } }],
    [
      'must be there in the end',
      { card: '1' },
      'student',
      nothing,
      { rejection: 'answer_required', field: '/answers/food' },
    ],
    ['may be there already', { card: '1' }, 'student', fed, { kept: { answers: { card: '1' } } }],
    ['may be taken back', { card: null }, 'student', fed, { kept: { answers: {}, takenBack: ['card'] } }],
    ['that are required may not', { food: null }, 'full', fed, { rejection: 'answer_required' }],
    ['that are required may not be nothing', { food: ' ' }, 'full', fed, { rejection: 'answer_required' }],
    ['must fit', { food: 7 }, 'full', nothing, { rejection: 'invalid_answer', field: '/answers/food' }],
    ['of nobody knows what', { '__proto__x/~': 'x' }, 'full', fed, { field: '/answers/__proto__x~1~0' }],
  ])('%s', (...[, answers, typeId, known, expected]) => {
    expect(say({ answers: answers ?? {} }, asked({ questions }, typeId), known)).toMatchObject(expected)
  })

  test('are not for whoever has only the link', () => {
    const of = asked({ questions, holderNames: 'required' })
    expect(say({ answers: { food: 'x' } }, of, nothing, 'link')).toMatchObject({ rejection: 'forbidden' })
    // A name alone does not ask for the answers.
    expect(say({ holderName: 'Bo' }, of, nothing, 'link')).toMatchObject({ kept: { holderName: 'Bo' } })
  })

  test('that are missing are told, of a ticket with its name', () => {
    expect(missingOf(nothing, asked({ questions, holderNames: 'required' }))).toEqual({
      questionIds: ['food'],
      missing: ['holderName', 'food'],
    })
    expect(missingOf(nothing, asked({ questions, holderNames: 'required' }, null))).toEqual({
      questionIds: ['heard'],
      missing: [],
    })
    expect(missingOf(fed, asked({ questions, holderNames: 'optional' }))).toMatchObject({ missing: [] })
  })
})
