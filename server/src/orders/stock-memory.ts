// Pools seen sold out a few milliseconds ago. May refuse a buyer early; never sells anything.
import type { OrderBody } from '@holdfast/contract'
import type { Clock } from '../platform/process/clock.ts'
import { freezeLines, shortIn } from './domain/lines.ts'
import { priceOf } from './domain/pricing/price.ts'
import { isSold, nothingUnlocked, offeredOf, refuseWindow } from './domain/sale.ts'
import { availableIn, type Sale, type SaleType } from './domain/stock.ts'
import type { World } from './world.ts'

export interface StockMemory {
  /** Learns from a committed batch. */
  learn(world: World): void
  /**
   * What is said to a buyer when a line asks for a pool that was sold out a moment ago and nothing
   * else is to be said first; else null. Lets one request through when the moment is over.
   */
  knowsSoldOut(body: OrderBody): string | null
}

const validMs = 20
const poolsMax = 10_000

interface SoldOut {
  readonly sale: Sale
  readonly detail: string
  /** On the clock that only grows: one set back must not keep on refusing. */
  validUntilMs: number
}

export function makeStockMemory(clock: Clock): StockMemory {
  const byTicketType = new Map<string, SoldOut>()
  return {
    learn(world) {
      for (const sale of world.sales.values()) {
        for (const type of sale.types) {
          // Only what the batch looked at: of the others nothing is known.
          if (!type.takes.every(({ poolId }) => world.pools.has(poolId))) continue
          const detail = goneOf(type, world)
          if (detail === null || sale.status !== 'on_sale') byTicketType.delete(type.id)
          else {
            if (byTicketType.size >= poolsMax) byTicketType.clear()
            byTicketType.set(type.id, {
              sale,
              detail,
              validUntilMs: clock.elapsedMs() + validMs,
            })
          }
        }
      }
    },
    knowsSoldOut(body) {
      // What a code unlocks and costs is decided with its uses.
      if (body.code !== undefined) return null
      for (const line of body.lines) {
        const soldOut = byTicketType.get(line.ticketTypeId)
        if (!soldOut || soldOut.sale.showId !== body.showId) continue
        const nowMs = clock.elapsedMs()
        if (nowMs < soldOut.validUntilMs) {
          const now = new Date(clock.nowMs()).toISOString()
          return reachesStock(soldOut.sale, body, now) ? soldOut.detail : null
        }
        soldOut.validUntilMs = nowMs + validMs
      }
      return null
    },
  }
}

/** What is said of the first pool in which not even one unit is left; null when all have one. */
function goneOf({ takes }: SaleType, world: World): string | null {
  for (const { poolId, count, name } of takes) {
    const pool = world.pools.get(poolId)
    const left = pool ? Math.max(0, availableIn(pool)) : count
    if (left < count) return shortIn(name, left)
  }
  return null
}

/** Sale, limits and price are looked at before the stock. */
function reachesStock(sale: Sale, { lines, expectedTotalMinor }: OrderBody, now: string): boolean {
  const offered = offeredOf(sale, nothingUnlocked)
  if (!isSold(sale, now) || refuseWindow(offered, lines, now) !== null) return false
  const frozen = freezeLines(offered, lines)
  if (!('lines' in frozen)) return false
  return (
    expectedTotalMinor === undefined ||
    priceOf(sale.currency, frozen.lines).total.amountMinor === expectedTotalMinor
  )
}
