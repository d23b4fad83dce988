// All that one batch of mail's commands may read and change, in memory, and how each fact changes it.
// Knows no database.
import type {
  Buyer,
  FactOf,
  Language,
  Money,
  OrderLine,
  PublishedShow,
  RequestedPurpose,
} from '@holdfast/contract'
import type { Content } from './domain/content.ts'
import type { KnownOrder, KnownShow } from './domain/known.ts'
import { evolveMail, type Mail, type MailCommand, type MailFact } from './domain/mail.ts'
import type { Telling } from './domain/telling.ts'

type Issued = FactOf<'TicketsIssued'>['data']['tickets']

export type Command =
  | { readonly type: 'NoteShow'; readonly show: PublishedShow; readonly version: number; readonly at: string }
  | { readonly type: 'NoteShowEnd'; readonly showId: string; readonly version: number; readonly at: string }
  | {
      readonly type: 'NoteComplete'
      readonly orderId: string
      readonly showId: string
      readonly buyer: Buyer
      /** Whose language it is at the counter, where buyers have no session. */
      readonly soldBy?: string
      readonly lines: readonly OrderLine[]
      readonly total: Money
      readonly at: string
    }
  | {
      readonly type: 'NoteReserved'
      readonly orderId: string
      readonly showId: string
      readonly buyer: Buyer
      /** Whose language it is when the buyer has no session. */
      readonly by: string
      readonly lines: readonly OrderLine[]
      readonly total: Money
      readonly until: string
      readonly at: string
    }
  | { readonly type: 'NoteTickets'; readonly orderId: string; readonly tickets: Issued; readonly at: string }
  | { readonly type: 'NoteVoid'; readonly orderId: string; readonly ticketIds: readonly string[] }
  | {
      readonly type: 'NoteRefund'
      readonly orderId: string
      readonly refundId: string
      readonly amount: Money
      readonly full: boolean
      readonly elsewhere?: true
      readonly at: string
    }
  | {
      readonly type: 'NoteBounce'
      readonly orderId: string
      readonly refundId: string
      readonly amount: Money
      readonly at: string
    }
  | {
      readonly type: 'NoteLink'
      readonly linkId: string
      readonly purpose: RequestedPurpose | 'invitation'
      readonly email: string
      readonly language: Language
      readonly content?: Pick<Content, 'invitation'>
      readonly at: string
    }
  | { readonly type: 'ResendTickets'; readonly orderId: string; readonly requestId: string }
  /** Reminds the guests of shows that begin within a day. */
  | { readonly type: 'BeginReminders' }
  /** One step of one telling. */
  | { readonly type: 'Tell'; readonly limit: number }
  | { readonly type: 'TakeDue'; readonly limit: number }
  | Exclude<MailCommand, { type: 'QueueMail' | 'TakeMail' }>

/** An order that ended without being complete, from the events that are kept of it. */
export type Unfinished = Pick<KnownOrder, 'showId' | 'buyerId' | 'email' | 'lines' | 'total' | 'createdAt'>

export interface World {
  /** When mail began to hear of anything; null before that. */
  readonly beganAt: string | null
  readonly shows: Map<string, KnownShow>
  readonly orders: Map<string, KnownOrder>
  /** By order, of those that mail does not know: null when it was completed and we did not hear yet. */
  readonly unfinished: ReadonlyMap<string, Unfinished | null>
  /** Orders that mail does not know, and of which no event is kept. */
  readonly forgotten: ReadonlySet<string>
  readonly languages: ReadonlyMap<string, Language>
  readonly mails: Map<string, Mail>
  /** Ids of mails whose time has come. */
  readonly due: readonly string[]
  readonly soon: readonly string[]
  readonly telling: { readonly telling: Telling; readonly orders: readonly KnownOrder[] } | null
  readonly changedShows: Set<string>
  readonly changedOrders: Set<string>
  readonly newMails: Set<string>
  readonly changedMails: Set<string>
  readonly begun: Telling[]
  readonly advanced: Telling[]
}

type Knowledge =
  | { readonly type: 'ShowKnown'; readonly data: KnownShow }
  | { readonly type: 'OrderKnown'; readonly data: KnownOrder }
  | { readonly type: 'TellingBegun'; readonly data: Telling }
  | { readonly type: 'TellingAdvanced'; readonly data: Telling }
export type Fact = MailFact | Knowledge

export function apply(world: World, fact: Fact, now: string) {
  switch (fact.type) {
    case 'ShowKnown':
      world.shows.set(fact.data.id, fact.data)
      world.changedShows.add(fact.data.id)
      return recorded(fact.data.id)
    case 'OrderKnown':
      world.orders.set(fact.data.id, fact.data)
      world.changedOrders.add(fact.data.id)
      return recorded(fact.data.id)
    case 'TellingBegun':
      world.begun.push(fact.data)
      return recorded(fact.data.id)
    case 'TellingAdvanced':
      world.advanced.push(fact.data)
      return recorded(fact.data.id)
    default: {
      const { mailId } = fact.data
      const mail = evolveMail(world.mails.get(mailId), fact, now)
      world.mails.set(mailId, mail)
      if (fact.type === 'MailQueued') world.newMails.add(mailId)
      else world.changedMails.add(mailId)
      return { subject: mailId, version: mail.version, correlationId: mail.orderId ?? mail.showId ?? mailId }
    }
  }
}

/** Of a private fact nothing is told. */
const recorded = (id: string) => ({ subject: id, version: 1, correlationId: id })
