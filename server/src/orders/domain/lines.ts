// What a buyer asks for, turned into frozen lines, or why there is not enough for it. Pure.
import { type AmountFault, amountFault, type LineBody, type OrderLine } from '@holdfast/contract'
import { inTickets } from './hold-limits.ts'
import { addTakes, availableIn, type Sale, type SaleType, type Stock } from './stock.ts'

export type LineRejection =
  | 'unknown_ticket_type'
  | 'limit_exceeded'
  | 'sold_out'
  | 'seat_taken'
  | 'invalid_price'
  | 'needs_other_ticket'

interface RefusedLines {
  readonly rejection: LineRejection
  readonly detail: string
  /** In the body that was sent. */
  readonly field?: string
  readonly least?: number
  readonly most?: number
}
type Lines = { readonly lines: readonly OrderLine[] } | RefusedLines

/**
 * Groups are sold at the counter; what a buyer may take at once does not bind staff. And no order
 * has more, whatever it is made of: extras count for no limit of the show.
 */
const mostUnits = 500

/**
 * Turns what a buyer asks for into frozen lines, or says why it cannot be had. Whether there is
 * enough is for `shortageOf`.
 */
export function chooseLines(
  sale: Sale,
  stock: Stock,
  { lines: asked, counter }: { readonly lines: readonly LineBody[]; readonly counter?: unknown },
): Lines {
  const frozen = freezeLines(sale, asked, counter !== undefined)
  if ('rejection' in frozen) return frozen
  for (const { ticketTypeId, name, seatIds = [] } of frozen.lines) {
    const stranger = seatIds.find((id) => stock.seats.get(id)?.ticketTypeId !== ticketTypeId)
    if (stranger !== undefined)
      return { rejection: 'unknown_ticket_type', detail: `no seat ${stranger} in ${name}` }
  }
  return frozen
}

/** The lines as the sale alone makes them: prices come from nowhere else. */
export function freezeLines(sale: Sale, asked: readonly LineBody[], atCounter = false): Lines {
  const lines: Placed[] = []
  const seatIds = new Set<string>()
  const tooMany = refuseSize(sale, asked, atCounter)
  if (tooMany !== null) return tooMany
  for (const [index, body] of asked.entries()) {
    const place = sale.types.findIndex(({ id }) => id === body.ticketTypeId)
    const type = sale.types[place]
    if (!type) return { rejection: 'unknown_ticket_type', detail: body.ticketTypeId }
    const line = freezeLine(type, body)
    if ('rejection' in line) return line
    const badPrice = refuseChosen(type, body, { currency: sale.currency, index, atCounter })
    if (badPrice !== null) return badPrice
    for (const seatId of line.seatIds ?? []) {
      if (seatIds.has(seatId))
        return { rejection: 'unknown_ticket_type', detail: `seat ${seatId} is listed twice` }
      seatIds.add(seatId)
    }
    lines.push({ place, line })
  }
  // Staff at the counter see who stands there, and what they have already.
  const beyond = atCounter ? null : (refuseQuantities(sale, lines) ?? refuseNeeds(sale, asked))
  if (beyond !== null) return beyond
  // The numbers of units follow the types as the show lists them. The sort keeps what is equal.
  return { lines: lines.toSorted((a, b) => a.place - b.place).map(({ line }) => line) }
}

/**
 * Limits count whom an order lets in. Looked at before anything else, so that no seat need be known
 * of an order too large.
 */
export function refuseSize(sale: Sale, asked: readonly LineBody[], atCounter = false): RefusedLines | null {
  const admits = new Map(sale.types.map((type) => [type.id, type.admits ?? 1]))
  const people = asked.reduce((sum, body) => sum + placesOf([body]) * (admits.get(body.ticketTypeId) ?? 1), 0)
  const { maxPerOrder: most } = sale
  if (!atCounter && people > most) return limitExceeded({ most }, 'per order')
  return placesOf(asked) > mostUnits ? limitExceeded({ most: mostUnits }, 'per order') : null
}

function limitExceeded({ least, most }: { least?: number; most?: number }, per: string): RefusedLines {
  if (least !== undefined)
    return { rejection: 'limit_exceeded', detail: `at least ${inTickets(least)} ${per}`, least }
  if (most === undefined) throw new Error('a limit has a least or a most')
  return { rejection: 'limit_exceeded', detail: `at most ${inTickets(most)} ${per}`, most }
}

/** A type may be asked for in several lines: what it allows is for all of them together. */
function refuseQuantities({ types }: Sale, placed: readonly Placed[]): RefusedLines | null {
  const quantities = new Map<number, number>()
  for (const { place, line } of placed) quantities.set(place, (quantities.get(place) ?? 0) + line.quantity)
  for (const [place, quantity] of quantities) {
    const { name = '', minPerOrder: least = 1, maxPerOrder: most = quantity } = types[place] ?? {}
    if (quantity < least) return limitExceeded({ least }, `of “${name}” per order`)
    if (quantity > most) return limitExceeded({ most }, `of “${name}” per order`)
  }
  return null
}

interface Placed {
  readonly place: number
  readonly line: OrderLine
}

