// Takes one command through one service of the modelled shop: decide, evolve, and send what is
// told. Each walk is one transaction; nothing of it is seen before its end. A walk that was taken
// before is looked up.
import { type Event, type EventType, type FactOf, isEventType } from '@holdfast/contract'
import type { TimerCommand } from '../../src/expiration/domain/timer.ts'
import { wordKey } from '../../src/orders/domain/code.ts'
import type { Order } from '../../src/orders/domain/order.ts'
import {
  noCodesTouched,
  nothingChanged,
  type Command as OrdersCommand,
  type World as OrdersWorld,
} from '../../src/orders/world.ts'
import type { Command as PaymentsCommand } from '../../src/payments/domain/commands.ts'
import type { PaymentFact } from '../../src/payments/domain/facts.ts'
import type { Payment } from '../../src/payments/domain/payment.ts'
import type { Refund } from '../../src/payments/domain/refund.ts'
import { makeWorld, type World as PaymentsWorld } from '../../src/payments/world.ts'
import type { AdmissionCommand } from '../../src/tickets/domain/admission.ts'
import type { Coverage } from './coverage.ts'
import { type Part, part } from './parts.ts'
import { hearersOf, type Rules } from './rules.ts'
import type { Scope } from './scopes.ts'
import {
  afterLease,
  type Cluster,
  cluster,
  dayAfter,
  type Letter,
  leaseEnd,
  type Paid,
  type State,
  type StockKept,
  saleFor,
  times,
  type Working,
} from './world.ts'

export interface Walker {
  readonly scope: Scope
  readonly rules: Rules
  readonly coverage: Coverage
  /** What came of walks by what they began with. */
  readonly memory: Map<string, Effect>
}

/** What a walk changes of a cluster, and what it sends. */
interface Effect {
  readonly changes: Partial<Cluster>
  readonly stock?: Part<StockKept>
  readonly sent: readonly Part<Letter>[]
  readonly rejection?: string
  readonly breach?: string
}

export interface Walked {
  readonly state: State
  /** The service said no. */
  readonly rejection?: string
  /** A promise that the walk itself broke. */
  readonly breach?: string
}

/** A command, under a name that tells it from all others that the same cluster may get. */
export interface Named<Command> {
  readonly name: string
  readonly command: () => Command
}

export function nowOf({ ordered }: Cluster): string {
  return times[ordered.value.hour] ?? times[0]
}

export function withCluster(state: State, buyer: number, changed: Cluster, stock = state.stock): State {
  if (state.clusters[buyer] === changed && state.stock === stock) return state
  return { clusters: state.clusters.map((each, index) => (index === buyer ? changed : each)), stock }
}

/** The part at `index` replaced. */
export function put<Value>(list: readonly Part<Value>[], index: number, value: Value): Part<Value>[] {
  return list.map((each, at) => (at === index ? part(value) : each))
}

type Told = FactOf<EventType>

function nameOf(fact: Told, version: number): string {
  switch (fact.type) {
    case 'PaymentStarted':
    case 'PaymentAuthorized':
    case 'ChargeCreated':
    case 'ChargeFailed':
    case 'PaymentVoided':
      return `${fact.type} ${fact.data.paymentId}`
    case 'ChargeRefunded':
    case 'RefundReturned':
    case 'RefundFailed':
      return `${fact.type} ${fact.data.paymentId} ${fact.data.refundId}`
    case 'ExpirationComplete':
      return `${fact.type} ${fact.data.orderId} ${fact.data.expiresAt}`
    default:
      return `${fact.type} ${'orderId' in fact.data ? fact.data.orderId : ''} ${version}`
  }
}

function letterOf(fact: Told, version: number): Part<Letter> {
  const name = nameOf(fact, version)
  const event = { type: fact.type, data: fact.data, version, subject: name, id: name } as unknown as Event
  return part<Letter>({ name, event, to: hearersOf(fact.type) })
}

/** Does what a walk came to. A message that was sent before is a promise broken. */
function take(state: State, buyer: number, effect: Effect): Walked {
  const { changes, stock, sent, rejection, breach } = effect
  if (rejection !== undefined) return { state, rejection }
  if (breach !== undefined) return { state, breach }
  const before = state.clusters[buyer] as Cluster
  let twice: string | undefined
  let { letters } = before
  if (sent.length > 0) {
    const all = [...letters]
    for (const letter of sent) {
      const { name, event } = letter.value
      if (!all.some(({ value }) => value.name === name)) all.push(letter)
      // The same deadline may pass for two reasons; nothing else happens twice.
      else if (event.type !== 'ExpirationComplete') twice = name
    }
    letters = all.toSorted((one, other) => (one.value.name < other.value.name ? -1 : 1))
  }
  const next = withCluster(state, buyer, cluster({ ...before, ...changes, letters }), stock)
  return twice === undefined
    ? { state: next }
    : { state: next, breach: `7: every event is told once, but ${twice} was told twice` }
}

