// What is left of a show: whole, and in the compact form for large halls.
import { type Static, Type } from 'typebox'
import { Id } from '../values.ts'

const SeatState = Type.Union([Type.Literal('available'), Type.Literal('held'), Type.Literal('sold')])
export const Availability = Type.Object({
  ticketTypes: Type.Array(
    Type.Object({
      id: Id,
      priceMinor: Type.Integer({ description: 'what a hold costs now' }),
      available: Type.Integer(),
      held: Type.Integer(),
      sold: Type.Integer(),
    }),
    {
      description:
        'available: the least over the pools of the type. held and sold: of the pool that has the least left',
    },
  ),
  version: Type.Integer({ description: 'of the show that this is about' }),
  hasCodes: Type.Optional(
    Type.Boolean({ description: 'true: buyers may enter a code; absent where there is none to enter' }),
  ),
  pools: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        available: Type.Integer(),
        held: Type.Integer(),
        sold: Type.Integer(),
      }),
      { description: 'pools that have a name' },
    ),
  ),
  seats: Type.Optional(Type.Array(Type.Object({ id: Id, state: SeatState }))),
})
export type Availability = Static<typeof Availability>
/** The same in a tenth of the bytes: the states of all seats, in the order of their ids. */
export const CompactAvailability = Type.Object({
  ticketTypes: Availability.properties.ticketTypes,
  version: Availability.properties.version,
  hasCodes: Availability.properties.hasCodes,
  pools: Availability.properties.pools,
  seatStates: Type.Optional(
    Type.String({ description: 'one letter for each seat, in the order of their ids: a, h or s' }),
  ),
})
export type CompactAvailability = Static<typeof CompactAvailability>

export function compactAvailability({ seats, ...counts }: Availability): CompactAvailability {
  if (!seats) return counts
  return { ...counts, seatStates: seats.map(({ state }) => state.charAt(0)).join('') }
}
