// Rows and seats as text, and back without a loss.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blocksOf, seatsOf } from './seat-grid.ts'
import { expandRanges, writeLabels } from './seat-labels.ts'

describe('rows and seats', () => {
  it.each([
    ['A-C, F', ['A', 'B', 'C', 'F']],
    ['1-3, 6', ['1', '2', '3', '6']],
    ['01,02,03', ['01', '02', '03']],
    ['08-11', ['08', '09', '10', '11']],
    ['001 – 003', ['001', '002', '003']],
    ['98-101', ['98', '99', '100', '101']],
    ['K-12', ['K-12']],
    ['12-K, A-3', ['12-K', 'A-3']],
    ['AA-BB', ['AA-BB']],
    ['"1,5", "1-4"', ['1,5', '1-4']],
    ['1,5', ['1', '5']],
    ['"say ""x"""', ['say "x"']],
    ['""', ['']],
    [' a , , b ', ['a', 'b']],
    ['Ä-Ö', ['Ä-Ö']],
    ['🎹', ['🎹']],
  ])('%s are read', (text, labels) => {
    expect(expandRanges(text)).toEqual(labels)
  })

  it.each([
    '',
    ' , ',
    'C-A',
    '3-1',
    '1-03',
    '01-3',
    '1-9999',
    '1-3, 2',
    '"open',
    'x"y',
    '"a"b',
    'a label that is far too long',
  ])('%s is refused', (text) => {
    expect(expandRanges(text)).toBeNull()
  })

  it.each([
    [['01', '02', '03'], '01-03'],
    [['1', '02', '3'], '1, 02, 3'],
    [['1,5'], '"1,5"'],
    [['1-4'], '"1-4"'],
    [['1–4'], '"1–4"'],
    [['K-12'], 'K-12'],
    [['C-A'], '"C-A"'],
    [[' 1'], '" 1"'],
    [[''], '""'],
    [['09', '10', '11'], '09-11'],
    [['z', '{'], 'z, {'],
    [['Z', 'a'], 'Z, a'],
  ])('%j are written so that they are read again', (labels, text) => {
    expect(writeLabels(labels)).toBe(text)
    expect(expandRanges(text)).toEqual(labels)
  })

  it.each(['Z-a', 'X-c', 'A-c', 'a-C', 'B-A'])('%j are not read: between them are no labels', (text) => {
    expect(expandRanges(text)).toBeNull()
  })

  it('come back whatever their labels are', () => {
    const label = fc.oneof(
      fc.string({ minLength: 1, maxLength: 10, unit: 'grapheme' }).filter((text) => [...text].length <= 10),
      fc.nat(12_000).map(String),
      fc.nat(120).map((value) => String(value).padStart(3, '0')),
      fc.constantFrom('A', 'B', 'C', 'y', 'z', '1-4', '1,5', 'K-12', '"', '""', ' ', '01-03'),
    )
    fc.assert(
      fc.property(fc.uniqueArray(label, { minLength: 1, maxLength: 30 }), (labels) => {
        expect(expandRanges(writeLabels(labels))).toEqual(labels)
      }),
      { numRuns: 2_000 },
    )
  })

  it('come back when they are more than one range may have', () => {
    const numbers = Array.from({ length: 1_200 }, (_, index) => String(index + 1))
    expect(expandRanges(writeLabels(numbers))).toEqual(numbers)
  })

  it('are refused when a seat is there twice, also when only spaces differ', () => {
    for (const section of ['S', 'S '])
      expect(
        seatsOf([
          { section: 'S', rows: 'A', numbers: '1-2' },
          { section, rows: 'A', numbers: '2' },
        ]),
      ).toBeNull()
  })

  it('come back from seats as they were written', () => {
    const blocks = [
      { section: 'Stalls', rows: 'A-C', numbers: '1-4, 7-9' },
      { section: 'Stalls', rows: 'D', numbers: '1-9' },
      { section: 'Balcony', rows: '1-2', numbers: '5' },
      { section: 'Box', rows: '""', numbers: '01-03, "1,5"' },
    ]
    expect(blocksOf(seatsOf(blocks) ?? [])).toEqual(blocks)
  })
})
