// What a show's page tells those who preview its link, wherever the show is and however it stands.
import type { Availability, ShowView } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { jsonLdOf, openGraphOf, showTextOf } from './head.ts'

const show: ShowView = {
  id: 's',
  organiserId: 'o',
  title: 'Night Ferry',
  startsAt: '2027-03-07T04:00:00.000Z',
  timeZone: 'America/Los_Angeles',
  currency: 'EUR',
  venue: 'The Quay',
  description: 'Songs\nof the sea',
  holdSeconds: 900,
  maxPerOrder: 10,
  status: 'on_sale',
  version: 2,
  ticketTypes: [{ id: 't', name: 'Standing', priceMinor: 4_500, capacity: 10 }],
}
const url = 'https://tickets.example/shows/s'

const descriptionOf = (changes: Partial<ShowView>, language = 'en') =>
  /property="og:description" content="([^"]*)"/.exec(openGraphOf({ ...show, ...changes }, url, language))?.[1]
const titleOf = (changes: Partial<ShowView>, language = 'en') =>
  /property="og:title" content="([^"]*)"/.exec(openGraphOf({ ...show, ...changes }, url, language))?.[1]

describe('day, time and offset are those of the show', () => {
  test.each([
    [
      '2027-03-07T04:00:00.000Z',
      'America/Los_Angeles',
      '2027-03-06T20:00:00-08:00',
      'Saturday',
      '6 March 2027',
      '20:00 GMT-8',
    ],
    [
      '2027-07-07T03:00:00.000Z',
      'America/Los_Angeles',
      '2027-07-06T20:00:00-07:00',
      'Tuesday',
      '6 July 2027',
      '20:00 GMT-7',
    ],
    [
      '2027-03-06T19:00:00.000Z',
      'Europe/Berlin',
      '2027-03-06T20:00:00+01:00',
      'Saturday',
      '6 March 2027',
      '20:00 GMT+1',
    ],
    [
      '2027-03-06T11:00:00.000Z',
      'Pacific/Auckland',
      '2027-03-07T00:00:00+13:00',
      'Sunday',
      '7 March 2027',
      '00:00 GMT+13',
    ],
    [
      '2027-03-06T10:00:00.000Z',
      'Pacific/Kiritimati',
      '2027-03-07T00:00:00+14:00',
      'Sunday',
      '7 March 2027',
      '00:00 GMT+14',
    ],
    [
      '2027-03-06T10:30:00.000Z',
      'Pacific/Niue',
      '2027-03-05T23:30:00-11:00',
      'Friday',
      '5 March 2027',
      '23:30 GMT-11',
    ],
    [
      '2027-03-06T14:15:00.000Z',
      'Asia/Kathmandu',
      '2027-03-06T20:00:00+05:45',
      'Saturday',
      '6 March 2027',
      '20:00 GMT+5:45',
    ],
    [
      '2027-03-06T20:00:00.000Z',
      'Europe/London',
      '2027-03-06T20:00:00+00:00',
      'Saturday',
      '6 March 2027',
      '20:00 GMT',
    ],
    [
      '2027-10-31T00:30:00.000Z',
      'Europe/Berlin',
      '2027-10-31T02:30:00+02:00',
      'Sunday',
      '31 October 2027',
      '02:30 GMT+2',
    ],
    [
      '2027-10-31T01:30:00.000Z',
      'Europe/Berlin',
      '2027-10-31T02:30:00+01:00',
      'Sunday',
      '31 October 2027',
      '02:30 GMT+1',
    ],
    [
      '2027-03-06T20:00:00.000Z',
      'Mars/Olympus',
      '2027-03-06T20:00:00+00:00',
      'Saturday',
      '6 March 2027',
      '20:00',
    ],
  ])('%s in %s is %s', (startsAt, timeZone, startDate, ...words) => {
    expect(jsonLdOf({ ...show, startsAt, timeZone }, url, null)['startDate']).toBe(startDate)
    expect(new Date(startDate).toISOString()).toBe(startsAt)
    for (const word of words) expect(descriptionOf({ startsAt, timeZone })).toContain(word)
    expect(showTextOf({ ...show, startsAt, timeZone }, 'en')).toContain(words[1])
  })

  test('in the language of whoever asks', () => {
    expect(descriptionOf({}, 'de')).toMatch(
      /^Samstag, 6\. März 2027.* 20:00 GMT-8 · The Quay · Songs of the sea$/,
    )
  })
})

