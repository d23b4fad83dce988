// Brings a restored shop and the card processor together, before the shop sells again: orders that
// the backup did not know are rebuilt or given back, and nothing that was set aside stays so.
import type { OrdersHandler } from '../../orders/model.ts'
import type { Books, ListedIntent } from '../../payments/processor/books.ts'
import { openReceipt } from '../../payments/processor/receipt.ts'
import { receiptLabel } from '../../payments/receipts.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import { deriveKey, readInstallation } from '../../platform/process/installation.ts'
import { adoptedFrom, type Fate, type Sorted, sortIntent } from './sort.ts'
import * as store from './store.ts'

/** The shop, running for itself: nobody can reach it, and it sells nothing. */
export interface QuietShop {
  readonly orders: OrdersHandler
  stop(): Promise<void>
}

export interface SettleParts {
  readonly db: Database
  readonly books: Books
  readonly clock: Clock
  readonly startQuietShop: () => Promise<QuietShop>
  readonly progress?: (text: string) => void
  /** How long the shop may take to bring everything to rest. */
  readonly patienceMs?: number
}

export interface Settlement {
  readonly backupTakenAt: string
  readonly lostSeconds: number
  readonly listed: number
  /** Orders that are complete now and were not in the backup. */
  readonly rebuilt: readonly string[]
  /** Orders of the backup that were paid since. */
  readonly completed: readonly string[]
  readonly refunded: readonly {
    readonly orderId: string
    readonly amountMinor: number
    readonly currency: string
  }[]
  readonly voided: number
  readonly refundsTakenIn: number
  /** Of another shop, or not proved to be ours: not touched. */
  readonly foreign: readonly string[]
  /** Still under way: the shop goes on with them. */
  readonly underWay: readonly string[]
  readonly holdsMoved: number
  readonly sessionsEnded: number
}

export class ProcessorAway extends Error {
  override readonly name = 'ProcessorAway'

  constructor() {
    super(
      'the card processor did not answer; nothing was changed there. Settle again: npm run holdfast -- settle',
    )
  }
}

const restEveryMs = 100

export async function settle(parts: SettleParts): Promise<Settlement> {
  const { db, clock, progress, patienceMs = 120_000 } = parts
  const installation = await readInstallation(db)
  const backupTakenAt = installation.backupTakenAt
  if (backupTakenAt === null) throw new Error('this shop was not restored: there is nothing to settle')
  if (installation.settledAt !== null)
    throw new Error(`this shop has settled already, at ${installation.settledAt}`)
  progress?.('Asking the card processor')
  const intents = await listIntents(parts, await store.readSince(db, backupTakenAt))
  const sorted = await sortAll(parts, intents, deriveKey(installation, receiptLabel))
  const of = (fate: Fate) => sorted.filter((each) => each.fate === fate)
  const looks = of('look').flatMap(({ intent }) => intent.paymentId ?? [])
  const sessionsEnded = await store.endUserSessions(db)
  const holdsMoved = await store.moveDeadlines(db, backupTakenAt)
  const orders = await ordersOf(parts, of('join'))
  await store.adopt(db, [
    ...of('give_back').map((each) => adoptedFrom(each, 'lost')),
    ...of('join').map((each) => adoptedFrom(each, null, orders.get(each.intent.orderId ?? ''))),
  ])
  await store.askToLook(db, looks)
  const shop = await parts.startQuietShop()
  let settlement: Settlement
  try {
    progress?.('Rebuilding orders')
    for (const each of of('rebuild')) await rebuild(parts, shop, each)
    progress?.('Waiting until everything is at rest')
    const ids = ['look', 'join', 'rebuild', 'give_back'].flatMap((fate) =>
      of(fate as Fate).flatMap(({ intent }) => intent.paymentId ?? []),
    )
    const states = await untilAtRest(parts, ids, patienceMs)
    await store.followDeadlines(db)
    settlement = {
      backupTakenAt,
      lostSeconds: Math.round((clock.nowMs() - Date.parse(backupTakenAt)) / 1_000),
      listed: intents.length,
      foreign: of('foreign').map(({ intent }) => intent.intentId),
      refundsTakenIn: looks.length,
      holdsMoved,
      sessionsEnded,
      ...outcomesOf(states, new Set(of('rebuild').map(({ intent }) => intent.paymentId ?? ''))),
    }
  } finally {
    await shop.stop()
  }
  await store.forgetLostOrders(db, backupTakenAt)
  return settlement
}

