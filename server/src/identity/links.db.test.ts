// Links by mail on a real database and the real HTTP edge: what each of them opens, for whom, how
// often, and what ends them.
import type { CurrentUser, LinkView, RequestedPurpose } from '@holdfast/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Client, expectStatus, makeClient } from '../../test/client.ts'
import { type ServiceApp, startServiceApp } from '../../test/service-app.ts'
import { keepOrderLink, storeLink } from '../platform/http/links/links.ts'
import { newId } from '../platform/process/clock.ts'
import { service as identity } from './index.ts'

let app: ServiceApp
let people = 0
const password = 'correct horse'
const newPassword = 'battery staple'
const address = () => `reader${(people += 1)}@example.com`
const client = (): Client => makeClient(app.url)
const codeOf = ({ status, body }: { status: number; body: unknown }) =>
  `${status} ${String((body as Record<string, unknown>)?.['code'])}`

beforeAll(async () => {
  app = await startServiceApp(identity, { RATE_LIMITS: 'on' })
})
afterAll(() => app.stop())
beforeEach(() => app.db.execute('truncate platform.rate_limits'))

const query = <Row>(text: string, values: readonly unknown[] = []) =>
  app.db.query<Row>({ name: '', text }, values)
const ask = (email: string, purpose: RequestedPurpose = 'my_tickets', from = client()) =>
  from.call('POST', '/api/users/links', { email, purpose })
/** What mail would hear of the newest link of an address, whether it was for anybody or not. */
async function heardFor(email: string) {
  const [row] = await query<{ data: { linkId: string; email: string | null } }>(
    `select o.data from platform.outbox o join platform.links l on l.id = o.subject
     where o.type = 'LinkRequested' and l.email = $1 order by o.seq desc limit 1`,
    [email],
  )
  return row?.data
}
/** A link as a mail would bring it. */
async function mailed(purpose: RequestedPurpose, email: string): Promise<string> {
  const id = newId()
  await storeLink(app.db, { id, purpose, email })
  return app.platform.linkTokens.make(purpose, id)
}
async function mailedOrder(email: string, orderId = newId()) {
  await keepOrderLink(app.db, { orderId, email, startsAt: '2031-05-01T18:00:00.000Z' })
  return { orderId, token: app.platform.linkTokens.make('order', orderId) }
}
const redeem = (token: string, by = client()) =>
  by.call<LinkView>('POST', '/api/users/links/redeem', { token })
const reset = (token: string, chosen = newPassword, by = client()) =>
  by.call('POST', '/api/users/password/reset', { token, password: chosen })
const whoIs = async (someone: Client) =>
  expectStatus(await someone.call<CurrentUser>('GET', '/api/users/current'), 200).user
async function signUp(email = address(), by = client()) {
  const { id } = expectStatus(
    await by.call<{ id: string }>('POST', '/api/users/signup', { email, password }),
    201,
  )
  return { id, email, client: by }
}
async function beGuest(email = address()) {
  const by = client()
  const { id } = expectStatus(await by.call<{ id: string }>('POST', '/api/users/guest', { email }), 201)
  return { id, email, client: by }
}
const mayEnter = async (email: string, chosen: string) =>
  (await client().call('POST', '/api/users/signin', { email, password: chosen })).status === 200
const idOf = (token: string) => token.split('.')[1] ?? ''
const endLink = (token: string) =>
  query(`update platform.links set expires_at = now() - interval '1 second' where id = $1`, [idOf(token)])

describe('asking for a link', () => {
  test('is answered alike, stores alike, and writes to known addresses only', async () => {
    const account = await signUp()
    const guest = await beGuest()
    const nobody = address()
    const wanted: [string, RequestedPurpose, boolean][] = [
      [account.email, 'sign_in', true],
      [account.email, 'reset_password', true],
      [account.email.toUpperCase(), 'verify_email', true],
      [guest.email, 'my_tickets', true],
      [guest.email, 'reset_password', false],
      [nobody, 'my_tickets', false],
      [nobody, 'reset_password', false],
    ]
    for (const [email, purpose, isTold] of wanted) {
      const answer = await ask(email, purpose)
      expect([email, purpose, answer.status, answer.headers.get('set-cookie')]).toEqual([
        email,
        purpose,
        202,
        null,
      ])
      const stored = email.toLowerCase()
      expect([purpose, await heardFor(stored)]).toEqual([
        purpose,
        expect.objectContaining({ purpose, email: isTold ? stored : null }),
      ])
    }
  })

  test('an address that a guest gave once is known, also after they gave another', async () => {
    const guest = await beGuest()
    expectStatus(await guest.client.call('POST', '/api/users/guest', { email: address() }), 201)
    await ask(guest.email)
    expect(await heardFor(guest.email)).toMatchObject({ email: guest.email })
  })

  test('the fourth mail in an hour is not written, and the answer does not tell', async () => {
    const { email } = await signUp()
    const told: unknown[] = []
    for (let n = 0; n < 4; n += 1) {
      expect((await ask(email)).status).toBe(202)
      told.push((await heardFor(email))?.email)
    }
    expect(told).toEqual([email, email, email, null])
  })

  test('a network asks for twenty in an hour', async () => {
    const statuses: number[] = []
    for (let n = 0; n < 21; n += 1) statuses.push((await ask(address())).status)
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 202), 429])
  })
})

