// What an organiser types, and what becomes of it: amounts, and a show that is edited.
import type { ShowView } from '@holdfast/contract'
import { describe, expect, it } from 'vitest'
import { amountText, parseAmount } from '../../amounts.ts'
import { bodyOf, emptyType, fieldsOf } from './show-form.ts'

describe('amounts', () => {
  it('are whole minor units of their currency', () => {
    expect(parseAmount('45', 'EUR')).toBe(4_500)
    expect(parseAmount('45,5', 'EUR')).toBe(4_550)
    expect(parseAmount('0.29', 'EUR')).toBe(29)
    expect(parseAmount('4500', 'JPY')).toBe(4_500)
    expect(parseAmount('1500000.00', 'IDR')).toBe(150_000_000)
    expect(parseAmount('990', 'ISK')).toBe(99_000)
    expect(parseAmount('5.12', 'KWD')).toBe(5_120)
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
      ['990.50', 'ISK'],
      ['5.124', 'KWD'],
      ['45', 'HRK'],
      ['10000000000', 'IDR'],
      ['', 'EUR'],
    ] as const) {
      expect(parseAmount(text, currency), text).toBeNull()
    }
  })
})

const seat = (section: string, row: string, number: string) => ({
  id: `${section}/${row}/${number}`,
  section,
  row,
  number,
})
const show: ShowView = {
  id: 's',
  organiserId: 'o',
  title: ' Spaces around ',
  // The second 02:30 of the night in which Berlin's clocks go back, with seconds that no field
  // shows.
  startsAt: '2027-10-31T01:30:45.500Z',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  venue: ' The Quay',
  description: '\n\nText\n',
  holdSeconds: 100,
  maxPerOrder: 4,
  status: 'on_sale',
  version: 1,
  ticketTypes: [
    {
      id: 't',
      name: 'Stalls',
      priceMinor: 2_200,
      taxRateBps: 700,
      capacity: 5,
      pools: [{ name: 'House', capacity: 100, count: 1, latch: false }],
      // In an order that no text of the form has, without a row, and with labels that read like
      // ranges.
      seats: [
        seat('A ', '', '1'),
        seat('B', '01', '1-4'),
        seat('A ', '', '2'),
        seat('B', '02', '1-4'),
        seat('B', '01', '1,5'),
      ],
    },
  ],
}

describe('a show that is edited', () => {
  it('keeps all that nobody touched', () => {
    const { title, startsAt, timeZone, currency, venue, description, holdSeconds, maxPerOrder, ticketTypes } =
      show
    expect(bodyOf(fieldsOf(show), show)).toEqual({
      title,
      startsAt,
      timeZone,
      currency,
      venue,
      description,
      holdSeconds,
      maxPerOrder,
      ticketTypes: ticketTypes.map(({ id, name, priceMinor, taxRateBps, pools, seats }) => ({
        id,
        name,
        priceMinor,
        taxRateBps,
        pools,
        seats: seats?.map(({ section, row, number }) => ({ section, row, number })),
      })),
    })
  })

  it('keeps its instant when only its venue or another ticket type changes', () => {
    const fields = fieldsOf(show)
    const types = [...fields.types, { ...emptyType, name: 'Standing', price: '10', capacity: '5' }]
    expect(bodyOf({ ...fields, venue: 'Elsewhere', types }, show)).toMatchObject({
      venue: 'Elsewhere',
      startsAt: show.startsAt,
    })
  })

  it('keeps the labels of the seats that it had when others are added', () => {
    const fields = fieldsOf(show)
    const [type] = fields.types
    if (!type) throw new Error('no type')
    const added = { ...type, blocks: [...type.blocks, { section: 'C ', rows: 'K-12', numbers: '07-09' }] }
    const seats = bodyOf({ ...fields, types: [added] }, show)?.ticketTypes.flatMap((each) =>
      'seats' in each ? each.seats : [],
    )
    const had =
      show.ticketTypes[0]?.seats?.map(({ section, row, number }) => ({ section, row, number })) ?? []
    expect(seats).toEqual(expect.arrayContaining(had))
    expect(seats?.filter(({ section }) => section === 'C')).toEqual(
      ['07', '08', '09'].map((number) => ({ section: 'C', row: 'K-12', number })),
    )
    expect(seats).toHaveLength(had.length + 3)
  })

  it.each([
    ['the same clock in another zone', { timeZone: 'Europe/Lisbon' }, '2027-10-31T02:30:00.000Z'],
    ['another clock', { startsAt: '2027-10-30T02:30' }, '2027-10-30T00:30:00.000Z'],
    ['a clock with seconds', { startsAt: '2027-10-30T02:30:15' }, '2027-10-30T00:30:00.000Z'],
  ])('moves to %s when that is typed', (_what, typed, startsAt) => {
    expect(bodyOf({ ...fieldsOf(show), ...typed }, show)?.startsAt).toBe(startsAt)
  })
})
