// Shows over HTTP: their life, who may do what, the list, and all that people send wrongly.
import type { ShowBody, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Answer,
  type Client,
  expectStatus,
  makeClient,
  publishShow,
  showBody,
  standing,
} from '../../../test/client.ts'
import { type ServiceApp, startServiceApp } from '../../../test/service-app.ts'
import { newId } from '../../platform/process/clock.ts'
import { service as tickets } from '../index.ts'

let app: ServiceApp
let organiser: Client
let other: Client
let guest: Client
let nobody: Client

beforeAll(async () => {
  app = await startServiceApp(tickets, { ORDER_HOLD_SECONDS: '77' })
  organiser = await app.as({ id: newId(), kind: 'user', email: 'organiser@example.com' })
  other = await app.as({ id: newId(), kind: 'user', email: 'other@example.com' })
  guest = await app.as({ id: newId(), kind: 'guest', email: 'guest@example.com' })
  nobody = makeClient(app.url)
})
afterAll(() => app.stop())

interface ShowPage {
  readonly items: ShowView[]
  readonly nextCursor: string | null
}
const draft = async (changes: Partial<ShowBody> = {}) =>
  expectStatus(await organiser.call<ShowView>('POST', '/api/shows', showBody(changes)), 201)
const codeOf = ({ status, body }: Answer<Record<string, unknown>>) => `${status} ${String(body['code'])}`
const seats = [
  { section: 'A', row: '1', number: '1' },
  { section: 'A', row: '1', number: '2' },
]

test('a draft is answered with its ids, its defaults and its capacities', async () => {
  const show = await draft({
    venue: 'Hall',
    ticketTypes: [standing, { name: 'Stalls', priceMinor: 0, seats }],
  })
  expect(show).toMatchObject({
    status: 'draft',
    version: 1,
    holdSeconds: 77,
    maxPerOrder: 10,
    venue: 'Hall',
    description: null,
  })
  expect(show.ticketTypes).toMatchObject([
    { name: 'Standing', priceMinor: 4_500, capacity: 50 },
    { name: 'Stalls', priceMinor: 0, capacity: 2, seats },
  ])
  expect(show.ticketTypes[0]).not.toHaveProperty('seats')
})

test('one draft sent twice with one key is one show; with another body the key is refused', async () => {
  const key = { 'idempotency-key': 'k1' }
  const first = await organiser.call<ShowView>('POST', '/api/shows', showBody(), key)
  const second = await organiser.call<ShowView>('POST', '/api/shows', showBody(), key)
  expect(expectStatus(second, 201)).toEqual(expectStatus(first, 201))
  expect(codeOf(await organiser.call('POST', '/api/shows', showBody({ title: 'Else' }), key))).toBe(
    '422 idempotency_key_reused',
  )
  // The key is the organiser's own: somebody else's equal key is another one.
  expect(expectStatus(await other.call<ShowView>('POST', '/api/shows', showBody(), key), 201).id).not.toBe(
    first.body.id,
  )
})

test('a draft is there for its organiser only; once published it is there for everybody', async () => {
  const { id } = await draft()
  for (const stranger of [other, guest, nobody])
    expect(codeOf(await stranger.call('GET', `/api/shows/${id}`))).toBe('404 show_unknown')
  expect(expectStatus(await organiser.call<ShowView>('GET', `/api/shows/${id}`), 200).status).toBe('draft')
  expectStatus(await organiser.call('POST', `/api/shows/${id}/publish`), 200)
  for (const anybody of [organiser, other, guest, nobody]) {
    expect(expectStatus(await anybody.call<ShowView>('GET', `/api/shows/${id}`), 200).status).toBe('on_sale')
  }
})

