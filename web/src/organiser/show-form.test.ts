// What an organiser types, and what it means: seats, amounts, times, and files that a spreadsheet takes.
import { describe, expect, it } from 'vitest'
import { amountText, instantOfWallClock, parseAmount, wallClockIn } from './amounts.ts'
import { csvOf } from './csv.ts'
import { blocksOf, expandRanges, seatsOf } from './seat-grid.ts'

describe('rows and seats', () => {
  it('are read as ranges and single labels, with gaps', () => {
    expect(expandRanges('A-C, F')).toEqual(['A', 'B', 'C', 'F'])
    expect(expandRanges('1-3, 6')).toEqual(['1', '2', '3', '6'])
  })

  it('are refused when they cannot be read, run backwards or name a seat twice', () => {
    for (const text of ['', 'C-A', 'A-3', '1-9999', '1-3, 2', 'a label that is far too long'])
      expect(expandRanges(text), text).toBeNull()
    expect(
      seatsOf([
        { section: 'S', rows: 'A', numbers: '1-2' },
        { section: 'S', rows: 'A', numbers: '2' },
      ]),
    ).toBeNull()
  })

  it('come back from seats as they were written', () => {
    const blocks = [
      { section: 'Stalls', rows: 'A-C', numbers: '1-4, 7-9' },
      { section: 'Stalls', rows: 'D', numbers: '1-9' },
      { section: 'Balcony', rows: '1-2', numbers: '5' },
    ]
    expect(blocksOf(seatsOf(blocks) ?? [])).toEqual(blocks)
  })
})

describe('amounts', () => {
  it('are whole minor units of their currency', () => {
    expect(parseAmount('45', 'EUR')).toBe(4_500)
    expect(parseAmount('45,5', 'EUR')).toBe(4_550)
    expect(parseAmount('0.29', 'EUR')).toBe(29)
    expect(parseAmount('4500', 'JPY')).toBe(4_500)
    expect(amountText(4_550, 'EUR')).toBe('45.50')
    expect(amountText(5, 'EUR')).toBe('0.05')
  })

  it('are refused when they are finer than the currency, too large or no number', () => {
    for (const [text, currency] of [
      ['1.005', 'EUR'],
      ['10.5', 'JPY'],
      ['-1', 'EUR'],
      ['1e3', 'EUR'],
      ['99999999', 'EUR'],
      ['', 'EUR'],
    ] as const) {
      expect(parseAmount(text, currency), text).toBeNull()
    }
  })
})

describe('times', () => {
  it('are those of the show’s zone, in summer and in winter', () => {
    expect(instantOfWallClock('2027-01-10T20:00', 'Europe/Berlin')).toBe('2027-01-10T19:00:00.000Z')
    expect(instantOfWallClock('2027-07-10T20:00', 'Europe/Berlin')).toBe('2027-07-10T18:00:00.000Z')
    expect(instantOfWallClock('2027-07-10T20:00', 'Asia/Kathmandu')).toBe('2027-07-10T14:15:00.000Z')
    expect(wallClockIn('2027-07-10T18:00:00.000Z', 'Europe/Berlin')).toBe('2027-07-10T20:00')
  })
})

describe('a file for spreadsheets', () => {
  it('quotes what would break its cells, and keeps formulas text', () => {
    for (const formula of ['=1+1', '+1', '-1', '@cmd', ' =1+1', '\t=1', '\r=1', '\n=1', '＝1+1', '＠cmd', '\u00a0=1'])
      expect(csvOf([[formula]]).replace(/^\uFEFF"?/, ''), formula).toMatch(/^'/)
    expect(csvOf([['a,b', 'say "x"', '=1+1', '@cmd']])).toBe(`\uFEFF"a,b","say ""x""",'=1+1,'@cmd\r\n`)
  })
})
