// What happens when money is really taken: the ledger line, the fee, transfers to sellers, and the disputes that some test cards bring.
import type { TestCard } from '../cards/test-cards.ts'
import { cardFee, PENDING_SECONDS } from '../objects/balance-transaction.ts'
import { capturedCharge } from '../objects/charge.ts'
import type { Charge } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { addLedgerLine } from './ledger.ts'
import { openCardDisputes } from './open-dispute.ts'
import { payDestination } from './split.ts'

/** Books a captured charge and returns it with its balance transaction; the caller stores and announces it. */
export function settle(unit: Unit, charge: Charge, amount: number, card: TestCard): Charge {
  const fee = cardFee(amount, charge.currency)
  const transaction = addLedgerLine(unit, {
    type: 'charge',
    category: 'charge',
    source: charge.id,
    amount,
    fee,
    currency: charge.currency,
    description: charge.description,
    pendingSeconds: card.bypassPending === true ? 0 : PENDING_SECONDS,
  })
  return payDestination(unit, capturedCharge(charge, amount, transaction.id))
}

/** Troubles that a test card brings after the payment; run when the charge has been stored and announced. */
export function bringTrouble(unit: Unit, charge: Charge, card: TestCard): void {
  openCardDisputes(unit, charge, card)
}
