// The rules of identity, case by case: addresses, passwords, who is let in, who counts as one
// stranger.
import { describe, expect, test } from 'vitest'
import {
  type Account,
  decideProof,
  decideSignIn,
  decideSignUp,
  normalisePassword,
  type Proof,
  refusePassword,
  type SignInDecision,
  type SignUpDecision,
} from './accounts.ts'

const account: Account = {
  id: 'a',
  email: 'ann@example.com',
  passwordHash: 'phc',
  signUpKey: 'key-1',
  provedAt: null,
}
const keyless: Account = { ...account, signUpKey: null }

test('one password typed in two ways is one password', () => {
  expect(normalisePassword('cafe\u0301')).toBe(normalisePassword('caf\u00e9'))
})

describe('a password for a new account', () => {
  test('is taken when it is neither blank nor the address', () => {
    expect(refusePassword('correct horse', 'ann@example.com')).toBeNull()
  })
  test('is refused when it is the address, in any case', () => {
    expect(refusePassword('ANN@example.com', 'ann@example.com')).toBe(
      'the password must not be the email address',
    )
  })
  test('is refused when it is only space', () => {
    expect(refusePassword('\u00a0        ', 'ann@example.com')).toBe('the password must not be only spaces')
  })
})

describe('signing up', () => {
  const states = { nobody: null, keyless, withKey: account } as const
  type Key = 'no key' | 'the same key' | 'another key'
  const keys: Record<Key, string | undefined> = {
    'no key': undefined,
    'the same key': 'key-1',
    'another key': 'key-2',
  }
  const expected: Record<keyof typeof states, Record<Key, SignUpDecision['kind']>> = {
    nobody: { 'no key': 'create', 'the same key': 'create', 'another key': 'create' },
    keyless: { 'no key': 'refuse', 'the same key': 'refuse', 'another key': 'refuse' },
    withKey: { 'no key': 'refuse', 'the same key': 'repeat', 'another key': 'refuse' },
  }
  for (const [state, row] of Object.entries(expected)) {
    for (const [key, kind] of Object.entries(row)) {
      test(`an address held by ${state}, with ${key}: ${kind}`, () => {
        expect(decideSignUp(states[state as keyof typeof states], keys[key as Key]).kind).toBe(kind)
      })
    }
  }
})

test('a repeated sign-up names the account, and a taken address says that it is taken', () => {
  expect(decideSignUp(account, 'key-1')).toEqual({ kind: 'repeat', account })
  expect(decideSignUp(account, 'key-2')).toEqual({ kind: 'refuse', rejection: 'email_taken' })
})

describe('signing in', () => {
  const expected: [string, Account | null, boolean, SignInDecision['kind']][] = [
    ['an unknown address', null, false, 'refuse'],
    ['an unknown address whose dummy hash fits', null, true, 'refuse'],
    ['a wrong password', account, false, 'refuse'],
    ['the right password', account, true, 'enter'],
  ]
  test.each(expected)('%s', (_title, known, fits, kind) => {
    expect(decideSignIn(known, fits).kind).toBe(kind)
  })
  test('an unknown address and a wrong password are answered alike', () => {
    expect(decideSignIn(null, false)).toEqual(decideSignIn(account, false))
    expect(decideSignIn(null, false)).toEqual({ kind: 'refuse', rejection: 'bad_credentials' })
  })
  test('whoever is let in is the account of that address', () => {
    expect(decideSignIn(account, true)).toEqual({ kind: 'enter', account })
  })
})

describe('proving the address of an account', () => {
  const proved: Account = { ...account, provedAt: '2030-01-01T10:00:00.000Z' }
  const own = { id: 'a', kind: 'user', email: account.email } as const
  const other = { id: 'b', kind: 'user', email: 'bob@example.com' } as const
  const guest = { id: 'g', kind: 'guest', email: account.email } as const
  const stranger = { id: 's', kind: 'guest', email: 'eve@example.com' } as const
  const [removes, takes] = [{ removesPassword: true }, { takesGuestOver: true }]
  const expected: [string, Account | null, Parameters<typeof decideProof>[1], Partial<Proof>][] = [
    ['without an account', null, guest, {}],
    ['the first time, from its own session', account, own, {}],
    ['the first time, by nobody yet', account, null, removes],
    ['the first time, from another account', account, other, removes],
    ['the first time, by a guest with this address', account, guest, { ...removes, ...takes }],
    ['the first time, by a guest with another address', account, stranger, removes],
    ['again, by nobody yet', proved, null, {}],
    ['again, from another account', proved, other, {}],
    ['again, by a guest with this address', proved, guest, takes],
    ['again, by a guest with another address', proved, stranger, {}],
  ]
  test.each(expected)('%s', (_title, known, visitor, follows) => {
    const nothing = { removesPassword: false, takesGuestOver: false }
    expect(decideProof(known, visitor)).toEqual({ ...nothing, ...follows })
  })
})
