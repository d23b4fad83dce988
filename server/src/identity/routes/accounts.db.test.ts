// Identity over HTTP: cookies, tokens, one answer for all bad credentials, and all that people send
// wrongly.

import type { CurrentUser } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, expectStatus, makeClient } from '../../../test/client.ts'
import { type ServiceApp, startServiceApp } from '../../../test/service-app.ts'
import { service as identity } from '../index.ts'

let app: ServiceApp
let people = 0
const password = 'correct horse'
const address = () => `person${(people += 1)}@example.com`
const client = (): Client => makeClient(app.url)
const whoIs = async (someone: Client) =>
  expectStatus(await someone.call<CurrentUser>('GET', '/api/users/current'), 200).user
const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) =>
  `${status} ${String(body['code'])}`

beforeAll(async () => {
  app = await startServiceApp(identity)
})
afterAll(() => app.stop())

test('nobody is signed in at first', async () => {
  expect(await whoIs(client())).toBeNull()
})

test('signing up signs in, with a cookie that scripts and other sites cannot use', async () => {
  const ann = client()
  const email = address()
  const answer = await ann.call('POST', '/api/users/signup', { email, password })
  expect(expectStatus(answer, 201)).toEqual({ id: expect.any(String), email })
  expect(answer.headers.get('set-cookie')).toMatch(
    /^holdfast=hfs_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/,
  )
  expect(await whoIs(ann)).toEqual({ id: answer.body['id'], email, kind: 'user', emailVerified: false })
})

test('a taken address is refused, and the same request with its key is not', async () => {
  const email = address()
  const key = { 'idempotency-key': 'once' }
  const first = expectStatus(await client().call('POST', '/api/users/signup', { email, password }, key), 201)
  expect(codeOf(await client().call('POST', '/api/users/signup', { email, password }))).toBe(
    '409 email_taken',
  )
  expect(
    expectStatus(await client().call('POST', '/api/users/signup', { email, password }, key), 201),
  ).toEqual(first)
})

test('signing in gives a new session and ends the one that was presented', async () => {
  const ann = client()
  const email = address()
  const before =
    (await ann.call('POST', '/api/users/signup', { email, password })).headers
      .get('set-cookie')
      ?.split(';')[0] ?? ''
  const after =
    (await ann.call('POST', '/api/users/signin', { email, password })).headers
      .get('set-cookie')
      ?.split(';')[0] ?? ''
  expect(after).toMatch(/^holdfast=hfs_/)
  expect(after).not.toBe(before)
  expect(await whoIs(ann)).toMatchObject({ email })
  expect(
    expectStatus(
      await client().call<CurrentUser>('GET', '/api/users/current', undefined, { cookie: before }),
      200,
    ).user,
  ).toBeNull()
})

test('signing out ends the session and clears the cookie', async () => {
  const ann = client()
  const signedUp = await ann.call('POST', '/api/users/signup', { email: address(), password })
  const cookie = signedUp.headers.get('set-cookie')?.split(';')[0] ?? ''
  const answer = await ann.call('POST', '/api/users/signout')
  expectStatus(answer, 204)
  expect(answer.headers.get('set-cookie')).toMatch(/^holdfast=; .*Max-Age=0$/)
  expect(
    expectStatus(await client().call<CurrentUser>('GET', '/api/users/current', undefined, { cookie }), 200)
      .user,
  ).toBeNull()
})

test('signing out is harmless for nobody', async () => {
  expectStatus(await client().call('POST', '/api/users/signout'), 204)
  expectStatus(
    await client().call('POST', '/api/users/signout', undefined, { 'content-type': 'application/json' }),
    204,
  )
})

test('a wrong password and an unknown address get one answer', async () => {
  const email = address()
  expectStatus(await client().call('POST', '/api/users/signup', { email, password }), 201)
  const wrong = await client().call('POST', '/api/users/signin', { email, password: 'wrong horse' })
  const unknown = await client().call('POST', '/api/users/signin', { email: address(), password })
  expect(codeOf(wrong)).toBe('401 bad_credentials')
  expect(unknown.body).toEqual(wrong.body)
  expect(wrong.headers.get('set-cookie')).toBeNull()
})

test('guessing ends with 429 and a time to come back', async () => {
  const email = address()
  for (let n = 0; n < 10; n += 1)
    await client().call('POST', '/api/users/signin', { email, password: 'wrong horse' })
  const answer = await client().call('POST', '/api/users/signin', { email, password: 'wrong horse' })
  expect(codeOf(answer)).toBe('429 too_many_requests')
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a guest is signed in as a guest, also with the address of a user', async () => {
  const email = address()
  expectStatus(await client().call('POST', '/api/users/signup', { email, password }), 201)
  const guest = client()
  expectStatus(await guest.call('POST', '/api/users/guest', { email }), 201)
  expect(await whoIs(guest)).toMatchObject({ email, kind: 'guest' })
})