describe('a link', () => {
  test('opens nothing when it is forged, of another shop, or for something else', async () => {
    const { email } = await signUp()
    const token = await mailed('sign_in', email)
    const [key = '', id = '', mac = ''] = token.split('.')
    const { linkTokens } = app.platform
    const forged = [
      `${key}.${id}.${'A'.repeat(43)}`,
      `${key}.${newId()}.${mac}`,
      `00000000.${id}.${mac}`,
      linkTokens.make('reset_password', id),
      linkTokens.make('order', id),
    ]
    for (const each of forged) {
      expect([each, codeOf(await redeem(each))]).toEqual([each, '410 link_expired'])
      expect([each, codeOf(await reset(each))]).toEqual([each, '410 link_expired'])
    }
    expect((await redeem(token)).status).toBe(200)
  })

  test('works once, before its deadline, for one of ten who press at once', async () => {
    const { email } = await signUp()
    const late = await mailed('my_tickets', email)
    await endLink(late)
    expect(codeOf(await redeem(late))).toBe('410 link_expired')
    const token = await mailed('my_tickets', email)
    const codes = (await Promise.all(Array.from({ length: 10 }, () => redeem(token)))).map(codeOf)
    expect(codes.toSorted()).toEqual(['200 undefined', ...Array.from({ length: 9 }, () => '410 link_used')])
  })

  test('is kept without what opens it', async () => {
    const { email } = await signUp()
    expectStatus(await ask(email, 'sign_in'), 202)
    const { linkId = '' } = (await heardFor(email)) ?? {}
    const mac = app.platform.linkTokens.make('sign_in', linkId).split('.')[2] ?? ''
    expect(mac).toMatch(/^[\w-]{43}$/)
    const kept = await query<{ text: string }>(
      `select t::text as text from platform.links t union all select t::text from platform.outbox t
       union all select t::text from platform.sessions t union all select t::text from identity.users t`,
    )
    expect(kept.length).toBeGreaterThan(3)
    expect(kept.filter(({ text }) => text.includes(mac))).toEqual([])
  })

  test('is for people in a browser: a program’s token proves nothing', async () => {
    const { email, client: ann } = await signUp()
    const { token } = expectStatus(await ann.call<{ token: string }>('POST', '/api/users/tokens'), 201)
    const headers = { authorization: `Bearer ${token}` }
    const link = await mailed('my_tickets', email)
    const answer = await client().call('POST', '/api/users/links/redeem', { token: link }, headers)
    expect(codeOf(answer)).toBe('403 forbidden')
    expect((await redeem(link)).status).toBe(200)
  })
})

describe('a link to sign in', () => {
  test('enters the account, whose address is proved from then on', async () => {
    const { id, email } = await signUp()
    const elsewhere = client()
    await redeem(await mailed('verify_email', email), elsewhere)
    const reader = client()
    expect(expectStatus(await redeem(await mailed('sign_in', email), reader), 200)).toEqual({
      purpose: 'sign_in',
    })
    expect(await whoIs(reader)).toEqual({ id, email, kind: 'user', emailVerified: true })
  })

  test('does not replace the session of another account, and shows its orders there', async () => {
    const [ann, bob] = [await signUp(), await signUp()]
    expect((await redeem(await mailed('sign_in', bob.email), ann.client)).status).toBe(200)
    expect(await whoIs(ann.client)).toMatchObject({ id: ann.id, kind: 'user', emailVerified: false })
  })

  test('takes a guest of its address over, and no other: the link may have been sent to them', async () => {
    const { id, email } = await signUp()
    const [own, stranger] = [await beGuest(email), await beGuest()]
    for (const guest of [own, stranger]) await redeem(await mailed('sign_in', email), guest.client)
    const taken = await query<{ buyer: string }>(
      'select buyer_id as buyer from platform.buyer_ids where owner = $1',
      [id],
    )
    expect(taken).toEqual([{ buyer: own.id }])
  })

  test('of an address without an account begins a guest who proved it', async () => {
    const { email } = await beGuest()
    const reader = client()
    expect((await redeem(await mailed('sign_in', email), reader)).status).toBe(200)
    expect(await whoIs(reader)).toMatchObject({ email, kind: 'guest', emailVerified: true })
  })
})

