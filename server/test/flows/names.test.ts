// Names and questions over HTTP, from the show that asks to the door that reads the answers.
import type {
  AttendeeView,
  CheckInView,
  FoundTicket,
  OrderUnits,
  ShowView,
  UnitView,
} from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asGuest,
  type Client,
  expectStatus,
  makeClient,
  pay,
  placeOrder,
  publishShow,
  readOrder,
  showBody,
  signUp,
} from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

let shop: TestShop
let organiser: Client
let buyer: Client
let show: ShowView
beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
  buyer = await asGuest(shop.url)
  show = await publishShow(organiser, {
    holderNames: 'required',
    checkNote: 'Over 18: see ID',
    ticketTypes: [
      { name: 'Full', priceMinor: 4_500, capacity: 50 },
      { name: 'Student', priceMinor: 2_500, capacity: 50, checkNote: 'Student: see card' },
    ],
    questions: [
      { text: 'How did you hear of us?', kind: 'long_text', per: 'order' },
      {
        text: 'Food',
        kind: 'choice',
        per: 'ticket',
        choices: ['Meat', '=Vegan'],
        required: true,
        atDoor: true,
      },
      { text: 'University', kind: 'text', per: 'ticket', ticketTypeIds: ['Student'], atDoor: true },
    ],
  })
})
afterAll(() => shop.stop())

interface Refusal {
  readonly code: string
  readonly field?: string
}
const idOf = (text: string, of = show) =>
  of.questions?.find((question) => question.text === text)?.id ?? expect.unreachable()
const hold = async (quantity = 1, of = show, type = 0) =>
  expectStatus(
    await buyer.call<{ id: string }>('POST', '/api/orders', {
      showId: of.id,
      lines: [{ ticketTypeId: of.ticketTypes[type]?.id, quantity }],
    }),
    201,
  )
const unitsOf = async (orderId: string, by = buyer) =>
  expectStatus(await by.call<OrderUnits>('GET', `/api/orders/${orderId}/units`), 200)
const say = (orderId: string, no: number, body: object, by = buyer) =>
  by.call<UnitView & Refusal>('PATCH', `/api/orders/${orderId}/units/${no}`, body)
const paid = async (orderId: string) => {
  expectStatus(await pay(buyer, orderId), 201)
  return waitFor('the tickets', async () => (await readOrder(buyer, orderId)).tickets)
}
/** A show in which names are asked for, whose buyers' time is over. */
const isOver = (deadline: string) =>
  shop.db.query(
    {
      name: 'test.end_names',
      text: `update orders.shows set asks = (asks::jsonb || jsonb_build_object('holderDeadlineAt', $2::text))::json where id = $1`,
    },
    [show.id, deadline],
  )

test('a show that asks says so, and its copy asks the same of its own ticket types', async () => {
  const [heard, , university] = show.questions ?? []
  expect(heard).toMatchObject({ kind: 'long_text', per: 'order' })
  expect(university?.ticketTypeIds).toEqual([show.ticketTypes[1]?.id])
  const copy = await organiser.call<ShowView>('POST', `/api/shows/${show.id}/copies`, {
    startsAt: '2031-06-01T18:00:00.000Z',
  })
  const copied = expectStatus(copy, 201)
  expect(copied).toMatchObject({ holderNames: 'required', checkNote: 'Over 18: see ID' })
  expect(copied.questions).toHaveLength(3)
  expect(copied.questions?.[2]).toMatchObject({
    text: 'University',
    ticketTypeIds: [copied.ticketTypes[1]?.id],
  })
  expect(copied.questions?.map(({ id }) => id)).not.toContain(heard?.id)
})

