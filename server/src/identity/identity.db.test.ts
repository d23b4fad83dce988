// Accounts, guests and tokens on a real database: races for one address, repeated requests, limits
// on guessing.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import { makeLimits, noLimits } from '../platform/http/limits.ts'
import { makeSessions } from '../platform/http/sessions.ts'
import { systemClock } from '../platform/process/clock.ts'
import { makeAttempts } from './attempts.ts'
import type { Begun } from './begun.ts'
import { makeIdentity } from './identity.ts'
import { makePasswords } from './passwords.ts'

let db: TestDatabase
const passwords = makePasswords({ parameters: { memoryKib: 64, passes: 1, parallelism: 1 } })
const identityOf = (limits = noLimits) =>
  makeIdentity({ db, passwords, attempts: makeAttempts(limits), sessions: makeSessions(db, systemClock) })

beforeAll(async () => {
  db = await makeTestDatabase(['identity'])
})
afterAll(() => db.drop())
beforeEach(() =>
  db.execute('truncate identity.users, identity.guests, platform.sessions, platform.rate_limits'),
)

const count = async (table: string): Promise<number> => {
  const [row] = await db.query<{ n: number }>({ name: '', text: `select count(*)::int as n from ${table}` })
  return row?.n ?? -1
}
const begun = (result: Begun | { rejection: string }): Begun => {
  if ('rejection' in result) throw new Error(`refused: ${result.rejection}`)
  return result
}
const ann = { email: 'Ann@Example.com', password: 'correct horse', address: '192.0.2.1', key: undefined }

test('an account and its first session are stored together, and neither holds the password or the token', async () => {
  const { token, principal } = begun(await identityOf().signUp(ann))
  expect(principal).toMatchObject({ kind: 'user', email: 'ann@example.com' })
  expect(await makeSessions(db, systemClock).find(token)).toEqual(principal)
  const rows = await db.query<{ all: string }>({
    name: '',
    text: `select u::text || s::text as all from identity.users u, platform.sessions s`,
  })
  expect(rows).toHaveLength(1)
  expect(rows[0]?.all).not.toContain('correct horse')
  expect(rows[0]?.all).not.toContain(token)
})

test('ten people who want one address at once make one account', async () => {
  const identity = identityOf()
  const results = await Promise.all(Array.from({ length: 10 }, () => identity.signUp(ann)))
  expect(results.filter((result) => 'token' in result)).toHaveLength(1)
  expect(
    results.filter((result) => 'rejection' in result && result.rejection === 'email_taken'),
  ).toHaveLength(9)
  expect(await count('identity.users')).toBe(1)
  expect(await count('platform.sessions')).toBe(1)
})

test('one sign-up sent many times with one key makes one account and lets each in', async () => {
  const identity = identityOf()
  const results = await Promise.all(Array.from({ length: 5 }, () => identity.signUp({ ...ann, key: 'k' })))
  expect(new Set(results.map((result) => begun(result).principal.id)).size).toBe(1)
  expect(await count('identity.users')).toBe(1)
})

test('the key of a sign-up makes one account, whatever addresses come with it', async () => {
  const identity = identityOf()
  const emails = Array.from({ length: 5 }, (_, n) => `person${n}@example.com`)
  const results = await Promise.all(emails.map((email) => identity.signUp({ ...ann, email, key: 'k' })))
  expect(results.filter((result) => 'token' in result)).toHaveLength(1)
  expect(
    results.filter((result) => 'rejection' in result && result.rejection === 'idempotency_key_reused'),
  ).toHaveLength(4)
  expect(await count('identity.users')).toBe(1)
})

test('the key of a sign-up of yesterday is free again', async () => {
  const identity = identityOf()
  begun(await identity.signUp({ ...ann, key: 'k' }))
  await db.execute(`update identity.users set created_at = created_at - interval '25 hours'`)
  begun(await identity.signUp({ ...ann, email: 'ben@example.com', key: 'k' }))
  begun(await identity.signUp({ ...ann, key: 'k' }))
})

test('the key of a sign-up does not open the account without the password', async () => {
  const identity = identityOf()
  begun(await identity.signUp({ ...ann, key: 'k' }))
  expect(await identity.signUp({ ...ann, key: 'k', password: 'wrong horse' })).toEqual({
    rejection: 'email_taken',
  })
  expect(await identity.signUp({ ...ann, key: 'other' })).toEqual({ rejection: 'email_taken' })
})

test('an address in another case is the same account', async () => {
  const identity = identityOf()
  const { principal } = begun(await identity.signUp(ann))
  expect(begun(await identity.signIn({ ...ann, email: 'ANN@example.COM' })).principal).toEqual(principal)
})

test('a wrong password and an unknown address are refused alike', async () => {
  const identity = identityOf()
  begun(await identity.signUp(ann))
  const wrong = await identity.signIn({ ...ann, password: 'wrong horse' })
  const unknown = await identity.signIn({ ...ann, email: 'nobody@example.com' })
  expect(wrong).toEqual({ rejection: 'bad_credentials' })
  expect(unknown).toEqual(wrong)
})

