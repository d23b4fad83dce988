// Which language a browser is answered in.
import { expect, test } from 'vitest'
import { preferredLanguage } from './language.ts'

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['de-AT,de;q=0.9,en;q=0.5', 'de'],
  ['fr,en;q=0.3,de;q=0.7', 'de'],
  ['fr-CH, fr;q=0.9', 'en'],
  ['DE', 'de'],
  ['en;q=0,de;q=0.1', 'de'],
  ['*', 'en'],
  ['de;q=x', 'de'],
  [';;;,,,=', 'en'],
])('%s: %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language)
})