test('what is asked is answered between hold and payment, and shown to buyer, organiser and door', async () => {
  const { id } = await hold(2, show, 1)
  const before = await unitsOf(id)
  expect(before).toMatchObject({ holderNames: 'required', changeable: true, changeableUntil: show.startsAt })
  const [food, university] = [idOf('Food'), idOf('University')]
  expect(before.items.map(({ missing }) => missing)).toEqual([
    ['holderName', food],
    ['holderName', food],
  ])

  const answers = { [food]: '=Vegan', [university]: 'Bremen' }
  const said = expectStatus(await say(id, 0, { holderName: '  Zoë   Müller ', answers }), 200)
  expect(said).toMatchObject({ no: 0, holderName: 'Zoë Müller', answers, missing: [] })
  const ofOrder = await buyer.call<OrderUnits>('PATCH', `/api/orders/${id}`, {
    answers: { [idOf('How did you hear of us?')]: 'A friend' },
  })
  expect(expectStatus(ofOrder, 200).answers).toEqual({ [idOf('How did you hear of us?')]: 'A friend' })

  // The second ticket says nothing, and the order is paid all the same.
  const [first, second] = await paid(id)
  if (!first || !second) return expect.unreachable()
  const named = await buyer.call<UnitView>('PATCH', `/api/tickets/${second.id}`, { holderName: 'Ann Smith' })
  expect(expectStatus(named, 200)).toMatchObject({ no: 1, ticketId: second.id, missing: [food] })

  const attendees = await waitFor('both of them in the list', async () => {
    const path = `/api/shows/${show.id}/attendees`
    const { items } = (await organiser.call<{ items: AttendeeView[] }>('GET', path)).body
    return items.length === 2 ? items : null
  })
  expect(
    attendees.map(({ holderName, orderId, answers: given }) => ({ holderName, orderId, given })),
  ).toEqual([
    { holderName: 'Zoë Müller', orderId: id, given: answers },
    { holderName: 'Ann Smith', orderId: id, given: {} },
  ])

  const door = expectStatus(
    await organiser.call<CheckInView>('POST', '/api/tickets/check-in', { code: first.code }),
    200,
  )
  expect(door).toMatchObject({
    holderName: 'Zoë Müller',
    checkNote: 'Over 18: see ID\nStudent: see card',
    answers: [
      { questionId: food, text: 'Food', answer: '=Vegan' },
      { questionId: university, text: 'University', answer: 'Bremen' },
    ],
  })
  const find = (q: string, by = organiser) =>
    by.call<{ items: FoundTicket[] }>('GET', `/api/shows/${show.id}/tickets?q=${encodeURIComponent(q)}`)
  expect(expectStatus(await find('mueller'), 200).items).toMatchObject([
    { ticketId: first.id, holderName: 'Zoë Müller', status: 'used' },
  ])
  expect((await find('ann')).body.items).toMatchObject([{ ticketId: second.id, status: 'valid' }])
  expect((await find('%')).body.items).toEqual([])
  expect(
    expectStatus(
      await organiser.call<CheckInView>('POST', '/api/tickets/check-in', { ticketId: second.id }),
      200,
    ),
  ).toMatchObject({ ticketId: second.id, holderName: 'Ann Smith' })
  expect(await organiser.call('POST', '/api/tickets/check-in', {})).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  })
  expect((await unitsOf(id)).items.map(({ ticketStatus }) => ticketStatus)).toEqual(['used', 'used'])
})

describe('refused is', () => {
  let orderId: string
  beforeAll(async () => {
    orderId = (await hold()).id
  })
  test.each<[string, number, () => object]>([
    ['answer_required', 422, () => ({ holderName: '' })],
    ['answer_required', 422, () => ({ holderEmail: 'ann@example.com' })],
    ['answer_required', 422, () => ({ answers: { [idOf('Food')]: null } })],
    ['answer_required', 422, () => ({ answers: { [idOf('Food')]: '' } })],
    ['invalid_request', 400, () => ({ answers: {} })],
    ['invalid_answer', 422, () => ({ answers: { [idOf('Food')]: 'Fish' } })],
    ['invalid_answer', 422, () => ({ answers: { [idOf('Food')]: 7 } })],
    ['question_unknown', 422, () => ({ answers: { [idOf('Food')]: 'Meat', [idOf('University')]: 'Ulm' } })],
    ['question_unknown', 422, () => ({ answers: { nothing: 'x' } })],
    ['invalid_request', 400, () => ({})],
    ['invalid_request', 400, () => ({ holderName: 'Ann', seat: 3 })],
    ['invalid_request', 400, () => ({ holderName: 'x'.repeat(121) })],
    ['invalid_request', 400, () => ({ holderEmail: 'ann' })],
    ['invalid_request', 400, () => ({ answers: { [idOf('Food')]: { a: 1 } } })],
  ])('%s (%i): %#', async (code, status, body) => {
    expect(await say(orderId, 0, body())).toMatchObject({ status, body: { code } })
    expect((await unitsOf(orderId)).items[0]?.answers).toEqual({})
  })

  test('a ticket that the order does not have', async () => {
    expect(await say(orderId, 1, { holderName: 'Ann' })).toMatchObject({
      status: 404,
      body: { code: 'unit_unknown' },
    })
  })

  test('a stranger, and nobody', async () => {
    const stranger = await asGuest(shop.url)
    expect(await say(orderId, 0, { holderName: 'Ann' }, stranger)).toMatchObject({
      body: { code: 'order_unknown' },
    })
    expect(await say(orderId, 0, { holderName: 'Ann' }, makeClient(shop.url))).toMatchObject({ status: 401 })
  })

  test('an order that came to nothing', async () => {
    const { id } = await hold()
    expectStatus(await buyer.call('DELETE', `/api/orders/${id}`), 200)
    expect(await say(id, 0, { holderName: 'Ann' })).toMatchObject({ body: { code: 'order_cancelled' } })
  })
})

