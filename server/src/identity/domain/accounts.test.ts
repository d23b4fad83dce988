// The rules of identity, case by case: addresses, passwords, who is let in, who counts as one
// stranger.
import { describe, expect, test } from 'vitest'
import {
  type Account,
  decideSignIn,
  decideSignUp,
  networkOf,
  normalisePassword,
  refusePassword,
  type SignInDecision,
  type SignUpDecision,
} from './accounts.ts'

const account: Account = { id: 'a', email: 'ann@example.com', passwordHash: 'phc', signUpKey: 'key-1' }
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

describe('who counts as one stranger', () => {
  const networks: [string, string][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.200.7', '192.0.200.7'],
    ['::ffff:192.0.2.7.8', 'unknown'],
    ['1::ffff:192.0.2.7', '1:0:0:0::/64'],
    ['2001:db8:1::4:5:6:7', '2001:db8:1:0::/64'],
    ['2001:db8:0001:0000:3:4:5:6', '2001:db8:1:0::/64'],
    ['2001:db8:100:2::9', '2001:db8:100:2::/64'],
    ['unknown', 'unknown'],
    ['::ffff:10.20.30.40', '10.20.30.40'],
    ['2001:db8::4:5:6:7:8', '2001:db8:0:4::/64'],
    ['2001::aaaa:bbbb', '2001:0:0:0::/64'],
    ['a:b', 'unknown'],
    // As proxies write them: with a port, brackets, quotes or a zone.
    ['203.0.113.9:40000', '203.0.113.9'],
    [' 203.0.113.9:1 ', '203.0.113.9'],
    ['"203.0.113.9:40001"', '203.0.113.9'],
    ['[2001:db8:1:2::9]', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
    ['"[2001:db8:1:2::9]:65535"', '2001:db8:1:2::/64'],
    ['[fe80::1%eth0]:443', 'fe80:0:0:0::/64'],
    ['[::ffff:203.0.113.9]:443', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['::ffff:0:203.0.113.9', '0:0:0:0::/64'],
    ['999.0.113.9', 'unknown'],
    ['2001:db8:::1', 'unknown'],
    ['2001:db8::1::2', 'unknown'],
    ['1:2:3:4:5:6:7:8:9', 'unknown'],
    ['12345::', 'unknown'],
    ['_hidden-1', 'unknown'],
    ['', 'unknown'],
  ]
  test.each(networks)('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
