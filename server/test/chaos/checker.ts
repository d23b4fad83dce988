// The verdict on a run: invariants 1 to 9 over the databases and the processor's own list, with the
// driver's journal as the witness. Repairs nothing, and takes nothing on trust.
import type Stripe from 'stripe'
import type { Database, Statement } from '../../src/platform/postgres/database.ts'
import * as statements from './checker-sql.ts'
import type { Journal, Witness } from './journal.ts'

export interface Verdict {
  readonly invariant: string
  readonly title: string
  /** Of how many things it was asked. */
  readonly looked: number
  readonly breaches: readonly string[]
}

interface StoredOrder {
  readonly id: string
  readonly status: string
  readonly buyerId: string
  readonly totalMinor: number
  readonly refundedMinor: number
  readonly version: number
}

export interface Intent {
  readonly id: string
  readonly orderId: string
  readonly paymentId: string
  readonly status: string
  readonly keptMinor: number
}

export const heardPairs = [
  statements.heard.flatMap(([consumer, types]) => types.split(' ').map(() => consumer)),
  statements.heard.flatMap(([, types]) => types.split(' ')),
]

/** The processor's own list, by its own SDK. */
export async function readIntents(stripe: Stripe): Promise<Intent[]> {
  const intents: Intent[] = []
  for await (const intent of stripe.paymentIntents.list({ limit: 100, expand: ['data.latest_charge'] })) {
    const charge = intent.latest_charge
    const refunded = charge && typeof charge !== 'string' && charge.captured ? charge.amount_refunded : 0
    intents.push({
      id: intent.id,
      orderId: intent.metadata['order_id'] ?? '',
      paymentId: intent.metadata['payment_id'] ?? '',
      status: intent.status,
      keptMinor: intent.status === 'succeeded' ? intent.amount_received - refunded : 0,
    })
  }
  return intents
}

export async function check(db: Database, stripe: Stripe, journal: Journal): Promise<Verdict[]> {
  const orders = new Map(
    (await db.query<StoredOrder>(statements.readOrders)).map((order) => [order.id, order]),
  )
  const payments = new Map(
    (await db.query<{ id: string; status: string }>(statements.readPayments)).map((each) => [each.id, each]),
  )
  const refunds = new Map(
    (await db.query<{ id: string; status: string }>(statements.readRefunds)).map((each) => [each.id, each]),
  )
  const intents = await readIntents(stripe)
  const rowsOf = async (what: string, statement: Statement, values: readonly unknown[] = []) =>
    (await db.query(statement, values)).map((row) => `${what}: ${JSON.stringify(row)}`)
  const all = async (...found: Promise<string[]>[]) => (await Promise.all(found)).flat()

  const [counted] = await db.query<{ events: number }>(statements.countEvents)
  const looked = orders.size
  return [
    {
      invariant: '1',
      title: 'No place is sold twice: pools and seats are the sums of their orders',
      looked,
      breaches: await all(
        rowsOf('a pool', statements.wrongPools),
        rowsOf('a seat of two orders', statements.seatsOfTwo),
        rowsOf('a seat', statements.wrongSeats),
      ),
    },
    {
      invariant: '2, 3',
      title: 'A complete order is paid in full, any other has cost nothing, nothing stays set aside',
      looked: payments.size,
      breaches: [...(await rowsOf('an order', statements.wrongMoney)), ...processorBreaches(orders, intents)],
    },
    {
      invariant: '4',
      title: 'No order is cancelled by its timer once it is being paid',
      looked,
      breaches: await rowsOf('an order', statements.paidAndExpired),
    },
    {
      invariant: '5',
      title: 'Everything at the processor has exactly one order, and at most one charge of it is kept',
      looked: intents.length,
      breaches: [
        ...(await rowsOf('a payment', statements.paymentsWithoutOrder)),
        ...strangeIntents(orders, payments, intents),
      ],
    },
    {
      invariant: '6',
      title: 'The ledger sums to zero, its clearing accounts are empty, and it agrees with the processor',
      looked: payments.size + refunds.size,
      breaches: [
        ...(await rowsOf('an account', statements.unbalanced)),
        ...(await ledgerBreaches(db, intents)),
      ],
    },
    {
      invariant: '7',
      title: 'Every event reached every consumer, in order, and took effect once',
      looked: counted?.events ?? 0,
      breaches: await all(
        rowsOf('not delivered', statements.undelivered, heardPairs),
        rowsOf('a delivery', statements.strangeDeliveries),
        rowsOf('out of order', statements.wrongOrder),
        rowsOf('told twice', statements.toldTwice),
      ),
    },
    {
      invariant: '8',
      title: 'Tickets: as many as were bought for a complete order, none for any other',
      looked,
      breaches: await rowsOf('an order', statements.wrongTickets),
    },
    {
      invariant: 'witness',
      title:
        'What buyers were told is so: nothing acknowledged was lost, and nothing that was seen went back',
      looked: journal.orders.size,
      breaches: [...journal.breaches, ...witnessBreaches({ journal, orders, payments, refunds })],
    },
  ]
}

