// At what price, when and how many at once a show sells: what of it could not work. Pure.
import {
  type AmountFault,
  amountFault,
  type ChosenPrice,
  currencyRule,
  isVisible,
  mostMinor,
  type SaleTerms,
  salesEndAt,
} from '@holdfast/contract'

/** Why a show cannot be saved or sold like this, and where in the body the reason stands. */
export interface ContentRefusal {
  readonly refusal: string
  readonly field?: string
}

/**
 * What no card could pay may not be sold: each price is free, or one that the currency allows. Null
 * when all are.
 */
export function refusePrices({
  currency,
  ticketTypes,
}: {
  readonly currency: string
  readonly ticketTypes: readonly {
    readonly name: string
    readonly priceMinor: number
    readonly terms?: SaleTerms
  }[]
}): ContentRefusal | null {
  const rule = currencyRule(currency)
  if (!rule) return { refusal: `No card can be charged in “${currency}”.`, field: '/currency' }
  const reasons: Record<AmountFault, string> = {
    currency: 'has no price in this currency',
    least: `must be 0 or at least ${rule.least} minor units`,
    most: `must be at most ${mostMinor(rule)} minor units`,
    step: `must be a multiple of ${rule.step} minor units`,
  }
  for (const [index, { name, priceMinor, terms }] of ticketTypes.entries()) {
    for (const [field, amountMinor] of amountsOf(priceMinor, terms?.price)) {
      const fault = amountFault(amountMinor, currency)
      if (fault !== null)
        return { refusal: `${name}: the price ${reasons[fault]}.`, field: `/ticketTypes/${index}/${field}` }
    }
    const field = terms?.price && disorderIn(terms.price)
    if (field)
      return {
        refusal: `${name}: the least price is the lowest, the most the highest.`,
        field: `/ticketTypes/${index}/price/${field}`,
      }
  }
  return null
}

function amountsOf(priceMinor: number, price: ChosenPrice | undefined): (readonly [string, number])[] {
  if (!price) return [['priceMinor', priceMinor]]
  const { leastMinor, suggestedMinor, mostMinor } = price
  return [
    ['price/leastMinor', leastMinor],
    ...(suggestedMinor === undefined ? [] : [['price/suggestedMinor', suggestedMinor] as const]),
    ...(mostMinor === undefined ? [] : [['price/mostMinor', mostMinor] as const]),
  ]
}

function disorderIn({ leastMinor, suggestedMinor, mostMinor }: ChosenPrice): keyof ChosenPrice | null {
  if (mostMinor !== undefined && mostMinor < leastMinor) return 'mostMinor'
  if (suggestedMinor === undefined) return null
  const isWithin = suggestedMinor >= leastMinor && suggestedMinor <= (mostMinor ?? suggestedMinor)
  return isWithin ? null : 'suggestedMinor'
}

interface Selling {
  readonly currency: string
  readonly startsAt: string
  readonly endsAt?: string
  readonly maxPerOrder: number
  readonly ticketTypes: readonly { readonly name: string; readonly terms?: SaleTerms }[]
}

/** Terms by which nobody could ever buy, and fees that no card could pay. Null when all are well. */
export function refuseTerms(show: Selling): ContentRefusal | null {
  for (const [index, { name, terms = {} }] of show.ticketTypes.entries()) {
    const fault = faultOf(terms, show)
    if (fault) return { refusal: `${name}: ${fault.reason}.`, field: `/ticketTypes/${index}/${fault.field}` }
  }
  return null
}

function faultOf(
  { saleStartsAt, saleEndsAt, minPerOrder = 1, maxPerOrder, feeMinor = 0, checkNote, admits = 1 }: SaleTerms,
  show: Selling,
): { readonly reason: string; readonly field: keyof SaleTerms } | null {
  const startMs = saleStartsAt === undefined ? null : Date.parse(saleStartsAt)
  if (startMs !== null && saleEndsAt !== undefined && Date.parse(saleEndsAt) <= startMs)
    return { reason: 'the sale must begin before it ends', field: 'saleEndsAt' }
  if (startMs !== null && startMs >= Date.parse(salesEndAt(show)))
    return { reason: 'the sale must begin before sales of the show end', field: 'saleStartsAt' }
  if (maxPerOrder !== undefined && minPerOrder > maxPerOrder)
    return { reason: 'the least per order is more than the most', field: 'minPerOrder' }
  if (admits > show.maxPerOrder)
    return { reason: 'one ticket lets in more people than the show allows per order', field: 'admits' }
  if (minPerOrder * admits > show.maxPerOrder)
    return { reason: 'the least per order is more than the show allows', field: 'minPerOrder' }
  const step = currencyRule(show.currency)?.step ?? 1
  if (feeMinor % step !== 0)
    return { reason: `the fee must be a multiple of ${step} minor units`, field: 'feeMinor' }
  if (checkNote !== undefined && !isVisible(checkNote))
    return { reason: 'the note for the door is empty', field: 'checkNote' }
  return null
}
