// A copy is the show once more on another day: nothing is lost, and clocks stand as they stood.
import { describe, expect, test } from 'vitest'
import type { Show } from '../domain/show.ts'
import { bodyOfCopy } from './copy.ts'

const seat = (number: string) => ({ id: `seat-${number}`, section: 'Stalls', row: 'A', number })
const show: Show = {
  id: 'show',
  organiserId: 'organiser',
  version: 7,
  blocked: false,
  status: 'on_sale',
  publishedAt: '2031-01-01T00:00:00.000Z',
  announcedStart: '2031-03-28T19:00:00.000Z',
  title: 'Songs of the sea',
  startsAt: '2031-03-28T19:00:00.000Z',
  evening: {
    doorsAt: '2031-03-28T18:00:00.000Z',
    endsAt: '2031-03-28T22:30:00.000Z',
    leastAge: 16,
    checkNote: 'Student: see card',
  },
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  venue: 'The Quay',
  description: 'Loud',
  holdSeconds: 600,
  maxPerOrder: 8,
  maxPerBuyer: 8,
  ticketTypes: [
    {
      id: 'early',
      name: 'Early bird',
      priceMinor: 2_000,
      taxRateBps: 700,
      terms: {
        saleStartsAt: '2031-03-01T09:00:00.000Z',
        saleEndsAt: '2031-03-20T22:59:00.000Z',
        minPerOrder: 2,
      },
      takes: [
        { poolId: 'own', count: 1 },
        { poolId: 'all', count: 1 },
      ],
    },
    { id: 'table', name: 'Table', priceMinor: 9_000, takes: [{ poolId: 'all', count: 10 }] },
    {
      id: 'donation',
      name: 'Donation',
      priceMinor: 500,
      terms: {
        admits: 0,
        needs: { anyOf: ['early'] },
        price: { kind: 'chosen', leastMinor: 100, suggestedMinor: 500 },
      },
      takes: [],
    },
    {
      id: 'stalls',
      name: 'Stalls',
      priceMinor: 4_000,
      takes: [{ poolId: 'stalls', count: 1 }],
      seats: [seat('1'), seat('3')],
    },
  ],
  pools: [
    { id: 'own', name: null, capacity: 100, latch: false },
    { id: 'stalls', name: null, capacity: 2, latch: false },
    { id: 'all', name: 'House', capacity: 300, latch: true },
  ],
}

describe('a copy', () => {
  const house = { name: 'House', capacity: 300, latch: true }
  test('has all that the show has, with nothing that was sold of it', () => {
    // From summer time on 30 March an hour earlier in UTC.
    const body = bodyOfCopy(show, { startsAt: '2031-04-04T18:00:00.000Z' })
    expect(body).toEqual({
      title: 'Songs of the sea',
      startsAt: '2031-04-04T18:00:00.000Z',
      doorsAt: '2031-04-04T17:00:00.000Z',
      endsAt: '2031-04-04T21:30:00.000Z',
      leastAge: 16,
      checkNote: 'Student: see card',
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      venue: 'The Quay',
      description: 'Loud',
      holdSeconds: 600,
      maxPerOrder: 8,
      maxPerBuyer: 8,
      ticketTypes: [
        {
          name: 'Early bird',
          priceMinor: 2_000,
          taxRateBps: 700,
          saleStartsAt: '2031-03-08T09:00:00.000Z',
          saleEndsAt: '2031-03-27T22:59:00.000Z',
          minPerOrder: 2,
          capacity: 100,
          pools: [{ ...house, count: 1 }],
        },
        { name: 'Table', priceMinor: 9_000, pools: [{ ...house, count: 10 }] },
        {
          name: 'Donation',
          priceMinor: 500,
          admits: 0,
          needs: { anyOf: ['Early bird'] },
          price: { kind: 'chosen', leastMinor: 100, suggestedMinor: 500 },
          pools: [],
        },
        {
          name: 'Stalls',
          priceMinor: 4_000,
          pools: [],
          seats: [
            { section: 'Stalls', row: 'A', number: '1' },
            { section: 'Stalls', row: 'A', number: '3' },
          ],
        },
      ],
    })
  })

  test.each([
    ['2031-10-24T18:00:00.000Z', '2031-10-24T17:00:00.000Z'],
    ['2031-10-31T19:00:00.000Z', '2031-10-31T18:00:00.000Z'],
    ['2032-02-29T19:00:00.000Z', '2032-02-29T18:00:00.000Z'],
  ])('that begins at %s opens its doors at %s', (startsAt, doorsAt) => {
    expect(bodyOfCopy(show, { startsAt })).toMatchObject({ startsAt, doorsAt })
  })

  test('may have another title', () => {
    expect(bodyOfCopy(show, { startsAt: show.startsAt, title: 'Second night' }).title).toBe('Second night')
  })
})
