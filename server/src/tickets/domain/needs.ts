// What is sold only together with something else: the types that it needs, named or by their ids.
// Pure.
import type { SaleTerms } from '@holdfast/contract'
import type { ContentRefusal } from './selling-terms.ts'

interface Needing {
  readonly ref?: string
  readonly freshId: string
  readonly name: string
  readonly terms?: SaleTerms
}

/** The types with ids in place of names. Types of one name are all meant. */
export function settleNeeds<Type extends Needing>(
  types: readonly Type[],
): { readonly ticketTypes: readonly Type[] } | ContentRefusal {
  const idOf = ({ ref, freshId }: Needing) => ref ?? freshId
  const settled: Type[] = []
  for (const [index, type] of types.entries()) {
    const { terms } = type
    if (!terms?.needs) {
      settled.push(type)
      continue
    }
    const anyOf = new Set<string>()
    for (const [place, named] of terms.needs.anyOf.entries()) {
      const field = `/ticketTypes/${index}/needs/anyOf/${place}`
      const meant = types.filter((other) => idOf(other) === named || other.name === named)
      if (meant.length === 0)
        return { refusal: `${type.name}: this show has no ticket type “${named}”.`, field }
      if (meant.includes(type)) return { refusal: `${type.name}: a ticket type can’t need itself.`, field }
      for (const other of meant) anyOf.add(idOf(other))
    }
    settled.push({ ...type, terms: { ...terms, needs: { anyOf: [...anyOf] } } })
  }
  return { ticketTypes: settled }
}
