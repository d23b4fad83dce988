// What payments makes of every event of an order, heard in every state of its copy, newer or older,
// and what may be paid.
import { describe, expect, it } from 'vitest'
import { afterNote, amount, apply, ids, knownOrder, now, worldOf } from '../../../test/payments/samples.ts'
import { isPayable, type KnownOrder, type NoteOrder } from './known-order.ts'

const orderId = ids.order
const terms = { buyerId: ids.buyer, organiserId: ids.organiser, amount }
const first = '2031-01-01T12:05:00.000Z'
const next = '2031-01-01T12:15:00.000Z'

const copies = {
  none: undefined,
  tombstone: knownOrder({ version: 3, status: 'cancelled', terms: null, expiresAt: null }),
  untold: knownOrder({ version: 3, terms: null, expiresAt: first }),
  created: knownOrder({ version: 3, expiresAt: first }),
  claimed: knownOrder({ version: 3, expiresAt: first, status: 'claimed', claimedBy: ids.payment }),
  complete: knownOrder({ version: 3, expiresAt: first, status: 'complete', claimedBy: ids.payment }),
  cancelled: knownOrder({ version: 3, expiresAt: first, status: 'cancelled' }),
} as const satisfies Record<string, KnownOrder | undefined>

const notes = (version: number) =>
  ({
    created: { type: 'NoteOrderCreated', orderId, version, terms, expiresAt: next },
    extended: { type: 'NoteOrderExtended', orderId, version, expiresAt: next },
    reopened: { type: 'NoteOrderReopened', orderId, version, expiresAt: next },
    cancelled: { type: 'NoteOrderCancelled', orderId, version },
    claimed: { type: 'NoteOrderClaimed', orderId, version, paymentId: 'payment-2' },
    completed: { type: 'NoteOrderCompleted', orderId, version },
  }) as const satisfies Record<string, NoteOrder>
type NoteName = keyof ReturnType<typeof notes>

const changes: Record<NoteName, Partial<KnownOrder>> = {
  created: { terms, expiresAt: next },
  extended: { expiresAt: next },
  reopened: { status: 'created', expiresAt: next, claimedBy: null },
  cancelled: { status: 'cancelled' },
  claimed: { status: 'claimed', claimedBy: 'payment-2' },
  completed: { status: 'complete' },
}
const empty: KnownOrder = {
  id: orderId,
  version: 0,
  status: 'created',
  terms: null,
  expiresAt: null,
  claimedBy: null,
}

describe('an event of an order', () => {
  for (const [state, copy] of Object.entries(copies)) {
    const before: KnownOrder | undefined = copy
    for (const name of Object.keys(changes) as NoteName[]) {
      it(`${name}, newer than a copy that is ${state}, changes what it tells and nothing else`, () => {
        expect(afterNote(before, notes(4)[name])).toEqual({
          ...(before ?? empty),
          version: 4,
          ...changes[name],
        })
      })
      for (const version of [3, 2]) {
        it(`${name} of version ${version} changes nothing of a copy that is ${state} at 3, but fills in whose order it is`, () => {
          if (!before) return expect(afterNote(before, notes(version)[name])).toMatchObject({ version })
          const fills = name === 'created' && before.terms === null
          const after = afterNote(before, notes(version)[name])
          if (!fills) return expect(after).toBe(before)
          expect(after).toEqual({ ...before, terms, expiresAt: before.expiresAt ?? next })
        })
      }
    }
  }
})

describe('whether a payment may begin', () => {
  it.each([
    ['an order that waits', copies.created, true],
    ['whose terms are not known', copies.untold, false],
    ['whose deadline is not known', knownOrder({ expiresAt: null }), false],
    ['that is claimed', copies.claimed, false],
    ['that is complete', copies.complete, false],
    ['that is cancelled', copies.cancelled, false],
    ['that is free', knownOrder({ terms: { ...terms, amount: { amountMinor: 0, currency: 'EUR' } } }), false],
    ['of one cent', knownOrder({ terms: { ...terms, amount: { amountMinor: 1, currency: 'EUR' } } }), true],
    ['at its deadline', knownOrder({ expiresAt: now }), false],
  ])('%s', (_what, order, expected) => {
    expect(isPayable(order, now)).toBe(expected)
  })
})

describe('the copy', () => {
  it('is not stored again when nothing is new', () => {
    const world = worldOf(null, copies.complete)
    expect(apply(world, notes(3).claimed)).toEqual({ rejection: 'payment_unknown' })
    expect(apply(world, notes(3).completed)).toEqual({ facts: [], answer: { paymentId: '' } })
    for (const name of ['created', 'extended', 'reopened', 'completed'] as const) {
      const decision = apply(worldOf(null, copies.complete), notes(4)[name])
      expect(decision).toMatchObject({
        facts: [{ type: 'OrderNoted', data: { version: 4 } }],
        answer: { paymentId: '' },
      })
    }
  })
})
