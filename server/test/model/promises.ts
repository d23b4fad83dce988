// The promises of the shop, looked at in every state. The numbers are those of the invariants in
// the design; what the processor holds counts, not what our own rows say of it.
import { type Unit, unitsOf } from '@holdfast/contract'
import type { Order } from '../../src/orders/domain/order.ts'
import {
  hasPlaces,
  isUnderWay,
  type Return,
  unitsLeaving,
  unitsReturned,
} from '../../src/orders/domain/returns/returned.ts'
import { isOpen } from '../../src/payments/domain/payment.ts'
import { memory } from './parts.ts'
import type { Cluster, Intent, State } from './world.ts'

const ownBreaches = memory<number, string | null>()
const restBreaches = memory<number, string | null>()

function remembered(
  breaches: Map<number, string | null>,
  own: Cluster,
  look: (own: Cluster) => string | null,
): string | null {
  let breach = breaches.get(own.number)
  if (breach === undefined) breaches.set(own.number, (breach = look(own)))
  return breach
}

/** What must hold of each order at every moment. */
export function breachIn(state: State): string | null {
  for (const own of state.clusters) {
    const breach = remembered(ownBreaches, own, breachOfOrder)
    if (breach !== null) return breach
  }
  return null
}

/** What must hold as well once nothing happens by itself any more. */
export function breachAtRest(state: State): string | null {
  for (const own of state.clusters) {
    const breach = remembered(restBreaches, own, breachOfRest)
    if (breach !== null) return breach
  }
  return null
}

const holding = new Set(['created', 'claimed'])
const bought = new Set(['complete'])
const owning = new Set(['created', 'claimed', 'complete'])

/** What lines take of a pool. */
export const takenOf = (poolId: string, lines: Order['lines']): number =>
  lines.reduce((sum, { takes, quantity }) => {
    const count = takes.reduce((all, take) => (take.poolId === poolId ? all + take.count : all), 0)
    return sum + count * quantity
  }, 0)

const units = new WeakMap<object, readonly Unit[]>()

/** The units of an order, made once for its lines. */
function unitsIn(order: Order): readonly Unit[] {
  let made = units.get(order.lines)
  if (!made) units.set(order.lines, (made = unitsOf(order)))
  return made
}

const returnsOf = (order: Order): readonly Return[] => ('returns' in order ? order.returns : [])

/** Where the place of a unit is: the order's, kept from the sale, or free. */
function placeOf(order: Order, no: number): 'held' | 'sold' | 'withheld' | null {
  const back = returnsOf(order).find((each) => hasPlaces(each) && each.units.includes(no))
  if (back?.restock === false) return 'withheld'
  if (back || !owning.has(order.status)) return null
  return order.status === 'complete' ? 'sold' : 'held'
}

/** What must hold of the stock and all orders together. */
export function breachOfStock({ clusters, stock }: State): string | null {
  const orders = clusters.flatMap(({ ordered }) => ordered.value.order ?? [])
  for (const pool of stock.value.pools) {
    const sums = { held: 0, sold: 0, withheld: 0 }
    for (const order of orders) {
      for (const { no, takes } of unitsIn(order)) {
        const place = placeOf(order, no)
        if (place === null) continue
        for (const { poolId, count } of takes) if (poolId === pool.id) sums[place] += count
      }
    }
    const { held, sold, withheld } = sums
    if (pool.held + pool.sold + pool.withheld > pool.capacity || held + sold + withheld > pool.capacity)
      return `1: no more places are sold than pool ${pool.id} has`
    if (pool.held !== held || pool.sold !== sold || pool.withheld !== withheld)
      return `1: pool ${pool.id} counts what its orders hold (${held}) and bought (${sold}), not ${pool.held} and ${pool.sold}`
  }
  for (const { id, uses, held, used } of stock.value.codes) {
    const usesOf = (statuses: ReadonlySet<string>) =>
      orders.reduce(
        (sum, { code, status }) => sum + (code?.id === id && statuses.has(status) ? code.uses : 0),
        0,
      )
    const [shouldHold, shouldHaveUsed] = [usesOf(holding), usesOf(bought)]
    if (held + used > uses || shouldHold + shouldHaveUsed > uses)
      return `10: no more uses are given out than code ${id} has`
    if (held !== shouldHold || used !== shouldHaveUsed)
      return `10: code ${id} counts what its orders hold (${shouldHold}) and used (${shouldHaveUsed}), not ${held} and ${used}`
  }
  for (const seat of stock.value.seats) {
    const owners = orders.flatMap((order) =>
      unitsIn(order).flatMap(({ no, seatIds }) => {
        const place = seatIds.includes(seat.id) ? placeOf(order, no) : null
        return place === null ? [] : [{ id: order.id, place }]
      }),
    )
    if (owners.length > 1) return `1: ${seat.id} belongs to one order at a time`
    const owner = owners[0]
    if ((owner?.id ?? null) !== seat.orderId) return `1: ${seat.id} is held for the order that has it`
    const state = owner?.place ?? 'available'
    if (seat.state !== state) return `1: ${seat.id} is ${state} and not ${seat.state}`
  }
  return null
}

