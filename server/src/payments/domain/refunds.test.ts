// A refund in every state, shown by the processor in every state: what becomes of it, what is
// booked, what the others hear.
import { describe, expect, it } from 'vitest'
import { apply, eventsOf, ids, now, refund, states, worldOf } from '../../../test/payments/samples.ts'
import type { World } from '../world.ts'
import type { Command } from './commands.ts'
import type { Payment } from './payment.ts'
import { isUnsettled, type Refund, type RefundSeen, type RefundStatus } from './refund.ts'

const paymentId = ids.payment
const orderId = ids.order
const part = { amountMinor: 1_500, currency: 'EUR' }
const seenAs = (status: RefundSeen['status'], changes: Partial<RefundSeen> = {}): RefundSeen => ({
  processorId: 're_1',
  refundId: ids.refund,
  amountMinor: 1_500,
  status,
  failureCode: status === 'failed' ? 'lost_or_stolen_card' : null,
  ...changes,
})
const record = (
  seen: readonly RefundSeen[],
  importIds: readonly string[] = [],
  disputed?: boolean,
): Command => ({
  type: 'RecordRefunds',
  paymentId,
  fence: 1,
  seen,
  importIds,
  ...(disputed === undefined ? {} : { disputed }),
})

function worldWith(refunds: readonly Refund[], given: Payment = states.captured): World {
  const settled = refunds.filter(({ status }) => status === 'succeeded')
  const refundedMinor = settled.reduce((sum, { amount }) => sum + amount.amountMinor, 0)
  const world = worldOf({ ...given, refundedMinor })
  world.refundsByPayment.set(paymentId, [...refunds])
  return world
}
const paymentIn = (world: World) => world.payments.get(paymentId)
const entriesOf = (world: World) =>
  world.entries.map(({ kind, debit, credit, postedMinor, pendingMinor, sourceId }) =>
    [kind, debit, '<', credit, postedMinor, pendingMinor, sourceId].join(' '),
  )

const paidBack =
  'succeeded; refund clearing:refunds < processor_balance 1500 0 refund-1; ChargeRefunded; 1500'
const refused = 'failed; refund_failure clearing:refunds < organiser_payable:organiser 1500 0 refund-1; ; 0'
const returned =
  'failed; refund_return processor_balance < organiser_payable:organiser 1500 0 refund-1; RefundReturned; 0'
/** The refund's state, the entry, the event, and what is given back of the payment in all. */
const matrix: Record<RefundStatus, Record<RefundSeen['status'], string>> = {
  requested: { pending: 'pending; ; ; 0', succeeded: paidBack, failed: refused },
  unknown: { pending: 'pending; ; ; 0', succeeded: paidBack, failed: refused },
  pending: { pending: 'pending; ; ; 0', succeeded: paidBack, failed: refused },
  succeeded: { pending: 'succeeded; ; ; 1500', succeeded: 'succeeded; ; ; 1500', failed: returned },
  failed: { pending: 'failed; ; ; 0', succeeded: 'failed; ; ; 0', failed: 'failed; ; ; 0' },
}

const cases = Object.entries(matrix).flatMap(([before, row]) =>
  Object.entries(row).map(([seen, expected]) => ({
    before: before as RefundStatus,
    seen: seen as RefundSeen['status'],
    expected,
  })),
)

it.each(cases)('$before, seen as $seen: $expected', ({ before, seen, expected }) => {
  const asked = before !== 'requested' && before !== 'unknown'
  const world = worldWith([refund({ amount: part, status: before, processorId: asked ? 're_1' : null })])
  const decision = apply(world, record([seenAs(seen)]))
  const [after] = world.refundsByPayment.get(paymentId) ?? []
  const words = [
    after?.status,
    entriesOf(world).join(' '),
    eventsOf(decision).join(' '),
    paymentIn(world)?.refundedMinor,
  ]
  expect(words.join('; ')).toBe(expected)
  expect(paymentIn(world)?.status).toBe('captured')
  const moved = after?.status !== before
  if (moved)
    expect(after).toMatchObject({
      processorId: 're_1',
      failureCode: seen === 'failed' ? 'lost_or_stolen_card' : null,
    })
  // Whoever looked in vain looks more seldom; nobody looks again when all is settled.
  expect(paymentIn(world)?.attempts).toBe(moved ? 0 : 1)
  const waits = after?.status === 'pending'
  const next = moved ? '2031-01-01T12:01:00.000Z' : '2031-01-01T12:02:00.000Z'
  expect(paymentIn(world)?.nextAttemptAt).toBe(waits ? next : null)
})

