// Reservations: places that staff keep for somebody until a date. It is an order like the others, with
// a deadline that staff say. Pure.
import { addSeconds, type FactOf } from '@holdfast/contract'
import type { CommandOf, Order, OrderDecision } from './order.ts'
import type { Sale } from './stock.ts'

/** Long enough for the next season, and far from a slip of the pen. */
const longestSeconds = 366 * 24 * 3_600

interface Refused {
  readonly rejection: 'not_on_sale' | 'invalid_reservation'
  readonly detail?: string
  readonly field?: string
}

/** Why nothing of this show can be reserved until then; null when it can. */
export function refuseUntil(
  sale: Sale | undefined,
  { until, field }: { readonly until: string; readonly field: string },
  now: string,
): Refused | null {
  if (!sale || sale.status === 'cancelled') return { rejection: 'not_on_sale' }
  const invalid = (detail: string) => ({ rejection: 'invalid_reservation', detail, field }) as const
  if (until <= now) return invalid('the time has passed')
  if (sale.salesEndAt != null && until > sale.salesEndAt)
    return invalid(`tickets are sold until ${sale.salesEndAt}`)
  return until > addSeconds(now, longestSeconds) ? invalid('the time is more than a year away') : null
}

/** Told with all that a letter to the buyer needs. */
export function reservedUntil(order: Order, { until, by }: Until): FactOf<'OrderExtended'> {
  const { id: orderId, showId, buyer, lines, total: amount } = order
  const reserved = { by, showId, buyer, lines: [...lines], amount }
  return { type: 'OrderExtended', data: { orderId, expiresAt: until, kind: 'reservation', reserved } }
}

interface Until {
  readonly until: string
  readonly by: string
}

/** A hold that has not ended, or a reservation that gets another date. */
export function reserveOrder(
  order: Order,
  command: CommandOf<'ReserveOrder'>,
  { sale, now }: { readonly sale: Sale | undefined; readonly now: string },
): OrderDecision {
  switch (order.status) {
    case 'claimed':
      return { rejection: 'order_claimed' }
    case 'complete':
      return { rejection: 'order_complete' }
    case 'refunded':
      return { rejection: 'order_refunded' }
    case 'cancelled':
      return { rejection: 'order_cancelled' }
    case 'created': {
      const refused = refuseUntil(sale, { until: command.until, field: '/until' }, now)
      if (refused !== null) return refused
      if (order.kind === 'reservation' && order.expiresAt === command.until) return { facts: [] }
      return { facts: [reservedUntil(order, command)] }
    }
  }
}
