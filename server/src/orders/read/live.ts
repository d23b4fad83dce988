// What buyers watch: availability of a show, and their order. Woken by our own commits and by
// events from elsewhere.
import {
  type Availability,
  compactAvailability,
  type Event,
  type EventType,
  type OrderView,
} from '@holdfast/contract'
import type { Bus } from '../../platform/bus/bus.ts'
import { type Live, makeLive } from '../../platform/http/live.ts'
import { type Packed, pack } from '../../platform/http/packed.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { Log } from '../../platform/process/log.ts'
import type { Metrics } from '../../platform/process/metrics.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { World } from '../world.ts'
import { readAvailability } from './availability.ts'
import { readOrder, readShowIds } from './views.ts'

export interface PackedAvailability {
  /** Of a large hall a megabyte, which few ask for. */
  whole(): Packed
  readonly compact: Packed
}

/** With hidden types it is another thing to watch. */
export const availabilityKey = (showId: string, { hidden }: { readonly hidden: boolean }) =>
  hidden ? `${showId} ${withHidden}` : showId
const withHidden = 'hidden'

export interface OrdersLive {
  readonly orders: Live
  readonly availability: Live
  /** What is left, at most `freshMs` old, by an `availabilityKey`; null when it was never on sale. */
  readPacked(key: string): Promise<PackedAvailability | null>
  learn(world: World): void
  /** Follows what other processes commit. */
  follow(bus: Bus): () => void
  close(): void
}

const followed = [
  'OrderCreated',
  'OrderCompleted',
  'OrderCancelled',
  'OrderExtended',
  'OrderReopened',
  'OrderClaimed',
  'ChargeRefunded',
  'RefundReturned',
  'TicketsIssued',
  'TicketVoided',
  'PlacesReturned',
  'ShowChanged',
] as const satisfies readonly EventType[]
/**
 * A changed show is taken in by one process and streamed by all: they look again until it is in.
 */
const changedShowSeenMs = [0, 300, 1_500, 6_000]
const freshMs = 50
const rememberedMax = 200

export function makeOrdersLive({
  db,
  clock,
  log,
  metrics,
  codes,
}: {
  db: Database
  clock: Clock
  log: Log
  metrics: Metrics
  codes: TicketCodes
}): OrdersLive {
  let onListener: () => void = () => undefined
  const remembered = new Map<string, { atMs: number; packed: Promise<PackedAvailability | null> }>()

  const read = (key: string) => {
    const [showId = '', more] = key.split(' ')
    return readAvailability(db, showId, { hidden: more === withHidden })
  }
  const packNow = async (key: string, before?: Promise<PackedAvailability | null>) => {
    const [last, now] = await Promise.all([before?.catch(() => null), read(key)])
    if (!now) return null
    const compact = JSON.stringify(compactAvailability(now))
    // Written down and compressed only when it is another than a moment ago.
    return last?.compact.plain.equals(Buffer.from(compact)) ? last : packedOf(now, compact)
  }
  const readPacked = (key: string): Promise<PackedAvailability | null> => {
    const before = remembered.get(key)
    if (before && clock.elapsedMs() - before.atMs < freshMs) return before.packed
    if (remembered.size >= rememberedMax) remembered.clear()
    const packed = packNow(key, before?.packed)
    remembered.set(key, { atMs: clock.elapsedMs(), packed })
    packed.catch(() => remembered.delete(key))
    return packed
  }
  const orders = makeLive<OrderView>({
    name: 'order',
    clock,
    log,
    metrics,
    settleMs: 10,
    onListener: () => onListener(),
    read: async (orderId) => (await readOrder(db, orderId, codes))?.view ?? null,
  })
  const availability = makeLive<Availability>({
    name: 'availability',
    clock,
    log,
    metrics,
    settleMs: 100,
    onListener: () => onListener(),
    read,
    changes: changedSeats,
    compact: compactAvailability,
  })

  /** A cancelled order does not tell its show, whose places it gave back. */
  const showPlacesBack = async (orderIds: readonly string[]) => {
    try {
      for (const showId of await readShowIds(db, orderIds)) placesChanged(showId)
    } catch (error) {
      log.warn({ err: error }, 'places that were given back are shown late')
    }
  }
  const placesChanged = (showId: string) => {
    availability.changed(showId)
    availability.changed(availabilityKey(showId, { hidden: true }))
  }
  const closing = new AbortController()
  const showChange = async (showId: string) => {
    for (const delayMs of changedShowSeenMs) {
      await clock.sleep(delayMs, closing.signal)
      if (closing.signal.aborted) return
      placesChanged(showId)
    }
  }
  const onEvents = (events: readonly Event[]) => {
    const cancelledIds: string[] = []
    for (const event of events) {
      if (event.type === 'ShowChanged') void showChange(event.data.id)
      if (event.type === 'OrderCreated' || event.type === 'OrderCompleted') placesChanged(event.data.showId)
      if (event.type === 'OrderExtended' && event.data.reserved) placesChanged(event.data.reserved.showId)
      if (event.type === 'OrderCancelled' || event.type === 'PlacesReturned')
        cancelledIds.push(event.data.orderId)
      if ('orderId' in event.data) orders.changed(event.data.orderId)
    }
    if (cancelledIds.length > 0) void showPlacesBack(cancelledIds)
  }

  return {
    orders,
    availability,
    readPacked,
    learn(world) {
      for (const orderId of [
        ...world.created,
        ...world.changed,
        ...world.knownTickets.keys(),
        ...world.voidedOf,
      ])
        orders.changed(orderId)
      const moved = new Set([...world.poolMoves.keys()].map((poolId) => world.pools.get(poolId)?.showId))
      const reserved = [...world.changed].map((orderId) => {
        const order = world.orders.get(orderId)
        return order?.kind === 'reservation' ? order.showId : undefined
      })
      for (const showId of [...moved, ...reserved, ...world.sales.keys()])
        if (showId !== undefined) placesChanged(showId)
    },
    follow(bus) {
      let unfollow: (() => void) | undefined
      // The stream is read only once somebody watches.
      onListener = () => {
        unfollow ??= bus.tail(followed, onEvents)
      }
      return () => unfollow?.()
    },
    close() {
      closing.abort()
      orders.close()
      availability.close()
    },
  }
}

/**
 * The counts, and of the seats only those that changed hands. Null when they are not the same seats
 * as before.
 */
function changedSeats(before: Availability, now: Availability): Availability | null {
  if (!before.seats || !now.seats || before.seats.length !== now.seats.length) return null
  const changed: typeof now.seats = []
  for (const [index, seat] of now.seats.entries()) {
    const was = before.seats[index]
    if (was?.id !== seat.id) return null
    if (was.state !== seat.state) changed.push(seat)
  }
  return { ...now, seats: changed }
}

function packedOf(availability: Availability, compact: string): PackedAvailability {
  let whole: Packed | undefined
  return {
    whole: () => (whole ??= pack(JSON.stringify(availability))),
    compact: pack(compact),
  }
}
