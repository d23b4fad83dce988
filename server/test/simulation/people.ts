// Buyers, organisers and the door: what they do to the shop over HTTP, as the plan says. They try
// again when no answer comes, click twice, and lose interest.

import type { Principal } from '../../src/platform/http/sessions.ts'
import { newId } from '../../src/platform/process/clock.ts'
import type { Answered, Call } from './edge.ts'
import type { Kind, Operation, Plan, ShowPlan } from './plan.ts'
import type { ProcessorTwin } from './processor.ts'
import type { Host } from './twin/database.ts'
import type { Engine } from './twin/engine.ts'

export interface PeopleOptions {
  readonly plan: Plan
  readonly host: Host
  request(process: number, call: Call): Promise<Answered>
  readonly engine: Engine
  processor(): ProcessorTwin
  /** The shop answered what it must never answer. */
  breach(text: string): void
}

export interface People {
  /** Organisers put their shows on sale. */
  open(): void
  act(operation: Operation): void
  /** Orders that the shop said it has. */
  readonly acknowledged: ReadonlySet<string>
  /** Orders of which it said that they are cancelled. */
  readonly cancelled: ReadonlySet<string>
  readonly busy: boolean
}

interface Show {
  readonly organiser: Principal
  id: string | null
  /** Of every other show: a code that soon has no use left. */
  code: string | null
  types: {
    id: string
    name: string
    seats: string[]
    body: Record<string, unknown>
    kind: Kind
    /** What buyers believe that it costs. */
    seenMinor: number
  }[]
}

interface Buyer {
  readonly principal: Principal
  /** Newest last. */
  readonly orders: { id: string; show: Show }[]
}

const triesMax = 4
/** Where the clocks of a run begin. */
export const runStartMs = Date.parse('2031-01-01T12:00:00.000Z')

