// What is written to an intent about its order beside the shop's mark: the sealed receipt. Read when
// the intent is made, from the event that told payments of the order.
import type { Event } from '@holdfast/contract'
import { readProcessEvents } from '../platform/commands/outbox.ts'
import type { Queryable } from '../platform/postgres/database.ts'
import { deriveKey, readInstallation } from '../platform/process/installation.ts'
import { type Receipt, sealReceipt } from './processor/receipt.ts'
import type { Describe } from './processor/steps.ts'

/** The key's label; whoever settles after a restore derives the same. */
export const receiptLabel = 'metadata'

export function makeDescriber(db: Queryable): Describe {
  let key: Buffer | undefined
  return async (orderId) => {
    key ??= deriveKey(await readInstallation(db), receiptLabel)
    const receipt = (await readProcessEvents(db, orderId, 1)).map(receiptOf).at(0)
    return receipt ? sealReceipt(key, receipt) : {}
  }
}

/** The first event of an order, unless something else is told first. */
function receiptOf(event: Event): Receipt | undefined {
  if (event.type !== 'OrderCreated') return undefined
  const { orderId, organiserId, showId, buyerId, buyerEmail, lines, due } = event.data
  return {
    orderId,
    organiserId,
    showId,
    // Only orders of people with an address are paid by card.
    buyer: { id: buyerId, email: buyerEmail ?? '' },
    lines: lines.map(({ ticketTypeId, quantity, seatIds, chosen, unitPriceMinor }) => ({
      ticketTypeId,
      ...(seatIds ? { seatIds } : { quantity }),
      ...(chosen ? { unitPriceMinor } : {}),
    })),
    totalMinor: due.amountMinor,
  }
}
