// Pools seen sold out a few milliseconds ago. May refuse a buyer early; never sells anything.
import type { OrderBody } from '@holdfast/contract'
import type { Clock } from '../platform/process/clock.ts'
import { askedTotal } from './domain/price.ts'
import { isSold } from './domain/sale.ts'
import { availableIn, placesOf, type Sale } from './domain/stock.ts'
import type { World } from './world.ts'

export interface StockMemory {
  /** Learns from a committed batch. */
  learn(world: World): void
  /**
   * True when a line asks for a pool that was sold out a moment ago, and nothing else is to be said
   * first. Lets one request through when the moment is over.
   */
  knowsSoldOut(body: OrderBody): boolean
}

const validMs = 20
const poolsMax = 10_000

interface SoldOut {
  readonly sale: Sale
  /** On the clock that only grows: one set back must not keep on refusing. */
  validUntilMs: number
}

export function makeStockMemory(clock: Clock): StockMemory {
  const byTicketType = new Map<string, SoldOut>()
  return {
    learn(world) {
      for (const sale of world.sales.values()) {
        for (const type of sale.types) {
          const pool = world.pools.get(type.poolId)
          if (!pool) continue
          if (availableIn(pool) > 0 || sale.status !== 'on_sale') byTicketType.delete(type.id)
          else {
            if (byTicketType.size >= poolsMax) byTicketType.clear()
            byTicketType.set(type.id, {
              sale,
              validUntilMs: clock.elapsedMs() + validMs,
            })
          }
        }
      }
    },
    knowsSoldOut(body) {
      for (const line of body.lines) {
        const soldOut = byTicketType.get(line.ticketTypeId)
        if (!soldOut || soldOut.sale.showId !== body.showId) continue
        const nowMs = clock.elapsedMs()
        if (nowMs < soldOut.validUntilMs)
          return reachesStock(soldOut.sale, body, new Date(clock.nowMs()).toISOString())
        soldOut.validUntilMs = nowMs + validMs
      }
      return false
    },
  }
}

/** Sale, limits and price are looked at before the stock. */
function reachesStock(sale: Sale, { lines, expectedTotalMinor }: OrderBody, now: string): boolean {
  if (!isSold(sale, now) || placesOf(lines) > sale.maxPerOrder) return false
  return expectedTotalMinor === undefined || expectedTotalMinor === askedTotal(sale, lines)
}