/**
 * Looks the walk up, or takes it. An exception is a broken promise too: the real transaction would
 * fail for ever.
 */
function remembered({ memory }: Walker, key: string, walk: () => Effect): Effect {
  let effect = memory.get(key)
  if (effect === undefined) {
    try {
      effect = walk()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      effect = { changes: {}, sent: [], breach: `the shop’s own assertions hold, but: ${error.message}` }
    }
    memory.set(key, effect)
  }
  return effect
}

export function walkOrders(walker: Walker, state: State, buyer: number, named: Named<OrdersCommand>): Walked {
  const before = state.clusters[buyer] as Cluster
  const key = `o${buyer},${before.ordered.number},${state.stock.number},${named.name}`
  return take(
    state,
    buyer,
    remembered(walker, key, () => decideOrders(walker, before, state.stock, named.command())),
  )
}

function ordersWorld(scope: Scope, order: Order | null, { pools, seats, codes }: StockKept): OrdersWorld {
  const { code } = scope
  return {
    sales: new Map([[scope.show.id, saleFor(scope)]]),
    pools: new Map(pools.map((pool) => [pool.id, pool])),
    seats: new Map(seats.map((seat) => [seat.id, seat])),
    codes: {
      ...noCodesTouched(),
      pools: new Map(codes.map((pool) => [pool.id, pool])),
      ...(code
        ? { byId: new Map([[code.id, code]]), byWord: new Map([[wordKey(code.showId, code.word), code.id]]) }
        : {}),
    },
    absentSeats: new Set(),
    orders: new Map(order ? [[order.id, order]] : []),
    ...nothingChanged(),
  }
}

function decideOrders(
  { rules, scope, coverage }: Walker,
  before: Cluster,
  stock: Part<StockKept>,
  command: OrdersCommand,
): Effect {
  const { order, hour } = before.ordered.value
  const world = ordersWorld(scope, order, stock.value)
  const now = nowOf(before)
  const was = order?.status ?? 'none'
  const decision = rules.decideOrder(world, command, now)
  if ('rejection' in decision) {
    coverage.see('order rejections', decision.rejection)
    coverage.see('order cells', `${was}: ${command.type}: ${decision.rejection}`)
    return { changes: {}, sent: [], rejection: decision.rejection }
  }
  const sent: Part<Letter>[] = []
  for (const fact of decision.facts) {
    const { version } = rules.applyOrder(world, fact, now)
    coverage.see('order facts', fact.type)
    if (fact.type === 'ClaimRejected' || fact.type === 'OrderCancelled')
      coverage.see(fact.type, fact.data.reason)
    if (isEventType(fact.type)) sent.push(letterOf(fact as Told, version))
  }
  const after = [...world.orders.values()][0] ?? null
  coverage.see(
    'order cells',
    `${was}: ${command.type}: ${decision.facts.map(({ type }) => type).join(' ') || 'nothing'}`,
  )
  coverage.see('order transitions', `${was} → ${after?.status ?? 'none'}`)
  const ended = command.type === 'ExpireOrder' && was !== 'created' && after?.status !== was
  const opened = breachOfLatch(stock.value.pools, world)
  return {
    changes: { ordered: part({ order: after, hour }) },
    stock: part({
      pools: [...world.pools.values()],
      seats: [...world.seats.values()],
      codes: [...world.codes.pools.values()],
    }),
    sent,
    ...(ended ? { breach: `4: no order leaves ${was} because of an expiry` } : {}),
    ...(opened === null ? {} : { breach: opened }),
  }
}

/** What a step may not make of a pool that latched. */
function breachOfLatch(before: StockKept['pools'], world: OrdersWorld): string | null {
  for (const { id, closed, held, sold } of before) {
    const after = world.pools.get(id)
    if (!closed || !after) continue
    if (!after.closed) return `1: pool ${id} stays closed`
    if (after.held + after.sold > held + sold) return `1: nothing is taken of pool ${id}, which is closed`
  }
  return null
}

export interface PaymentsWalk extends Named<PaymentsCommand> {
  /** When the lease has run out and everything is due. */
  readonly late?: boolean
  /**
   * What another process commits at this very moment is not seen: sibling payments, and news of the
   * order.
   */
  readonly blind?: boolean
}

