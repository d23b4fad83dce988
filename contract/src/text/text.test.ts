// What people can read, and what is an address.
import { describe, expect, test } from 'vitest'
import { isEmailAddress, isVisible, normaliseEmail } from './text.ts'

describe('a text', () => {
  test.each([
    'A',
    '1',
    '?',
    'é',
    'e\u0301',
    'ירושלים',
    'ศิลปะ',
    '東京',
    '🎭',
    '👩‍👩‍👧',
    '€',
    '\u200BHidden start',
    '\u202Eright to left',
    '…',
  ])('%j can be seen', (text) => {
    expect(isVisible(text)).toBe(true)
  })

  test.each([
    '',
    ' \t\n',
    '\u200B',
    '\u200C\u200D',
    '\u2060',
    '\uFEFF',
    '\u00AD',
    '\u180E',
    '\u200E\u200F',
    '\u202A\u202C',
    '\u2066\u2069',
    '\u034F',
    '\u115F',
    '\u1160',
    '\u3164',
    '\uFFA0',
    '\u17B4',
    '\u2800',
    '\u3000\u00A0\u2003',
    '\uFE0F',
    '\u{E0020}',
    '\u{E0100}',
    '\u{1D173}',
    '\u0001',
    '\u0301',
    '\uE000',
    ' \u200B \u3164 ',
  ])('%j cannot', (text) => {
    expect(isVisible(text)).toBe(false)
  })
})

describe('an address', () => {
  test.each([
    'ann@example.org',
    'a+b@example.org',
    "o'neil@example.ie",
    'jörg@example.de',
    'jo\u0308rg@example.de',
    'ann@müller.de',
    'ann@MÜLLER.DE',
    'ann@xn--mller-kva.de',
    '用户@例子.公司',
    'юзер@пример.рф',
    'δοκιμή@παράδειγμα.δοκιμή',
    'संपर्क@डाटामेल.भारत',
    'straße@faß.de',
    `${'a'.repeat(64)}@example.org`,
    '1@2.example',
  ])('is %s', (text) => {
    expect(isEmailAddress(text)).toBe(true)
  })

  test.each([
    '',
    'ann',
    'ann@',
    '@example.org',
    'ann@example',
    'ann@@example.org',
    'ann@example..org',
    '.ann@example.org',
    'ann.@example.org',
    'a..b@example.org',
    'ann@-example.org',
    'ann@example-.org',
    'ann smith@example.org',
    'ann@exam ple.org',
    ' ann@example.org',
    '"ann"@example.org',
    'ann@[127.0.0.1]',
    'ann@127.0.0.1',
    'ann@１２７.０.０.１',
    'ann@example.org,bob@example.org',
    'ann@example.org\nBcc: bob@example.org',
    'ann\u200B@example.org',
    'ann@exam\u00ADple.org',
    'ann\u0000@example.org',
    'Ann <ann@example.org>',
    'ann＠example.org',
    `${'a'.repeat(65)}@example.org`,
    `${'ö'.repeat(33)}@example.org`,
    `ann@${'a'.repeat(64)}.org`,
    `ann@${Array.from({ length: 60 }, () => 'abcd').join('.')}`,
  ])('is not %j', (text) => {
    expect(isEmailAddress(text)).toBe(false)
  })

  test.each([
    ['  Ann@Example.COM ', 'ann@example.com'],
    ['JÖRG@example.de', 'jörg@example.de'],
    ['jo\u0308rg@example.de', 'jörg@example.de'],
    ['Ann@MÜLLER.de', 'ann@xn--mller-kva.de'],
    ['ann@mu\u0308ller.de', 'ann@xn--mller-kva.de'],
    ['ann@xn--mller-kva.de', 'ann@xn--mller-kva.de'],
    ['no address', 'no address'],
    ['two@ats@example.org', 'two@ats@example.org'],
  ])('%j is kept as %s', (typed, kept) => {
    expect(normaliseEmail(typed)).toBe(kept)
    expect(normaliseEmail(kept)).toBe(kept)
  })
})