const returnedOf = (intent: Pick<Intent, 'refunds'>) =>
  intent.refunds.reduce(
    (sum, { status, amountMinor }) => (status === 'succeeded' ? sum + amountMinor : sum),
    0,
  )
const cameBackOf = (intent: Pick<Intent, 'refunds'>) =>
  intent.refunds.reduce((sum, { cameBack, amountMinor }) => (cameBack ? sum + amountMinor : sum), 0)
const netOf = (intent: Pick<Intent, 'refunds' | 'receivedMinor'>) => intent.receivedMinor - returnedOf(intent)

type Money = Pick<Intent, 'paymentId' | 'receivedMinor' | 'byItself' | 'refunds'>

/** What is at the processor, and what staff booked in the till: of that nobody else knows. */
function moneyOf({ held, paid }: Cluster): Money[] {
  const booked = paid.flatMap(({ value }): Money[] => {
    if (!value || value.payment.tender === null) return []
    const { id: paymentId, capturedMinor: receivedMinor } = value.payment
    const refunds = value.refunds.map(({ id, amount: { amountMinor } }) => {
      return { id, refundId: id, amountMinor, status: 'succeeded' as const }
    })
    return [{ paymentId, receivedMinor, byItself: false, refunds }]
  })
  return [...held.flatMap(({ value }) => value.intent ?? []), ...booked]
}

const keepsMoney = (account: string) => /^(processor_balance$|taken_elsewhere:|receivable:)/.test(account)

function breachOfOrder(own: Cluster): string | null {
  const { order } = own.ordered.value
  const intents = moneyOf(own)
  for (const intent of intents) if (netOf(intent) < 0) return '5: never more is given back than was taken'
  // Money that we took, and not the processor by itself.
  const taken = intents.filter(({ receivedMinor, byItself }) => receivedMinor > 0 && !byItself)
  if (taken.length > 1) return '5: an order is charged once'
  const [charged] = taken
  const winner = order && 'paymentId' in order ? order.paymentId : null
  if (charged && charged.paymentId !== winner)
    return '3: a buyer is charged for an order that he gets, and for no other'
  if (order?.status === 'complete' || order?.status === 'refunded') {
    const paid = intents.find(({ paymentId }) => paymentId === winner)
    if (order.total.amountMinor > 0 && paid?.receivedMinor !== order.total.amountMinor)
      return '2: a complete order is paid in full'
    if (order.status === 'refunded' && paid && returnedOf(paid) + cameBackOf(paid) < order.refundedMinor)
      return '2: a refunded order had its money back'
    const used = usedTickets(own)
    for (const { by, units, ...back } of order.returns)
      if (by === 'buyer' && hasPlaces(back as Return) && units.some((no) => used.has(no)))
        return '17: a buyer does not give back a ticket that was let in'
  }
  return breachOfBooks(own) ?? breachOfTickets(own)
}

function breachOfBooks(own: Cluster): string | null {
  const keys = new Set<string>()
  let kept = 0
  for (const { value } of own.paid) {
    if (!value) continue
    const { payment, refunds, entries } = value
    let balance = 0
    for (const entry of entries) {
      const key = `${entry.sourceId} ${entry.kind}`
      if (keys.has(key))
        return `6: each thing that happens to money is booked once, but ${key} is there twice`
      keys.add(key)
      if (entry.kind === 'capture' || entry.kind === 'claim') kept += 1
      if (keepsMoney(entry.debit)) balance += entry.postedMinor
      if (keepsMoney(entry.credit)) balance -= entry.postedMinor
      const isCards = entry.debit === 'processor_balance' || entry.credit === 'processor_balance'
      if (isCards && payment.tender !== null) return '6: money taken elsewhere is not booked at the processor'
    }
    if (balance !== payment.capturedMinor - payment.refundedMinor)
      return '6: the ledger says what the payment says'
    // What the organiser gives back at the processor itself may cross with what he asks of us.
    const ours = refunds.filter(({ status, origin }) => status !== 'failed' && origin !== 'processor')
    const owed = ours.reduce((sum, { amount }) => sum + amount.amountMinor, 0)
    if (owed > payment.capturedMinor) return '5: never more is promised back than was taken'
  }
  return kept > 1 ? '6: one kept charge is booked for an order' : null
}