test('every guest is somebody else, also with the address of a user', async () => {
  const identity = identityOf()
  begun(await identity.signUp(ann))
  const first = await identity.beginGuest({ ...ann, known: null })
  const second = await identity.beginGuest({ ...ann, known: null })
  expect(first.principal).toMatchObject({ kind: 'guest', email: 'ann@example.com' })
  expect(first.principal.id).not.toBe(second.principal.id)
  expect(await count('identity.guests')).toBe(2)
})

test('a guest who begins again is the same guest, with the new address; a user who does is a new guest', async () => {
  const identity = identityOf()
  const { principal: user } = begun(await identity.signUp(ann))
  const first = await identity.beginGuest({ ...ann, known: user })
  expect(first.principal.id).not.toBe(user.id)
  const again = await identity.beginGuest({ ...ann, email: 'Other@Example.com', known: first.principal })
  expect(again.principal).toEqual({ ...first.principal, email: 'other@example.com' })
  expect(again.token).not.toBe(first.token)
  expect(await makeSessions(db, systemClock).find(again.token)).toEqual(again.principal)
  const guests = await db.query({ name: '', text: 'select id, email from identity.guests' })
  expect(guests).toEqual([{ id: first.principal.id, email: 'other@example.com' }])
})

const atHome = { address: '192.0.2.1', limited: false }

test('an account has twenty tokens, also when it asks for them at once', async () => {
  const identity = identityOf()
  const { principal: user, token: sessionToken } = begun(await identity.signUp(ann))
  const ask = () => identity.makeApiToken({ user, sessionToken, address: ann.address, limited: true })
  const made = await Promise.all(Array.from({ length: 24 }, ask))
  const [first] = made.flatMap((each) => ('token' in each ? [each.token] : []))
  expect(made.filter((each) => 'token' in each)).toHaveLength(20)
  expect(await ask()).toMatchObject({ rejection: 'quota_exceeded' })
  await makeSessions(db, systemClock).end(first ?? '')
  expect(await ask()).toHaveProperty('token')
})

test('a token for programs is a session of a year', async () => {
  const identity = identityOf()
  const { principal, token: sessionToken } = begun(await identity.signUp(ann))
  const made = await identity.makeApiToken({ user: principal, sessionToken, ...atHome })
  if ('rejection' in made) throw new Error(made.rejection)
  const { token } = made
  expect(await makeSessions(db, systemClock).find(token)).toEqual(principal)
  const rows = await db.query<{ days: number }>({
    name: '',
    text: `select extract(days from expires_at - created_at)::int as days from platform.sessions where purpose = 'api_token'`,
  })
  expect(rows).toEqual([{ days: 365 }])
})

describe('a change of the password', () => {
  const change = { currentPassword: ann.password, newPassword: 'battery staple', address: ann.address }

  test('ends every other session and token, at once in this process, and leaves one new session', async () => {
    const sessions = makeSessions(db, systemClock)
    const identity = makeIdentity({ db, passwords, attempts: makeAttempts(noLimits), sessions })
    const { principal: user, token: first } = begun(await identity.signUp(ann))
    const { token: second } = begun(await identity.signIn(ann))
    const made = await identity.makeApiToken({ user, sessionToken: first, ...atHome })
    const program = 'token' in made ? made.token : ''
    for (const token of [first, second, program]) expect(await sessions.find(token)).toEqual(user)
    const { token } = begun(await identity.changePassword({ ...change, user }))
    for (const old of [first, second, program]) expect(await sessions.find(old)).toBeNull()
    expect(await sessions.find(token)).toEqual(user)
    expect(await identity.signIn(ann)).toEqual({ rejection: 'bad_credentials' })
    begun(await identity.signIn({ ...ann, password: change.newPassword }))
  })

  test('needs the old password, and refuses a new one that no account may have', async () => {
    const identity = identityOf()
    const { principal: user } = begun(await identity.signUp(ann))
    expect(await identity.changePassword({ ...change, user, currentPassword: 'wrong horse' })).toEqual({
      rejection: 'bad_credentials',
    })
    expect(await identity.changePassword({ ...change, user, newPassword: ann.email })).toMatchObject({
      rejection: 'invalid_request',
    })
    begun(await identity.signIn(ann))
    expect(await count('platform.sessions')).toBe(2)
  })

  test('of many at once one wins, and the others change nothing', async () => {
    const identity = identityOf()
    const { principal: user } = begun(await identity.signUp(ann))
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        identity.changePassword({ ...change, user, newPassword: `battery staple ${n}` }),
      ),
    )
    expect(results.filter((result) => 'token' in result)).toHaveLength(1)
    expect(await count('platform.sessions')).toBe(1)
  })

  // A sign-in with the old password is checked, the password is changed, and only then would its
  // session begin: whoever stole the password would be in for another month.
  test('is not outrun by a sign-in that was checking the old password', async () => {
    let checked: () => void = () => undefined
    let goOn: () => void = () => undefined
    const atCheck = new Promise<void>((resolve) => (checked = resolve))
    const held = new Promise<void>((resolve) => (goOn = resolve))
    const slow = {
      ...passwords,
      fits: async (password: string, phc: string | null) => {
        const fits = await passwords.fits(password, phc)
        checked()
        await held
        return fits
      },
    }
    const sessions = makeSessions(db, systemClock)
    const thief = makeIdentity({ db, passwords: slow, attempts: makeAttempts(noLimits), sessions })
    const { principal: user } = begun(await identityOf().signUp(ann))
    const signingIn = thief.signIn(ann)
    await atCheck
    begun(await identityOf().changePassword({ ...change, user }))
    goOn()
    expect(await signingIn).toEqual({ rejection: 'bad_credentials' })
    expect(await count('platform.sessions')).toBe(1)
  })

  // A request that was let in by the old session a moment ago would otherwise turn it into a token
  // of a year.
  test('leaves no way to make a token from a session that it ended', async () => {
    const identity = identityOf()
    const { principal: user, token } = begun(await identity.signUp(ann))
    begun(await identity.changePassword({ ...change, user }))
    expect(await identity.makeApiToken({ user, sessionToken: token, ...atHome })).toEqual({
      rejection: 'unauthenticated',
    })
    expect(await count('platform.sessions')).toBe(1)
  })

  test('a thief with a session does not get to guess: tries are counted like those of a sign-in', async () => {
    const identity = identityOf(makeLimits(db))
    const { principal: user } = begun(await identity.signUp(ann))
    const guess = () =>
      identity.changePassword({ ...change, user, currentPassword: 'wrong horse' }).then(
        (result) => ('rejection' in result ? result.rejection : 'in'),
        (error: { code: string }) => error.code,
      )
    for (let n = 0; n < 10; n += 1) expect(await guess()).toBe('bad_credentials')
    expect(await guess()).toBe('too_many_requests')
  })
})