export function makePeople({ plan, host, request, engine, processor, breach }: PeopleOptions): People {
  const acknowledged = new Set<string>()
  const cancelled = new Set<string>()
  const admitted = new Set<string>()
  const personOf = (name: string, kind: Principal['kind']): Principal => ({
    id: newId(),
    kind,
    email: `${name}@example.com`,
  })
  let shows: Show[] = []
  let buyers: Buyer[] = []
  let keys = 0
  let busy = 0

  const wait = (ms: number) => new Promise<void>((resolve) => host.surely(ms, resolve))
  const nextKey = () => {
    keys += 1
    return `key-${keys}`
  }

  /** Asks again with the same key while no answer comes. */
  const insist = async (process: number, call: Call): Promise<Answered> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await request(process + attempt - 1, call)
      if (answer.status === 500) breach(`${call.method} ${call.route}: ${String(answer.body['code'])}`)
      const uncertain =
        answer.status === 0 || answer.status >= 500 || answer.body['code'] === 'idempotency_key_in_use'
      if (!uncertain || attempt === triesMax) return answer
      await wait(3_000)
    }
  }

  /** One key is one thing, however often and wherever it is asked for. */
  const sameForOneKey = (answers: readonly Answered[]) => {
    const made = new Set(answers.flatMap(({ status, body }) => (status === 201 ? [body['id']] : [])))
    if (made.size > 1) breach(`one key was answered with ${[...made].join(' and ')}`)
  }

  const openShow = async (show: Show, index: number) => {
    const planned = plan.shows[index]
    if (!planned) return
    const ticketTypes = planned.types.map((type, position) => {
      const pools = planned.shared ? { pools: [{ name: 'All', ...planned.shared }] } : {}
      const kind = planned.kinds[position] ?? {}
      const base = { name: `Type ${position}`, priceMinor: type.priceMinor, ...pools, ...termsOf(kind, type) }
      if ('capacity' in type) return { ...base, capacity: type.capacity }
      const seats = Array.from({ length: type.seats }, (_, number) => ({
        section: `S${position}`,
        row: 'A',
        number: String(number + 1),
      }))
      return { ...base, seats }
    })
    const body = showBody(planned, ticketTypes)
    const headers = { 'idempotency-key': nextKey() }
    const drafted = await insist(0, {
      method: 'POST',
      route: '/api/shows',
      principal: show.organiser,
      body,
      headers,
    })
    const id = drafted.body['id'] as string
    const types = drafted.body['ticketTypes'] as { id: string; name: string; seats?: { id: string }[] }[]
    show.types = types.map((type, position) => {
      return {
        id: type.id,
        name: type.name,
        seats: (type.seats ?? []).map((seat) => seat.id),
        body: { ...ticketTypes[position], id: type.id },
        kind: planned.kinds[position] ?? {},
        seenMinor: ticketTypes[position]?.priceMinor ?? 0,
      }
    })
    await insist(0, {
      method: 'POST',
      route: '/api/shows/:id/publish',
      params: { id },
      principal: show.organiser,
    })
    show.id = id
    if (index % 2 === 0) await makeCode(show, id)
  }

  const makeCode = async (show: Show, id: string) => {
    const made = await insist(0, {
      method: 'POST',
      route: '/api/shows/:id/codes',
      params: { id },
      principal: show.organiser,
      body: { code: 'few uses', percentBps: 1_000, uses: 2, ticketsPerUse: 2 },
    })
    if (made.status === 201) show.code = 'Few-Uses'
  }

  const hold = async (operation: Extract<Operation, { kind: 'hold' }>) => {
    const show = shows[operation.show]
    const buyer = buyers[operation.buyer]
    const type = show?.types[operation.type]
    if (!show || show.id === null || !buyer || !type) return
    const seatIds = operation.places.flatMap((place) => type.seats[place] ?? [])
    // Buyers who choose what they pay keep to what they saw.
    const chosen = type.kind.chosen ? { unitPriceMinor: type.seenMinor } : {}
    const line =
      type.seats.length > 0
        ? { ticketTypeId: type.id, seatIds, ...chosen }
        : { ticketTypeId: type.id, quantity: operation.places.length, ...chosen }
    if (type.seats.length > 0 && seatIds.length === 0) return
    const count = seatIds.length || operation.places.length
    const [first] = show.types
    const also = type.kind.needsFirst && first ? needed(first) : null
    const press = async (code: string | null = null) => {
      const expectedTotalMinor =
        code === null ? count * type.seenMinor + (also ? (first?.seenMinor ?? 0) : 0) : null
      const call: Call = {
        method: 'POST',
        route: '/api/orders',
        principal: buyer.principal,
        body: {
          showId: show.id,
          lines: also ? [line, also] : [line],
          ...(code === null ? { expectedTotalMinor } : { code }),
        },
        headers: { 'idempotency-key': nextKey() },
      }
      const answers = await Promise.all(
        Array.from({ length: operation.clicks }, (_, click) => insist(operation.process + click, call)),
      )
      sameForOneKey(answers)
      for (const { status, body } of answers) {
        if (expectedTotalMinor !== null && status === 201 && amountOf(body['total']) !== expectedTotalMinor)
          breach(`order ${body['id']} costs ${amountOf(body['total'])}, the buyer saw ${expectedTotalMinor}`)
      }
      return answers
    }
    let answers = await press(count % 2 === 1 ? show.code : null)
    if (answers.every(({ body }) => body['code'] === 'code_used_up')) answers = await press()
    const changed = answers.find(({ body }) => body['code'] === 'price_changed')
    if (changed && !also) {
      type.seenMinor = amountOf((changed.body['price'] as Record<string, unknown>)['total']) / count
      answers = await press()
    }
    for (const { status, body } of answers) {
      if (status !== 201) continue
      const id = body['id'] as string
      if (!acknowledged.has(id)) buyer.orders.push({ id, show })
      acknowledged.add(id)
    }
  }

  const pay = async (operation: Extract<Operation, { kind: 'pay' }>) => {
    const buyer = buyers[operation.buyer]
    const order = buyer?.orders.at(-1)
    if (!buyer || !order) return
    const payBy = async (card: string, key: string, process: number) => {
      const { status, body } = await insist(process, {
        method: 'POST',
        route: '/api/payments',
        principal: buyer.principal,
        body: { orderId: order.id, paymentMethod: card },
        headers: { 'idempotency-key': key },
      })
      if (status === 201 && body['status'] === 'requires_action') await challenge(body['id'] as string)
      return { status, body }
    }
    const challenge = async (paymentId: string) => {
      const { afterMs, outcome, returns } = operation.challenge
      if (outcome === 'abandoned') return
      await wait(afterMs)
      processor().finishChallenge(paymentId, outcome === 'passed')
      if (!returns) return
      const route = '/api/payments/:id/advance'
      await insist(operation.process, {
        method: 'POST',
        route,
        params: { id: paymentId },
        principal: buyer.principal,
      })
    }
    const key = nextKey()
    const clicks = Array.from({ length: operation.clicks }, (_, click) =>
      payBy(operation.card, key, operation.process + click),
    )
    const other =
      operation.otherCard === null ? null : payBy(operation.otherCard, nextKey(), operation.process + 1)
    sameForOneKey(await Promise.all(clicks))
    await other
  }

  /** Somebody at the counter: staff press, and ask again with the same key. */
  const sell = async (operation: Extract<Operation, { kind: 'sell' }>) => {
    const show = shows[operation.show]
    const buyer = buyers[operation.buyer]
    const type = show?.types[operation.type]
    if (!show || show.id === null || !buyer || !type) return
    const seatIds = operation.places.flatMap((place) => type.seats[place] ?? [])
    if (type.seats.length > 0 && seatIds.length === 0) return
    const line =
      type.seats.length > 0
        ? { ticketTypeId: type.id, seatIds }
        : { ticketTypeId: type.id, quantity: operation.places.length }
    const { tender } = operation
    const call: Call = {
      method: 'POST',
      route: '/api/shows/:id/sales',
      params: { id: show.id },
      principal: show.organiser,
      body: { lines: [line], tender, ...(tender === 'comp' ? { reason: 'a gift' } : {}) },
      headers: { 'idempotency-key': nextKey() },
    }
    const answers = await Promise.all(
      Array.from({ length: operation.clicks }, (_, click) => insist(operation.process + click, call)),
    )
    sameForOneKey(answers)
    for (const { status, body } of answers) {
      if (status !== 201) continue
      if (body['status'] === 'created' || body['status'] === 'cancelled')
        breach(`order ${body['id']} was sold at the counter and is ${body['status']}`)
      const id = body['id'] as string
      if (!acknowledged.has(id)) buyer.orders.push({ id, show })
      acknowledged.add(id)
    }
  }

  const takeCash = async ({ buyer, times, process }: Extract<Operation, { kind: 'take_cash' }>) => {
    const order = buyers[buyer]?.orders.at(-1)
    if (!order) return
    const call: Call = {
      method: 'POST',
      route: '/api/orders/:id/payments/elsewhere',
      params: { id: order.id },
      principal: order.show.organiser,
      body: {},
    }
    await Promise.all(Array.from({ length: times }, (_, index) => request(process + index, call)))
  }

  const reserve = async ({ buyer, forMs, process }: Extract<Operation, { kind: 'reserve' }>) => {
    const order = buyers[buyer]?.orders.at(-1)
    if (!order) return
    const until = new Date(Math.round(host.nowMs()) + forMs).toISOString()
    const { status, body } = await request(process, {
      method: 'POST',
      route: '/api/orders/:id/reserve',
      params: { id: order.id },
      principal: order.show.organiser,
      body: { until },
    })
    if (status === 200 && (body['kind'] !== 'reservation' || body['expiresAt'] !== until))
      breach(`order ${order.id} was reserved until ${until}, and says ${String(body['expiresAt'])}`)
  }

  const cancel = async ({ buyer: index, by, process }: Extract<Operation, { kind: 'cancel' }>) => {
    const buyer = buyers[index]
    const order = buyer?.orders.at(-1)
    if (!buyer || !order) return
    const principal = by === 'buyer' ? buyer.principal : order.show.organiser
    const answer = await insist(process, {
      method: 'DELETE',
      route: '/api/orders/:id',
      params: { id: order.id },
      principal,
    })
    if (answer.status === 200) cancelled.add(order.id)
  }

  /** Of this buyer's orders the newest that is paid, or else the newest. */
  const paidOf = (buyer: number) => {
    const orders = buyers[buyer]?.orders ?? []
    return (
      orders.findLast(({ id }) => engine.row('orders.orders', id)?.['status'] === 'complete') ?? orders.at(-1)
    )
  }

  const refund = async ({ buyer, part, times, process }: Extract<Operation, { kind: 'refund' }>) => {
    const order = paidOf(buyer)
    if (!order) return
    const call: Call = {
      method: 'POST',
      route: '/api/orders/:id/refunds',
      params: { id: order.id },
      principal: order.show.organiser,
      body: part === null ? {} : { amountMinor: part },
    }
    await Promise.all(Array.from({ length: times }, (_, index) => request(process + index, call)))
  }

  /** Some tickets of a paid order; also such as are used, or are on their way back already. */
  const giveBack = async (operation: Extract<Operation, { kind: 'return' }>) => {
    const { buyer, by, first, count, part, restock, times, process } = operation
    const order = paidOf(buyer)
    const principal = by === 'buyer' ? buyers[buyer]?.principal : order?.show.organiser
    if (!order || !principal) return
    const tickets = engine.rows('tickets.tickets').filter((row) => row['order_id'] === order.id)
    const ticketIds = tickets.slice(first, first + count).map((row) => row['id'])
    if (ticketIds.length === 0) return
    const terms = by === 'buyer' ? {} : { restock, ...(part === null ? {} : { amountMinor: part }) }
    const call: Call = {
      method: 'POST',
      route: '/api/orders/:id/returns',
      params: { id: order.id },
      principal,
      body: { ticketIds, ...terms },
      headers: { 'idempotency-key': nextKey() },
    }
    sameForOneKey(
      await Promise.all(Array.from({ length: times }, (_, index) => request(process + index, call))),
    )
  }

  const checkIn = async ({ buyer, times, process }: Extract<Operation, { kind: 'check_in' }>) => {
    const order = paidOf(buyer)
    const ticket =
      order &&
      engine.rows('tickets.tickets').find((row) => row['order_id'] === order.id && row['code'] !== null)
    if (!order || !ticket) return
    const call: Call = {
      method: 'POST',
      route: '/api/tickets/check-in',
      principal: order.show.organiser,
      body: { code: ticket['code'], door: 'north' },
    }
    const answers = await Promise.all(
      Array.from({ length: times }, (_, index) => request(process + index, call)),
    )
    for (const { status } of answers) {
      if (status !== 200) continue
      if (admitted.has(ticket['id'] as string)) breach(`ticket ${ticket['id']} let somebody in twice`)
      admitted.add(ticket['id'] as string)
    }
  }

  /** The organiser gives money back at the processor itself. */
  const refundOutside = ({ buyer, part }: Extract<Operation, { kind: 'refund_outside' }>) => {
    // Of any payment of his orders of which money was taken, also of one that came too late and is
    // on its way back.
    const ids = new Set(buyers[buyer]?.orders.map(({ id }) => id))
    const taken = processor().intents.filter(
      ({ orderId, receivedMinor }) => receivedMinor > 0 && ids.has(orderId),
    )
    const paidBy = taken.at(-1)?.paymentId
    if (paidBy !== undefined) processor().refundOutside(paidBy, part)
  }

  const changeShow = async (
    operation: Extract<Operation, { kind: 'change_show' | 'close_show' | 'cancel_show' }>,
  ) => {
    const show = shows[operation.show]
    if (!show || show.id === null) return
    const { organiser: principal } = show
    const params = { id: show.id }
    if (operation.kind !== 'change_show') {
      const route = operation.kind === 'close_show' ? '/api/shows/:id/close' : '/api/shows/:id/cancel'
      await insist(operation.process, { method: 'POST', route, params, principal })
      return
    }
    for (const type of show.types) {
      type.body = { ...type.body, priceMinor: (type.body['priceMinor'] as number) + 100 }
      if ('capacity' in type.body) type.body['capacity'] = (type.body['capacity'] as number) + 1
    }
    const planned = plan.shows[operation.show]
    if (!planned) return
    const body = showBody(
      planned,
      show.types.map((type) => type.body),
    )
    await insist(operation.process, { method: 'PUT', route: '/api/shows/:id', params, principal, body })
  }

  const perform = (operation: Operation): Promise<void> => {
    switch (operation.kind) {
      case 'hold':
        return hold(operation)
      case 'pay':
        return pay(operation)
      case 'cancel':
        return cancel(operation)
      case 'refund':
        return refund(operation)
      case 'return':
        return giveBack(operation)
      case 'check_in':
        return checkIn(operation)
      case 'sell':
        return sell(operation)
      case 'take_cash':
        return takeCash(operation)
      case 'reserve':
        return reserve(operation)
      case 'refund_outside':
        refundOutside(operation)
        return Promise.resolve()
      default:
        return changeShow(operation)
    }
  }
  const track = (work: Promise<void>) => {
    busy += 1
    void work.finally(() => {
      busy -= 1
    })
  }

  return {
    open() {
      shows = plan.shows.map((_, index) => ({
        organiser: personOf(`organiser${index}`, 'user'),
        id: null,
        code: null,
        types: [],
      }))
      buyers = Array.from({ length: plan.buyers }, (_, index) => ({
        principal: personOf(`buyer${index}`, 'guest'),
        orders: [],
      }))
      host.surely(200, () => {
        for (const [index, show] of shows.entries()) track(openShow(show, index))
      })
    },
    act: (operation) => track(perform(operation)),
    acknowledged,
    cancelled,
    get busy() {
      return busy > 0
    },
  }
}

