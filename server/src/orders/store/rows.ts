// Orders as rows, and back.
import {
  type CancelReason,
  type Channel,
  type OrderKind,
  type OrderLine,
  type ReturnTerms,
  type Tender,
  type Tendered,
  unitsOf,
} from '@holdfast/contract'
import type { Order } from '../domain/order.ts'
import { type Return, unitsReturned } from '../domain/returns/returned.ts'

export interface OrderRow {
  readonly id: string
  readonly version: number
  readonly status: Order['status']
  readonly buyer_id: string
  readonly buyer_email: string | null
  readonly buyer_name: string | null
  readonly show_id: string
  readonly lines: OrderLine[]
  readonly code_id: string | null
  readonly code_uses: number | null
  readonly total_minor: number
  /** Null of an order of which all was due. */
  readonly due_minor: number | null
  readonly channel: Channel
  readonly sold_by: string | null
  readonly tender: Tender | null
  readonly tender_reason: string | null
  readonly tendered_by: string | null
  readonly currency: string
  readonly created_at: string
  readonly kind: OrderKind
  readonly expires_at: string
  readonly extended: boolean
  readonly hold_seconds: number
  readonly payment_id: string | null
  readonly payment_under_way: string | null
  readonly refunded_minor: number
  /** The return whose tickets are being made void; of a refunded order, its last. */
  readonly return_id: string | null
  readonly return_terms: ReturnTerms | null
  /** Null: none, or one of before, which `return_id` names. */
  readonly returns: readonly Return[] | null
  readonly back: readonly number[] | null
  readonly disputed: boolean
  readonly cancel_reason: CancelReason | null
}

/** What may change of an order, and by what it is found. */
export const changingTypes = {
  id: 'uuid',
  version: 'int',
  status: 'text',
  kind: 'text',
  expires_at: 'timestamptz',
  extended: 'boolean',
  payment_id: 'uuid',
  payment_under_way: 'uuid',
  refunded_minor: 'bigint',
  return_id: 'uuid',
  returns: 'json',
  back: 'json',
  disputed: 'boolean',
  code_uses: 'int',
  places: 'int',
  cancel_reason: 'text',
  tender: 'text',
  tender_reason: 'text',
  tendered_by: 'uuid',
} as const
export const orderTypes = {
  ...changingTypes,
  buyer_id: 'uuid',
  buyer_email: 'text',
  buyer_name: 'text',
  show_id: 'uuid',
  lines: 'json',
  code_id: 'uuid',
  return_terms: 'json',
  total_minor: 'bigint',
  due_minor: 'bigint',
  channel: 'text',
  sold_by: 'uuid',
  currency: 'text',
  created_at: 'timestamptz',
  hold_seconds: 'int',
} as const
export const orderColumns = Object.keys(orderTypes)
  .filter((column) => column !== 'places')
  .join(', ')

export function toOrder(row: OrderRow): Order {
  const facts = {
    id: row.id,
    version: row.version,
    buyer: {
      id: row.buyer_id,
      email: row.buyer_email,
      ...(row.buyer_name === null ? {} : { name: row.buyer_name }),
    },
    showId: row.show_id,
    lines: row.lines,
    ...(row.code_id === null ? {} : { code: { id: row.code_id, uses: present(row.code_uses) } }),
    ...(row.return_terms === null ? {} : { returnTerms: row.return_terms }),
    total: { amountMinor: row.total_minor, currency: row.currency },
    due: { amountMinor: row.due_minor ?? row.total_minor, currency: row.currency },
    channel: row.channel,
    soldBy: row.sold_by,
    tendered: tenderedOf(row),
    createdAt: row.created_at,
    kind: row.kind,
    expiresAt: row.expires_at,
    extended: row.extended,
    holdSeconds: row.hold_seconds,
  }
  switch (row.status) {
    case 'created':
      return { ...facts, status: 'created', paymentUnderWay: row.payment_under_way }
    case 'claimed':
      return { ...facts, status: 'claimed', paymentId: present(row.payment_id) }
    case 'complete':
      return {
        ...facts,
        status: 'complete',
        paymentId: row.payment_id,
        ...givenBackOf(row),
        disputed: row.disputed,
      }
    case 'refunded':
      return { ...facts, status: 'refunded', paymentId: row.payment_id, ...givenBackOf(row) }
    case 'cancelled':
      return { ...facts, status: 'cancelled', reason: present(row.cancel_reason) }
  }
}

function givenBackOf(row: OrderRow) {
  const { refunded_minor: refundedMinor, back, returns, return_id: id, status } = row
  const known = returns ?? (id === null ? [] : [wholeReturn(row, id, status === 'refunded')])
  return { refundedMinor, back, returns: known }
}

/** Before tickets were returned one by one, an order had one return at most: of all of it. */
function wholeReturn({ show_id: showId, lines }: OrderRow, id: string, isDone: boolean): Return {
  const units = unitsOf({ showId, lines }).map(({ no }) => no)
  return { id, by: 'refund', units, amountMinor: 0, restock: true, status: isDone ? 'done' : 'requested' }
}

function tenderedOf({ tender, tender_reason: reason, tendered_by: by }: OrderRow): Tendered | null {
  if (tender === null || by === null) return null
  return { tender, by, ...(reason === null ? {} : { reason }) }
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error('a column that this status needs is null')
  return value
}

/** `places`: how many people the order lets in, for sums; one that is refunded, how many it did. */
export function toRow(order: Order): OrderRow & { readonly places: number } {
  return {
    id: order.id,
    version: order.version,
    status: order.status,
    buyer_id: order.buyer.id,
    buyer_email: order.buyer.email,
    buyer_name: order.buyer.name ?? null,
    show_id: order.showId,
    lines: [...order.lines],
    code_id: order.code?.id ?? null,
    code_uses: order.code?.uses ?? null,
    total_minor: order.total.amountMinor,
    due_minor: order.due.amountMinor,
    channel: order.channel,
    sold_by: order.soldBy,
    tender: order.tendered?.tender ?? null,
    tender_reason: order.tendered?.reason ?? null,
    tendered_by: order.tendered?.by ?? null,
    currency: order.total.currency,
    created_at: order.createdAt,
    kind: order.kind,
    expires_at: order.expiresAt,
    extended: order.extended,
    hold_seconds: order.holdSeconds,
    payment_id: 'paymentId' in order ? order.paymentId : null,
    payment_under_way: order.status === 'created' ? order.paymentUnderWay : null,
    refunded_minor: 'refundedMinor' in order ? order.refundedMinor : 0,
    return_id: returnIdOf(order),
    return_terms: order.returnTerms ?? null,
    returns: 'returns' in order && order.returns.length > 0 ? order.returns : null,
    back: 'back' in order ? order.back : null,
    disputed: order.status === 'complete' && order.disputed,
    places: peopleOf(order),
    cancel_reason: order.status === 'cancelled' ? order.reason : null,
  }
}

function peopleOf(order: Order): number {
  const gone = order.status === 'complete' ? unitsReturned(order.returns) : new Set<number>()
  return unitsOf(order).reduce((people, { no, admits }) => people + (gone.has(no) ? 0 : admits), 0)
}

function returnIdOf(order: Order): string | null {
  if (!('returns' in order)) return null
  const last =
    order.status === 'refunded'
      ? order.returns.at(-1)
      : order.returns.find(({ status }) => status === 'requested')
  return last?.id ?? null
}
