// The mark that only this installation writes on its intents. Whoever shares the processor's account
// can neither make one nor use a copy: it names the order, the payment and the sum, and the payment
// knows its own intent. Never believes metadata without it.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Money } from '@holdfast/contract'
import type { Queryable } from '../../platform/postgres/database.ts'
import { deriveKey, type Installation, readInstallation } from '../../platform/process/installation.ts'

export interface Marked {
  readonly orderId: string
  readonly paymentId: string
}

export interface Mark {
  /** The metadata of the intent of this payment. */
  metadataOf(marked: Marked, amount: Money): Record<string, string>
  /** Whose intent it is; null when this installation did not make it. */
  read(metadata: Readonly<Record<string, string>> | null | undefined, amount: Money): Marked | null
}

/** Read once from the database. */
export type ReadMark = () => Promise<Mark>

export function makeReadMark(db: Queryable): ReadMark {
  let known: Promise<Mark> | undefined
  const load = async () => markOf(await readInstallation(db))
  return () => {
    known ??= load().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
}

export function markOf(installation: Pick<Installation, 'id' | 'secret'>): Mark {
  const { id } = installation
  const key = deriveKey(installation, 'intent mark')
  const sealOf = ({ orderId, paymentId }: Marked, { amountMinor, currency }: Money) =>
    createHmac('sha256', key)
      .update(['intent', id, orderId, paymentId, amountMinor, currency.toUpperCase()].join('\n'))
      .digest('base64url')
  return {
    metadataOf: (marked, amount) => ({
      order_id: marked.orderId,
      payment_id: marked.paymentId,
      installation: id,
      mark: sealOf(marked, amount),
    }),
    read(metadata, amount) {
      const { order_id: orderId, payment_id: paymentId, mark } = metadata ?? {}
      if (orderId === undefined || paymentId === undefined || mark === undefined) return null
      const [said, right] = [Buffer.from(mark), Buffer.from(sealOf({ orderId, paymentId }, amount))]
      if (said.length !== right.length || !timingSafeEqual(said, right)) return null
      return { orderId, paymentId }
    },
  }
}