test('a show goes from draft to sale to its end, each step once', async () => {
  const { id } = await draft()
  const step = (name: string) => organiser.call<Record<string, unknown>>('POST', `/api/shows/${id}/${name}`)
  expect(codeOf(await step('close'))).toBe('409 not_on_sale')
  expect(expectStatus(await step('publish'), 200)).toMatchObject({ id, status: 'on_sale', version: 2 })
  expect(codeOf(await step('publish'))).toBe('409 show_not_draft')
  expect(expectStatus(await step('close'), 200)).toMatchObject({ status: 'closed', version: 3 })
  expect(expectStatus(await step('close'), 200)).toMatchObject({ status: 'closed', version: 3 })
  expect(expectStatus(await step('cancel'), 200)).toMatchObject({ status: 'cancelled', version: 4 })
  expect(expectStatus(await step('cancel'), 200)).toMatchObject({ status: 'cancelled', version: 4 })
  expect(codeOf(await step('publish'))).toBe('409 show_cancelled')
  expect(codeOf(await organiser.call('PUT', `/api/shows/${id}`, showBody()))).toBe('409 show_cancelled')
})

test('a published show takes new prices and places, and keeps its ids', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [standing, { name: 'Stalls', priceMinor: 8_000, seats }],
  })
  const [first, second] = show.ticketTypes
  const body = {
    ...showBody({ title: 'Another', startsAt: '2031-06-01T20:00:00+02:00' }),
    ticketTypes: [
      { id: first?.id, name: 'Standing', priceMinor: 5_000, capacity: 60 },
      {
        id: second?.id,
        name: 'Stalls',
        priceMinor: 9_000,
        seats: [...seats, { section: 'A', row: '1', number: '3' }],
      },
      { name: 'Late', priceMinor: 1_000, capacity: 5 },
    ],
  }
  const changed = expectStatus(await organiser.call<ShowView>('PUT', `/api/shows/${show.id}`, body), 200)
  expect(changed).toMatchObject({
    title: 'Another',
    startsAt: '2031-06-01T18:00:00.000Z',
    status: 'on_sale',
    version: 3,
  })
  expect(changed.ticketTypes).toMatchObject([
    { id: first?.id, priceMinor: 5_000, capacity: 60 },
    { id: second?.id, priceMinor: 9_000, capacity: 3 },
    { name: 'Late', capacity: 5 },
  ])
  expect(changed.ticketTypes[1]?.seats?.slice(0, 2)).toEqual(second?.seats)
  expect(expectStatus(await nobody.call<ShowView>('GET', `/api/shows/${show.id}`), 200)).toEqual(changed)
})

test('a published show keeps its types and its currency', async () => {
  const show = await publishShow(organiser)
  const refusals = [
    showBody(),
    { ...showBody({ currency: 'USD' }), ticketTypes: [{ ...standing, id: show.ticketTypes[0]?.id }] },
  ]
  for (const body of refusals)
    expect(codeOf(await organiser.call('PUT', `/api/shows/${show.id}`, body))).toBe('422 invalid_show')
  expect(expectStatus(await nobody.call<ShowView>('GET', `/api/shows/${show.id}`), 200)).toEqual(show)
})

describe('who may change shows', () => {
  const calls: [string, string, (id: string) => string][] = [
    ['publish', 'POST', (id) => `/api/shows/${id}/publish`],
    ['close', 'POST', (id) => `/api/shows/${id}/close`],
    ['cancel', 'POST', (id) => `/api/shows/${id}/cancel`],
    ['change', 'PUT', (id) => `/api/shows/${id}`],
  ]
  test.each(calls)(
    '%s: nobody but the organiser, for whom others’ shows are not there',
    async (name, method, path) => {
      const body = name === 'change' ? showBody({ title: 'Stolen' }) : undefined
      const show = await draft()
      expect(codeOf(await nobody.call(method, path(show.id), body))).toBe('401 unauthenticated')
      expect(codeOf(await guest.call(method, path(show.id), body))).toBe('403 forbidden')
      expect(codeOf(await other.call(method, path(show.id), body))).toBe('404 show_unknown')
      expect(codeOf(await organiser.call(method, path(newId()), body))).toBe('404 show_unknown')
      expect(codeOf(await organiser.call(method, path('42'), body))).toBe('400 invalid_request')
      expect(expectStatus(await organiser.call<ShowView>('GET', `/api/shows/${show.id}`), 200)).toEqual(show)
    },
  )
  test('drafting: users only', async () => {
    expect(codeOf(await nobody.call('POST', '/api/shows', showBody()))).toBe('401 unauthenticated')
    expect(codeOf(await guest.call('POST', '/api/shows', showBody()))).toBe('403 forbidden')
  })
})

