// What is booked when a payment in any state is seen at the processor or hears of its order. A cell
// is the entries, each as kind, debited < credited account, what was taken and what was set aside;
// an empty cell books nothing.
import { expect, it } from 'vitest'
import {
  apply,
  ids,
  observed,
  refund,
  type StateName,
  states,
  worldOf,
} from '../../../test/payments/samples.ts'
import type { World } from '../world.ts'
import type { Command } from './commands.ts'

const paymentId = ids.payment
const orderId = ids.order
const commands = {
  seesPaymentMethodNeeded: observed('requires_payment_method'),
  seesAction: observed('requires_action'),
  seesProcessing: observed('processing'),
  seesCapturable: observed('requires_capture'),
  seesSucceeded: observed('succeeded'),
  seesCancelled: observed('canceled'),
  RecordAbsence: { type: 'RecordAbsence', paymentId, fence: 1 },
  NoteOrderClaimed: { type: 'NoteOrderClaimed', orderId, paymentId, version: 2 },
  NoteClaimRejected: { type: 'NoteClaimRejected', orderId, paymentId, reason: 'order_claimed' },
  NoteOrderCancelled: { type: 'NoteOrderCancelled', orderId, version: 2 },
} as const satisfies Record<string, Command>
type CommandName = keyof typeof commands

const names: Record<string, string> = {
  processor_balance: 'processor',
  'clearing:late_money': 'late',
  'clearing:refunds': 'refunds',
  'organiser_payable:organiser': 'organiser',
  'taken_elsewhere:organiser': 'elsewhere',
  'receivable:organiser': 'receivable',
}
const bookedIn = (world: World) =>
  world.entries
    .map(({ kind, debit, credit, postedMinor, pendingMinor }) => {
      expect([debit, credit].every((account) => account in names)).toBe(true)
      return `${kind} ${names[debit]} < ${names[credit]} ${postedMinor}/${pendingMinor}`
    })
    .join(', ')

const setAside = 'authorize processor < organiser 0/4500'
const letGo = 'void processor < organiser 0/-4500'
const taken = 'capture processor < organiser 4500/-4500'
const takenLate = 'late_capture processor < late 4500/0'
const owed = 'refund_request late < refunds 4500/0'
const notHeld = { seesCapturable: setAside, seesSucceeded: takenLate }
const closed = { seesSucceeded: `${takenLate}, ${owed}` }
const heldForNobody = { seesSucceeded: `${letGo}, ${takenLate}, ${owed}`, seesCancelled: letGo }
const heldAndWon = { seesSucceeded: taken, seesCancelled: letGo }

const matrix: Record<StateName, Partial<Record<CommandName, string>>> = {
  started: notHeld,
  requiresAction: notHeld,
  authorized: { seesSucceeded: `${letGo}, ${takenLate}`, seesCancelled: letGo },
  authorizedWon: heldAndWon,
  authorizedLost: heldForNobody,
  capturedUnclaimed: {
    NoteOrderClaimed: 'claim late < organiser 4500/0',
    NoteClaimRejected: owed,
    NoteOrderCancelled: owed,
  },
  captured: { NoteOrderCancelled: 'refund_request organiser < refunds 4500/0' },
  refunded: {},
  voided: closed,
  declined: closed,
  unknownCreate: notHeld,
  unknownCapture: heldAndWon,
  unknownVoid: heldForNobody,
  elsewhereAsked: { NoteOrderClaimed: 'capture elsewhere < organiser 4500/0' },
  elsewhereTaken: {},
  elsewhereLost: {},
}

const cases = Object.entries(matrix).flatMap(([state, row]) =>
  Object.entries(commands).map(([name, command]) => ({
    state: state as StateName,
    name,
    command,
    expected: row[name as CommandName] ?? '',
  })),
)

it.each(cases)('$state, $name books: $expected', ({ state, command, expected }) => {
  const world = worldOf(states[state])
  apply(world, command)
  expect(bookedIn(world)).toBe(expected)
  for (const entry of world.entries) {
    expect(entry).toMatchObject({ paymentId, orderId, currency: 'EUR', sourceId: paymentId })
  }
  // Money is either set aside or taken, and what is set aside is the whole.
  const { authorizedMinor, capturedMinor } = world.payments.get(paymentId) ?? states[state]
  const pending = world.entries.reduce(
    (sum, { pendingMinor }) => sum + pendingMinor,
    states[state].authorizedMinor,
  )
  const posted = world.entries.filter(({ kind }) => kind === 'capture' || kind === 'late_capture')
  expect({ authorizedMinor, capturedMinor }).toEqual({
    authorizedMinor: pending,
    capturedMinor: posted.reduce((sum, { postedMinor }) => sum + postedMinor, states[state].capturedMinor),
  })
})

it('a closed payment that turns out to be authorized is set aside, and let go again', () => {
  const world = worldOf({ ...states.declined, intentStatus: 'requires_payment_method' })
  apply(world, observed('requires_capture'))
  expect(world.payments.get(paymentId)).toMatchObject({
    status: 'declined',
    authorizedMinor: 4_500,
    chargeId: 'ch_1',
  })
  expect(world.works.map(({ step }) => step)).toEqual(['void'])
  apply(world, observed('canceled', { fence: 2 }))
  expect(world.payments.get(paymentId)).toMatchObject({
    status: 'declined',
    authorizedMinor: 0,
    nextAttemptAt: null,
  })
  expect(bookedIn(world)).toBe(`${setAside}, ${letGo}`)
})

it('late money beside a refund of a part: only the rest is owed, and none of nothing', () => {
  const beside = (amountMinor: number) => {
    const world = worldOf(states.capturedUnclaimed)
    const part = refund({
      status: 'succeeded',
      processorId: 're_1',
      origin: 'processor',
      amount: { amountMinor, currency: 'EUR' },
    })
    world.refundsByPayment.set(paymentId, [part])
    apply(world, commands.NoteClaimRejected)
    expect(world.changed.refunds.size).toBe(world.entries.length)
    return bookedIn(world)
  }
  expect(beside(4_000)).toBe('refund_request late < refunds 500/0')
  expect(beside(4_500)).toBe('')
})

it('late money is refunded once, also when that refund failed', () => {
  const world = worldOf(states.capturedUnclaimed)
  world.refundsByPayment.set(paymentId, [refund({ id: paymentId, origin: 'late_money', status: 'failed' })])
  apply(world, commands.NoteClaimRejected)
  expect([bookedIn(world), world.changed.refunds.size]).toEqual(['', 0])
})

it('money of a closed payment is late money, or what its first reason says', () => {
  for (const [given, reason] of [
    [states.declined, 'late_money'],
    [states.voided, 'order_claimed'],
  ] as const) {
    const world = worldOf(given)
    apply(world, commands.seesSucceeded)
    expect(world.payments.get(paymentId)).toMatchObject({ status: 'captured', claim: 'lost', reason })
  }
})

it('a refund of late money tells all about itself', () => {
  const world = worldOf(states.capturedUnclaimed)
  apply(world, commands.NoteClaimRejected, '2031-01-01T12:03:00.000Z')
  expect(world.refundsByPayment.get(paymentId)).toEqual([
    {
      id: paymentId,
      paymentId,
      orderId,
      amount: { amountMinor: 4_500, currency: 'EUR' },
      origin: 'late_money',
      reason: 'order_claimed',
      status: 'requested',
      processorId: null,
      failureCode: null,
      createdAt: '2031-01-01T12:03:00.000Z',
    },
  ])
  expect(world.works.at(-1)).toMatchObject({ step: 'refund', refund: { id: paymentId } })
})
