// Money that staff took: at the counter, for an open order, and given back.
import { describe, expect, test } from 'vitest'
import {
  amount,
  apply,
  ids,
  knownOrder,
  later,
  payment,
  states,
  toldBy,
  worldOf,
} from '../../../test/payments/samples.ts'
import type { Command } from './commands.ts'

const { organiser: by, order: orderId } = ids
const cash = { tender: 'cash', by } as const
const paymentId = 'payment-2'
const take: Command = { type: 'TakeElsewhere', paymentId, orderId, tendered: cash }
const claimedAs = (tendered?: { tender: 'cash' | 'on_account' | 'comp'; by: string }): Command => ({
  type: 'NoteOrderClaimed',
  orderId,
  paymentId,
  version: 2,
  ...(tendered ? { tendered } : {}),
})
const moved = (world: ReturnType<typeof worldOf>) =>
  world.entries.map(({ kind, debit, credit, postedMinor }) => `${kind} ${debit} < ${credit} ${postedMinor}`)

describe('a sale at the counter', () => {
  test('is a payment that is captured with the claim, and no processor is asked', () => {
    const world = worldOf(null)
    const decision = apply(world, claimedAs(cash))
    expect(toldBy(decision)).toEqual([
      { type: 'ChargeCreated', data: { orderId, paymentId, amount, tender: 'cash' } },
    ])
    expect(world.payments.get(paymentId)).toMatchObject({
      status: 'captured',
      claim: 'won',
      tender: 'cash',
      capturedMinor: 4_500,
      authorizedMinor: 0,
      nextAttemptAt: null,
      version: 1,
    })
    expect(world.works).toEqual([])
    expect(moved(world)).toEqual(['capture taken_elsewhere:organiser < organiser_payable:organiser 4500'])
  })

  test('told twice is recorded once', () => {
    const world = worldOf(null)
    apply(world, claimedAs(cash))
    expect(toldBy(apply(world, claimedAs(cash)))).toEqual([])
    expect(world.entries.length).toBe(1)
  })

  test('on account is owed by the buyer', () => {
    const world = worldOf(null)
    apply(world, claimedAs({ tender: 'on_account', by }))
    expect(moved(world)).toEqual(['capture receivable:organiser < organiser_payable:organiser 4500'])
  })

  test.each([
    ['by a card', claimedAs(), knownOrder()],
    ['as a comp, which has no payment', claimedAs({ tender: 'comp', by }), knownOrder()],
    ['before the order is known', claimedAs(cash), knownOrder({ terms: null })],
  ])('a claim %s waits for its payment', (_how, command, order) => {
    expect(apply(worldOf(null, order), command)).toEqual({ rejection: 'payment_unknown' })
  })
})

describe('money taken for an open order', () => {
  test('asks the order, which may have been paid by card', () => {
    const world = worldOf(null)
    expect(toldBy(apply(world, take))).toEqual([
      {
        type: 'PaymentAuthorized',
        data: { orderId, paymentId, amount, orderVersion: 1, tendered: cash },
      },
    ])
    expect(world.payments.get(paymentId)).toMatchObject({ status: 'authorized', nextAttemptAt: null })
    expect([moved(world), world.works]).toEqual([[], []])
  })

  test.each([
    ['of a strange order', null, 'order_unknown'],
    ['of a cancelled order', knownOrder({ status: 'cancelled' }), 'order_not_payable'],
    ['of a complete order', knownOrder({ status: 'complete' }), 'order_not_payable'],
  ] as const)('is refused %s', (_what, order, rejection) => {
    expect(apply(worldOf(null, order), take)).toEqual({ rejection })
  })

  test('is refused after the deadline, and while a card has authorized', () => {
    expect(apply(worldOf(null), take, later)).toEqual({ rejection: 'order_not_payable' })
    expect(apply(worldOf(states.authorized), take)).toMatchObject({ rejection: 'order_not_payable' })
  })
})

describe('giving back', () => {
  const giveBack = (amountMinor: number | null, refundId = 'refund-2'): Command => ({
    type: 'RequestRefund',
    refundId,
    orderId,
    organiserId: by,
    amountMinor,
    reason: null,
  })

  test('a part is done at once, and the rest later makes it whole', () => {
    const world = worldOf(states.elsewhereTaken)
    const back = { orderId, paymentId: ids.payment, tender: 'cash' }
    const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
    expect(toldBy(apply(world, giveBack(1_000)))).toEqual([
      {
        type: 'ChargeRefunded',
        data: {
          ...back,
          refundId: 'refund-2',
          amount: money(1_000),
          refundedTotal: money(1_000),
          full: false,
        },
      },
    ])
    expect(toldBy(apply(world, giveBack(null, 'refund-3')))).toEqual([
      {
        type: 'ChargeRefunded',
        data: {
          ...back,
          refundId: 'refund-3',
          amount: money(3_500),
          refundedTotal: money(4_500),
          full: true,
        },
      },
    ])
    expect(world.works).toEqual([])
    expect(moved(world)).toEqual([
      'refund_request organiser_payable:organiser < clearing:refunds 1000',
      'refund clearing:refunds < taken_elsewhere:organiser 1000',
      'refund_request organiser_payable:organiser < clearing:refunds 3500',
      'refund clearing:refunds < taken_elsewhere:organiser 3500',
    ])
    expect(apply(world, giveBack(1, 'refund-4'))).toEqual({ rejection: 'nothing_to_refund' })
  })

  test('what is on account comes off the bill', () => {
    const world = worldOf(payment({ ...states.elsewhereTaken, tender: 'on_account' }))
    apply(world, giveBack(null))
    expect(moved(world).at(-1)).toBe('refund clearing:refunds < receivable:organiser 4500')
  })
})