/** How many units are asked for. */
export function placesOf(asked: readonly LineBody[]): number {
  return asked.reduce(
    (places, body) => places + ('quantity' in body ? body.quantity : body.seatIds.length),
    0,
  )
}

/** What a network keeps from others by holding these: extras are stock, too. */
export const heldPlacesOf = (lines: readonly Pick<OrderLine, 'quantity' | 'admits'>[]): number =>
  lines.reduce((places, { quantity, admits = 1 }) => places + quantity * Math.max(1, admits), 0)

function freezeLine(
  type: SaleType,
  body: LineBody,
): OrderLine | { rejection: LineRejection; detail: string } {
  const frozen = {
    ticketTypeId: type.id,
    name: type.name,
    takes: type.takes.map(({ poolId, count }) => ({ poolId, count })),
    unitPriceMinor: type.priceMinor,
    ...(type.price === undefined
      ? {}
      : { unitPriceMinor: body.unitPriceMinor ?? type.priceMinor, chosen: true as const }),
    ...(type.admits === undefined ? {} : { admits: type.admits }),
    ...(type.taxRateBps === undefined ? {} : { taxRateBps: type.taxRateBps }),
    ...(type.feeMinor === undefined ? {} : { feeMinor: type.feeMinor }),
  }
  if ('quantity' in body) {
    if (type.seated)
      return { rejection: 'unknown_ticket_type', detail: `${type.name} has numbered seats: send seatIds` }
    return { ...frozen, quantity: body.quantity }
  }
  if (!type.seated)
    return { rejection: 'unknown_ticket_type', detail: `${type.name} has no numbered seats: send a quantity` }
  return { ...frozen, quantity: body.seatIds.length, seatIds: body.seatIds }
}

interface Asked {
  readonly currency: string
  readonly index: number
  readonly atCounter: boolean
}

/** Why a buyer may not pay this for a ticket; null when they may, or named no price. */
function refuseChosen(
  { name, price }: Pick<SaleType, 'name' | 'price'>,
  { unitPriceMinor: chosen }: LineBody,
  { currency, index, atCounter }: Asked,
): RefusedLines | null {
  if (chosen === undefined) return null
  const no = (why: string): RefusedLines => {
    return { rejection: 'invalid_price', detail: `“${name}” ${why}`, field: `/lines/${index}/unitPriceMinor` }
  }
  if (!price) return no('has a fixed price')
  if (chosen < price.leastMinor) return no(`costs at least ${price.leastMinor} minor units`)
  if (price.mostMinor !== undefined && chosen > price.mostMinor)
    return no(`costs at most ${price.mostMinor} minor units`)
  const fault = amountFault(chosen, currency)
  // No coin is too small for a till.
  if (fault === null || (fault === 'least' && atCounter)) return null
  return no(faultTexts[fault])
}

const faultTexts: Record<AmountFault, string> = {
  currency: 'has no price in this currency',
  least: 'costs nothing, or as much as a card can be charged',
  most: 'costs less than that: no card can be charged so much',
  step: 'has a price with a part that this currency does not have on cards',
}

/** Why something is asked for that is sold only together with another; null when nothing is. */
function refuseNeeds({ types }: Sale, asked: readonly LineBody[]): RefusedLines | null {
  const askedIds = new Set(asked.map(({ ticketTypeId }) => ticketTypeId))
  for (const [index, { ticketTypeId }] of asked.entries()) {
    const type = types.find(({ id }) => id === ticketTypeId)
    const { anyOf = [] } = type?.needs ?? {}
    if (!type?.needs || anyOf.some((id) => askedIds.has(id))) continue
    const names = types.flatMap(({ id, name }) => (anyOf.includes(id) ? [`“${name}”`] : []))
    const detail = `“${type.name}” is sold only together with ${names.join(' or ') || 'another ticket'}`
    return { rejection: 'needs_other_ticket', detail, field: `/lines/${index}/ticketTypeId` }
  }
  return null
}

/** Why there is not enough for these lines, or null. */
export function shortageOf(sale: Sale, stock: Stock, lines: readonly OrderLine[]) {
  const wanted = new Map<string, number>()
  for (const { takes, quantity, seatIds = [] } of lines) {
    addTakes(wanted, takes, quantity)
    for (const seatId of seatIds) {
      if (stock.seats.get(seatId)?.state !== 'available')
        return { rejection: 'seat_taken', detail: seatId } as const
    }
  }
  for (const [poolId, count] of wanted) {
    const pool = stock.pools.get(poolId)
    const left = pool ? Math.max(0, availableIn(pool)) : 0
    if (left < count) return { rejection: 'sold_out', detail: shortIn(poolName(sale, poolId), left) } as const
  }
  return null
}

/** What a buyer reads who asked for more than is left. */
export const shortIn = (name: string, left: number) =>
  left === 0 ? `“${name}” is sold out` : `only ${left} left of “${name}”`

function poolName(sale: Sale, poolId: string): string {
  const takes = sale.types.flatMap((type) => type.takes)
  return takes.find((take) => take.poolId === poolId)?.name ?? poolId
}