describe('the first proof of an account’s address', () => {
  test('from outside ends what a stranger set up: password, sessions, tokens', async () => {
    const stranger = await signUp()
    const { token } = expectStatus(
      await stranger.client.call<{ token: string }>('POST', '/api/users/tokens'),
      201,
    )
    const reader = client()
    const opened = await redeem(await mailed('my_tickets', stranger.email), reader)
    expect(expectStatus(opened, 200)).toEqual({ purpose: 'my_tickets', passwordRemoved: true })
    expect(await whoIs(stranger.client)).toBeNull()
    const asProgram = { authorization: `Bearer ${token}` }
    const program = await client().call<CurrentUser>('GET', '/api/users/current', undefined, asProgram)
    expect(program.body.user).toBeNull()
    expect(await mayEnter(stranger.email, password)).toBe(false)
    expect((await reset(await mailed('reset_password', stranger.email))).status).toBe(204)
    expect(await mayEnter(stranger.email, newPassword)).toBe(true)
  })

  test('from a session of its own ends nothing, and later ones neither', async () => {
    const { email, client: ann } = await signUp()
    expect(expectStatus(await redeem(await mailed('verify_email', email), ann), 200)).toEqual({
      purpose: 'verify_email',
    })
    expect(await whoIs(ann)).toMatchObject({ kind: 'user', emailVerified: true })
    expect(expectStatus(await redeem(await mailed('my_tickets', email)), 200)).toEqual({
      purpose: 'my_tickets',
    })
    expect(await mayEnter(email, password)).toBe(true)
  })

  test('by a guest who then signs up with it is the account’s, and so is that before signing in', async () => {
    const guest = await beGuest()
    await redeem(await mailed('my_tickets', guest.email), guest.client)
    await signUp(guest.email, guest.client)
    expect(await whoIs(guest.client)).toMatchObject({ kind: 'user', emailVerified: true })
    expect(expectStatus(await redeem(await mailed('my_tickets', guest.email)), 200)).toEqual({
      purpose: 'my_tickets',
    })
    expect(await mayEnter(guest.email, password)).toBe(true)
  })
})

describe('a forgotten password', () => {
  test('is chosen anew once, and only by its own link; that ends every session and token', async () => {
    const { email, client: ann } = await signUp()
    const { token: program } = expectStatus(
      await ann.call<{ token: string }>('POST', '/api/users/tokens'),
      201,
    )
    const token = await mailed('reset_password', email)
    const reader = client()
    for (let n = 0; n < 2; n += 1)
      expect(expectStatus(await redeem(token, reader), 200)).toEqual({ purpose: 'reset_password' })
    expect(await whoIs(reader)).toBeNull()
    expect(codeOf(await reset(token, email))).toBe('400 invalid_request')
    expect(codeOf(await reset(await mailed('sign_in', email)))).toBe('410 link_expired')
    expect((await reset(token)).status).toBe(204)
    expect(await whoIs(ann)).toBeNull()
    const asProgram = { authorization: `Bearer ${program}` }
    const seen = await client().call<CurrentUser>('GET', '/api/users/current', undefined, asProgram)
    expect(seen.body.user).toBeNull()
    expect([await mayEnter(email, password), await mayEnter(email, newPassword)]).toEqual([false, true])
    expect(codeOf(await reset(token, 'another staple'))).toBe('410 link_used')
  })

  test('two who choose at once: one of them does', async () => {
    const { email } = await signUp()
    const token = await mailed('reset_password', email)
    const answers = await Promise.all([reset(token, 'first of two'), reset(token, 'second of two')])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 410])
  })

  test('once changed ends the links to the account, not those to orders and tickets', async () => {
    const { email, client: ann } = await signUp()
    await redeem(await mailed('verify_email', email), ann)
    const purposes = ['sign_in', 'reset_password', 'verify_email', 'my_tickets'] as const
    const tokens = await Promise.all(purposes.map((purpose) => mailed(purpose, email)))
    const order = await mailedOrder(email)
    const body = { currentPassword: password, newPassword }
    expectStatus(await ann.call('POST', '/api/users/password', body), 200)
    const codes: string[] = []
    for (const token of [...tokens, order.token]) codes.push(codeOf(await redeem(token)))
    expect(codes).toEqual([
      '410 link_used',
      '410 link_used',
      '410 link_used',
      '200 undefined',
      '200 undefined',
    ])
  })
})

