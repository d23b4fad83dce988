// Opens disputes and early fraud warnings: asked for by a test card, by the dashboard or by
// /_sandbox/disputes/open. A dispute takes amount and fee at once; an inquiry takes nothing until
// it becomes a dispute.
import type Stripe from 'stripe'
import type { TestCard } from '../cards/test-cards.ts'
import { DAY_SECONDS } from '../core/clock.ts'
import { newId } from '../core/ids.ts'
import { DISPUTE_FEE } from '../objects/balance-transaction.ts'
import type { BalanceTransaction, Charge, Dispute } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { addLedgerLine } from './ledger.ts'
import { listObjects } from './lists.ts'

export interface DisputeInput {
  reason: string
  inquiry?: boolean
  amount?: number
}

const NO_EVIDENCE = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
} satisfies Stripe.Dispute.Evidence

/** The debit of a dispute: the disputed amount and the processor's fee. */
export function withdraw(
  unit: Unit,
  dispute: Pick<Dispute, 'id' | 'amount' | 'currency'>,
): BalanceTransaction {
  return addLedgerLine(unit, {
    type: 'adjustment',
    category: 'dispute',
    source: dispute.id,
    amount: -dispute.amount,
    fee: DISPUTE_FEE,
    feeText: 'Dispute fee',
    currency: dispute.currency,
    description: 'Chargeback withdrawal',
    pendingSeconds: 0,
  })
}

export function openDispute(unit: Unit, charge: Charge, input: DisputeInput): Dispute {
  const inquiry = input.inquiry === true
  const base = { id: newId('dp'), amount: input.amount ?? charge.amount_captured, currency: charge.currency }
  const debit = inquiry ? undefined : withdraw(unit, base)
  const dispute = {
    ...base,
    object: 'dispute',
    balance_transactions: debit === undefined ? [] : [debit],
    charge: charge.id,
    created: unit.now,
    enhanced_eligibility_types: [],
    evidence: NO_EVIDENCE,
    evidence_details: {
      due_by: unit.now + 7 * DAY_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    network_reason_code: input.reason === 'fraudulent' ? '10.4' : '13.1',
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: {
        brand: charge.payment_method_details?.card?.brand ?? 'visa',
        case_type: inquiry ? 'inquiry' : 'chargeback',
        network: charge.payment_method_details?.card?.network ?? 'visa',
        network_reason_code: input.reason === 'fraudulent' ? '10.4' : '13.1',
      },
      type: 'card',
    },
    reason: input.reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  } satisfies Dispute & Stripe.Dispute
  // Unanswered, it is lost (an inquiry: closed) when the time for evidence is over.
  unit.put('dispute', dispute, { hidden: { fee: DISPUTE_FEE }, due: dispute.evidence_details.due_by })
  const current = unit.find('charge', charge.id) ?? charge
  const disputed = { ...current, disputed: true }
  unit.put('charge', disputed)
  unit.emit('charge.dispute.created', dispute)
  if (debit !== undefined) unit.emit('charge.dispute.funds_withdrawn', dispute)
  unit.emit('charge.updated', disputed, { disputed: current.disputed })
  settleWarnings(unit, charge.id)
  return dispute
}

export function warnOfFraud(unit: Unit, charge: Charge): void {
  const warning = {
    id: newId('issfr'),
    object: 'radar.early_fraud_warning',
    actionable: !charge.refunded && !charge.disputed,
    charge: charge.id,
    created: unit.now,
    fraud_type: 'unauthorized_use_of_card',
    livemode: false,
    ...(charge.payment_intent === null ? {} : { payment_intent: charge.payment_intent }),
  } satisfies Stripe.Radar.EarlyFraudWarning
  unit.put('radar.early_fraud_warning', warning)
  unit.emit('radar.early_fraud_warning.created', warning)
}

/**
 * A warning asks for nothing any more once the money is back with the buyer, or the bank has
 * disputed it.
 */
export function settleWarnings(unit: Unit, charge: string): void {
  const { data } = listObjects(unit, 'radar.early_fraud_warning', [['charge', charge]], { limit: 100 }, '')
  for (const { id } of data) {
    const warning = unit.find('radar.early_fraud_warning', id)
    if (warning?.actionable !== true) continue
    const after = { ...warning, actionable: false }
    unit.put('radar.early_fraud_warning', after)
    unit.emit('radar.early_fraud_warning.updated', after, { actionable: true })
  }
}

export function openCardDisputes(unit: Unit, charge: Charge, card: TestCard): void {
  if (card.earlyFraudWarning === true) warnOfFraud(unit, charge)
  switch (card.dispute) {
    case undefined:
      return
    case 'fraudulent':
      openDispute(unit, charge, { reason: 'fraudulent' })
      return
    case 'product_not_received':
      openDispute(unit, charge, { reason: 'product_not_received' })
      return
    case 'inquiry':
      openDispute(unit, charge, { reason: 'fraudulent', inquiry: true })
      return
    case 'multiple': {
      const half = Math.floor(charge.amount_captured / 2)
      openDispute(unit, charge, { reason: 'fraudulent', amount: half })
      openDispute(unit, charge, { reason: 'product_not_received', amount: charge.amount_captured - half })
    }
  }
}