test('whoever has the link to the order names holders, and answers nothing', async () => {
  const { id } = await hold()
  const [ticket] = await paid(id)
  const friend = makeClient(shop.url)
  const token = shop.platform.linkTokens.make('order', id)
  await waitFor('the link to work', async () => {
    const { status } = await friend.call('POST', '/api/users/links/redeem', { token })
    return status === 200 || null
  })
  const path = `/api/tickets/${ticket?.id ?? ''}`
  expect(await friend.call('PATCH', path, { holderName: 'Bo' })).toMatchObject({
    status: 200,
    body: { holderName: 'Bo' },
  })
  expect(await friend.call('PATCH', path, { answers: { [idOf('Food')]: 'Meat' } })).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  })
})

test('after the deadline only staff changes anything', async () => {
  const { id } = await hold()
  await isOver('2001-01-01T00:00:00Z')
  expect(await unitsOf(id)).toMatchObject({ changeable: false })
  expect(await say(id, 0, { holderName: 'Late' })).toMatchObject({ body: { code: 'holder_deadline_passed' } })
  expect(await say(id, 0, { holderName: 'In time' }, organiser)).toMatchObject({
    status: 200,
    body: { holderName: 'In time' },
  })
  await isOver(show.startsAt)
})

test('a question may come, change its words and go, and no answer given is touched', async () => {
  const own = await publishShow(organiser, {
    questions: [{ text: 'Shirt', kind: 'choice', per: 'ticket', choices: ['S', 'M'] }],
  })
  const { id } = await hold(1, own)
  const shirt = idOf('Shirt', own)
  expectStatus(await say(id, 0, { holderName: 'Kept without being asked', answers: { [shirt]: 'S' } }), 200)
  const put = (questions: object[]) =>
    organiser.call<ShowView & Refusal>('PUT', `/api/shows/${own.id}`, {
      ...showBody(),
      ticketTypes: own.ticketTypes.map(({ id: typeId, name, priceMinor, capacity }) => ({
        id: typeId,
        name,
        priceMinor,
        capacity,
      })),
      questions,
    })
  const kept = { id: shirt, text: 'T-shirt', kind: 'choice', per: 'ticket', choices: ['M', 'L'] }
  const fresh = { text: 'Born', kind: 'date', per: 'ticket', required: true }
  const changed = expectStatus(await put([kept, fresh]), 200)
  const born = idOf('Born', changed)
  const units = await waitFor('orders to hear of it', async () => {
    const found = await unitsOf(id)
    return found.questions.length === 2 ? found : null
  })
  expect(units.items[0]).toMatchObject({ answers: { [shirt]: 'S' }, missing: [born] })
  expectStatus(await say(id, 0, { answers: { [born]: '2001-02-28' } }), 200)
  expect((await unitsOf(id)).items[0]?.answers).toEqual({ [shirt]: 'S', [born]: '2001-02-28' })
  expect(await put([{ ...kept, kind: 'text', choices: [] }])).toMatchObject({
    status: 422,
    body: { code: 'invalid_show', field: '/questions/0/kind' },
  })
  expect(await put([{ ...kept, id: show.id }])).toMatchObject({ body: { field: '/questions/0/id' } })
  expectStatus(await put([]), 200)
})

test('a show that wants no names takes none', async () => {
  const quiet = await publishShow(organiser, { holderNames: 'off' })
  const { id } = expectStatus(await placeOrder(buyer, quiet), 201)
  expect(await say(id, 0, { holderName: 'Ann' })).toMatchObject({
    status: 422,
    body: { code: 'holder_names_off', field: '/holderName' },
  })
})