export function walkPayments(walker: Walker, state: State, buyer: number, walk: PaymentsWalk): Walked {
  const before = state.clusters[buyer] as Cluster
  const { known, paid, works, ordered } = before
  let key = `p${buyer},${known.number},${ordered.value.hour},${walk.name}`
  for (const each of paid) key += `,${each.number}`
  for (const each of works) key += `,${each.number}`
  return take(
    state,
    buyer,
    remembered(walker, key, () => decidePayments(walker, before, walk)),
  )
}

/** A bank may dispute and give in for ever: all that orders makes of it is to refuse returns. */
const isTold = ({ type }: PaymentFact) =>
  isEventType(type) && type !== 'DisputeOpened' && type !== 'DisputeClosed'

function decidePayments(
  walker: Walker,
  before: Cluster,
  { command: make, late = false, blind = false }: PaymentsWalk,
): Effect {
  const { rules, coverage } = walker
  const command = make()
  const known = before.known.value
  const world = makeWorld()
  const paid = before.paid.flatMap(({ value }) => value ?? [])
  if (known)
    world.orders.set(known.id, blind ? { ...known, status: 'created', version: 1, claimedBy: null } : known)
  for (const { payment, refunds } of paid) {
    world.payments.set(payment.id, payment)
    if (refunds.length > 0) world.refundsByPayment.set(payment.id, [...refunds])
  }
  const orderId = paid[0]?.payment.orderId ?? ('orderId' in command ? command.orderId : '')
  world.idsByOrder.set(orderId, [...world.payments.keys()])
  world.siblingsByOrder.set(orderId, blind ? [] : paid.map(({ payment }) => payment))
  const was = 'paymentId' in command ? (world.payments.get(command.paymentId)?.status ?? 'none') : 'order'
  const now = late ? afterLease : nowOf(before)
  const decision = rules.decidePayment(world, command, now)
  if ('rejection' in decision) {
    coverage.see('payment rejections', decision.rejection)
    coverage.see('payment cells', `${was}: ${command.type}: ${decision.rejection}`)
    return { changes: {}, sent: [], rejection: decision.rejection }
  }
  coverage.see('payment cells', `${was}: ${command.type}`)
  const sent: Part<Letter>[] = []
  const applyAll = (facts: readonly PaymentFact[]) => {
    for (const fact of facts) {
      rules.applyPayment(world, fact, now)
      coverage.see('payment facts', fact.type)
      if (isTold(fact)) sent.push(letterOf(fact as Told, 1))
    }
  }
  applyAll(decision.facts)
  applyAll(rules.closePayment(world, command, decision.facts, now))
  for (const { kind } of world.entries) coverage.see('ledger entries', kind)
  const noted = blind ? known : ((known ? world.orders.get(known.id) : [...world.orders.values()][0]) ?? null)
  return { changes: { ...settleMoney(walker, before, world), known: part(noted) }, sent }
}

/**
 * Payments, refunds, ledger and leased work after a walk, with counts and instants brought down to
 * what is asked of them.
 */
function settleMoney(
  { coverage }: Walker,
  before: Cluster,
  world: PaymentsWorld,
): Pick<Cluster, 'paid' | 'works'> {
  const all = [...world.payments.values()]
  const day = before.ordered.value.hour >= dayAfter ? times[dayAfter] : times[0]
  const works: Part<readonly Working[]>[] = []
  const paid = before.paid.map((was, index): Part<Paid | null> => {
    const old = was.value
    const payment = old
      ? world.payments.get(old.payment.id)
      : all.find(({ id }) => id.endsWith('abc'[index] ?? '-'))
    const own = before.works[index]?.value ?? []
    if (!payment) {
      works.push(part(own))
      return was
    }
    const createdAt = old?.payment.createdAt ?? day
    const begun = world.works
      .filter((work) => work.payment.id === payment.id)
      .map(({ step, fence, refund, payment: leased }): Working => {
        coverage.see('steps', step)
        const { id, orderId, amount, paymentMethod, attempts, intentId, capturedMinor } = leased
        const planned = {
          id,
          orderId,
          amount,
          paymentMethod,
          createdAt,
          attempts: atMostOne(attempts),
          intentId,
          capturedMinor,
        }
        return { step, fence, refund: refund && tidyRefund(refund, old, day), payment: planned, answers: [] }
      })
    const busy = [...own, ...begun]
    const fences = [...new Set([...busy.map(({ fence }) => fence), payment.fence])].toSorted(
      (one, other) => one - other,
    )
    const rank = (fence: number) => fences.indexOf(fence) + 1
    works.push(part(busy.map((work) => ({ ...work, fence: rank(work.fence) }))))
    const tidy: Payment = {
      ...payment,
      createdAt,
      version: 0,
      fence: rank(payment.fence),
      attempts: atMostOne(payment.attempts),
      leasedUntil: payment.leasedUntil === null ? null : leaseEnd,
      nextAttemptAt: payment.nextAttemptAt === null ? null : leaseEnd,
    }
    const oldStatus = old?.payment.status ?? 'none'
    if (oldStatus !== payment.status) coverage.see('payment transitions', `${oldStatus} → ${payment.status}`)
    coverage.see('payments', `${payment.status} ${payment.claim ?? 'open'}`)
    const refunds = (world.refundsByPayment.get(payment.id) ?? []).map((refund) =>
      tidyRefund(refund, old, day),
    )
    for (const { origin, status } of refunds) coverage.see('refunds', `${origin} ${status}`)
    const entries = [
      ...(old?.entries ?? []),
      ...world.entries.filter(({ paymentId }) => paymentId === payment.id),
    ]
    return part<Paid | null>({ payment: tidy, refunds: byId(refunds), entries: byKind(entries) })
  })
  return { paid, works }
}

