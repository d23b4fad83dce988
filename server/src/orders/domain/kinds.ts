// Kinds of ticket types beside a priced admission: prices that buyers choose, and what is sold only
// together with something else. Pure.
import { type AmountFault, amountFault, type LineBody } from '@holdfast/contract'
import type { Sale, SaleType } from './stock.ts'

export type KindRejection = 'invalid_price' | 'needs_other_ticket'

interface Refused {
  readonly rejection: KindRejection
  readonly detail: string
  /** In the body that was sent. */
  readonly field: string
}

interface Asked {
  readonly currency: string
  readonly index: number
  readonly atCounter: boolean
}

/** Why a buyer may not pay this for a ticket; null when they may, or named no price. */
export function refuseChosen(
  { name, price }: Pick<SaleType, 'name' | 'price'>,
  { unitPriceMinor: chosen }: LineBody,
  { currency, index, atCounter }: Asked,
): Refused | null {
  if (chosen === undefined) return null
  const no = (why: string): Refused => {
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
export function refuseNeeds({ types }: Sale, asked: readonly LineBody[]): Refused | null {
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
