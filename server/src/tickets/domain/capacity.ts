// How far a capacity may be lowered: down to what is sold and on hold. Pure.
import type { ContentRefusal } from './selling-terms.ts'
import type { ProposedContent } from './show-content.ts'

/**
 * Orders, who counts, would keep a pool at what is taken of it anyway; an organiser who typed less
 * should know. `takenByType`: tickets sold and on hold.
 */
export function refuseBelowTaken(
  { ticketTypes }: ProposedContent,
  takenByType: ReadonlyMap<string, number>,
): ContentRefusal | null {
  const takenOf = ({ ref = '' }: { readonly ref?: string }) => takenByType.get(ref) ?? 0
  const takenOfPools = new Map<string, number>()
  for (const type of ticketTypes)
    for (const { name, count } of type.pools ?? [])
      takenOfPools.set(name, (takenOfPools.get(name) ?? 0) + count * takenOf(type))
  const short = (name: string, taken: number) =>
    `“${name}”: ${taken} are sold or on hold, so the capacity can’t be less.`
  for (const [index, type] of ticketTypes.entries()) {
    const taken = takenOf(type)
    if (type.stock && 'capacity' in type.stock && type.stock.capacity < taken)
      return { refusal: short(type.name, taken), field: `/ticketTypes/${index}/capacity` }
    for (const [place, { name, capacity }] of (type.pools ?? []).entries()) {
      const takenOfPool = takenOfPools.get(name) ?? 0
      if (capacity !== undefined && capacity < takenOfPool)
        return { refusal: short(name, takenOfPool), field: `/ticketTypes/${index}/pools/${place}/capacity` }
    }
  }
  return null
}
