// What is written to an intent about its order: the shop's mark, and the sealed receipt. Read when
// the intent is made, from the event that told payments of the order.
import type { Event } from '@holdfast/contract'
import { readProcessEvents } from '../platform/commands/outbox.ts'
import type { Queryable } from '../platform/postgres/database.ts'
import { deriveKey, type Installation, readInstallation } from '../platform/process/installation.ts'
import { type Receipt, sealReceipt } from './processor/receipt.ts'
import type { Describe } from './processor/steps.ts'

/** The key's label; whoever settles after a restore derives the same. */
export const receiptLabel = 'metadata'

export function makeDescriber(db: Queryable): Describe {
  let installation: Installation | undefined
  return async (orderId) => {
    installation ??= await readInstallation(db)
    const receipt = (await readProcessEvents(db, orderId, 1)).map(receiptOf).at(0)
    const sealed = receipt ? sealReceipt(deriveKey(installation, receiptLabel), receipt) : {}
    return { installation: installation.id, ...sealed }
  }
}

/** The first event of an order, unless something else is told first. */
function receiptOf(event: Event): Receipt | undefined {
  if (event.type !== 'OrderCreated') return undefined
  const { orderId, organiserId, showId, buyerId, buyerEmail, lines, amount } = event.data
  return {
    orderId,
    organiserId,
    showId,
    buyer: { id: buyerId, email: buyerEmail },
    lines: lines.map(({ ticketTypeId, quantity, seatIds }) =>
      seatIds ? { ticketTypeId, seatIds } : { ticketTypeId, quantity },
    ),
    totalMinor: amount.amountMinor,
  }
}
