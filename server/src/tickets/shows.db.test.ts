// Shows on a real database, through the handler: what is stored is what was answered, also when
// many write at once.
import { quotas } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import { newId } from '../platform/process/clock.ts'
import type { Show } from './domain/show.ts'
import type { ProposedContent, SeatLabel } from './domain/show-content.ts'
import { makeShowHandler, type ShowHandler } from './model.ts'
import { listShows } from './store/show-lists.ts'
import { readShow } from './store/shows.ts'

let db: TestDatabase
let handler: ShowHandler
const organiserId = newId()

beforeAll(async () => {
  db = await makeTestDatabase(['tickets'])
  handler = makeShowHandler({ db, onCommitted: () => undefined }, 'open')
})
afterAll(() => db.drop())

const general = (capacity = 50, ref?: string) => ({
  ...fresh(ref),
  name: 'Standing',
  priceMinor: 4_500,
  stock: { capacity },
})
const seated = (labels: readonly SeatLabel[], ref?: string) => ({
  ...fresh(ref),
  name: 'Stalls',
  priceMinor: 8_000,
  stock: { seats: labels.map((label) => ({ ...label, freshId: newId() })) },
})
const fresh = (ref?: string) => ({
  freshId: newId(),
  freshPoolId: newId(),
  ...(ref === undefined ? {} : { ref }),
})
const row = (count: number, section = 'A') =>
  Array.from({ length: count }, (_, index) => ({ section, row: '1', number: String(index + 1) }))

const content = (changes: Partial<ProposedContent> = {}): ProposedContent => ({
  title: 'A show',
  startsAt: '2031-05-01T18:00:00.000Z',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  venue: null,
  description: 'Loud',
  holdSeconds: 900,
  maxPerOrder: 10,
  maxPerBuyer: null,
  ticketTypes: [general(), seated(row(3))],
  ...changes,
})

async function answer(outcome: ReturnType<ShowHandler['handle']>): Promise<Show> {
  const result = await outcome
  if (!result.ok) throw new Error(`${result.rejection}: ${result.detail ?? ''}`)
  return result.answer
}
const draft = (changes?: Partial<ProposedContent>) =>
  answer(handler.handle({ type: 'DraftShow', showId: newId(), organiserId, content: content(changes) }))
const step = (type: 'PublishShow' | 'CloseShow' | 'CancelShow', { id: showId }: Show) =>
  handler.handle({ type, showId, organiserId })
const change = ({ id: showId }: Show, changes: Partial<ProposedContent>) =>
  handler.handle({ type: 'ChangeShow', showId, organiserId, content: content(changes) })
const eventsOf = ({ id }: Show) =>
  db.query<{ type: string; version: number; data: Record<string, unknown> }>(
    { name: '', text: 'select type, version, data from platform.outbox where subject = $1 order by seq' },
    [id],
  )

test('a draft is stored as it was answered, and nobody hears of it', async () => {
  const show = await draft({ venue: 'Hall' })
  expect(show).toMatchObject({ status: 'draft', version: 1 })
  expect(await readShow(db, show.id)).toEqual(show)
  expect(await eventsOf(show)).toEqual([])
})

test('each step is stored as it was answered, with one version and at most one event', async () => {
  const show = await draft()
  const published = await answer(step('PublishShow', show))
  expect(await readShow(db, show.id)).toEqual(published)
  const [standing, stalls] = show.ticketTypes
  const ticketTypes = [general(60, standing?.id), seated(row(4), stalls?.id)]
  const changed = await answer(change(show, { title: 'Another', ticketTypes }))
  expect(await readShow(db, show.id)).toEqual(changed)
  const closed = await answer(step('CloseShow', show))
  expect(await readShow(db, show.id)).toEqual(closed)
  const cancelled = await answer(step('CancelShow', show))
  expect(await readShow(db, show.id)).toEqual(cancelled)
  expect([published, changed, closed, cancelled].map(({ status, version }) => [status, version])).toEqual([
    ['on_sale', 2],
    ['on_sale', 3],
    ['closed', 4],
    ['cancelled', 5],
  ])
  expect((await eventsOf(show)).map(({ type, version, data }) => [type, version, data['onSale']])).toEqual([
    ['ShowPublished', 2, true],
    ['ShowChanged', 3, true],
    ['ShowChanged', 4, false],
    ['ShowCancelled', 5, undefined],
  ])
})