test('a guest who begins again in his browser stays who he is, and is not lost with a lost answer', async () => {
  const guest = client()
  const [first, second] = [address(), address()]
  const begun = await guest.call('POST', '/api/users/guest', { email: first })
  const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? ''
  const again = expectStatus(await guest.call('POST', '/api/users/guest', { email: second }), 201)
  expect(again).toEqual({ id: begun.body['id'], email: second })
  expect(await whoIs(guest)).toMatchObject({ id: begun.body['id'], email: second, kind: 'guest' })
  const stale = await client().call<CurrentUser>('GET', '/api/users/current', undefined, { cookie })
  expect(expectStatus(stale, 200).user).toMatchObject({ id: begun.body['id'], email: first, kind: 'guest' })
})

test('a guest who signs in, and a user who begins as a guest, leave their old session behind', async () => {
  const ann = client()
  const email = address()
  const { body: user } = await ann.call('POST', '/api/users/signup', { email, password })
  const cookieOf = async (path: string, body: object) =>
    (await ann.call('POST', path, body)).headers.get('set-cookie')?.split(';')[0] ?? ''
  const asUser = await cookieOf('/api/users/signin', { email, password })
  const asGuest = await cookieOf('/api/users/guest', { email })
  expect((await whoIs(ann))?.id).not.toBe(user['id'])
  await cookieOf('/api/users/signin', { email, password })
  expect(await whoIs(ann)).toMatchObject({ id: user['id'], kind: 'user' })
  for (const cookie of [asUser, asGuest]) {
    const old = await client().call<CurrentUser>('GET', '/api/users/current', undefined, { cookie })
    expect(expectStatus(old, 200).user).toBeNull()
  }
})

test('a token for programs speaks for its user, until it signs out', async () => {
  const ann = client()
  const email = address()
  expectStatus(await ann.call('POST', '/api/users/signup', { email, password }), 201)
  const { token } = expectStatus(await ann.call<{ token: string }>('POST', '/api/users/tokens'), 201)
  const asProgram = { authorization: `Bearer ${token}` }
  expect(token).toMatch(/^hft_/)
  expect(
    expectStatus(await client().call<CurrentUser>('GET', '/api/users/current', undefined, asProgram), 200)
      .user,
  ).toMatchObject({ email })
  // Signing in with the token at hand leaves it alone; signing out with it ends it.
  expectStatus(await client().call('POST', '/api/users/signin', { email, password }, asProgram), 200)
  expect(
    expectStatus(await client().call<CurrentUser>('GET', '/api/users/current', undefined, asProgram), 200)
      .user,
  ).toMatchObject({ email })
  expectStatus(await client().call('POST', '/api/users/signout', undefined, asProgram), 204)
  expect(
    expectStatus(await client().call<CurrentUser>('GET', '/api/users/current', undefined, asProgram), 200)
      .user,
  ).toBeNull()
})

test('changing the password takes the old one, and leaves this browser in and every other one out', async () => {
  const [ann, other] = [client(), client()]
  const email = address()
  expectStatus(await ann.call('POST', '/api/users/signup', { email, password }), 201)
  expectStatus(await other.call('POST', '/api/users/signin', { email, password }), 200)
  const body = { currentPassword: password, newPassword: 'battery staple' }
  expect(codeOf(await ann.call('POST', '/api/users/password', { ...body, currentPassword: 'wrong' }))).toBe(
    '401 bad_credentials',
  )
  expect(codeOf(await ann.call('POST', '/api/users/password', { ...body, newPassword: email }))).toBe(
    '400 invalid_request',
  )
  expect(await whoIs(other)).toMatchObject({ email })
  expectStatus(await ann.call('POST', '/api/users/password', body), 200)
  expect(await whoIs(ann)).toMatchObject({ email })
  expect(await whoIs(other)).toBeNull()
  expect(codeOf(await client().call('POST', '/api/users/signin', { email, password }))).toBe(
    '401 bad_credentials',
  )
  expectStatus(await client().call('POST', '/api/users/signin', { email, password: body.newPassword }), 200)
})

test('passwords are for users only', async () => {
  const guest = client()
  expectStatus(await guest.call('POST', '/api/users/guest', { email: address() }), 201)
  const body = { currentPassword: password, newPassword: 'battery staple' }
  expect(codeOf(await guest.call('POST', '/api/users/password', body))).toBe('403 forbidden')
  expect(codeOf(await client().call('POST', '/api/users/password', body))).toBe('401 unauthenticated')
})

test('tokens are for users only', async () => {
  const guest = client()
  expectStatus(await guest.call('POST', '/api/users/guest', { email: address() }), 201)
  expect(codeOf(await guest.call('POST', '/api/users/tokens'))).toBe('403 forbidden')
  expect(codeOf(await client().call('POST', '/api/users/tokens'))).toBe('401 unauthenticated')
})

