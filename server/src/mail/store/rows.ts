// How mail's rows look in the database and in memory. Pure translation.
import type { Language, MailKind, OrderLine } from '@holdfast/contract'
import type { Content } from '../domain/content.ts'
import type { KnownOrder, KnownShow, KnownTicket, Telling as TellingKind } from '../domain/known.ts'
import { isEnded, type Mail, type MailState } from '../domain/mail.ts'
import type { Telling } from '../domain/telling.ts'

export const showTypes = {
  id: 'uuid',
  organiser_id: 'uuid',
  title: 'text',
  starts_at: 'timestamptz',
  doors_at: 'timestamptz',
  ends_at: 'timestamptz',
  time_zone: 'text',
  venue: 'text',
  venue_known: 'boolean',
  cancelled: 'boolean',
  reminded_for: 'timestamptz',
  version: 'int',
} as const
export const showColumns = Object.keys(showTypes).join(', ')

export interface ShowRow {
  readonly id: string
  readonly organiser_id: string
  readonly title: string
  readonly starts_at: string
  readonly doors_at: string | null
  readonly ends_at: string | null
  readonly time_zone: string
  readonly venue: string | null
  readonly venue_known: boolean
  readonly cancelled: boolean
  readonly reminded_for: string | null
  readonly version: number
}

export const toShow = (row: ShowRow): KnownShow => ({
  id: row.id,
  organiserId: row.organiser_id,
  title: row.title,
  startsAt: row.starts_at,
  doorsAt: row.doors_at,
  endsAt: row.ends_at,
  timeZone: row.time_zone,
  venue: row.venue,
  venueKnown: row.venue_known,
  cancelled: row.cancelled,
  remindedFor: row.reminded_for,
  version: row.version,
})

export const showRowOf = (show: KnownShow): ShowRow => ({
  id: show.id,
  organiser_id: show.organiserId,
  title: show.title,
  starts_at: show.startsAt,
  doors_at: show.doorsAt,
  ends_at: show.endsAt,
  time_zone: show.timeZone,
  venue: show.venue,
  venue_known: show.venueKnown,
  cancelled: show.cancelled,
  reminded_for: show.remindedFor,
  version: show.version,
})

export const orderTypes = {
  id: 'uuid',
  show_id: 'uuid',
  buyer_id: 'uuid',
  email: 'text',
  language: 'text',
  status: 'text',
  lines: 'json',
  total_minor: 'bigint',
  currency: 'text',
  tickets: 'json',
  created_at: 'timestamptz',
} as const
export const orderColumns = Object.keys(orderTypes).join(', ')

export interface OrderRow {
  readonly id: string
  readonly show_id: string
  readonly buyer_id: string
  readonly email: string | null
  readonly language: Language
  readonly status: KnownOrder['status']
  readonly lines: readonly OrderLine[]
  readonly total_minor: number
  readonly currency: string
  readonly tickets: readonly KnownTicket[] | null
  readonly created_at: string
}

export const toOrder = (row: OrderRow): KnownOrder => ({
  id: row.id,
  showId: row.show_id,
  buyerId: row.buyer_id,
  email: row.email,
  language: row.language,
  status: row.status,
  lines: row.lines,
  total: { amountMinor: row.total_minor, currency: row.currency },
  tickets: row.tickets,
  createdAt: row.created_at,
})

export const orderRowOf = (order: KnownOrder): OrderRow => ({
  id: order.id,
  show_id: order.showId,
  buyer_id: order.buyerId,
  email: order.email,
  language: order.language,
  status: order.status,
  lines: order.lines,
  total_minor: order.total.amountMinor,
  currency: order.total.currency,
  tickets: order.tickets,
  created_at: order.createdAt,
})

export const mailTypes = {
  id: 'uuid',
  kind: 'text',
  fact: 'text',
  recipient: 'text',
  language: 'text',
  order_id: 'uuid',
  show_id: 'uuid',
  content: 'json',
  state: 'text',
  due_at: 'timestamptz',
  attempts: 'int',
  fence: 'int',
  reason: 'text',
  queued_at: 'timestamptz',
  ended_at: 'timestamptz',
  version: 'int',
} as const
export const mailColumns = Object.keys(mailTypes).join(', ')

export interface MailRow {
  readonly id: string
  readonly kind: MailKind
  readonly fact: string
  readonly recipient: string
  readonly language: Language
  readonly order_id: string | null
  readonly show_id: string | null
  readonly content: Content
  readonly state: MailState
  readonly due_at: string | null
  readonly attempts: number
  readonly fence: number
  readonly reason: string | null
  readonly queued_at: string
  readonly ended_at: string | null
  readonly version: number
}

export function toMail(row: MailRow): Mail {
  const common = {
    id: row.id,
    kind: row.kind,
    fact: row.fact,
    recipient: row.recipient,
    language: row.language,
    orderId: row.order_id,
    showId: row.show_id,
    content: row.content,
    queuedAt: row.queued_at,
    attempts: row.attempts,
    fence: row.fence,
    version: row.version,
    reason: row.reason,
  }
  const { state } = row
  if (state === 'queued' || state === 'retrying' || state === 'sending')
    return { ...common, state, dueAt: row.due_at ?? row.queued_at }
  return { ...common, state, endedAt: row.ended_at ?? row.queued_at }
}

export function mailRowOf(mail: Mail): MailRow {
  return {
    id: mail.id,
    kind: mail.kind,
    fact: mail.fact,
    recipient: mail.recipient,
    language: mail.language,
    order_id: mail.orderId,
    show_id: mail.showId,
    content: mail.content,
    state: mail.state,
    due_at: isEnded(mail) ? null : mail.dueAt,
    attempts: mail.attempts,
    fence: mail.fence,
    reason: mail.reason,
    queued_at: mail.queuedAt,
    ended_at: isEnded(mail) ? mail.endedAt : null,
    version: mail.version,
  }
}

export const tellingTypes = {
  id: 'uuid',
  show_id: 'uuid',
  kind: 'text',
  fact: 'text',
  content: 'json',
  after_id: 'uuid',
  ended: 'boolean',
  told: 'int',
} as const
export const tellingColumns = Object.keys(tellingTypes).join(', ')

export interface TellingRow {
  readonly id: string
  readonly show_id: string
  readonly kind: TellingKind
  readonly fact: string
  readonly content: Partial<Content>
  readonly after_id: string | null
  readonly ended: boolean
  readonly told: number
}

export const toTelling = (row: TellingRow): Telling => ({
  id: row.id,
  showId: row.show_id,
  kind: row.kind,
  fact: row.fact,
  content: row.content,
  afterId: row.after_id,
  ended: row.ended,
  told: row.told,
})

export const tellingRowOf = (telling: Telling): TellingRow => ({
  id: telling.id,
  show_id: telling.showId,
  kind: telling.kind,
  fact: telling.fact,
  content: telling.content,
  after_id: telling.afterId,
  ended: telling.ended,
  told: telling.told,
})
