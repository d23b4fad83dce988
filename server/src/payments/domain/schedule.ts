// The closing step of every command. For each payment that the command touched, it chooses the next
// call to the processor, or the time of the next look.
import type { Command, Records } from './commands.ts'
import type { PaymentFact } from './facts.ts'
import { isAtRest, isLeased, isToDo, lookAgainAt, nextStep, type Payment, type Step } from './payment.ts'
import type { Refund } from './refund.ts'

/**
 * The facts that follow from `facts`, once the records have taken these in. A decision that leased
 * a payment or put it off has scheduled it already.
 */
export function close(
  records: Records,
  command: Command,
  facts: readonly PaymentFact[],
  now: string,
): PaymentFact[] {
  // The holder returns the lease even if the result told nothing new.
  const touched = new Set<string>('fence' in command ? [command.paymentId] : [])
  for (const fact of facts) if (fact.type !== 'OrderNoted') touched.add(fact.data.paymentId)
  for (const { type, data } of facts)
    if (type === 'WorkLeased' || type === 'WorkPutOff') touched.delete(data.paymentId)
  const held = 'fence' in command ? command.fence : undefined
  return [...touched].flatMap((id) => {
    const payment = records.payments.get(id)
    if (!payment) throw new Error(`payment ${id} was decided and is not loaded`)
    return schedule(records, payment, {
      now,
      leasedToOther: isLeased(payment, now) && payment.fence !== held,
    })
  })
}

function schedule(
  records: Records,
  payment: Payment,
  { now, leasedToOther }: { readonly now: string; readonly leasedToOther: boolean },
): PaymentFact[] {
  const { id: paymentId, leasedUntil, attempts } = payment
  const order = records.orders.get(payment.orderId)
  const refunds = records.refundsByPayment.get(paymentId) ?? []
  const step = nextStep(payment, order, refunds)
  // The other holder sees the change when they record their result.
  if (step !== null) return leasedToOther ? [] : [lease(payment, step, refunds)]
  // If the other holder crashes, the sweeper finds the payment when the lease ends.
  if (leasedToOther) return [{ type: 'NextLookSet', data: { paymentId, at: leasedUntil, lease: 'kept' } }]
  const at = isAtRest(payment, order, refunds) ? null : lookAgainAt(now, attempts)
  return [{ type: 'NextLookSet', data: { paymentId, at, lease: 'returned' } }]
}

/** Leases `step` to the process that commits this fact. */
export function lease(payment: Payment, step: Step, refunds: readonly Refund[]): PaymentFact {
  const refundId = step === 'refund' ? (refundToWorkOn(payment, refunds)?.id ?? null) : null
  return { type: 'WorkLeased', data: { paymentId: payment.id, step, refundId } }
}

/**
 * New refunds go first. Refunds of unknown outcome take turns, so that one that stays unknown
 * blocks no other.
 */
function refundToWorkOn(payment: Payment, refunds: readonly Refund[]): Refund | undefined {
  const due = refunds.filter((refund) => isToDo(refund, payment))
  const uncertain = due.filter(({ status }) => status === 'unknown')
  return due.find(({ status }) => status === 'requested') ?? uncertain[payment.attempts % uncertain.length]
}
