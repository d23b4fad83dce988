// What odd browsers say of their reader.
import { describe, expect, it } from 'vitest'
import { isUsableZone, languageFor, localeFor, usableTag, usableZone, zoneOf } from './reader.ts'

const spoken = ['en', 'de']

describe('a language tag', () => {
  it.each([
    ['en-US', 'en-US'],
    ['en_US', 'en-US'],
    ['de_DE.UTF-8', 'de-DE'],
    ['en-US@posix', 'en-US'],
    ['de@euro', 'de'],
    ['zh_Hant_TW', 'zh-Hant-TW'],
    ['DE', 'de'],
    [' de ', 'de'],
    ['en-US-u-va-posix', 'en-US-u-va-posix'],
  ])('%j is taken for %s', (tag, taken) => {
    expect(usableTag(tag)).toBe(taken)
    expect(() => new Intl.NumberFormat(taken)).not.toThrow()
  })

  it.each(['', 'C', 'POSIX', '*', '_', 'e', 'en--US', 'undefined', undefined, '😀'])(
    '%j is passed over',
    (tag) => {
      expect(usableTag(tag)).toBeNull()
    },
  )
})

describe('the reader’s language', () => {
  it.each([
    [['de_AT'], 'de', 'de-AT'],
    [['en_US', 'de'], 'en', 'en-US'],
    [['C', 'de-CH@posix'], 'de', 'de-CH'],
    [['fr-FR', 'de'], 'de', 'de'],
    [['fr-FR'], 'en', 'en-GB'],
    // Not German: its tag only begins like it.
    [['den-CA', 'en'], 'en', 'en'],
    [['', undefined, 'POSIX'], 'en', 'en-GB'],
    [[], 'en', 'en-GB'],
    [undefined, 'en', 'en-GB'],
  ])('of %j is %s, written as in %s', (tags, language, locale) => {
    expect(languageFor(tags, spoken)).toBe(language)
    expect(localeFor(tags, language)).toBe(locale)
  })
})

describe('a time zone', () => {
  it.each(['Etc/Unknown', '', undefined, 'Mars/Olympus', 'GMT+25', 'undefined'])(
    '%j is not usable',
    (zone) => {
      expect(isUsableZone(zone)).toBe(false)
      expect(usableZone(zone)).toBe('UTC')
      expect(zoneOf(zone === undefined ? {} : { timeZone: zone })).toBeNull()
    },
  )

  it.each(['Europe/Berlin', 'Asia/Calcutta', 'UTC', 'Etc/GMT-3'])('%s is usable', (zone) => {
    expect(usableZone(zone)).toBe(zone)
  })
})