const placesOf = (own: Cluster) =>
  own.ordered.value.order?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0

/** Units whose tickets were let in, also such as are void since. */
function usedTickets({ admission: { value: admission } }: Cluster): ReadonlySet<number> {
  const tickets = admission && 'tickets' in admission ? admission.tickets : []
  return new Set(
    tickets.flatMap((each) => (each.status !== 'valid' && each.usedAt !== null ? [each.unit] : [])),
  )
}

function validTickets(own: Cluster): number {
  const admission = own.admission.value
  return admission && 'tickets' in admission
    ? admission.tickets.filter(({ status }) => status !== 'void').length
    : 0
}

function breachOfTickets(own: Cluster): string | null {
  const { order } = own.ordered.value
  const valid = validTickets(own)
  if (valid === 0) return null
  // A refunded order has none any more: its places are another's only once its tickets are void, so
  // that at no instant two codes are valid for one place.
  if (order?.status !== 'complete') return '8: only a complete order has tickets'
  const living = placesOf(own) - unitsReturned(order.returns).size
  // Those that are on their way back are void first.
  return valid <= living && valid >= living - unitsLeaving(order.returns).size
    ? null
    : '8: a complete order has a ticket for each of its places'
}

const ends = new Set(['cancelled', 'complete', 'refunded'])

function breachOfRest(own: Cluster): string | null {
  const { order } = own.ordered.value
  if (order && !ends.has(order.status)) return `9: every order ends, but this one stays ${order.status}`
  if (order && returnsOf(order).some(isUnderWay)) return '9: places that are asked back are given back'
  const intents = own.held.flatMap(({ value }) => value.intent ?? [])
  if (intents.some(({ status }) => status === 'requires_capture')) return '3: at rest no money is set aside'
  if (intents.some(({ status }) => status === 'requires_action' || status === 'processing'))
    return '9: at rest nobody waits for a bank'
  const money = moneyOf(own)
  const net = money.reduce((sum, each) => sum + netOf(each), 0)
  const owed = money.reduce((sum, intent) => sum + cameBackOf(intent), 0)
  const due = order && 'refundedMinor' in order ? order.total.amountMinor - order.refundedMinor : 0
  if (net < due || net > due + owed)
    return `2, 3: at rest ${due} is kept for an order that is ${order?.status ?? 'not there'}, and not ${net}`
  if (money.filter((each) => netOf(each) > 0).length > 1) return '5: at most one payment of an order is kept'
  return breachOfBooksAtRest(own, net) ?? breachOfTicketsAtRest(own)
}

function breachOfBooksAtRest(own: Cluster, net: number): string | null {
  let posted = 0
  let pending = 0
  const clearing = new Map<string, number>()
  for (const { value } of own.paid) {
    if (!value) continue
    const { payment, entries } = value
    if (isOpen(payment)) return `9: every payment ends, but ${payment.id} stays ${payment.status}`
    if (payment.nextAttemptAt !== null) return `9: at rest nobody has to look at ${payment.id} again`
    if (payment.authorizedMinor !== 0) return '3: at rest our rows say that no money is set aside'
    for (const { debit, credit, postedMinor, pendingMinor } of entries) {
      pending += pendingMinor
      if (keepsMoney(debit)) posted += postedMinor
      if (keepsMoney(credit)) posted -= postedMinor
      clearing.set(debit, (clearing.get(debit) ?? 0) + postedMinor)
      clearing.set(credit, (clearing.get(credit) ?? 0) - postedMinor)
    }
  }
  if (posted !== net) return `6: at rest the ledger (${posted}) and the processor (${net}) agree`
  if (pending !== 0) return '6: at rest the ledger has nothing set aside'
  for (const [account, sum] of clearing)
    if (account.startsWith('clearing:') && sum !== 0) return `6: at rest ${account} is back to zero`
  return null
}

function breachOfTicketsAtRest(own: Cluster): string | null {
  const { order } = own.ordered.value
  const due = order?.status === 'complete' ? placesOf(own) - unitsReturned(order.returns).size : 0
  const valid = validTickets(own)
  return valid === due ? null : `8: at rest the order has ${due} valid tickets, and not ${valid}`
}