test('a draft may lose types and seats, and a seat may move to another type', async () => {
  const show = await draft({ ticketTypes: [general(), seated(row(5))] })
  const [, stalls] = show.ticketTypes
  const changed = await answer(
    change(show, { ticketTypes: [seated(row(5).slice(3)), seated(row(2), stalls?.id)] }),
  )
  expect(changed.pools.map(({ capacity }) => capacity)).toEqual([2, 2])
  expect(changed.ticketTypes[1]?.seats).toEqual(stalls?.seats?.slice(0, 2))
  expect(await readShow(db, show.id)).toEqual(changed)
})

test('a refused change leaves everything as it was', async () => {
  const show = await answer(step('PublishShow', await draft()))
  expect(await change(show, {})).toMatchObject({ ok: false, rejection: 'invalid_show' })
  expect(await readShow(db, show.id)).toEqual(show)
})

test('twenty clicks on publish, in twenty transactions at once, publish once', async () => {
  const alone = makeShowHandler({ db, onCommitted: () => undefined, lanes: 8, maxBatch: 1 }, 'open')
  for (let round = 0; round < 5; round += 1) {
    const show = await draft()
    const click = () => alone.handle({ type: 'PublishShow', showId: show.id, organiserId })
    const outcomes = await Promise.all(Array.from({ length: 20 }, click))
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
    expect(await eventsOf(show)).toHaveLength(1)
  }
})

test('one draft sent twice with one key is one show', async () => {
  const idempotency = { scope: 'organiser', key: 'once', fingerprint: 'f' }
  const send = (showId: string) =>
    handler.handle({ type: 'DraftShow', showId, organiserId, content: content() }, { idempotency })
  const first = await answer(send(newId()))
  expect(await send(newId())).toEqual({ ok: true, answer: first, replayed: true })
  expect(
    await handler.handle(
      { type: 'DraftShow', showId: newId(), organiserId, content: content() },
      { idempotency: { ...idempotency, fingerprint: 'g' } },
    ),
  ).toMatchObject({
    rejection: 'idempotency_key_reused',
  })
})

test('a map of twenty thousand seats is stored and read back whole', async () => {
  const labels = Array.from({ length: 20_000 }, (_, index) => ({
    section: 'B',
    row: String(Math.floor(index / 100)),
    number: String(index % 100),
  }))
  const show = await answer(step('PublishShow', await draft({ ticketTypes: [seated(labels)] })))
  expect(await readShow(db, show.id)).toEqual(show)
  expect(show.pools).toMatchObject([{ capacity: 20_000 }])
})

test('without group commit the same comes out', async () => {
  const alone = makeShowHandler({ db, onCommitted: () => undefined, lanes: 8, maxBatch: 1 }, 'open')
  const shows = await Promise.all(
    [1, 2, 3].map((n) =>
      answer(
        alone.handle({
          type: 'DraftShow',
          showId: newId(),
          organiserId,
          content: content({ title: `${n}` }),
        }),
      ),
    ),
  )
  for (const show of shows) expect(await readShow(db, show.id)).toEqual(show)
})

test('the database refuses a second seat with the same label, whatever the rules above it say', async () => {
  const show = await draft()
  const [, stalls] = show.ticketTypes
  const again = db.query(
    {
      name: '',
      text: `insert into tickets.seats (id, show_id, ticket_type_id, position, section, row, number) values ($1, $2, $3, 9, 'A', '1', '1')`,
    },
    [newId(), show.id, stalls?.id],
  )
  await expect(again).rejects.toMatchObject({ code: '23505' })
})

test('lists go through shows at one instant without losing or repeating one', async () => {
  const owner = newId()
  const startsAt = '2040-01-01T00:00:00.000Z'
  const made = await Promise.all(
    Array.from({ length: 7 }, (_, n) =>
      answer(
        handler.handle({
          type: 'DraftShow',
          showId: newId(),
          organiserId: owner,
          content: content({ title: `Show ${n}`, startsAt }),
        }),
      ),
    ),
  )
  const seen: Show[] = []
  for (let after: Show | null = null; ; ) {
    const page: Show[] = await listShows(db, {
      after,
      text: null,
      limit: 3,
      scopes: [{ organisationId: owner, showIds: null }],
    })
    seen.push(...page)
    after = page.at(-1) ?? null
    if (page.length < 3) break
  }
  expect(seen.map((show) => show.id)).toEqual(made.map((show) => show.id).toSorted())
  expect(seen.flatMap((show) => show.ticketTypes.flatMap((type) => type.seats ?? []))).toEqual([])
})

