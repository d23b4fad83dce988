// One look at the shop: what to look at, the checks over it, and a second look before anything
// counts as a breach. Knows no timer, stops no sale.

import type { Queryable } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import { judgeUses } from './checks/codes.ts'
import { judgeLiveness } from './checks/liveness.ts'
import { judgeMails, judgeOverdueMails } from './checks/mail.ts'
import { judgeOrders, orderInvariants } from './checks/orders.ts'
import { judgeCodes, judgeSeats, judgeStock } from './checks/stock.ts'
import { judgeStreams, readAtRest } from './checks/streams.ts'
import { type Finding, type InvariantName, invariants } from './invariants.ts'

export interface Subject {
  /** Orders whose rows, money and tickets are compared. */
  readonly orderIds: readonly string[]
  /** Of them, those whose events are looked at too. */
  readonly streamIds: readonly string[]
  readonly showIds: readonly string[]
  /** Of them, those whose seats are looked at one by one. */
  readonly seatShowIds: readonly string[]
  /** Counts all orders of the shows instead of the new ones. */
  readonly exactly: boolean
}

export interface LookOptions {
  readonly db: Queryable
  readonly clock: Clock
  /** Between the two looks. */
  readonly confirmMs: number
  /** How long after its deadline an order may still be open. */
  readonly restWithinSeconds: number
  /**
   * A pause between two pages, in times of what the one before took: buyers come first. 0 for
   * somebody who waits for the end.
   */
  readonly pauseFactor: number
}

export interface Seen {
  /** What one look found, also what may only be on its way. */
  readonly suspicions: readonly Finding[]
  readonly breaches: readonly Finding[]
  /** Orders between two states: to be looked at again. */
  readonly between: readonly string[]
  readonly checked: ReadonlyMap<InvariantName, number>
}

/** So few that no statement keeps a processor for long. */
const pageOrders = 500
/**
 * Between two services these may differ while an event is on its way. All else is false at any
 * time.
 */
const betweenServices = new Set<InvariantName>(orderInvariants)

function* pagesOf(ids: readonly string[]): Generator<string[]> {
  for (let from = 0; from < ids.length; from += pageOrders) yield ids.slice(from, from + pageOrders)
}

type LookAtPage = (db: Queryable, orderIds: readonly string[]) => Promise<readonly Finding[]>

async function judgeInPages(
  ids: readonly string[],
  lookAt: LookAtPage,
  options: LookOptions,
): Promise<Finding[]> {
  const { db, clock, pauseFactor } = options
  const findings: Finding[] = []
  let tookMs = 0
  for (const page of pagesOf(ids)) {
    if (tookMs * pauseFactor > 0) await clock.sleep(tookMs * pauseFactor)
    const startedMs = clock.elapsedMs()
    findings.push(...(await lookAt(db, page)))
    tookMs = clock.elapsedMs() - startedMs
  }
  return findings
}

async function judge(subject: Subject, options: LookOptions): Promise<Finding[]> {
  const { db, restWithinSeconds } = options
  const findings = await judgeInPages(subject.orderIds, judgeOrders, options)
  findings.push(...(await judgeInPages(subject.orderIds, judgeMails, options)))
  findings.push(...(await judgeInPages(subject.streamIds, judgeStreams, options)))
  for (const showId of subject.showIds)
    findings.push(...(await judgeStock(db, showId, subject.exactly)), ...(await judgeUses(db, showId)))
  for (const showId of subject.seatShowIds)
    findings.push(...(await judgeSeats(db, showId)), ...(await judgeCodes(db, showId)))
  findings.push(...(await judgeLiveness(db, subject.streamIds, restWithinSeconds)))
  findings.push(...(await judgeOverdueMails(db)))
  return findings
}

const same = (one: Finding, other: Finding) => one.invariant === other.invariant && one.key === other.key

/**
 * Looks again at what was found. Of an order only what is at rest in both looks, with nothing told
 * in between, counts.
 */
async function confirm(found: readonly Finding[], options: LookOptions) {
  const { db, clock, confirmMs } = options
  if (found.length === 0) return { breaches: [], between: [] }
  const orderIds = [...new Set(found.flatMap(({ orderIds }) => orderIds))]
  const showIds = [...new Set(found.flatMap(({ showId }) => showId ?? []))]
  const before = await readAtRest(db, orderIds)
  await clock.sleep(confirmMs)
  const meanwhile = await readAtRest(db, orderIds)
  const subject = { orderIds, streamIds: orderIds, showIds, seatShowIds: showIds, exactly: true }
  const again = await judge(subject, options)
  const after = await readAtRest(db, orderIds)
  const isAtRest = (orderId: string) =>
    before.has(orderId) &&
    before.get(orderId) === meanwhile.get(orderId) &&
    before.get(orderId) === after.get(orderId)
  const breaches = again.filter((finding) => {
    if (!found.some((other) => same(finding, other))) return false
    return !betweenServices.has(finding.invariant) || finding.orderIds.every(isAtRest)
  })
  return { breaches, between: orderIds.filter((orderId) => !isAtRest(orderId)) }
}

export async function look(subject: Subject, options: LookOptions): Promise<Seen> {
  const suspicions = await judge(subject, options)
  const { breaches, between } = await confirm(suspicions, options)
  const checked = new Map<InvariantName, number>(
    invariants.map(({ name }) => [name, subject.orderIds.length]),
  )
  checked.delete('charges_have_an_order')
  checked.set('stock_adds_up', subject.showIds.length)
  checked.set('code_uses_add_up', subject.showIds.length)
  for (const name of [
    'paid_never_expires',
    'events_in_order',
    'events_take_effect',
    'orders_come_to_rest',
  ] as const)
    checked.set(name, subject.streamIds.length)
  return { suspicions, breaches, between, checked }
}
