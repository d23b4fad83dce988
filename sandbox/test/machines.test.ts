// The pure rules as matrices: every status against every command, every card behaviour against
// every situation.
import { describe, expect, it } from 'vitest'
import type { ThreeDs } from '../src/cards/test-cards.ts'
import { authenticationStep } from '../src/machines/authentication.ts'
import { isOpen, verdictOf } from '../src/machines/dispute.ts'
import { type IntentCommand, refusal } from '../src/machines/payment-intent.ts'
import { refundRefusal } from '../src/machines/refund.ts'
import { setupRefusal } from '../src/machines/setup-intent.ts'
import type { Charge } from '../src/objects/kinds.ts'
import { signatureHeader } from '../src/webhooks/signature.ts'

const STATUSES = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'processing',
  'requires_capture',
  'succeeded',
  'canceled',
] as const

describe('a payment intent', () => {
  const allowed: Record<IntentCommand, readonly string[]> = {
    confirm: ['requires_payment_method', 'requires_confirmation', 'requires_action'],
    update_amount: ['requires_payment_method', 'requires_confirmation', 'requires_action'],
    capture: ['requires_capture'],
    cancel: [
      'requires_payment_method',
      'requires_confirmation',
      'requires_action',
      'processing',
      'requires_capture',
    ],
  }
  const cells = (Object.keys(allowed) as IntentCommand[]).flatMap((command) =>
    STATUSES.map((status) => ({ command, status, ok: allowed[command].includes(status) })),
  )

  it.each(cells)('in $status, $command: $ok', ({ command, status, ok }) => {
    const refused = refusal(command, { status, payment_method: null })
    if (ok) expect(refused).toBeUndefined()
    else expect(refused).toMatch(/PaymentIntent/)
  })
})

describe('a setup intent', () => {
  it.each([
    ['requires_payment_method', true],
    ['requires_action', true],
    ['succeeded', false],
    ['canceled', false],
  ] as const)('in %s may be confirmed and cancelled: %s', (status, ok) => {
    expect(setupRefusal('confirm', status) === undefined).toBe(ok)
    expect(setupRefusal('cancel', status) === undefined).toBe(ok)
  })
})

describe('authentication', () => {
  const rows: [ThreeDs, string, string, string][] = [
    // card, buyer present, absent, absent after a setup
    ['none', 'none', 'none', 'none'],
    ['unsupported', 'none', 'none', 'none'],
    ['optional', 'none', 'none', 'none'],
    ['frictionless', 'none', 'none', 'none'],
    ['always', 'challenge', 'decline_off_session', 'decline_off_session'],
    ['unless_set_up', 'challenge', 'decline_off_session', 'none'],
    ['on_session', 'challenge', 'none', 'none'],
    ['lookup_error', 'lookup_failed', 'lookup_failed', 'lookup_failed'],
  ]
  it.each(rows)(
    '%s: present %s, absent %s, absent after setup %s',
    (threeDs, present, absent, afterSetup) => {
      const step = (offSession: boolean, setUp: boolean) =>
        authenticationStep({ threeDs, offSession, setUp, requested: false }).kind
      expect([step(false, false), step(true, false), step(true, true)]).toEqual([present, absent, afterSetup])
    },
  )

  it('asked for by the shop, it is asked of every card that can', () => {
    const step = (threeDs: ThreeDs) =>
      authenticationStep({ threeDs, offSession: false, setUp: true, requested: true })
    expect(step('optional').kind).toBe('challenge')
    expect(step('optional_error').kind).toBe('lookup_failed')
    expect(step('unless_set_up').kind).toBe('challenge')
    expect(step('none')).toEqual({ kind: 'none', result: 'attempt_acknowledged' })
  })
})

describe('a refund', () => {
  const charge = (change: Partial<Charge>): Charge =>
    ({
      id: 'ch_1',
      paid: true,
      captured: true,
      amount: 1000,
      amount_refunded: 0,
      currency: 'eur',
      ...change,
    }) as Charge

  it.each([
    ['of everything', charge({}), undefined, false, undefined],
    ['of exactly the rest', charge({ amount_refunded: 400 }), 600, false, undefined],
    ['of one cent more than the rest', charge({ amount_refunded: 400 }), 601, false, { param: 'amount' }],
    [
      'of what is refunded',
      charge({ amount_refunded: 1000 }),
      undefined,
      false,
      { code: 'charge_already_refunded' },
    ],
    ['of what failed', charge({ paid: false }), undefined, false, { code: 'charge_not_refundable' }],
    ['during a dispute', charge({}), undefined, true, { code: 'charge_disputed' }],
    ['of a part of held money', charge({ captured: false }), 500, false, { param: 'amount' }],
  ] as const)('%s', (_title, subject, amount, disputed, expected) => {
    const refused = refundRefusal(subject, amount, disputed)
    if (expected === undefined) expect(refused).toBeUndefined()
    else expect(refused).toMatchObject(expected)
  })
})

describe('a dispute', () => {
  it('ends by its evidence', () => {
    expect(verdictOf({ a: null, uncategorized_text: 'winning_evidence' })).toBe('won')
    expect(verdictOf({ receipt: 'losing_evidence' })).toBe('lost')
    expect(verdictOf({ receipt: 'a photograph' })).toBeUndefined()
    expect(
      ['needs_response', 'under_review', 'warning_needs_response', 'won', 'lost', 'warning_closed'].map(
        isOpen,
      ),
    ).toEqual([true, true, true, false, false, false])
  })
})

describe('a signature', () => {
  it('carries one part for each secret and the time of the attempt', () => {
    const header = signatureHeader('{}', ['whsec_a', 'whsec_b'], 1700000000)
    expect(header).toMatch(/^t=1700000000,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/)
    expect(signatureHeader('{}', ['whsec_a'], 1700000001)).not.toContain(header.split(',')[1])
  })
})