describe('the link of an order', () => {
  test('opens it for whoever is there, any number of times, and begins a guest where nobody is', async () => {
    const [{ email }, ann, guest] = [await beGuest(), await signUp(), await beGuest()]
    const { orderId, token } = await mailedOrder(email)
    for (const someone of [ann, guest, ann]) {
      expect(expectStatus(await redeem(token, someone.client), 200)).toEqual({ purpose: 'order', orderId })
      expect(await whoIs(someone.client)).toMatchObject({ id: someone.id, emailVerified: false })
    }
    const reader = client()
    expectStatus(await redeem(token, reader), 200)
    expect(await whoIs(reader)).toMatchObject({ kind: 'guest', email, emailVerified: false })
    await endLink(token)
    expect(codeOf(await redeem(token, reader))).toBe('410 link_expired')
  })

  test('lives longer when the show moves to a later day, and never shorter', async () => {
    const { orderId } = await mailedOrder(address())
    const ends = async (startsAt: string) => {
      await keepOrderLink(app.db, { orderId, email: address(), startsAt })
      const [row] = await query<{ expires_at: string }>(
        'select expires_at from platform.links where id = $1',
        [orderId],
      )
      return row?.expires_at
    }
    expect(await ends('2031-06-01T18:00:00.000Z')).toBe('2031-07-01T18:00:00.000Z')
    expect(await ends('2031-05-01T18:00:00.000Z')).toBe('2031-07-01T18:00:00.000Z')
  })

  test('what it opened stays with a guest who gives another address, signs up or signs in', async () => {
    const guest = await beGuest()
    const grantsOf = async (id: string) => {
      const [row] = await query<{ orders: string[]; proved: string[] }>(
        'select orders, proved from platform.sessions where principal_id = $1 order by created_at desc limit 1',
        [id],
      )
      return row
    }
    const { orderId, token } = await mailedOrder(address())
    await redeem(token, guest.client)
    await redeem(await mailed('my_tickets', guest.email), guest.client)
    const opened = { orders: [orderId], proved: [guest.email] }
    expect(await grantsOf(guest.id)).toEqual(opened)
    expectStatus(await guest.client.call('POST', '/api/users/guest', { email: address() }), 201)
    expect(await grantsOf(guest.id)).toEqual(opened)
    const { id } = await signUp(address(), guest.client)
    expect(await grantsOf(id)).toEqual(opened)
  })
})

describe('a guest who signs up', () => {
  test('becomes the account with the same id; their other sessions end', async () => {
    const email = address()
    const guest = await beGuest(email)
    const begun = await guest.client.call('POST', '/api/users/guest', { email })
    const other = begun.headers.get('set-cookie')?.split(';')[0] ?? ''
    const account = await signUp(email, guest.client)
    expect(account.id).toBe(guest.id)
    expect(await whoIs(guest.client)).toMatchObject({ id: guest.id, kind: 'user' })
    const seen = await client().call<CurrentUser>('GET', '/api/users/current', undefined, { cookie: other })
    expect(seen.body.user).toBeNull()
  })

  test('twice at once, with two addresses, is one account with their id and one with another', async () => {
    const guest = await beGuest()
    const cookie = (await guest.client.call('POST', '/api/users/guest', { email: guest.email })).headers
      .get('set-cookie')
      ?.split(';')[0]
    const join = (email: string) =>
      client().call<{ id: string }>(
        'POST',
        '/api/users/signup',
        { email, password },
        { cookie: cookie ?? '' },
      )
    const ids = (await Promise.all([join(address()), join(address())])).map(
      (answer) => expectStatus(answer, 201).id,
    )
    expect(new Set(ids).size).toBe(2)
    expect(ids).toContain(guest.id)
  })

  test('or signs in brings what they bought to the account', async () => {
    const account = await signUp()
    const guest = await beGuest()
    const { email } = account
    expectStatus(await guest.client.call('POST', '/api/users/signin', { email, password }), 200)
    expect(
      await query('select buyer_id as id from platform.buyer_ids where owner = $1', [account.id]),
    ).toEqual([{ id: guest.id }])
  })
})
