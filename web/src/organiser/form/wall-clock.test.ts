// What a typed time means, in any zone and over its clock changes.
import { describe, expect, it } from 'vitest'
import { readWallClock, wallClockIn } from './wall-clock.ts'

describe('a wall clock', () => {
  it.each([
    ['2027-01-10T20:00', 'Europe/Berlin', '2027-01-10T19:00:00.000Z'],
    ['2027-07-10T20:00', 'Europe/Berlin', '2027-07-10T18:00:00.000Z'],
    ['2027-07-10T20:00:30', 'Europe/Berlin', '2027-07-10T18:00:00.000Z'],
    ['2027-07-10T20:00', 'Asia/Kathmandu', '2027-07-10T14:15:00.000Z'],
    ['2027-07-10T20:00', 'Pacific/Kiritimati', '2027-07-10T06:00:00.000Z'],
    ['2027-07-10T20:00', 'Pacific/Niue', '2027-07-11T07:00:00.000Z'],
    ['2027-12-31T23:59', 'America/St_Johns', '2028-01-01T03:29:00.000Z'],
    ['2028-02-29T00:00', 'Asia/Kolkata', '2028-02-28T18:30:00.000Z'],
    ['2027-03-28T01:59', 'Europe/Berlin', '2027-03-28T00:59:00.000Z'],
    ['2027-03-28T03:00', 'Europe/Berlin', '2027-03-28T01:00:00.000Z'],
    ['2027-03-28T02:30', 'Africa/Lagos', '2027-03-28T01:30:00.000Z'],
    // A zone that this browser does not know is read as UTC, as it is shown.
    ['2027-07-10T20:00', 'Etc/Unknown', '2027-07-10T20:00:00.000Z'],
    ['2027-07-10T20:00', 'Mars/Olympus', '2027-07-10T20:00:00.000Z'],
  ])('%s in %s is one instant', (wall, zone, instant) => {
    expect(readWallClock(wall, zone)).toEqual({ instant, kind: 'plain' })
    expect(wallClockIn(instant, zone)).toBe(wall.slice(0, 16))
  })

  it.each([
    ['2027-03-28T02:30', 'Europe/Berlin', '2027-03-28T03:30'],
    ['2027-03-28T02:00', 'Europe/Berlin', '2027-03-28T03:00'],
    ['2027-03-28T02:59', 'Europe/Berlin', '2027-03-28T03:59'],
    ['2027-03-28T01:30', 'Europe/London', '2027-03-28T02:30'],
    ['2027-03-14T02:30', 'America/New_York', '2027-03-14T03:30'],
    ['2027-03-14T02:30', 'America/St_Johns', '2027-03-14T03:30'],
    ['2027-10-03T02:30', 'Australia/Sydney', '2027-10-03T03:30'],
    // Half an hour only.
    ['2027-10-03T02:15', 'Australia/Lord_Howe', '2027-10-03T02:45'],
    // At midnight: the day begins at one.
    ['2027-04-30T00:30', 'Africa/Cairo', '2027-04-30T01:30'],
    ['2027-09-05T00:30', 'America/Santiago', '2027-09-05T01:30'],
    // A whole day that was never there.
    ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-31T12:00'],
  ])('%s in %s is skipped, and goes on to %s', (wall, zone, later) => {
    const read = readWallClock(wall, zone)
    expect(read?.kind).toBe('skipped')
    expect(wallClockIn(read?.instant ?? '', zone)).toBe(later)
  })

  it.each([
    ['2027-10-31T02:30', 'Europe/Berlin', '2027-10-31T00:30:00.000Z'],
    ['2027-11-07T01:30', 'America/New_York', '2027-11-07T05:30:00.000Z'],
    ['2027-04-04T02:30', 'Australia/Sydney', '2027-04-03T15:30:00.000Z'],
    ['2027-04-04T01:45', 'Australia/Lord_Howe', '2027-04-03T14:45:00.000Z'],
  ])('%s in %s comes twice, and is the first', (wall, zone, instant) => {
    expect(readWallClock(wall, zone)).toEqual({ instant, kind: 'doubled' })
  })

  it.each(['', 'tomorrow', '2027-13-01T20:00', '2027-07-10', '2027-07-10 20:00', '27-07-10T20:00'])(
    '%j is none',
    (wall) => {
      expect(readWallClock(wall, 'Europe/Berlin')).toBeNull()
    },
  )

  it('comes back all through a year with its changes', () => {
    const zones = [
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Antarctica/Troll',
      'Asia/Gaza',
    ]
    const stepMs = 105 * 60_000
    for (const zone of zones) {
      for (let atMs = Date.UTC(2027, 0); atMs < Date.UTC(2028, 0); atMs += stepMs) {
        const instant = new Date(atMs).toISOString()
        const wall = wallClockIn(instant, zone)
        const read = readWallClock(wall, zone)
        expect(read?.kind === 'doubled' || read?.instant === instant, `${instant} in ${zone}`).toBe(true)
        expect(wallClockIn(read?.instant ?? '', zone)).toBe(wall)
      }
    }
  })
})
