// What a show may say of its evening, in a table.
import { describe, expect, test } from 'vitest'
import { refuseEvening, settleEvening } from './evening.ts'

const startsAt = '2031-05-01T18:00:00.000Z'

describe('an evening', () => {
  test.each([
    [{}],
    [{ doorsAt: '2031-05-01T17:00:00Z' }],
    [{ doorsAt: startsAt }],
    [{ endsAt: '2031-05-01T18:00:01Z' }],
    [{ endsAt: '2031-06-30T18:00:00Z' }],
    [{ doorsAt: '2031-05-01T17:00:00Z', lastEntryAt: '2031-05-01T17:00:00Z' }],
    [{ lastEntryAt: '2031-05-01T21:00:00Z', endsAt: '2031-05-01T21:00:00Z' }],
    [{ leastAge: 18, checkNote: 'Student: see card' }],
  ])('may be %j', (evening) => {
    expect(refuseEvening({ startsAt, ...evening })).toBeNull()
  })

  test.each([
    ['endsAt', { endsAt: startsAt }],
    ['endsAt', { endsAt: '2031-05-01T17:00:00Z' }],
    ['endsAt', { endsAt: '2031-06-30T18:00:01Z' }],
    ['doorsAt', { doorsAt: '2031-05-01T18:00:01Z' }],
    ['doorsAt', { doorsAt: '2031-04-30T17:59:59Z' }],
    ['lastEntryAt', { lastEntryAt: '2031-05-01T17:00:00Z' }],
    ['lastEntryAt', { doorsAt: '2031-05-01T17:00:00Z', lastEntryAt: '2031-05-01T16:00:00Z' }],
    ['lastEntryAt', { endsAt: '2031-05-01T20:00:00Z', lastEntryAt: '2031-05-01T20:30:00Z' }],
    ['checkNote', { checkNote: '\u200B' }],
  ])('is refused at %s: %j', (field, evening) => {
    expect(refuseEvening({ startsAt, ...evening })).toMatchObject({ field: `/${field}` })
  })

  test('is written as the shop writes instants', () => {
    expect(settleEvening({ endsAt: '2031-05-01T23:00:00+02:00', leastAge: 16 })).toEqual({
      endsAt: '2031-05-01T21:00:00.000Z',
      leastAge: 16,
    })
  })
})