describe('with limits', () => {
  const guess = (identity: ReturnType<typeof identityOf>, changes: Partial<typeof ann> = {}) =>
    identity.signIn({ ...ann, password: 'wrong horse', ...changes }).then(
      (result) => ('rejection' in result ? result.rejection : 'in'),
      (error: { code: string }) => error.code,
    )

  test('the eleventh guess is refused, even when it is right, and says when to come back', async () => {
    const identity = identityOf(makeLimits(db))
    begun(await identity.signUp(ann))
    for (let n = 0; n < 10; n += 1) expect(await guess(identity)).toBe('bad_credentials')
    expect(await guess(identity)).toBe('too_many_requests')
    const error = await identity
      .signIn(ann)
      .catch((refusal: { extras: { retryAfterSeconds: number } }) => refusal)
    expect('extras' in error && error.extras.retryAfterSeconds).toBeGreaterThan(0)
  })

  test('a hundred guesses at once are ten guesses', async () => {
    const identity = identityOf(makeLimits(db))
    begun(await identity.signUp(ann))
    const answers = await Promise.all(Array.from({ length: 100 }, () => guess(identity)))
    expect(answers.filter((answer) => answer === 'bad_credentials')).toHaveLength(10)
  })

  test('a stranger cannot lock somebody out', async () => {
    const identity = identityOf(makeLimits(db))
    begun(await identity.signUp(ann))
    for (let n = 0; n < 11; n += 1) await guess(identity, { address: '198.51.100.9' })
    expect(await guess(identity, { address: '198.51.100.9' })).toBe('too_many_requests')
    expect(await guess(identity, { password: ann.password })).toBe('in')
  })

  test('the right password forgets the wrong ones before it', async () => {
    const identity = identityOf(makeLimits(db))
    begun(await identity.signUp(ann))
    for (let n = 0; n < 9; n += 1) await guess(identity)
    expect(await guess(identity, { password: ann.password })).toBe('in')
    expect(await guess(identity)).toBe('bad_credentials')
    expect(await guess(identity)).toBe('bad_credentials')
  })

  test('guessing at many accounts from one network ends, and own sign-ins between do not help', async () => {
    const identity = identityOf(makeLimits(db))
    begun(await identity.signUp(ann))
    const answers: string[] = []
    for (let n = 0; n < 205; n += 1) {
      answers.push(
        await guess(identity, { email: `victim${n}@example.com`, address: `2001:db8::${n.toString(16)}` }),
      )
      if (n < 200 && n % 20 === 0)
        expect(await guess(identity, { password: ann.password, address: '2001:db8::1' })).toBe('in')
    }
    expect(answers.indexOf('too_many_requests')).toBe(200)
  })

  test('the longest address fits into the table of limits', async () => {
    const identity = identityOf(makeLimits(db))
    expect(await guess(identity, { email: `${'a'.repeat(64)}@${'b'.repeat(180)}.com` })).toBe(
      'bad_credentials',
    )
  })
})