const stockOf = (available: number, held: number, sold: number): Availability => ({
  ticketTypes: [{ id: 't', priceMinor: 2500, available, held, sold }],
  version: 1,
})

test.each([
  ['on_sale', stockOf(5, 0, 5), 'InStock', 'EventScheduled'],
  ['on_sale', stockOf(0, 3, 7), 'LimitedAvailability', 'EventScheduled'],
  ['on_sale', stockOf(0, 0, 10), 'SoldOut', 'EventScheduled'],
  ['on_sale', stockOf(0, 0, 0), 'SoldOut', 'EventScheduled'],
  ['on_sale', null, 'InStock', 'EventScheduled'],
  ['closed', stockOf(5, 0, 5), 'OutOfStock', 'EventScheduled'],
  ['closed', stockOf(0, 0, 10), 'SoldOut', 'EventScheduled'],
  ['cancelled', stockOf(5, 0, 5), 'Discontinued', 'EventCancelled'],
  ['cancelled', null, 'Discontinued', 'EventCancelled'],
  ['draft', null, 'OutOfStock', 'EventScheduled'],
] as const)('a show that is %s with %j is offered as %s, %s', (status, stock, availability, eventStatus) => {
  expect(jsonLdOf({ ...show, status }, url, stock)).toMatchObject({
    eventStatus: `https://schema.org/${eventStatus}`,
    offers: [{ availability: `https://schema.org/${availability}` }],
  })
})

test('doors, end and age are told where the organiser says them', () => {
  const evening = { doorsAt: '2027-03-07T03:00:00.000Z', endsAt: '2027-03-07T06:30:00.000Z', leastAge: 16 }
  expect(jsonLdOf({ ...show, ...evening }, url, null)).toMatchObject({
    doorTime: '2027-03-06T19:00:00-08:00',
    endDate: '2027-03-06T22:30:00-08:00',
    typicalAgeRange: '16-',
  })
  expect(jsonLdOf(show, url, null)).not.toHaveProperty('endDate')
})

test.each([
  ['on_sale', 'EventRescheduled'],
  ['closed', 'EventRescheduled'],
  ['cancelled', 'EventCancelled'],
] as const)('a show that was moved and is %s says when it was to begin', (status, eventStatus) => {
  const moved = { ...show, status, previousStartsAt: '2027-03-05T03:30:00.000Z' }
  expect(jsonLdOf(moved, url, null)).toMatchObject({
    eventStatus: `https://schema.org/${eventStatus}`,
    previousStartDate: '2027-03-04T19:30:00-08:00',
  })
})

test.each([
  ['on_sale', stockOf(5, 0, 5), 'OutOfStock'],
  ['on_sale', stockOf(0, 0, 9), 'SoldOut'],
  ['cancelled', stockOf(5, 0, 5), 'Discontinued'],
] as const)('a show of the past that is %s with %j is offered as %s', (status, stock, availability) => {
  const past = { ...show, status, startsAt: '2026-01-01T19:00:00.000Z' }
  expect(jsonLdOf(past, url, stock)).toMatchObject({
    offers: [{ availability: `https://schema.org/${availability}` }],
  })
})

test('a cancelled show says so first, in title and text', () => {
  expect(titleOf({ status: 'cancelled' })).toBe('Cancelled: Night Ferry')
  expect(titleOf({ status: 'cancelled' }, 'de')).toBe('Abgesagt: Night Ferry')
  expect(descriptionOf({ status: 'cancelled' })).toMatch(/^Cancelled · Saturday/)
  expect(titleOf({})).toBe('Night Ferry')
})

test('a long text is cut between characters', () => {
  expect(descriptionOf({ description: '🎭'.repeat(300) })?.isWellFormed()).toBe(true)
})
