// Documents as people hold them: the code on paper is read back from its picture, names in any
// script have a glyph, and a calendar says when and where.
import { createRequire } from 'node:module'
import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { KnownOrder, KnownShow } from '../domain/known.ts'
import { calendarOf, receiptPaperOf, ticketsPaperOf } from './compose.ts'
import { draw, inGroups } from './papers.ts'

const id = '01990000-0000-7000-8000-000000000001'
const code = '0123456789ABCDEFGHJKMNPQRS'
const show: KnownShow = {
  id,
  organiserId: id,
  title: 'Ebb & Flow',
  startsAt: '2031-05-01T18:00:00.000Z',
  doorsAt: null,
  endsAt: null,
  timeZone: 'Europe/Berlin',
  venue: 'Große Halle; Hafen, Tor 3',
  venueKnown: true,
  cancelled: false,
  remindedFor: null,
  version: 3,
}
const line = {
  ticketTypeId: id,
  name: 'Stalls',
  takes: [{ poolId: id, count: 1 }],
  quantity: 2,
  unitPriceMinor: 4_500,
}
const ticket = { id, unit: 0, generation: 1, ticketTypeId: id, name: 'Stalls' }
const seat = { id, section: 'A', row: '1', number: '2' }
const order: KnownOrder = {
  id,
  showId: id,
  buyerId: id,
  email: 'ann@example.com',
  language: 'de',
  status: 'complete',
  lines: [line],
  total: { amountMinor: 9_000, currency: 'EUR' },
  tickets: [
    { ...ticket, seat },
    { ...ticket, id: 'other', unit: 1, void: true },
  ],
  createdAt: '2030-05-01T18:00:00.000Z',
}

const codes = new Map([
  [id, code],
  ['other', code.replace('0', 'Z')],
])

/** The drawing commands of a PDF: its streams, unpacked. */
function commandsOf(pdf: Buffer): string {
  const text = pdf.toString('latin1')
  return [...text.matchAll(/stream\n([\s\S]*?)\nendstream/g)]
    .map(([, body = '']) => {
      try {
        return inflateSync(Buffer.from(body, 'latin1')).toString('latin1')
      } catch {
        return ''
      }
    })
    .join('\n')
}

const jsqr = createRequire(import.meta.url)('jsqr') as (
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
) => { readonly data: string } | null

/** Reads the code from the dark squares of a page, drawn as a camera would see them. */
function scan(commands: string): string | undefined {
  const squares = [...commands.matchAll(/^([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re$/gm)].map((match) =>
    match.slice(1).map(Number),
  ) as [number, number, number, number][]
  const [left, top] = [Math.min(...squares.map(([x]) => x)), Math.min(...squares.map(([, y]) => y))]
  const scale = 3
  const border = 30
  const side = Math.ceil((Math.max(...squares.map(([x, , width]) => x + width)) - left) * scale) + 2 * border
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [x, y, width, height] of squares)
    for (let row = Math.round((y - top) * scale); row < Math.round((y - top + height) * scale); row += 1)
      for (
        let column = Math.round((x - left) * scale);
        column < Math.round((x - left + width) * scale);
        column += 1
      )
        pixels.fill(
          0,
          ((row + border) * side + column + border) * 4,
          ((row + border) * side + column + border) * 4 + 3,
        )
  return jsqr(pixels, side, side)?.data
}

test.each(['a4', 'label'] as const)(
  'the code of a ticket on paper (%s) is what the door expects',
  async (size) => {
    const pdf = await draw(ticketsPaperOf({ order, show, codes }, { size }))
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.toString('latin1')).toContain('/Lang (de)')
    expect(scan(commandsOf(pdf))).toBe(code)
  },
)

test('tickets that are void are left out, and one can be had alone', () => {
  const paper = ticketsPaperOf({ order, show, codes }, { size: 'a4' })
  expect(paper.tickets).toEqual([
    {
      name: 'Stalls',
      place: 'Bereich A, Reihe 1, Platz 2',
      price: '45,00\u00a0€',
      code,
      number: '1/1',
      admits:
        'Gilt für eine Person und einmal. Wer diesen Code zuerst zeigt, kommt hinein: Geben Sie ihn nicht weiter.',
      holder: null,
    },
  ])
  expect(paper.when).toBe('Donnerstag, 1. Mai 2031 um 20:00 MESZ')
  expect(ticketsPaperOf({ order, show, codes }, { size: 'a4', ticketId: 'other' }).tickets).toEqual([])
  expect(inGroups(code)).toBe('01234 56789 ABCDE FGHJK MNPQR S')
})

test.each([
  ['Polish', 'Łódź Żółć', true],
  ['Turkish', 'İstanbul Işık Ğ', true],
  ['Vietnamese', 'Nguyễn Thị Ấm', true],
  ['Greek', 'Ελλάδα Ώρα', true],
  ['Cyrillic', 'Москва Їжак Ђорђе', true],
  ['combining marks', 'e\u0301 n\u0303 q\u0307', true],
  ['Japanese', '東京 太郎', false],
  ['Hebrew', 'שלום', false],
  ['an emoji', '🎭', false],
])('a name in %s is drawn, in Noto or in the font for everything else', async (_name, text, isInNoto) => {
  const named = { ...show, title: text }
  const pdf = (await draw(ticketsPaperOf({ order, show: named, codes }, { size: 'a4' }))).toString('latin1')
  expect(/Unifont/i.test(pdf)).toBe(!isInNoto)
})

test('a receipt adds up what was bought and says that it is no invoice', async () => {
  const paper = receiptPaperOf({ order, show })
  expect(paper).toMatchObject({
    heading: 'Beleg',
    lines: [['2 × Stalls', '90,00\u00a0€']],
    total: ['Summe', '90,00\u00a0€'],
    notes: ['Dies ist keine Rechnung.'],
  })
  const long = { ...order, lines: Array.from({ length: 120 }, () => line) }
  const pdf = await draw(receiptPaperOf({ order: long, show }))
  expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(2)
})

test('a calendar has the start, the place and one id for the show, and hears of the end', () => {
  const text = calendarOf({ order, show }, 'https://tickets.example').replaceAll('\r\n ', '')
  expect(text).toContain('DTSTART:20310501T180000Z')
  expect(text).toContain(String.raw`LOCATION:Große Halle\; Hafen\, Tor 3`)
  expect(text).toContain(`UID:${id}@tickets.example`)
  expect(text).toContain('STATUS:CONFIRMED')
  const end = calendarOf({ order, show: { ...show, cancelled: true } }, 'https://tickets.example')
  expect(end).toContain('STATUS:CANCELLED')
})