it('an event of a refund tells the refund, the sum of all, and whether that is everything', () => {
  const first = refund({ id: 'refund-0', amount: part, status: 'succeeded', processorId: 're_0' })
  const tell = (amountMinor: number) => {
    const second = refund({ amount: { amountMinor, currency: 'EUR' } })
    const world = worldWith([first, second])
    const decision = apply(world, record([seenAs('succeeded', { amountMinor })]))
    return {
      told: 'facts' in decision && decision.facts.find(({ type }) => type === 'ChargeRefunded')?.data,
      status: paymentIn(world)?.status,
    }
  }
  const data = (amountMinor: number, full: boolean) => ({
    orderId,
    paymentId,
    refundId: ids.refund,
    amount: { amountMinor, currency: 'EUR' },
    refundedTotal: { amountMinor: 1_500 + amountMinor, currency: 'EUR' },
    full,
  })
  expect(tell(2_999)).toEqual({ told: data(2_999, false), status: 'captured' })
  expect(tell(3_000)).toEqual({ told: data(3_000, true), status: 'refunded' })
})

it('a refund that comes back is told with what did not', () => {
  const other = refund({ id: 'refund-0', amount: part, status: 'succeeded', processorId: 're_0' })
  const world = worldWith([other, refund({ amount: part, status: 'succeeded', processorId: 're_1' })])
  const decision = apply(world, record([seenAs('failed')]))
  expect('facts' in decision && decision.facts.find(({ type }) => type === 'RefundReturned')?.data).toEqual({
    orderId,
    paymentId,
    refundId: ids.refund,
    amount: part,
    refundedTotal: part,
  })
})

it('a refund that stays uncertain keeps none that comes after it waiting', () => {
  const uncertain = (id: string) => refund({ id, amount: part, status: 'unknown' })
  const due = { ...states.captured, nextAttemptAt: now }
  const next = (refunds: readonly Refund[], attempts: number) => {
    const world = worldWith(refunds, { ...due, attempts })
    apply(world, { type: 'TakeLease', paymentId, look: false })
    return world.works.map(({ refund: wanted }) => wanted?.id)
  }
  expect(next([uncertain('refund-0'), refund({ amount: part, status: 'requested' })], 3)).toEqual([
    ids.refund,
  ])
  const both = [
    uncertain('refund-0'),
    refund({ id: 'refund-1', amount: part, status: 'succeeded' }),
    uncertain('refund-2'),
  ]
  expect([2, 3, 4].flatMap((attempts) => next(both, attempts))).toEqual(['refund-0', 'refund-2', 'refund-0'])
})

it('a full refund that comes back leaves a captured payment', () => {
  const world = worldOf(states.refunded)
  apply(world, record([seenAs('failed', { amountMinor: 4_500 })]))
  expect(paymentIn(world)).toMatchObject({ status: 'captured', refundedMinor: 0 })
})

it('a refund is known again by its number at the processor, or by its id before it has one', () => {
  const known = [refund({ amount: part, status: 'pending', processorId: 're_1' })]
  const byNumber = worldWith(known)
  apply(byNumber, record([seenAs('succeeded', { refundId: null })], ['import-1']))
  expect(byNumber.refundsByPayment.get(paymentId)).toMatchObject([{ id: ids.refund, status: 'succeeded' }])
  const other = worldWith(known)
  apply(other, record([seenAs('succeeded', { processorId: 're_9', refundId: null })], ['import-1']))
  expect(other.refundsByPayment.get(paymentId)?.map(({ id, status }) => [id, status])).toEqual([
    [ids.refund, 'pending'],
    ['import-1', 'succeeded'],
  ])
})

it('a refund that is pending under another number takes that number', () => {
  const world = worldWith([refund({ amount: part, status: 'pending' })])
  apply(world, record([seenAs('pending')]))
  expect(world.refundsByPayment.get(paymentId)).toMatchObject([{ status: 'pending', processorId: 're_1' }])
  expect(entriesOf(world)).toEqual([])
})

it('a refund that has succeeded and gets another number is not told or booked again', () => {
  const world = worldWith([refund({ amount: part, status: 'succeeded' })])
  expect(eventsOf(apply(world, record([seenAs('succeeded')])))).toEqual([])
  expect(world.refundsByPayment.get(paymentId)).toMatchObject([{ status: 'succeeded', processorId: 're_1' }])
  expect([entriesOf(world), paymentIn(world)?.refundedMinor]).toEqual([[], 1_500])
})

