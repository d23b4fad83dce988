// What a ticket type is beside a priced admission, as the form holds it. Pure.
import type { ShowView } from '@holdfast/contract'
import { amountText, parseAmount } from '../../amounts.ts'

export interface KindFields {
  /** People that one ticket lets in; empty: one. */
  admits: string
  /** Buyers choose the price: the price of the type is suggested then. */
  chosen: boolean
  least: string
  most: string
  /** Names of types of which one must be in the same order. */
  needs: string[]
}

export const noKind: KindFields = { admits: '', chosen: false, least: '', most: '', needs: [] }

export function kindFieldsOf(
  { admits, price, needs }: ShowView['ticketTypes'][number],
  { currency, ticketTypes }: Pick<ShowView, 'currency' | 'ticketTypes'>,
): KindFields {
  const textOf = (minor: number | undefined) => (minor === undefined ? '' : amountText(minor, currency))
  return {
    admits: admits === undefined ? '' : String(admits),
    chosen: price !== undefined,
    least: textOf(price?.leastMinor),
    most: textOf(price?.mostMinor),
    needs: ticketTypes.flatMap(({ id, name }) => (needs?.anyOf.includes(id) ? [name] : [])),
  }
}

/** Whether it is more, or less, than a priced admission. */
export const hasKind = ({ admits, chosen, needs }: KindFields): boolean =>
  admits !== '' || chosen || needs.length > 0

/** What a type is, or null when a price cannot be read. `names`: of all types of the show. */
export function kindOf(
  type: KindFields & { readonly name: string; readonly price: string },
  { currency, names }: { readonly currency: string; readonly names: readonly string[] },
) {
  const leastMinor = type.least === '' ? 0 : parseAmount(type.least, currency)
  const mostMinor = type.most === '' ? undefined : parseAmount(type.most, currency)
  const suggestedMinor = parseAmount(type.price, currency)
  if (type.chosen && (leastMinor === null || mostMinor === null || suggestedMinor === null)) return null
  const price = {
    kind: 'chosen' as const,
    leastMinor: leastMinor ?? 0,
    suggestedMinor: suggestedMinor ?? 0,
    ...(mostMinor == null ? {} : { mostMinor }),
  }
  const known = new Set(names.map((name) => name.trim()))
  const anyOf = type.needs.filter((name) => known.has(name.trim()) && name !== type.name.trim())
  return {
    ...(type.admits === '' || type.admits === '1' ? {} : { admits: Number(type.admits) }),
    ...(anyOf.length > 0 ? { needs: { anyOf } } : {}),
    ...(type.chosen ? { price } : {}),
  }
}
