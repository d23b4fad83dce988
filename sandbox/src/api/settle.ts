// What happens when money is really taken: the ledger line, the fees, transfers to sellers, and the
// disputes that some test cards bring.
import type { TestCard } from '../cards/test-cards.ts'
import { APPLICATION, cardFee, PENDING_SECONDS } from '../objects/balance-transaction.ts'
import { capturedCharge } from '../objects/charge.ts'
import type { Charge, PaymentIntent } from '../objects/kinds.ts'
import { booksOf, type Unit } from '../store/unit.ts'
import { addLedgerLine } from './ledger.ts'
import { openCardDisputes } from './open-dispute.ts'
import { makeApplicationFee, payDestination } from './split.ts'

export interface Taking {
  charge: Charge
  intent: Pick<PaymentIntent, 'transfer_data'>
  amount: number
  card: TestCard
}

/**
 * Of a direct charge, which a connected account makes itself, the platform takes its fee out of the
 * charge.
 */
function directFee(unit: Unit, charge: Charge, amount: number): number {
  if (unit.account === '' || charge.transfer_data !== null) return 0
  return Math.min(charge.application_fee_amount ?? 0, amount)
}

/**
 * Books a captured charge and returns it with its balance transaction; the caller stores and
 * announces it.
 */
export function settle(unit: Unit, { charge, intent, amount, card }: Taking): Charge {
  const share = directFee(unit, charge, amount)
  const transaction = addLedgerLine(unit, {
    type: 'charge',
    category: 'charge',
    source: charge.id,
    amount,
    fee: cardFee(amount, charge.currency) + share,
    applicationFee: share,
    currency: charge.currency,
    description: charge.description,
    pendingSeconds: card.bypassPending === true ? 0 : PENDING_SECONDS,
  })
  const captured = capturedCharge(charge, amount, transaction.id)
  if (share === 0) return payDestination(unit, captured, intent.transfer_data ?? null)
  const fee = makeApplicationFee(booksOf(unit, ''), captured, share, unit.account)
  return { ...captured, application: APPLICATION, application_fee: fee.id }
}

/**
 * Troubles that a test card brings after the payment; run when the charge has been stored and
 * announced.
 */
export function bringTrouble(unit: Unit, charge: Charge, card: TestCard): void {
  openCardDisputes(unit, charge, card)
}