/** Orders against the processor's own list: the same story, order by order. */
function processorBreaches(orders: ReadonlyMap<string, StoredOrder>, intents: readonly Intent[]): string[] {
  const kept = new Map<string, number>()
  for (const { orderId, keptMinor } of intents) kept.set(orderId, (kept.get(orderId) ?? 0) + keptMinor)
  return [...orders.values()].flatMap(({ id, status, totalMinor, refundedMinor }) => {
    const wanted = status === 'complete' ? totalMinor - refundedMinor : 0
    const taken = kept.get(id) ?? 0
    return taken === wanted
      ? []
      : [`the processor keeps ${taken} of order ${id}, which is ${status} at ${wanted}`]
  })
}

function strangeIntents(
  orders: ReadonlyMap<string, StoredOrder>,
  payments: ReadonlyMap<string, { status: string }>,
  intents: readonly Intent[],
): string[] {
  const breaches: string[] = []
  const keeping = new Set<string>()
  const ofPayment = new Set<string>()
  for (const { id, orderId, paymentId, status, keptMinor } of intents) {
    if (!orders.has(orderId)) breaches.push(`intent ${id} is of order ${orderId}, which is not there`)
    if (!payments.has(paymentId)) breaches.push(`intent ${id} is of payment ${paymentId}, which is not there`)
    if (status !== 'succeeded' && status !== 'canceled')
      breaches.push(
        `intent ${id} of payment ${paymentId} (${payments.get(paymentId)?.status}) is left ${status}`,
      )
    if (keptMinor > 0 && keeping.has(orderId)) breaches.push(`two charges of order ${orderId} are kept`)
    if (keptMinor > 0) keeping.add(orderId)
    if (ofPayment.has(paymentId)) breaches.push(`payment ${paymentId} has two intents`)
    ofPayment.add(paymentId)
  }
  return breaches
}

async function ledgerBreaches(db: Database, intents: readonly Intent[]): Promise<string[]> {
  const [balance] = await db.query<{ posted: number }>(statements.processorBalance)
  const kept = intents.reduce((sum, { keptMinor }) => sum + keptMinor, 0)
  return balance?.posted === kept
    ? []
    : [`the ledger says that the processor holds ${balance?.posted}, it holds ${kept}`]
}

interface Told {
  readonly journal: Journal
  readonly orders: ReadonlyMap<string, StoredOrder>
  readonly payments: ReadonlyMap<string, { status: string }>
  readonly refunds: ReadonlyMap<string, { status: string }>
}

const ended = new Set(['captured', 'voided', 'declined', 'refunded'])

function witnessBreaches({ journal, orders, payments, refunds }: Told): string[] {
  const breaches: string[] = []
  for (const witness of journal.orders.values()) {
    const stored = orders.get(witness.id)
    if (!stored) {
      breaches.push(`order ${witness.id} was acknowledged and is lost`)
      continue
    }
    if (stored.totalMinor !== witness.totalMinor)
      breaches.push(
        `order ${witness.id} was acknowledged at ${witness.totalMinor} and costs ${stored.totalMinor}`,
      )
    if (witness.cancelled && stored.status !== 'cancelled')
      breaches.push(`order ${witness.id} was cancelled for its buyer and is ${stored.status}`)
    for (const id of witness.payments.keys()) {
      const payment = payments.get(id)
      if (!payment || !ended.has(payment.status))
        breaches.push(`payment ${id} was acknowledged and is ${payment?.status ?? 'lost'}`)
    }
    for (const id of witness.refunds.keys()) {
      const refund = refunds.get(id)
      if (refund?.status !== 'succeeded')
        breaches.push(`refund ${id} was acknowledged and is ${refund?.status ?? 'lost'}`)
    }
    breaches.push(...stepsBack(witness, stored))
  }
  breaches.push(...orphans(journal, orders))
  for (const name of journal.unresolved) breaches.push(`still unknown: ${name}`)
  return breaches
}

const allowedAfter: Record<string, readonly string[]> = {
  created: ['created', 'claimed', 'complete', 'cancelled', 'refunded'],
  claimed: ['created', 'claimed', 'complete', 'cancelled', 'refunded'],
  complete: ['complete', 'refunded'],
  cancelled: ['cancelled'],
  refunded: ['refunded'],
}

/**
 * Of two looks of which one ended before the other began, the later one saw at least as much; and
 * so does the end.
 */
function stepsBack({ id, observations }: Witness, stored: StoredOrder): string[] {
  const breaches: string[] = []
  const last = { startedMs: Number.POSITIVE_INFINITY, endedMs: Number.POSITIVE_INFINITY, tickets: 0 }
  const looks = [...observations, { ...last, status: stored.status, version: stored.version }]
  for (const later of looks) {
    for (const earlier of looks) {
      if (earlier.endedMs >= later.startedMs) continue
      if (later.version < earlier.version || !allowedAfter[earlier.status]?.includes(later.status))
        breaches.push(
          `order ${id} was seen ${earlier.status} ${earlier.version} and then ${later.status} ${later.version}`,
        )
    }
  }
  return breaches
}

/** An order that nobody was told of may only come from a hold whose outcome stayed unknown. */
function orphans(journal: Journal, orders: ReadonlyMap<string, StoredOrder>): string[] {
  const untold = new Map<string, string[]>()
  for (const { id, buyerId } of orders.values()) {
    if (!journal.orders.has(id)) untold.set(buyerId, [...(untold.get(buyerId) ?? []), id])
  }
  return [...untold].flatMap(([buyerId, ids]) =>
    ids.length <= (journal.maybeHeld.get(buyerId) ?? 0)
      ? []
      : [`orders that nobody was told of: ${ids.join(', ')}`],
  )
}
