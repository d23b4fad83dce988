// Which passwords are refused for a new account: what attackers try first, in every disguise.
import { expect, test } from 'vitest'
import { isCommonPassword } from './common-passwords.ts'

const email = 'ada.lovelace@theatre.example'

test.each([
  'password',
  'Passw0rd!',
  'P@ssw0rd2024',
  '12345678',
  '1234567890',
  'qwertzuiop',
  'asdfghjkl',
  'iloveyou1',
  'hallo123',
  'schatz123',
  'Sommer2026',
  'trustno1!',
  'letmein2',
  'aaaaaaaa',
  'abcdefgh',
  'abcabcabc',
  '01.02.1990',
  'lovelace1',
  'Theatre!1',
  'holdfast1',
  'x'.repeat(200),
])('%s is common', async (password) => {
  expect(await isCommonPassword(password, email)).toBe(true)
})

test.each([
  'correct horse',
  'a long password',
  'battery staple',
  'xK3#9vQ2mT',
  'Möwen über dem Hafen',
  'ключ от всех дверей',
  'hold the door 7',
])('%s is not', async (password) => {
  expect(await isCommonPassword(password, email)).toBe(false)
})
