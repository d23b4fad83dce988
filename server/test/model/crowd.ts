// One buyer among any number of others. The others are taken for what they can do to him: they
// hold, sell and give back places as they like. What holds here holds in a shop with any number of
// orders:
//
// A step of an order reads and changes its own parts and the stock, and nothing else (that is how
// the walks are made). Looked at here for each of its steps, in every state: the share of the
// others in the stock is afterwards what it was, its own share is what its order says, and together
// they are no more than there is. So to each of the others such a step is one of the moves below,
// or several. By induction over the steps of a shop with many orders, what any one of them sees and
// does is a run of this machine. Therefore each holds its own promises, and the stock is the sum of
// the shares. An order comes to rest by its own steps, whatever the others hold (looked at here as
// well); they change nothing that these steps need, so all come to rest, one after the other.
import { type Movement, movePool, moveSeat } from '../../src/orders/domain/stock.ts'
import type { Step } from './explorer.ts'
import { memory, part } from './parts.ts'
import { takenOf } from './promises.ts'
import type { State, StockKept } from './world.ts'

const other = 'order-other'
const movements: readonly Movement[] = ['hold', 'sell', 'release', 'return']
const words: Record<Movement, string> = {
  hold: 'holds a place',
  sell: 'pays for a place that he holds',
  release: 'gives up a place that he holds',
  return: 'gets his money back, and his place is free',
  withhold: 'gets his money back, and his place is kept from the sale',
}

interface Share {
  readonly pools: Readonly<Record<string, { readonly held: number; readonly sold: number }>>
  /** Those that are not the buyer's own and not free. */
  readonly seats: Readonly<Record<string, string>>
}

/** What the stock says of all places that are not this buyer's. */
function shareOfOthers({ clusters, stock }: State): Share {
  const order = clusters[0]?.ordered.value.order ?? null
  const pools = stock.value.pools.map(({ id, held, sold }) => {
    const places = takenOf(id, order?.lines ?? [])
    const ownHeld = order?.status === 'created' || order?.status === 'claimed' ? places : 0
    const ownSold = order?.status === 'complete' ? places : 0
    return [id, { held: held - ownHeld, sold: sold - ownSold }] as const
  })
  const seats = stock.value.seats.flatMap(({ id, state, orderId }) =>
    state === 'available' || orderId === order?.id ? [] : [[id, `${state} for ${orderId}`] as const],
  )
  return { pools: Object.fromEntries(pools), seats: Object.fromEntries(seats) }
}

const shares = memory<string, { readonly share: Share; readonly text: string }>()

function known(state: State): { readonly share: Share; readonly text: string } {
  const key = `${state.stock.number},${state.clusters[0]?.ordered.number}`
  let found = shares.get(key)
  if (!found) {
    const share = shareOfOthers(state)
    shares.set(key, (found = { share, text: JSON.stringify(share) }))
  }
  return found
}

/** What a buyer can tell of the others. */
export const othersIn = (state: State): string => known(state).text

/** Everything that one other buyer may do next, by the shop's own rules of the stock. */
export function othersMoves(state: State): Step<State>[] {
  const { share } = known(state)
  const steps: Step<State>[] = []
  const add = (movement: Movement, stock: StockKept) =>
    steps.push({
      next: { ...state, stock: part(stock) },
      force: 'person',
      tell: () => `Somebody else ${words[movement]}.`,
    })
  const { pools, seats, codes } = state.stock.value
  const can = (movement: Movement, { id, capacity, held, sold }: StockKept['pools'][number]): boolean => {
    if (movement === 'hold') return held + sold < capacity
    return (share.pools[id]?.[movement === 'return' ? 'sold' : 'held'] ?? 0) > 0
  }
  for (const pool of pools) {
    for (const movement of movements.filter((each) => can(each, pool))) {
      const moved = pools.map((each) => (each === pool ? movePool(pool, movement, 1) : each))
      if (seats.length === 0) add(movement, { pools: moved, seats, codes })
      for (const seat of seats) {
        const state = { hold: 'available', sell: 'held', release: 'held', return: 'sold', withhold: 'sold' }[
          movement
        ]
        if (seat.state !== state || (movement !== 'hold' && seat.orderId !== other)) continue
        add(movement, {
          pools: moved,
          seats: seats.map((each) => (each === seat ? moveSeat(seat, movement, other) : each)),
          codes,
        })
      }
    }
  }
  return steps
}

/**
 * A step of the buyer's own order, with the promise that it broke if it touched what is not his.
 */
export function ownStep(before: State, step: Step<State>): Step<State> {
  if (step.breach !== undefined || othersIn(before) === othersIn(step.next)) return step
  return { ...step, breach: '1: a step of one order leaves the places of the others alone' }
}

/** Whether the stock is the others' share and his own, and no more than there is. */
export function breachAmongOthers(state: State): string | null {
  const order = state.clusters[0]?.ordered.value.order ?? null
  const { share } = known(state)
  for (const { id, capacity, held, sold } of state.stock.value.pools) {
    if (held + sold > capacity) return `1: no more places are sold than pool ${id} has`
    const left = share.pools[id]
    if (!left || left.held < 0 || left.sold < 0) return `1: pool ${id} counts what his order holds or bought`
  }
  const owns = order !== null && ['created', 'claimed', 'complete'].includes(order.status)
  const is = order?.status === 'complete' ? 'sold' : 'held'
  for (const { id, state: stands, orderId } of state.stock.value.seats) {
    const wanted = owns && order.lines.some(({ seatIds }) => seatIds?.includes(id))
    if (wanted !== (orderId === order?.id && order !== null))
      return `1: ${id} is held for the order that has it`
    if (wanted && stands !== is) return `1: ${id} is ${is} and not ${stands}`
    if (!wanted && (stands === 'available') !== (orderId === null))
      return `1: ${id} is ${stands} for ${orderId}`
  }
  return null
}
