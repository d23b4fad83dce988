// What the page may say of each state of a payment.
import type { PaymentView } from '@holdfast/contract'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from './pay.ts'

const payment = (status: PaymentView['status']): PaymentView => ({
  id: 'p',
  orderId: 'o',
  status,
  amount: { amountMinor: 4_500, currency: 'EUR' },
})

describe('a payment', () => {
  it.each(['authorized', 'captured', 'refunded'] as const)('that is %s is in', (status) => {
    expect(outcomeOf(payment(status))).toEqual({ kind: 'accepted', paymentId: 'p' })
  })

  it.each(['unknown', 'requires_action'] as const)('that is %s is promised to nobody', (status) => {
    expect(outcomeOf(payment(status))).toEqual({ kind: 'unsure', paymentId: 'p' })
  })

  it('that is declined or voided leads back to the form, with the reason', () => {
    expect(outcomeOf({ ...payment('declined'), declineCode: 'expired_card' })).toEqual({
      kind: 'declined',
      declineCode: 'expired_card',
    })
    expect(outcomeOf(payment('voided'))).toEqual({ kind: 'declined', declineCode: 'not_taken' })
  })
})
