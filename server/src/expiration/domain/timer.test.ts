// Every state of a timer against every command, cell by cell, and what disorder may not do to a
// deadline.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, evolve, type Timer, type TimerCommand, type TimerFact } from './timer.ts'

const orderId = '00000000-0000-7000-8000-000000000001'
const due = '2030-01-01T10:15:00.000Z'
const moved = '2030-01-01T10:20:00.000Z'
const before = '2030-01-01T10:14:59.999Z'
const long = '2030-01-01T12:00:00.000Z'

const known = { orderId, expiresAt: due, orderVersion: 3, version: 5 }
type StateName = 'none' | Timer['status'] | 'stopped, a tombstone'
const states: Record<StateName, Timer | undefined> = {
  none: undefined,
  waiting: { ...known, status: 'waiting' },
  stopped: { ...known, status: 'stopped' },
  'stopped, a tombstone': { ...known, status: 'stopped', expiresAt: null },
  fired: { ...known, status: 'fired' },
}

const set = (orderVersion: number): TimerCommand => ({
  type: 'SetTimer',
  orderId,
  expiresAt: moved,
  orderVersion,
})
const stop = (orderVersion: number): TimerCommand => ({ type: 'StopTimer', orderId, orderVersion })
const fire: TimerCommand = { type: 'FireTimer', orderId }
const cases = {
  SetTimer: {
    newer: { now: before, command: set(4) },
    'of the same version': { now: before, command: set(3) },
    older: { now: before, command: set(2) },
  },
  StopTimer: {
    newer: { now: before, command: stop(4) },
    'of the same version': { now: before, command: stop(3) },
    older: { now: before, command: stop(2) },
  },
  FireTimer: {
    'before it is due': { now: before, command: fire },
    'when it is due': { now: due, command: fire },
    'long after': { now: long, command: fire },
  },
} as const satisfies Record<TimerCommand['type'], Record<string, { now: string; command: TimerCommand }>>

type Cell = readonly TimerFact[]
type Row = { [Type in keyof typeof cases]: { [Case in keyof (typeof cases)[Type]]: Cell } }
const nothing: Cell = []
const wasSet = (orderVersion: number): Cell => [
  { type: 'TimerSet', data: { orderId, expiresAt: moved, orderVersion } },
]
const wasStopped = (orderVersion: number): Cell => [{ type: 'TimerStopped', data: { orderId, orderVersion } }]
const wasFired: Cell = [{ type: 'ExpirationComplete', data: { orderId, expiresAt: due } }]
const newerOnly: Pick<Row, 'SetTimer' | 'StopTimer'> = {
  SetTimer: { newer: wasSet(4), 'of the same version': nothing, older: nothing },
  StopTimer: { newer: wasStopped(4), 'of the same version': nothing, older: nothing },
}
const neverFires: Row['FireTimer'] = {
  'before it is due': nothing,
  'when it is due': nothing,
  'long after': nothing,
}

const matrix: Record<StateName, Row> = {
  none: {
    SetTimer: { newer: wasSet(4), 'of the same version': wasSet(3), older: wasSet(2) },
    StopTimer: { newer: wasStopped(4), 'of the same version': wasStopped(3), older: wasStopped(2) },
    FireTimer: neverFires,
  },
  waiting: {
    ...newerOnly,
    FireTimer: { 'before it is due': nothing, 'when it is due': wasFired, 'long after': wasFired },
  },
  stopped: { ...newerOnly, FireTimer: neverFires },
  'stopped, a tombstone': { ...newerOnly, FireTimer: neverFires },
  fired: { ...newerOnly, FireTimer: neverFires },
}

const statusAfter: Record<TimerFact['type'], Timer['status']> = {
  TimerSet: 'waiting',
  TimerStopped: 'stopped',
  ExpirationComplete: 'fired',
}

describe('a timer in every state, told every command', () => {
  for (const [stateName, row] of Object.entries(matrix)) {
    const timer = states[stateName as StateName]
    for (const [commandName, cells] of Object.entries(row)) {
      const named: Record<string, { now: string; command: TimerCommand }> =
        cases[commandName as keyof typeof cases]
      for (const [caseName, expected] of Object.entries(cells as Record<string, Cell>)) {
        test(`${stateName}: ${commandName} ${caseName}`, () => {
          const { now, command } = named[caseName] as { now: string; command: TimerCommand }
          expect(decide(timer, command, now)).toEqual(expected)
          for (const fact of expected) {
            expect(evolve(timer, fact)).toMatchObject({
              orderId,
              status: statusAfter[fact.type],
              version: (timer?.version ?? 0) + 1,
            })
          }
        })
      }
    }
  }
})

function walk(steps: readonly (readonly [now: string, command: TimerCommand])[]) {
  let timer: Timer | undefined
  const fired: string[] = []
  for (const [now, command] of steps) {
    for (const fact of decide(timer, command, now)) {
      timer = evolve(timer, fact)
      if (fact.type === 'ExpirationComplete') fired.push(fact.data.expiresAt)
    }
  }
  return { timer, fired }
}

const began = [before, { type: 'SetTimer', orderId, expiresAt: due, orderVersion: 1 }] as const

test('an order that was cancelled before we heard that it began leaves a tombstone that never fires', () => {
  expect(walk([[before, stop(2)], began, [long, fire]])).toMatchObject({
    fired: [],
    timer: { status: 'stopped', expiresAt: null },
  })
})

test('an extension that came first is not undone by the beginning', () => {
  expect(walk([[before, set(2)], began, [due, fire], [moved, fire]]).fired).toEqual([moved])
})

test('a claimed order that is open again fires again', () => {
  expect(walk([began, [before, stop(2)], [due, fire], [before, set(3)], [moved, fire]]).fired).toEqual([
    moved,
  ])
})

test('an extension after the first deadline fired sets the timer anew', () => {
  expect(walk([began, [due, fire], [due, set(2)], [due, fire], [moved, fire], [long, fire]]).fired).toEqual([
    due,
    moved,
  ])
})

test('a clock that is set back fires nothing early and nothing twice', () => {
  expect(walk([began, [due, fire], [before, fire], [long, fire]]).fired).toEqual([due])
})

test('a timer without a deadline never fires', () => {
  expect(decide({ ...known, status: 'waiting', expiresAt: null }, fire, long)).toEqual([])
})

test('a timer that was never set cannot have fired', () => {
  expect(() => evolve(undefined, { type: 'ExpirationComplete', data: { orderId, expiresAt: due } })).toThrow(
    'never set',
  )
})

test('whatever the order in which news comes, and however often, the newest of it decides', () => {
  const news: readonly TimerCommand[] = [began[1], set(2), stop(3), set(4), stop(5)]
  const disorder = fc.array(fc.constantFrom(...news), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(disorder, (commands) => {
      const { timer } = walk(commands.map((command) => [before, command] as const))
      const newest = commands.reduce((one, other) => (versionOf(other) > versionOf(one) ? other : one))
      expect(timer?.status).toBe(newest.type === 'SetTimer' ? 'waiting' : 'stopped')
      expect(timer?.orderVersion).toBe(versionOf(newest))
    }),
  )
})

function versionOf(command: TimerCommand): number {
  return 'orderVersion' in command ? command.orderVersion : 0
}
