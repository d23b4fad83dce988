// Which backups of a folder are ours, and which of them are too old.
import { expect, it } from 'vitest'
import { nameOf, prefixOf, tooOld } from './retention.ts'

const prefix = prefixOf('0190aaaa-0000-7000-8000-000000000000')
const nowMs = Date.parse('2031-05-31T12:00:00Z')
const day = 24 * 3_600 * 1_000
const taken = (daysAgo: number) => nameOf(prefix, nowMs - daysAgo * day)

it('a name sorts by its time and tells whose backup it is', () => {
  expect(taken(0)).toBe('holdfast-0190aaaa-20310531T120000Z.backup')
})

it.each([
  ['what is young stays', [taken(0), taken(29.9)], []],
  ['what is older goes', [taken(0), taken(30.1), taken(300)], [taken(30.1), taken(300)]],
  ['the newest stays, however old it is', [taken(300), taken(200)], [taken(300)]],
  [
    'a file that was cut short goes after a day, and counts for none',
    [`${taken(2)}.partial`, taken(90)],
    [`${taken(2)}.partial`],
  ],
  ['one under way stays', [`${taken(0.1)}.partial`], []],
  [
    'other shops, other files and impossible dates are nobody’s to remove',
    [
      taken(0),
      nameOf(prefixOf('0190bbbb-0000-7000-8000-000000000000'), nowMs - 90 * day),
      'holdfast-20200101T000000Z.backup',
      `${taken(90)}.gz`,
      `${prefix}20209901T000000Z.backup`,
      'orders.csv',
    ],
    [],
  ],
])('%s', (_name, names, expected) => {
  expect(tooOld(names, { prefix, nowMs, keepDays: 30 })).toEqual(expected)
})
