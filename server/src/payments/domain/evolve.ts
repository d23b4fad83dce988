// What each fact changes of a payment or a refund. Pure: gives the next state. Decides nothing.
import { addSeconds } from '@holdfast/contract'
import type { PaymentChange, RefundFact } from './facts.ts'
import { leaseSeconds, type Payment, retryAt } from './payment.ts'
import type { Refund } from './refund.ts'

export function evolvePayment(before: Payment | undefined, fact: PaymentChange, now: string): Payment {
  if (fact.type === 'PaymentOpened') return opened(fact.data, now)
  if (!before) throw new Error(`${fact.type} of a payment that is not loaded`)
  const payment = before
  switch (fact.type) {
    case 'IntentSeen':
      return {
        ...payment,
        intentId: fact.data.intentId,
        intentStatus: fact.data.status,
        chargeId: fact.data.chargeId ?? payment.chargeId,
      }
    case 'AnswerReceived':
      return { ...payment, attempts: fact.data.news ? 0 : payment.attempts + 1 }
    case 'DisputeSeen':
      return { ...payment, disputed: fact.data.disputed }
    case 'OutcomeKnown': {
      const { paymentId: _id, ...outcome } = fact.data
      return { ...payment, ...outcome, step: null }
    }
    case 'OutcomeUnknown':
      return { ...payment, status: 'unknown', step: fact.data.step }
    case 'MoneyHeld':
      return { ...payment, authorizedMinor: payment.amount.amountMinor }
    case 'MoneyReleased':
      return { ...payment, authorizedMinor: 0 }
    case 'MoneyTaken':
      return {
        ...payment,
        status: 'captured',
        step: null,
        capturedMinor: fact.data.amountMinor,
        authorizedMinor: 0,
      }
    case 'ClaimSettled':
      return { ...payment, claim: fact.data.claim, reason: payment.reason ?? fact.data.reason }
    case 'CaptureRefused':
      return { ...payment, captureRefused: true, reason: fact.data.reason ?? payment.reason }
    case 'WorkLeased': {
      const leasedUntil = addSeconds(now, leaseSeconds)
      return { ...payment, fence: payment.fence + 1, leasedUntil, nextAttemptAt: leasedUntil }
    }
    case 'WorkPutOff': {
      const attempts = payment.attempts + 1
      return { ...payment, attempts, leasedUntil: null, nextAttemptAt: retryAt(now, attempts) }
    }
    case 'NextLookSet':
      return {
        ...payment,
        nextAttemptAt: fact.data.at,
        leasedUntil: fact.data.lease === 'kept' ? payment.leasedUntil : null,
      }
    case 'PaymentAuthorized':
      return { ...payment, askedVersion: fact.data.orderVersion, version: payment.version + 1 }
    case 'ChargeRefunded':
    case 'RefundReturned': {
      const refundedMinor = fact.data.refundedTotal.amountMinor
      const status = refundedMinor >= payment.capturedMinor ? 'refunded' : 'captured'
      return { ...payment, status, refundedMinor, version: payment.version + 1 }
    }
    case 'RefundFailed':
    case 'DisputeOpened':
    case 'DisputeClosed':
    case 'PaymentStarted':
    case 'ChargeCreated':
    case 'ChargeFailed':
    case 'PaymentVoided':
      return { ...payment, version: payment.version + 1 }
  }
}

type Opened = Extract<PaymentChange, { type: 'PaymentOpened' }>['data']

function opened({ paymentId: id, ...terms }: Opened, now: string): Payment {
  return {
    ...terms,
    id,
    status: 'started',
    step: 'create',
    intentId: null,
    intentStatus: null,
    chargeId: null,
    claim: null,
    askedVersion: null,
    authorizedMinor: 0,
    capturedMinor: 0,
    refundedMinor: 0,
    declineCode: null,
    reason: null,
    captureRefused: false,
    disputed: false,
    version: 0,
    fence: 0,
    leasedUntil: null,
    attempts: 0,
    nextAttemptAt: null,
    createdAt: now,
  }
}

export function evolveRefund(before: Refund | undefined, fact: RefundFact, now: string): Refund {
  if (fact.type === 'RefundRequested') {
    const { refundId: id, ...terms } = fact.data
    return { ...terms, id, status: 'requested', failureCode: null, createdAt: now }
  }
  if (!before) throw new Error(`${fact.type} of a refund that is not loaded`)
  const { status, processorId, failureCode } = fact.data
  return { ...before, status, processorId, failureCode }
}