describe('the list', () => {
  const list = async (client: Client, query: Record<string, string> = {}) =>
    expectStatus(
      await client.call<ShowPage>('GET', `/api/shows?${new URLSearchParams(query).toString()}`),
      200,
    )

  test('has what is on sale, in the order it takes place, page by page and without seats', async () => {
    const q = 'Paged'
    const days = [3, 1, 2].map((day) => `2032-01-0${day}T18:00:00.000Z`)
    const ticketTypes = [{ name: 'Stalls', priceMinor: 100, seats }]
    const shows = await Promise.all(
      days.map((startsAt, n) => publishShow(organiser, { title: `Paged ${n}`, startsAt, ticketTypes })),
    )
    await draft({ title: 'Paged draft' })
    const first = await list(nobody, { q, limit: '2' })
    const second = await list(nobody, { q, limit: '2', cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items].map((show) => show.id)).toEqual([
      shows[1]?.id,
      shows[2]?.id,
      shows[0]?.id,
    ])
    expect(first.items).toHaveLength(2)
    expect(second.nextCursor).toBeNull()
    expect(first.items[0]?.ticketTypes[0]).toMatchObject({ capacity: 2 })
    expect(first.items[0]?.ticketTypes[0]).not.toHaveProperty('seats')
  })
  test('of some days counts days where the show takes place, and instants the same everywhere', async () => {
    const q = 'Dated'
    // The same evening of the same day, twelve hours apart: on other days in UTC.
    const auckland = await publishShow(organiser, {
      title: 'Dated A',
      startsAt: '2033-06-01T06:30:00Z',
      timeZone: 'Pacific/Auckland',
    })
    const york = await publishShow(organiser, {
      title: 'Dated N',
      startsAt: '2033-06-02T00:30:00Z',
      timeZone: 'America/New_York',
    })
    const later = await publishShow(organiser, {
      title: 'Dated L',
      startsAt: '2033-06-02T20:00:00Z',
      timeZone: 'Europe/Berlin',
    })
    const found = async (span: Record<string, string>) =>
      (await list(nobody, { q, ...span })).items.map(({ id }) => id)
    expect(await found({ from: '2033-06-01', to: '2033-06-01' })).toEqual([auckland.id, york.id])
    expect(await found({ from: '2033-06-02' })).toEqual([later.id])
    expect(await found({ to: '2033-06-02' })).toEqual([auckland.id, york.id, later.id])
    expect(await found({ from: '2033-06-02T00:30:00Z', to: '2033-06-02T22:00:00+02:00' })).toEqual([
      york.id,
      later.id,
    ])
    expect(await found({ from: '2033-06-03', to: '2033-06-01' })).toEqual([])
    // A show that is moved is found on its new day.
    const body = {
      ...showBody({ title: 'Dated L', startsAt: '2033-07-09T23:30:00Z', timeZone: 'Europe/Berlin' }),
    }
    const ticketTypes = [{ ...standing, id: later.ticketTypes[0]?.id }]
    expectStatus(await organiser.call('PUT', `/api/shows/${later.id}`, { ...body, ticketTypes }), 200)
    expect(await found({ from: '2033-07-10', to: '2033-07-10' })).toEqual([later.id])
    expect((await list(organiser, { q, mine: 'true', from: '2033-07-10' })).items).toHaveLength(1)
  })
  test('has no closed and no cancelled show', async () => {
    const closed = await publishShow(organiser, { title: 'Gone A' })
    const cancelled = await publishShow(organiser, { title: 'Gone B' })
    expectStatus(await organiser.call('POST', `/api/shows/${closed.id}/close`), 200)
    expectStatus(await organiser.call('POST', `/api/shows/${cancelled.id}/cancel`), 200)
    expect((await list(nobody, { q: 'Gone' })).items).toEqual([])
    expect(
      (await list(organiser, { q: 'Gone', mine: 'true' })).items.map((show) => show.status).toSorted(),
    ).toEqual(['cancelled', 'closed'])
  })
  test('has no show that has begun; it is not put on sale either, and its page stays', async () => {
    const past = { startsAt: '2026-01-01T19:00:00.000Z', title: 'Yesteryear' }
    const { id } = await draft(past)
    expect(codeOf(await organiser.call('POST', `/api/shows/${id}/publish`))).toBe('409 show_past')
    const moved = await publishShow(organiser, { title: 'Yesteryear' })
    const ticketTypes = moved.ticketTypes.map(({ id: typeId }) => ({ id: typeId, ...standing }))
    const change = { ...showBody({ ...past }), ticketTypes }
    expectStatus(await organiser.call('PUT', `/api/shows/${moved.id}`, change), 200)
    const found = async (query: string) =>
      expectStatus(await organiser.call<ShowPage>('GET', `/api/shows?q=yesteryear${query}`), 200).items
    expect(await found('')).toEqual([])
    expect(await found('&from=2025-12-01&to=2026-02-01')).toEqual([])
    expect(await found('&mine=true')).toHaveLength(2)
    expectStatus(await nobody.call('GET', `/api/shows/${moved.id}`), 200)
  })

  test('of one’s own has drafts, and nobody else’s', async () => {
    const show = await draft({ title: 'Own draft' })
    expect((await list(organiser, { q: 'Own draft', mine: 'true' })).items.map(({ id }) => id)).toEqual([
      show.id,
    ])
    expect((await list(other, { q: 'Own draft', mine: 'true' })).items).toEqual([])
    expect((await list(organiser, { q: 'Own draft' })).items).toEqual([])
    expect(codeOf(await nobody.call('GET', '/api/shows?mine=true'))).toBe('401 unauthenticated')
    expect(codeOf(await guest.call('GET', '/api/shows?mine=true'))).toBe('403 forbidden')
  })
  const queries = [
    'limit=0',
    'limit=101',
    'limit=x',
    'cursor=x',
    `cursor=${'x'.repeat(201)}`,
    'mine=perhaps',
    'q=',
    'q=%00',
    'sort=price',
    'q=a&q=b',
    'from=tomorrow',
    'from=2033-02-30',
    'to=2033-06-01T25:00:00Z',
    'to=',
  ]
  test.each(queries)('refuses ?%s', async (query) => {
    expect(codeOf(await nobody.call('GET', `/api/shows?${query}`))).toBe('400 invalid_request')
  })
})