it('of two refunds the one that is still to be made is begun when news of the other is in', () => {
  const due = refund({ id: 'refund-2', amount: part })
  const seen = worldWith([refund({ amount: part, status: 'pending', processorId: 're_1' }), due])
  apply(seen, record([seenAs('succeeded')]))
  const refused = worldWith([refund({ amount: part }), due])
  apply(refused, {
    type: 'RecordRefundRefusal',
    paymentId,
    fence: 1,
    refundId: ids.refund,
    code: 'charge_disputed',
  })
  for (const world of [seen, refused])
    expect(world.works).toMatchObject([{ step: 'refund', refund: { id: 'refund-2' } }])
})

it('a refund made at the processor is taken in whole: asked for, booked and told', () => {
  const world = worldWith([])
  const decision = apply(world, record([seenAs('succeeded', { refundId: null })], ['import-1', 'import-2']))
  expect(eventsOf(decision)).toEqual(['ChargeRefunded'])
  expect(world.refundsByPayment.get(paymentId)).toEqual([
    {
      id: 'import-1',
      paymentId,
      orderId,
      amount: part,
      origin: 'processor',
      reason: null,
      status: 'succeeded',
      processorId: 're_1',
      failureCode: null,
      createdAt: now,
    },
  ])
  expect(entriesOf(world)).toEqual([
    'refund_request organiser_payable:organiser < clearing:refunds 1500 0 import-1',
    'refund clearing:refunds < processor_balance 1500 0 import-1',
  ])
})

it('each of several refunds made at the processor gets an id of its own', () => {
  const world = worldWith([])
  const seen = ['re_1', 're_2'].map((processorId) => seenAs('pending', { processorId, refundId: null }))
  apply(world, record(seen, ['import-1', 'import-2']))
  expect(world.refundsByPayment.get(paymentId)?.map(({ id, processorId }) => [id, processorId])).toEqual([
    ['import-1', 're_1'],
    ['import-2', 're_2'],
  ])
})

it('a refund made at the processor is passed over when it failed, when nothing was taken, and when there is no id for it', () => {
  const stranger = seenAs('succeeded', { refundId: null })
  const failed = worldWith([])
  apply(failed, record([seenAs('failed', { refundId: null })], ['import-1']))
  const untaken = worldWith([], states.authorizedWon)
  apply(untaken, record([stranger], ['import-1']))
  const nameless = worldWith([])
  apply(nameless, record([stranger]))
  for (const world of [failed, untaken, nameless]) {
    expect([world.refundsByPayment.get(paymentId), world.entries]).toEqual([[], []])
  }
})

it('money that no order got is given back out of the clearing account', () => {
  const world = worldWith([refund({ amount: part, status: 'pending', processorId: 're_1' })], {
    ...states.capturedUnclaimed,
    claim: 'lost',
  })
  apply(world, record([seenAs('failed')]))
  expect(entriesOf(world)).toEqual(['refund_failure clearing:refunds < clearing:late_money 1500 0 refund-1'])
})

it('what was given back at the processor is taken in once the order has answered, and not before', () => {
  const byHand = record([seenAs('succeeded', { refundId: null })], ['import-1'])
  const early = worldWith([], states.capturedUnclaimed)
  apply(early, byHand)
  expect([early.refundsByPayment.get(paymentId), early.entries]).toEqual([[], []])
  const answered = worldWith([], { ...states.capturedUnclaimed, claim: 'won' })
  apply(answered, byHand)
  expect(answered.refundsByPayment.get(paymentId)).toMatchObject([{ id: 'import-1', status: 'succeeded' }])
})