test('a search finds what it says and takes no character for a wildcard', async () => {
  const owner = newId()
  for (const title of ['100% Jazz', '100 Jazz', 'Under_score', 'UnderXscore', 'Back\\slash']) {
    await answer(
      handler.handle({
        type: 'DraftShow',
        showId: newId(),
        organiserId: owner,
        content: content({ title, venue: title === '100 Jazz' ? 'The Cellar' : null }),
      }),
    )
  }
  const find = async (text: string) =>
    (
      await listShows(db, {
        after: null,
        text,
        limit: 10,
        scopes: [{ organisationId: owner, showIds: null }],
      })
    )
      .map((show) => show.title)
      .toSorted()
  expect(await find('jazz')).toEqual(['100 Jazz', '100% Jazz'])
  expect(await find('100%')).toEqual(['100% Jazz'])
  expect(await find('r_s')).toEqual(['Under_score'])
  expect(await find('k\\s')).toEqual(['Back\\slash'])
  expect(await find('cellar')).toEqual(['100 Jazz'])
  expect(await find('nothing of the kind')).toEqual([])
})

test('a deleted draft is gone with all that was its own, and its name is free', async () => {
  const show = await draft()
  expect(await handler.handle({ type: 'DeleteDraft', showId: show.id, organiserId: newId() })).toMatchObject({
    rejection: 'show_unknown',
  })
  await answer(handler.handle({ type: 'DeleteDraft', showId: show.id, organiserId }))
  expect(await readShow(db, show.id)).toBeNull()
  const left = await db.query<{ rows: number }>(
    {
      name: '',
      text: `select (select count(*) from tickets.seats where show_id = $1)::int
        + (select count(*) from tickets.ticket_types where show_id = $1)::int
        + (select count(*) from tickets.pools where show_id = $1)::int as rows`,
    },
    [show.id],
  )
  expect(left).toEqual([{ rows: 0 }])
  for (const type of ['DeleteDraft', 'PublishShow', 'CancelShow'] as const)
    expect(await handler.handle({ type, showId: show.id, organiserId })).toMatchObject({
      rejection: 'show_unknown',
    })
  expect(await eventsOf(show)).toEqual([])
})

test('of a draft that is deleted and published at once, one thing happens', async () => {
  const shows = await Promise.all(Array.from({ length: 10 }, () => draft()))
  await Promise.all(
    shows.flatMap((show) => [
      handler.handle({ type: 'DeleteDraft', showId: show.id, organiserId }),
      step('PublishShow', show),
    ]),
  )
  for (const show of shows) {
    const stored = await readShow(db, show.id)
    expect((await eventsOf(show)).map(({ type }) => type)).toEqual(stored ? ['ShowPublished'] : [])
  }
})

test('an account keeps a hundred drafts, also when it sends more at once, and deleting makes room', async () => {
  const seller = newId()
  const ask = () =>
    handler.handle({
      type: 'DraftShow',
      showId: newId(),
      organiserId: seller,
      content: content({ ticketTypes: [general()] }),
      limited: true,
    })
  const asked = await Promise.all(Array.from({ length: quotas.draftsOfAccount + 5 }, ask))
  const made = asked.flatMap((outcome) => (outcome.ok ? [outcome.answer] : []))
  expect(made).toHaveLength(quotas.draftsOfAccount)
  expect(await ask()).toMatchObject({ rejection: 'quota_exceeded' })
  // Cancelled, it is there all the same.
  await handler.handle({ type: 'CancelShow', showId: made[1]?.id ?? '', organiserId: seller })
  expect(await ask()).toMatchObject({ rejection: 'quota_exceeded' })
  await handler.handle({ type: 'DeleteDraft', showId: made[0]?.id ?? '', organiserId: seller })
  expect(await ask()).toMatchObject({ ok: true })
})