/** One unit of what another type needs. */
const needed = ({ id, seats: [seatId] }: { readonly id: string; readonly seats: readonly string[] }) =>
  seatId === undefined ? { ticketTypeId: id, quantity: 1 } : { ticketTypeId: id, seatIds: [seatId] }

const amountOf = (money: unknown) => (money as { amountMinor: number }).amountMinor

const termsOf = ({ admits, chosen, needsFirst }: Kind, { priceMinor }: { readonly priceMinor: number }) => ({
  ...(admits === undefined ? {} : { admits }),
  ...(chosen ? { price: { kind: 'chosen', leastMinor: 50, suggestedMinor: priceMinor } } : {}),
  ...(needsFirst ? { needs: { anyOf: ['Type 0'] } } : {}),
})

function showBody({ holdSeconds, maxPerBuyer, startsInMs }: ShowPlan, ticketTypes: readonly unknown[]) {
  return {
    title: 'A show',
    startsAt:
      startsInMs === undefined ? '2031-05-01T18:00:00.000Z' : new Date(runStartMs + startsInMs).toISOString(),
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    holdSeconds,
    returnPolicy: { hoursBefore: 1, keepBps: 1_000 },
    maxPerOrder: 10,
    maxPerBuyer,
    ticketTypes,
  }
}
