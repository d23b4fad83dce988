// What follows a change of a payment: which step is leased at once, and when somebody looks again. Pure.
import { addSeconds } from '@holdfast/contract'
import type { PaymentFact } from './commands.ts'
import type { KnownOrder } from './known-order.ts'
import { isAtRest, isLeased, leaseSeconds, lookAgainAt, nextStep, type Payment, retryAt, type Step } from './payment.ts'
import type { Refund } from './refund.ts'

export interface Surroundings {
  readonly order: KnownOrder | undefined
  readonly refunds: readonly Refund[]
  readonly now: string
  /** The fence of the lease that the caller holds and gives back. */
  readonly held?: number
}

/** Leases `step` to whoever hears of this transaction's commit. */
export function lease(payment: Payment, step: Step, { refunds, now }: Surroundings): PaymentFact[] {
  const leasedUntil = addSeconds(now, leaseSeconds)
  const leased: Payment = { ...payment, fence: payment.fence + 1, leasedUntil, nextAttemptAt: leasedUntil }
  const refund = step === 'refund' ? refundToWorkOn(payment, refunds) : null
  return [
    { type: 'PaymentMoved', data: leased },
    { type: 'WorkLeased', data: { payment: leased, step, fence: leased.fence, refund } },
  ]
}

/** What was never tried goes first, then those of uncertain outcome in turns: one that stays so keeps no other waiting. */
function refundToWorkOn({ attempts }: Payment, refunds: readonly Refund[]): Refund | null {
  const uncertain = refunds.filter(({ status }) => status === 'unknown')
  return refunds.find(({ status }) => status === 'requested') ?? uncertain[attempts % uncertain.length] ?? null
}

/** Stores the payment and does what is next: now, unless somebody else holds the lease; he will see the change. */
export function proceed(payment: Payment, around: Surroundings): PaymentFact[] {
  const step = nextStep(payment, around.order, around.refunds)
  if (step === null) return rest(payment, around)
  const foreign = isLeased(payment, around.now) && payment.fence !== around.held
  if (foreign) return [{ type: 'PaymentMoved', data: payment }]
  return lease(payment, step, around)
}

/** Gives the lease back; the step that failed is tried again later. */
export function retryLater(payment: Payment, { now }: Surroundings): PaymentFact[] {
  const attempts = payment.attempts + 1
  return [{ type: 'PaymentMoved', data: { ...payment, attempts, leasedUntil: null, nextAttemptAt: retryAt(now, attempts) } }]
}

function rest(payment: Payment, around: Surroundings): PaymentFact[] {
  const { now, order, refunds } = around
  const foreign = isLeased(payment, now) && payment.fence !== around.held
  // Until the lease ends somebody is at it, and what is asked for meanwhile is left to him: should he die, the sweeper comes.
  if (foreign) return [{ type: 'PaymentMoved', data: { ...payment, nextAttemptAt: payment.leasedUntil } }]
  const done = isAtRest(payment, order, refunds)
  const nextAttemptAt = done ? null : lookAgainAt(now, payment.attempts)
  return [{ type: 'PaymentMoved', data: { ...payment, leasedUntil: null, nextAttemptAt } }]
}