/** The first try has one key, all others have new ones: how many there were does not matter. */
const atMostOne = (attempts: number) => Math.min(attempts, 1)

function tidyRefund(refund: Refund, before: Paid | null, day: string): Refund {
  const known = before?.refunds.find(({ id }) => id === refund.id)
  return { ...refund, createdAt: known?.createdAt ?? day }
}

const byId = (refunds: Refund[]) => refunds.toSorted((one, other) => (one.id < other.id ? -1 : 1))
const byKind = (entries: Paid['entries']) =>
  entries.toSorted((one, other) =>
    `${one.sourceId} ${one.kind}` < `${other.sourceId} ${other.kind}` ? -1 : 1,
  )

export function walkTimer(walker: Walker, state: State, buyer: number, named: Named<TimerCommand>): Walked {
  const before = state.clusters[buyer] as Cluster
  const { rules, coverage } = walker
  const key = `t${buyer},${before.timer.number},${before.ordered.value.hour},${named.name}`
  const effect = remembered(walker, key, () => {
    const command = named.command()
    let timer = before.timer.value ?? undefined
    const was = timer?.status ?? 'none'
    const facts = rules.decideTimer(timer, command, nowOf(before))
    const sent: Part<Letter>[] = []
    for (const fact of facts) {
      timer = rules.evolveTimer(timer, fact)
      if (fact.type === 'ExpirationComplete') sent.push(letterOf(fact, 1))
    }
    coverage.see(
      'timer cells',
      `${was}: ${command.type}: ${facts.map(({ type }) => type).join(' ') || 'nothing'}`,
    )
    return { changes: { timer: part(timer ? { ...timer, version: 0 } : null) }, sent }
  })
  return take(state, buyer, effect)
}

/** The show as its door sees it. A ticket's id stands for its code. */
const doorShowOf = ({ show: { id, organiserId: organisationId, title, startsAt, timeZone } }: Scope) => {
  return { id, organisationId, title, startsAt, timeZone, cancelled: false }
}

export function walkTickets(
  walker: Walker,
  state: State,
  buyer: number,
  named: Named<AdmissionCommand>,
): Walked {
  const before = state.clusters[buyer] as Cluster
  const { rules, scope, coverage } = walker
  const effect = remembered(walker, `a${buyer},${before.admission.number},${named.name}`, () => {
    const command = named.command()
    const seats = new Map(
      scope.show.ticketTypes.flatMap((type) => type.seats ?? []).map((seat) => [seat.id, seat]),
    )
    let admission = before.admission.value ?? undefined
    const was = admission?.status ?? 'none'
    const decision = rules.decideAdmission(admission, command, {
      seats,
      shows: new Map([[scope.show.id, doorShowOf(scope)]]),
      ticketIds: new Map(
        admission && 'tickets' in admission ? admission.tickets.map(({ id }) => [id, id]) : [],
      ),
      now: times[0],
    })
    if ('rejection' in decision) return { changes: {}, sent: [], rejection: decision.rejection }
    const sent: Part<Letter>[] = []
    for (const fact of decision.facts) {
      admission = rules.evolveAdmission(admission, fact, times[0])
      // What else orders hears of tickets changes no order.
      if (fact.type === 'TicketsReturned' || fact.type === 'ReturnRefused')
        sent.push(letterOf(fact, admission.version))
    }
    coverage.see(
      'ticket cells',
      `${was}: ${command.type}: ${decision.facts.map(({ type }) => type).join(' ') || 'nothing'}`,
    )
    return { changes: { admission: part(admission ?? null) }, sent }
  })
  return take(state, buyer, effect)
}