test('in local mode 300 guests and 60 sign-ups from one address within a minute are welcome', async () => {
  const requests = [
    ...Array.from({ length: 300 }, () => client().call('POST', '/api/users/guest', { email: address() })),
    ...Array.from({ length: 60 }, () =>
      client().call('POST', '/api/users/signup', { email: address(), password }),
    ),
  ]
  const answers = await Promise.all(requests)
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]))
})

test('a network makes five accounts an hour, also by tries that fail, and its guests go on', async () => {
  const limited = await startServiceApp(identity, { RATE_LIMITS: 'on' })
  try {
    const [taken, stranger] = [address(), makeClient(limited.url)]
    for (let weak = 0; weak < 6; weak += 1)
      expect(
        codeOf(await stranger.call('POST', '/api/users/signup', { email: address(), password: 'password1' })),
      ).toBe('422 password_common')
    const signUp = async (email: string) =>
      (await stranger.call('POST', '/api/users/signup', { email, password })).status
    expect([await signUp(taken), await signUp(taken), await signUp(address())]).toEqual([201, 409, 201])
    expect([await signUp(address()), await signUp(address())]).toEqual([201, 201])
    for (const email of [address(), taken])
      expect(codeOf(await stranger.call('POST', '/api/users/signup', { email, password }))).toBe(
        '429 too_many_requests',
      )
    expectStatus(await stranger.call('POST', '/api/users/guest', { email: address() }), 201)
  } finally {
    await limited.stop()
  }
})

test('a password that everybody has is no password', async () => {
  for (const common of ['password', 'Passw0rd!', 'Sommer2026'])
    expect(
      codeOf(await client().call('POST', '/api/users/signup', { email: address(), password: common })),
    ).toBe('422 password_common')
})

describe('bad input is refused with its code and changes nothing', () => {
  const email = 'someone@example.com'
  const bodies: [string, unknown, string][] = [
    ['no body', undefined, '400 invalid_request'],
    ['no object', [], '400 invalid_request'],
    ['malformed JSON', '{"email":', '400 malformed_json'],
    ['an unknown field', { email, password, admin: true }, '400 invalid_request'],
    ['no password', { email }, '400 invalid_request'],
    ['a number for a password', { email, password: 12_345_678 }, '400 invalid_request'],
    ['a short password', { email, password: '1234567' }, '400 invalid_request'],
    ['an endless password', { email, password: 'x'.repeat(201) }, '400 invalid_request'],
    ['no address', { email: 'someone', password }, '400 invalid_request'],
    ['an endless address', { email: `${'a'.repeat(300)}@example.com`, password }, '400 invalid_request'],
    ['a NUL in the password', { email, password: 'correct\0horse' }, '400 invalid_request'],
    ['half a character in the password', { email, password: 'correct \ud83c horse' }, '400 invalid_request'],
    ['a huge body', { email, password: 'x'.repeat(200_000) }, '413 body_too_large'],
  ]
  for (const path of ['signup', 'signin']) {
    test.each(bodies)(`${path}: %s`, async (_title, body, code) => {
      const answer = await client().call('POST', `/api/users/${path}`, body)
      expect(codeOf(answer)).toBe(code)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    })
  }
  test('a password that is the address', async () => {
    expect(codeOf(await client().call('POST', '/api/users/signup', { email, password: email }))).toBe(
      '400 invalid_request',
    )
  })
  test('a guest with a password', async () => {
    expect(codeOf(await client().call('POST', '/api/users/guest', { email, password }))).toBe(
      '400 invalid_request',
    )
  })
  test('an endless idempotency key', async () => {
    const answer = await client().call(
      'POST',
      '/api/users/signup',
      { email, password },
      { 'idempotency-key': 'x'.repeat(256) },
    )
    expect(codeOf(answer)).toBe('400 invalid_idempotency_key')
  })
  test('another site', async () => {
    const answer = await client().call(
      'POST',
      '/api/users/signin',
      { email, password },
      { origin: 'https://evil.example' },
    )
    expect(codeOf(answer)).toBe('403 cross_origin')
  })
  test('tokens that nobody gave out', async () => {
    for (const token of ['hfs_x', 'hft_', '\u00ff', 'x'.repeat(4_000), "' or 1=1 --"]) {
      const answer = await client().call<CurrentUser>('GET', '/api/users/current', undefined, {
        authorization: `Bearer ${token}`,
      })
      expect(expectStatus(answer, 200).user).toBeNull()
    }
  })
  test('no account came of all that', async () => {
    const rows = await app.db.query({
      name: '',
      text: `select 1 from identity.users where email = '${email}'`,
    })
    expect(rows).toHaveLength(0)
  })
})

test('on https the cookie is bound to the host and never sent in the clear', async () => {
  const secure = await startServiceApp(identity, { PUBLIC_URL: 'https://shop.example', SANDBOX: 'on' })
  const answer = await makeClient(secure.url).call('POST', '/api/users/guest', { email: address() })
  await secure.stop()
  expect(answer.headers.get('set-cookie')).toMatch(
    /^__Host-holdfast=hfs_[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
  )
})