describe('late money of which a part was given back at the processor', () => {
  const lost: Payment = { ...states.capturedUnclaimed, claim: 'lost' }
  const byHand = refund({
    id: 'refund-0',
    amount: part,
    status: 'succeeded',
    processorId: 're_0',
    origin: 'processor',
  })
  const whole = refund({ status: 'failed', processorId: null, origin: 'late_money' })
  const look: Command = {
    type: 'RecordRefunds',
    paymentId,
    fence: 1,
    seen: [],
    importIds: [],
    disputed: false,
    restId: 'rest-1',
  }
  const made = (refunds: readonly Refund[], command = look) => {
    const world = worldWith(refunds, lost)
    apply(world, command)
    return world.works.map(({ step, refund: wanted }) => [step, wanted?.id, wanted?.amount.amountMinor])
  }
  it('goes back as far as it is left, once the whole was refused', () => {
    expect(made([byHand, whole])).toEqual([['refund', 'rest-1', 3_000]])
    const world = worldWith([byHand, whole], lost)
    apply(world, look)
    expect(world.refundsByPayment.get(paymentId)).toMatchObject([
      { id: 'refund-0' },
      { id: ids.refund },
      { id: 'rest-1', status: 'requested' },
    ])
    expect(entriesOf(world)).toEqual([expect.stringContaining(' 3000 0 rest-1')])
  })
  it('is asked for once: not while a refund is under way, nor when nothing is left', () => {
    const rest = { ...whole, id: 'rest-0', amount: { ...part, amountMinor: 3_000 } }
    expect(made([byHand, whole, { ...rest, status: 'pending' }])).toEqual([])
    expect(made([byHand, whole, { ...rest, status: 'succeeded' }])).toEqual([])
  })
  it('is not asked for again when the same was refused, came back from the bank, or only one refund was shown', () => {
    expect(made([whole])).toEqual([])
    expect(
      made([byHand, whole, { ...whole, id: 'rest-0', amount: { ...part, amountMinor: 3_000 } }]),
    ).toEqual([])
    expect(made([byHand, { ...whole, processorId: 're_1' }])).toEqual([])
    expect(made([byHand, { ...whole, origin: 'organiser' }])).toEqual([])
    const { restId: _none, ...one } = look
    expect(made([byHand, whole], one)).toEqual([])
  })
  it('is looked for as soon as the whole is refused', () => {
    const world = worldWith([{ ...whole, status: 'requested' }], lost)
    apply(world, {
      type: 'RecordRefundRefusal',
      paymentId,
      fence: 1,
      refundId: whole.id,
      code: 'charge_already_refunded',
    })
    expect(world.works.map(({ step }) => step)).toEqual(['retrieve'])
  })
})

it('a dispute is noted with what is seen, and stays as it is when nothing is said of it', () => {
  const disputed = (command: Command, before: boolean) => {
    const world = worldWith([], { ...states.captured, disputed: before })
    apply(world, command)
    return paymentIn(world)?.disputed
  }
  expect(disputed(record([], [], true), false)).toBe(true)
  expect(disputed(record([], [], false), true)).toBe(false)
  expect(disputed(record([]), true)).toBe(true)
})

it('a refund that the processor refuses for good has failed, and what was asked for may be asked for again', () => {
  for (const status of ['requested', 'unknown'] as const) {
    const other = refund({ id: 'refund-0', amount: part, status: 'pending', processorId: 're_0' })
    const world = worldWith([other, refund({ amount: part, status })])
    const refusal: Command = {
      type: 'RecordRefundRefusal',
      paymentId,
      fence: 1,
      refundId: ids.refund,
      code: 'charge_disputed',
    }
    expect(apply(world, refusal)).toMatchObject({ answer: { paymentId, refundId: ids.refund } })
    expect(world.refundsByPayment.get(paymentId)).toMatchObject([
      other,
      { id: ids.refund, status: 'failed', failureCode: 'charge_disputed' },
    ])
    expect(entriesOf(world)).toEqual([
      'refund_failure clearing:refunds < organiser_payable:organiser 1500 0 refund-1',
    ])
    expect(world.works).toEqual([])
  }
})

it('a refusal of a refund that the processor has, or that nobody knows, decides nothing', () => {
  const refusal = (refundId: string): Command => ({
    type: 'RecordRefundRefusal',
    paymentId,
    fence: 1,
    refundId,
    code: 'x',
  })
  const known = refund({ amount: part, status: 'pending', processorId: 're_1' })
  for (const refundId of [ids.refund, 'refund-9']) {
    const world = worldWith([known])
    const decision = apply(world, refusal(refundId))
    expect('facts' in decision && decision.facts.map(({ type }) => type)).toEqual(['WorkPutOff'])
    expect(world.refundsByPayment.get(paymentId)).toEqual([known])
    expect(paymentIn(world)).toMatchObject({
      attempts: 1,
      leasedUntil: null,
      nextAttemptAt: '2031-01-01T12:00:01.000Z',
    })
  }
})

it('a refund is settled when the processor has said its last word', () => {
  const open: Record<RefundStatus, boolean> = {
    requested: true,
    unknown: true,
    pending: true,
    succeeded: false,
    failed: false,
  }
  for (const [status, expected] of Object.entries(open)) {
    expect(isUnsettled(refund({ status: status as RefundStatus })), status).toBe(expected)
  }
})
