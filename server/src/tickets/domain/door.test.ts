// Which tickets a door lets in: its own shows, those of the day, and never another house's.
import { expect, test } from 'vitest'
import { type DoorScope, type DoorShow, isOfDay, refuseAtDoor } from './door.ts'

const now = '2031-05-01T17:30:00.000Z'
const show = (id: string, more: Partial<DoorShow> = {}): DoorShow => ({
  id,
  organisationId: 'house',
  title: id,
  startsAt: '2031-05-01T18:00:00.000Z',
  timeZone: 'Europe/Berlin',
  cancelled: false,
  ...more,
})
const tonight = show('tonight')
const late = show('late', { startsAt: '2031-05-01T21:00:00.000Z' })
const tomorrow = show('tomorrow', { startsAt: '2031-05-02T18:00:00.000Z' })
const off = show('off', { cancelled: true })
const elsewhere = show('elsewhere', { organisationId: 'another' })
const house: DoorScope = { organisationId: 'house', showIds: null }
const only = (...showIds: string[]): DoorScope => ({ organisationId: 'house', showIds })

test.each<
  [string, DoorShow, readonly DoorScope[], readonly string[] | null, readonly DoorShow[], string | null]
>([
  ['a show of the day', tonight, [house], null, [tonight, late], null],
  ['another show of the day', late, [house], null, [tonight, late], null],
  [
    'a show of tomorrow, while there is one today',
    tomorrow,
    [house],
    null,
    [tonight, tomorrow],
    'wrong_show',
  ],
  ['a show of tomorrow, on a day without any', tomorrow, [house], null, [tomorrow], null],
  ['a show of tomorrow, if today’s is cancelled', tomorrow, [house], null, [off, tomorrow], null],
  ['a show of tomorrow, if another house plays today', tomorrow, [house], null, [elsewhere, tomorrow], null],
  ['a show that the door names', tomorrow, [house], ['tomorrow'], [tonight, tomorrow], null],
  ['a show that the door does not name', tonight, [house], ['tomorrow'], [tonight, tomorrow], 'wrong_show'],
  [
    'the show of a device, also on another day',
    tomorrow,
    [only('tomorrow')],
    null,
    [tonight, tomorrow],
    null,
  ],
  [
    'another show than that of a device',
    tonight,
    [only('tomorrow')],
    null,
    [tonight, tomorrow],
    'wrong_show',
  ],
  ['a show that a device names and may not', tonight, [only('late')], ['tonight'], [tonight], 'wrong_show'],
  ['a cancelled show', off, [house], null, [off], 'show_cancelled'],
  ['a show of another house', elsewhere, [house], null, [elsewhere], 'ticket_unknown'],
  ['a show of another house that is named', elsewhere, [house], ['elsewhere'], [elsewhere], 'ticket_unknown'],
  [
    'a show of one of two houses',
    elsewhere,
    [house, { organisationId: 'another', showIds: null }],
    null,
    [elsewhere],
    null,
  ],
])('%s', (...[, asked, scopes, showIds, shows, expected]) => {
  const around = { shows: new Map([asked, ...shows].map((each) => [each.id, each])), now }
  expect(refuseAtDoor(asked, { scopes, showIds }, around)?.rejection ?? null).toBe(expected)
})

test.each([
  ['it is today where the show is', '2031-05-01T21:59:00.000Z', true],
  ['it is tomorrow there', '2031-05-01T22:01:00.000Z', false],
  ['it began last night and goes on', '2031-05-01T06:00:00.000Z', true],
  ['it was yesterday', '2031-04-30T05:00:00.000Z', false],
])('of the day: %s', (_what, startsAt, expected) => {
  expect(isOfDay(show('any', { startsAt }), now)).toBe(expected)
})