/** What was made since, and what was given back since. */
async function listIntents({ books }: SettleParts, since: string): Promise<ListedIntent[]> {
  const found = new Map<string, ListedIntent>()
  for (let olderThan: string | undefined; ; ) {
    const answer = await books.listIntents(olderThan === undefined ? {} : { olderThan })
    if (answer.kind !== 'ok') throw new ProcessorAway()
    const fresh = answer.value.filter(({ createdAt }) => createdAt >= since.slice(0, 19))
    for (const intent of fresh) found.set(intent.intentId, intent)
    olderThan = answer.value.at(-1)?.intentId
    if (olderThan === undefined || fresh.length < answer.value.length) break
  }
  const refunded = await books.listRefundedSince(since)
  const disputes = await books.listDisputes()
  if (refunded.kind !== 'ok' || disputes.kind !== 'ok') throw new ProcessorAway()
  const disputed = disputes.value.flatMap(({ intentId, createdAt }) =>
    createdAt >= since ? (intentId ?? []) : [],
  )
  for (const intentId of new Set([...refunded.value, ...disputed])) {
    if (found.has(intentId)) continue
    const answer = await books.readIntent(intentId)
    if (answer.kind === 'unreachable') throw new ProcessorAway()
    if (answer.kind === 'ok') found.set(intentId, answer.value)
  }
  return [...found.values()]
}

async function sortAll(
  { db }: SettleParts,
  intents: readonly ListedIntent[],
  key: Buffer,
): Promise<Sorted[]> {
  const [payments, orders] = await Promise.all([
    store.readKnownPayments(
      db,
      intents.flatMap(({ paymentId }) => paymentId ?? []),
      intents.map(({ intentId }) => intentId),
    ),
    store.readKnownOrders(
      db,
      intents.flatMap(({ orderId }) => orderId ?? []),
    ),
  ])
  const sorting = {
    openReceipt: (metadata: ListedIntent['metadata']) => openReceipt(key, metadata),
    payments: new Map(payments.map((payment) => [payment.id, payment])),
    orders: new Map(orders.map((order) => [order.id, order])),
  }
  return intents.map((intent) => sortIntent(intent, sorting))
}

async function ordersOf({ db }: SettleParts, sorted: readonly Sorted[]) {
  const ids = sorted.flatMap(({ intent }) => intent.orderId ?? [])
  return new Map((await store.readKnownOrders(db, ids)).map((order) => [order.id, order]))
}

/**
 * Places the order again under its own id. The order service decides, as for any buyer: if a place
 * is taken, the show is gone or the price is another, the money goes back.
 */
async function rebuild({ db, clock }: SettleParts, { orders }: QuietShop, each: Sorted): Promise<void> {
  const { receipt, intent } = each
  const orderId = intent.orderId ?? ''
  if (!receipt) throw new Error(`${intent.intentId} is to be rebuilt and has no receipt`)
  const placed = await orders.handle({
    type: 'PlaceOrder',
    orderId,
    buyer: receipt.buyer,
    showId: receipt.showId,
    lines: receipt.lines,
  })
  const [order] = placed.ok ? await store.readKnownOrders(db, [orderId]) : []
  const fits = order?.totalMinor === intent.amountMinor && order.currency === intent.currency
  if (order && !fits) await orders.handle({ type: 'CancelOrder', orderId, reason: 'organiser' })
  for (let tries = 0; fits && tries < 200 && !(await store.areKnownToPayments(db, [orderId])); tries += 1)
    await clock.sleep(restEveryMs)
  await store.adopt(db, [adoptedFrom(each, fits ? null : 'lost', order)])
}

async function untilAtRest(
  { db, clock }: SettleParts,
  ids: readonly string[],
  patienceMs: number,
): Promise<store.PaymentState[]> {
  const deadlineMs = clock.elapsedMs() + patienceMs
  for (;;) {
    const states = await store.readStates(db, ids)
    const isAtRest = states.every(
      ({ open, orderStatus, claim, waitsForTickets }) =>
        !open && !waitsForTickets && (orderStatus !== 'claimed' || claim === 'lost'),
    )
    const lag = await store.readLag(db)
    if ((isAtRest && lag === 0) || clock.elapsedMs() > deadlineMs) return states
    await clock.sleep(restEveryMs)
  }
}

function outcomesOf(states: readonly store.PaymentState[], rebuilt: ReadonlySet<string>) {
  const won = states.filter(
    ({ orderStatus, claim, open }) => !open && claim === 'won' && orderStatus === 'complete',
  )
  const back = states.filter(({ open, claim }) => !open && claim === 'lost')
  return {
    rebuilt: won.filter(({ id }) => rebuilt.has(id)).map(({ orderId }) => orderId),
    completed: won.filter(({ id }) => !rebuilt.has(id)).map(({ orderId }) => orderId),
    refunded: back
      .filter(({ capturedMinor }) => capturedMinor > 0)
      .map(({ orderId, refundedMinor, currency }) => ({ orderId, amountMinor: refundedMinor, currency })),
    voided: back.filter(({ capturedMinor }) => capturedMinor === 0).length,
    underWay: states.filter(({ open }) => open).map(({ id }) => id),
  }
}
