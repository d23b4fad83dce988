// The rules of a dispute: which states are open, which evidence ends it how. Pure.
import type { Dispute } from '../objects/kinds.ts'

export type Verdict = 'won' | 'lost' | 'escalate'

const OPEN = new Set(['needs_response', 'under_review', 'warning_needs_response', 'warning_under_review'])

export function isOpen(status: string): boolean {
  return OPEN.has(status)
}

/** Why evidence or closing is refused, or undefined when it may go on. */
export function disputeRefusal(dispute: Pick<Dispute, 'status'>, answering: boolean): string | undefined {
  if (!answering) return undefined
  if (!isOpen(dispute.status)) return 'This dispute is already closed'
  return undefined
}

/** The magic texts of the test cards; any other evidence leaves the dispute under review. */
export function verdictOf(evidence: object): Verdict | undefined {
  const texts = Object.values(evidence)
  if (texts.includes('winning_evidence')) return 'won'
  if (texts.includes('losing_evidence')) return 'lost'
  if (texts.includes('escalate_inquiry_evidence')) return 'escalate'
  return undefined
}