describe('bad input is refused with its code and changes nothing', () => {
  const withType = (type: object) => ({ ...showBody(), ticketTypes: [type] })
  const bodies: [string, unknown, string][] = [
    ['no body', undefined, '400 invalid_request'],
    ['malformed JSON', '{', '400 malformed_json'],
    ['an unknown field', { ...showBody(), status: 'on_sale' }, '400 invalid_request'],
    ['no title', { ...showBody(), title: '' }, '400 invalid_request'],
    ['an endless title', showBody({ title: 'x'.repeat(201) }), '400 invalid_request'],
    ['a NUL in the title', showBody({ title: 'a\0b' }), '400 invalid_request'],
    ['half a character in a name', withType({ ...standing, name: '\udc00' }), '400 invalid_request'],
    ['no date', { ...showBody(), startsAt: 'tomorrow' }, '400 invalid_request'],
    ['no ticket types', showBody({ ticketTypes: [] }), '400 invalid_request'],
    [
      'too many ticket types',
      showBody({ ticketTypes: Array.from({ length: 51 }, () => standing) }),
      '400 invalid_request',
    ],
    ['a negative price', withType({ ...standing, priceMinor: -1 }), '400 invalid_request'],
    ['a price in fractions', withType({ ...standing, priceMinor: 0.5 }), '400 invalid_request'],
    ['a price as text', withType({ ...standing, priceMinor: '4500' }), '400 invalid_request'],
    ['an absurd price', withType({ ...standing, priceMinor: 1e15 }), '400 invalid_request'],
    ['an absurd capacity', withType({ ...standing, capacity: 1e9 }), '400 invalid_request'],
    ['capacity and seats', withType({ ...standing, seats }), '400 invalid_request'],
    ['neither capacity nor seats', withType({ name: 'x', priceMinor: 0 }), '400 invalid_request'],
    [
      'an unknown field in a seat',
      withType({ name: 'x', priceMinor: 0, seats: [{ ...seats[0], id: newId() }] }),
      '400 invalid_request',
    ],
    ['a hold of no time', { ...showBody(), holdSeconds: 0 }, '400 invalid_request'],
    ['a currency in lower case', { ...showBody(), currency: 'eur' }, '400 invalid_request'],
    ['a currency that is none', showBody({ currency: 'QQQ' }), '422 invalid_show'],
    ['a time zone that is none', showBody({ timeZone: 'Mars/Olympus' }), '422 invalid_show'],
    ['a date centuries away', showBody({ startsAt: '2999-01-01T00:00:00Z' }), '422 invalid_show'],
    ['a price that no card pays', withType({ ...standing, priceMinor: 49 }), '422 invalid_show'],
    ['a seat twice', withType({ name: 'x', priceMinor: 0, seats: [seats[0], seats[0]] }), '422 invalid_show'],
    ['a huge body', showBody({ description: 'x'.repeat(5_000_000) }), '413 body_too_large'],
  ]
  const shows = () => app.db.query({ name: '', text: 'select id, version from tickets.shows order by id' })

  test.each(bodies)('drafting: %s', async (_title, body, code) => {
    const before = await shows()
    const answer = await organiser.call('POST', '/api/shows', body)
    expect(codeOf(answer)).toBe(code)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(await shows()).toEqual(before)
  })
  test.each(bodies)('changing: %s', async (_title, body, code) => {
    const { id } = await draft()
    const before = await shows()
    expect(codeOf(await organiser.call('PUT', `/api/shows/${id}`, body))).toBe(code)
    expect(await shows()).toEqual(before)
  })
  test('changing a ticket type of another show', async () => {
    const { id } = await draft()
    const foreign = (await draft()).ticketTypes[0]?.id
    expect(
      codeOf(await organiser.call('PUT', `/api/shows/${id}`, withType({ ...standing, id: foreign }))),
    ).toBe('422 invalid_show')
  })
  test('a refusal says what is wrong', async () => {
    const answer = await organiser.call('POST', '/api/shows', showBody({ timeZone: 'Mars/Olympus' }))
    expect(answer.body['detail']).toBe('“Mars/Olympus” is not a time zone we know.')
  })
})

test('a seat map of 20,000 seats fits through the door', async () => {
  const map = Array.from({ length: 20_000 }, (_, index) => ({
    section: 'Lower tier east',
    row: String(Math.floor(index / 200)),
    number: String(index % 200),
  }))
  const show = await draft({ ticketTypes: [{ name: 'Seated', priceMinor: 100, seats: map }] })
  const read = expectStatus(await organiser.call<ShowView>('GET', `/api/shows/${show.id}`), 200)
  expect(read.ticketTypes[0]?.seats?.map(({ section, row, number }) => ({ section, row, number }))).toEqual(
    map,
  )
})
