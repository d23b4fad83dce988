// Files that the reader's spreadsheet takes as they are meant, whole.
import { describe, expect, it } from 'vitest'
import type { PageOf } from '../../api/queries.ts'
import { everyPage } from '../queries.ts'
import { csvFormatOf, csvOf } from './csv.ts'

const plain = { separator: ',', decimal: '.' } as const
const swiss = { separator: ';', decimal: '.' } as const
const comma = { separator: ';', decimal: ',' } as const

describe('a file for spreadsheets', () => {
  it.each([
    ['en-GB', plain],
    ['en-US', plain],
    ['de-DE', comma],
    ['de-AT', comma],
    ['de-CH', swiss],
    ['fr-CH', comma],
    ['de-LI', swiss],
    ['fr-FR', comma],
    ['pl', comma],
    ['ja', plain],
    ['ar-EG-u-nu-arab', plain],
  ])('is written as %s writes numbers', (locale, format) => {
    expect(csvFormatOf(locale)).toEqual(format)
  })

  it.each([
    [plain, ['a,b', 'say "x"', 'c;d', '45.00'], '"a,b","say ""x""",c;d,45.00\r\n'],
    [comma, ['a,b', 'say "x"', 'c;d', '45,00'], 'a,b;"say ""x""";"c;d";45,00\r\n'],
    [comma, ['two\nlines', ''], '"two\nlines";\r\n'],
  ])('quotes what would break its cells: %j %j', (format, row, text) => {
    expect(csvOf([row], format)).toBe(text)
  })

  it.each(['=1+1', '+1', '-1', '@cmd', ' =1+1', '\t=1', '\r=1', '\n=1', '＝1+1', '＠cmd', '\u00a0=1'])(
    'keeps the formula %j text',
    (formula) => {
      for (const format of [plain, comma]) expect(csvOf([[formula]], format).replace(/^"/, '')).toMatch(/^'/)
    },
  )
})

it.each([0, 1, 100, 20_000, 20_001, 45_678])('a list of %d is read whole, once', async (count) => {
  const all = Array.from({ length: count }, (_, index) => index)
  const read = (cursor: string | null): Promise<PageOf<number>> => {
    const from = Number(cursor ?? 0)
    return Promise.resolve({
      items: all.slice(from, from + 100),
      nextCursor: from + 100 < count ? String(from + 100) : null,
    })
  }
  const seen: number[] = []
  for await (const items of everyPage(read)) seen.push(...items)
  expect(seen).toEqual(all)
})
