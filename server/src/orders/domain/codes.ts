// Codes: what one does for an order, whether it may be used, and how its uses move. Pure.
import { type Buyer, type CodeTerms, codeWordOf, type LineBody, type OrderLine } from '@holdfast/contract'
import { type Code, type CodePool, type Codes, codeBuyerKeys, wordKey } from './code.ts'
import { placesOf } from './lines.ts'
import { stepOf, unitsOfLines } from './pricing/price.ts'
import { type Discount, priceUnits } from './pricing/pricing.ts'
import type { Movement } from './stock.ts'

export type CodeRejection = 'code_unknown' | 'code_used_up' | 'code_not_applicable'

/** The code of an order, with the uses that it takes. */
export interface Entered {
  readonly code: Code
  readonly uses: number
}
export interface RefusedCode {
  readonly rejection: CodeRejection
  readonly detail?: string
}

export interface Entering {
  readonly showId: string
  readonly text: string
  readonly lines: readonly LineBody[]
  /** Of whom uses are counted; null: nobody asks for any yet. */
  readonly buyer: Buyer | null
  readonly now: string
}

/** The code that a buyer enters for these lines, or why it does not help. */
export function enterCode(
  codes: Codes,
  { showId, text, lines, buyer, now }: Entering,
): Entered | RefusedCode {
  const code = codes.byId.get(codes.byWord.get(wordKey(showId, codeWordOf(text))) ?? '')
  if (!code) return { rejection: 'code_unknown' }
  const invalid = refuseTime(code, now)
  if (invalid !== null) return { rejection: 'code_not_applicable', detail: invalid }
  const covered = lines.filter(({ ticketTypeId }) => covers(code, ticketTypeId))
  if (covered.length === 0)
    return { rejection: 'code_not_applicable', detail: 'the code is for other ticket types' }
  const { usesPerBuyer } = code.terms
  const uses = usesFor(code, placesOf(covered))
  const pool = codes.pools.get(code.id)
  if (pool && usesLeft(pool) < uses) return { rejection: 'code_used_up', detail: leftOf(usesLeft(pool)) }
  if (usesPerBuyer !== undefined && buyer) {
    const had = Math.max(...codeBuyerKeys(code.id, buyer).map((key) => codes.ofBuyers.get(key) ?? 0))
    if (had + uses > usesPerBuyer)
      return {
        rejection: 'code_used_up',
        detail: `${leftOf(Math.max(0, usesPerBuyer - had))} for this buyer`,
      }
  }
  return { code, uses }
}

/** How many uses so many covered tickets are: without a number of tickets, an order is one use. */
export function usesFor(
  { terms: { ticketsPerUse = Number.POSITIVE_INFINITY } }: Code,
  tickets: number,
): number {
  return tickets === 0 ? 0 : Math.max(1, Math.ceil(tickets / ticketsPerUse))
}

const leftOf = (uses: number) => (uses === 0 ? 'no use left' : `only ${uses} left`)

export const usesLeft = ({ uses, held, used }: CodePool) => Math.max(0, uses - held - used)

/** Why a code is not valid at this time, by the database's clock; null when it is. */
export function refuseTime({ terms, ended }: Code, now: string): string | null {
  if (ended) return 'the code has ended'
  if (terms.validFrom !== undefined && now < terms.validFrom) return 'the code is not valid yet'
  return terms.validUntil !== undefined && now >= terms.validUntil ? 'the code is not valid any more' : null
}

/** A code that takes nothing off is for what it unlocks; one that does, for all it does not exclude. */
function covers({ terms }: Code, typeId: string): boolean {
  const { ticketTypeIds, unlocks = [] } = terms
  return ticketTypeIds?.includes(typeId) ?? (discountOf(terms) !== null || unlocks.includes(typeId))
}

export function discountOf({ percentBps, amountMinor, priceMinor, per }: CodeTerms): Discount | null {
  const ofOrder = per === 'order'
  if (percentBps !== undefined) return { kind: ofOrder ? 'order_percent' : 'percent', bps: percentBps }
  if (amountMinor !== undefined) return { kind: ofOrder ? 'order_amount' : 'amount', minor: amountMinor }
  return priceMinor === undefined ? null : { kind: 'fixed_price', minor: priceMinor }
}

/** The lines with what the code takes off each of their units: frozen, as their prices are. */
export function discounted(currency: string, lines: readonly OrderLine[], code: Code): OrderLine[] {
  const rule = discountOf(code.terms)
  const units = unitsOfLines(lines)
  const covered = lines.flatMap(({ quantity, ticketTypeId }) =>
    Array.from({ length: quantity }, () => covers(code, ticketTypeId)),
  )
  const numbers = new Set(covered.flatMap((isCovered, no) => (isCovered ? [no] : [])))
  const stepMinor = stepOf(currency)
  const priced =
    rule === null
      ? []
      : priceUnits(units, { net: false, stepMinor, orderFeeMinor: 0, discount: { rule, covers: numbers } })
          .units
  let first = 0
  return lines.map((line) => {
    const own = priced.slice(first, first + line.quantity).map(({ discountMinor }) => discountMinor)
    first += line.quantity
    if (!covers(code, line.ticketTypeId)) return line
    return { ...line, codeId: code.id, ...(own.some((minor) => minor > 0) ? { discountsMinor: own } : {}) }
  })
}

const deltas: Record<Movement, { readonly held: 1 | 0 | -1; readonly used: 1 | 0 | -1 }> = {
  hold: { held: 1, used: 0 },
  sell: { held: -1, used: 1 },
  release: { held: -1, used: 0 },
  return: { held: 0, used: -1 },
  withhold: { held: 0, used: -1 },
}

/** The pool after so many uses moved. Throws when that would use one twice or give one back twice. */
export function moveCode(pool: CodePool, movement: Movement, uses: number): CodePool {
  const { held, used } = deltas[movement]
  const moved = { ...pool, held: pool.held + held * uses, used: pool.used + used * uses }
  if (moved.held < 0 || moved.used < 0 || moved.held + moved.used > pool.uses)
    throw new Error(`code ${pool.id}: ${movement} of ${uses} leaves ${moved.held} held, ${moved.used} used`)
  return moved
}

/** So many times what is wanted must be left for it not to matter what others take meanwhile. */
const plenty = 10
export const hasPlentyOfUses = (pool: CodePool, wanted: number) => usesLeft(pool) >= plenty * wanted
