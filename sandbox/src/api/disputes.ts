// Answering disputes: evidence, closing, and the ways they end. The evidence text decides, as on
// the real test cards.
import { DAY_SECONDS } from '../core/clock.ts'
import { invalidRequest } from '../core/errors.ts'
import { clearable, flag, hash, mergeMetadata, metadata, oneOf, type Read, text } from '../core/params.ts'
import { disputeRefusal, type Verdict, verdictOf } from '../machines/dispute.ts'
import { DISPUTE_FEE } from '../objects/balance-transaction.ts'
import type { Dispute } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { addLedgerLine } from './ledger.ts'
import { listObjects, loadObject, retrieveRoute } from './lists.ts'
import { withdraw } from './open-dispute.ts'
import { announceUpdate } from './updated.ts'

const INQUIRY_DAYS = 120

const EVIDENCE = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const

const evidenceSpec = Object.fromEntries(EVIDENCE.map((name) => [name, clearable(text)]))
const update = {
  evidence: hash(evidenceSpec),
  intended_submission_method: oneOf('manual', 'prefer_manual', 'prefer_smart_disputes', 'smart_disputes'),
  metadata,
  submit: flag,
}

/** True while the bank has the money, or has kept it: a refund would pay the buyer twice. */
export function isChargedBack(unit: Unit, charge: string): boolean {
  const disputes = listObjects(unit, 'dispute', [['charge', charge]], { limit: 100 }, '').data
  return disputes.some((dispute) => !dispute.is_charge_refundable)
}

function updateDispute(call: ApiCall, params: Read<typeof update>): Dispute {
  const { unit } = call
  const dispute = loadObject(call, 'dispute')
  const refused = disputeRefusal(dispute, params.evidence !== undefined || params.submit === true)
  if (refused !== undefined) throw invalidRequest(refused)
  const evidence = { ...dispute.evidence, ...params.evidence }
  const submitted = params.evidence !== undefined && params.submit !== false
  const drafted: Dispute = {
    ...dispute,
    evidence,
    intended_submission_method:
      params.intended_submission_method ?? dispute.intended_submission_method ?? null,
    metadata: mergeMetadata(dispute.metadata, params.metadata),
    evidence_details: {
      ...dispute.evidence_details,
      has_evidence: Object.values(evidence).some((value) => typeof value === 'string' && value !== ''),
      submission_count: dispute.evidence_details.submission_count + (submitted ? 1 : 0),
      submission_method: submitted ? 'manual' : dispute.evidence_details.submission_method,
    },
    status: !submitted
      ? dispute.status
      : dispute.status === 'warning_needs_response'
        ? 'warning_under_review'
        : 'under_review',
  }
  // With evidence the bank takes its time; the answer comes by the evidence's text, or as here for
  // an inquiry, by its end.
  unit.put(
    'dispute',
    drafted,
    submitted
      ? { due: drafted.status === 'warning_under_review' ? unit.now + INQUIRY_DAYS * DAY_SECONDS : null }
      : {},
  )
  announceUpdate(unit, 'charge.dispute.updated', dispute, drafted)
  const verdict = submitted ? verdictOf(evidence) : undefined
  return verdict === undefined ? drafted : endDispute(unit, drafted, verdict)
}

/**
 * The bank decides. Won money comes back with a line of its own; nothing is taken out of the ledger
 * again.
 */
export function endDispute(unit: Unit, dispute: Dispute, verdict: Verdict): Dispute {
  if (verdict === 'escalate') {
    const debit = withdraw(unit, dispute)
    const raised: Dispute = {
      ...dispute,
      status: 'needs_response',
      is_charge_refundable: false,
      balance_transactions: [...dispute.balance_transactions, debit],
      evidence_details: { ...dispute.evidence_details, due_by: unit.now + 7 * DAY_SECONDS },
    }
    unit.put('dispute', raised, { due: unit.now + 7 * DAY_SECONDS })
    announceUpdate(unit, 'charge.dispute.updated', dispute, raised)
    unit.emit('charge.dispute.funds_withdrawn', raised)
    return raised
  }
  const inquiry = dispute.status.startsWith('warning_')
  const credit =
    verdict === 'won' && !inquiry
      ? addLedgerLine(unit, {
          type: 'adjustment',
          category: 'dispute_reversal',
          source: dispute.id,
          amount: dispute.amount,
          fee: -DISPUTE_FEE,
          feeText: 'Dispute fee refund',
          currency: dispute.currency,
          description: 'Chargeback reversal',
          pendingSeconds: 0,
        })
      : undefined
  const ended: Dispute = {
    ...dispute,
    status: inquiry ? 'warning_closed' : verdict,
    is_charge_refundable: inquiry || verdict === 'won',
    balance_transactions:
      credit === undefined ? dispute.balance_transactions : [...dispute.balance_transactions, credit],
  }
  unit.put('dispute', ended, { due: null })
  unit.emit('charge.dispute.closed', ended, { status: dispute.status })
  if (credit !== undefined) unit.emit('charge.dispute.funds_reinstated', ended)
  return ended
}

export const disputeRoutes: RouteTable = {
  'GET /v1/disputes/:id': retrieveRoute('disputes.retrieve', 'dispute'),
  'POST /v1/disputes/:id': route('disputes.update', update, updateDispute),
  'POST /v1/disputes/:id/close': route('disputes.close', {}, (call) => {
    const dispute = loadObject(call, 'dispute')
    const refused = disputeRefusal(dispute, true)
    if (refused !== undefined) throw invalidRequest(refused)
    return endDispute(call.unit, dispute, 'lost')
  }),
}
