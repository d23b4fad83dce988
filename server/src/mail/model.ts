// How mail decides in batches: what news of shows and orders mean, and the way of each mail. No
// HTTP, no bus, no mail server.
import { readBeganAt } from '../platform/bus/store.ts'
import { type Handler, type HandlerOptions, makeHandler } from '../platform/commands/handle.ts'
import type { Decision } from '../platform/commands/model.ts'
import { readProcessEvents } from '../platform/commands/outbox.ts'
import { readLanguages } from '../platform/http/sessions.ts'
import type { Queryable } from '../platform/postgres/database.ts'
import {
  draftFor,
  draftOfLink,
  type KnownOrder,
  knowShow,
  type News,
  untrueBecause,
  withoutTickets,
} from './domain/known.ts'
import { type Draft, decideMail, evolveMail, isNews, type Mail, type MailFact } from './domain/mail.ts'
import {
  advanceTelling,
  type TellingStart,
  tellingOfChange,
  tellingOfEnd,
  tellingOfReminder,
} from './domain/telling.ts'
import { nameOf } from './names.ts'
import { load } from './store/load.ts'
import { save } from './store/save.ts'
import { apply, type Command, type Fact, type World } from './world.ts'

export type Rejection = 'show_unknown' | 'order_unknown' | 'tickets_not_issued' | 'no_email_address'
/** The mails that a `TakeDue` took, or how many orders a `Tell` went through, or a mail’s id. */
export interface MailAnswer {
  readonly taken?: readonly Mail[]
  readonly steps?: number
  readonly mailId?: string
}
export type MailHandler = Handler<Command, Rejection, MailAnswer>
type Decided = Decision<Fact, Rejection, MailAnswer>

const nothing: Decided = { facts: [], answer: {} }
const facts = (...all: readonly Fact[]): Decided => ({ facts: all, answer: {} })

export const mailIdOf = ({ fact, recipient }: Pick<Draft, 'fact' | 'recipient'>) =>
  nameOf('mail', fact, recipient)

function queue(world: World, draft: Draft | null, { at, now }: When): readonly MailFact[] {
  if (draft === null) return []
  const id = mailIdOf(draft)
  const { beganAt } = world
  return decideMail(world.mails.get(id), { type: 'QueueMail', id, draft, occurredAt: at, beganAt }, now)
}

interface When {
  readonly at: string
  readonly now: string
}

/** Of an old change nobody is told: they found the show as it is. */
const beginTelling = ({ beganAt }: World, start: TellingStart | null, { at, now }: When): readonly Fact[] => {
  if (!start || !isNews({ occurredAt: at, beganAt, now })) return []
  const telling = { ...start, id: nameOf('telling', start.fact), afterId: null, ended: false, told: 0 }
  return [{ type: 'TellingBegun', data: telling }]
}

function decide(world: World, command: Command, now: string): Decided {
  switch (command.type) {
    case 'NoteShow': {
      const before = world.shows.get(command.show.id)
      if (before && command.version <= before.version) return nothing
      const show = knowShow(before, command.show, command.version)
      return facts(
        { type: 'ShowKnown', data: show },
        ...beginTelling(world, tellingOfChange(before, show), { at: command.at, now }),
      )
    }
    case 'NoteShowEnd': {
      const show = world.shows.get(command.showId)
      if (!show) return { rejection: 'show_unknown' }
      if (show.cancelled) return nothing
      return facts(
        { type: 'ShowKnown', data: { ...show, cancelled: true, version: command.version } },
        ...beginTelling(world, tellingOfEnd(show.id), { at: command.at, now }),
      )
    }
    case 'BeginReminders':
      return facts(
        ...world.soon.flatMap((id): readonly Fact[] => {
          const show = world.shows.get(id)
          if (!show) return []
          const reminded: Fact = { type: 'ShowKnown', data: { ...show, remindedFor: show.startsAt } }
          return [reminded, ...beginTelling(world, tellingOfReminder(show), { at: now, now })]
        }),
      )
    case 'NoteLink':
      return facts(...queue(world, draftOfLink(command), { at: command.at, now }))
    case 'Tell':
      return tell(world, command.limit, now)
    case 'TakeDue':
      return take(world, now)
    case 'RecordSent':
    case 'RecordRefused':
    case 'RecordDeferred':
      return facts(...decideMail(world.mails.get(command.mailId), command, now))
    default:
      return decideOrderNews(world, command, now)
  }
}

type OrderNews = Extract<
  Command,
  {
    type:
      | 'NoteReserved'
      | 'NoteComplete'
      | 'NoteTickets'
      | 'NoteVoid'
      | 'NoteRefund'
      | 'NoteBounce'
      | 'ResendTickets'
  }
>

function decideOrderNews(world: World, command: OrderNews, now: string): Decided {
  if (command.type === 'NoteReserved') return reserved(world, command, now)
  if (command.type === 'NoteComplete') {
    const show = world.shows.get(command.showId)
    if (!show) return { rejection: 'show_unknown' }
    if (world.orders.has(command.orderId)) return nothing
    const order = completed(world, command)
    // Who paid while the show was being cancelled came too late for the telling.
    const end: News = { kind: 'show_cancelled', fact: `show_cancelled:${show.id}:${order.id}` }
    const late = show.cancelled ? queue(world, draftFor(order, show, end), { at: command.at, now }) : []
    return facts({ type: 'OrderKnown', data: order }, ...late)
  }
  const order = world.orders.get(command.orderId)
  if (command.type === 'NoteRefund' && !order) return lateMoney(world, command, now)
  // Sold before mail was there, and at rest for so long that no event of it is left.
  if (!order && world.forgotten.has(command.orderId)) return nothing
  const show = order && world.shows.get(order.showId)
  if (!order || !show) return { rejection: 'order_unknown' }
  const mail = (news: News, at: string) => queue(world, draftFor(order, show, news), { at, now })
  switch (command.type) {
    case 'NoteTickets': {
      if (order.tickets !== null) return nothing
      const known = { ...order, tickets: command.tickets }
      const news: News = { kind: 'order_confirmed', fact: `order_confirmed:${order.id}` }
      const draft = draftFor(known, show, news)
      return facts({ type: 'OrderKnown', data: known }, ...queue(world, draft, { at: command.at, now }))
    }
    case 'NoteVoid':
      return facts({ type: 'OrderKnown', data: withoutTickets(order, command.ticketIds) })
    case 'NoteRefund': {
      const { refundId, amount, full, elsewhere, at } = command
      const more = { amount, full, ...(elsewhere ? { elsewhere } : {}) }
      const news: News = { kind: 'money_back', fact: `refund:${refundId}`, more }
      return facts(...mail(news, at))
    }
    case 'NoteBounce': {
      const { refundId, amount, at } = command
      return facts(
        ...mail({ kind: 'refund_bounced', fact: `refund_bounced:${refundId}`, more: { amount } }, at),
      )
    }
    case 'ResendTickets': {
      if (order.tickets === null) return { rejection: 'tickets_not_issued' }
      const news: News = { kind: 'order_confirmed', fact: `resend:${command.requestId}` }
      const draft = draftFor(order, show, news)
      if (draft === null) return { rejection: 'no_email_address' }
      return { facts: queue(world, draft, { at: now, now }), answer: { mailId: mailIdOf(draft) } }
    }
  }
}

function completed(world: World, command: Command & { type: 'NoteComplete' }): KnownOrder {
  const { orderId: id, showId, buyer, soldBy = buyer.id, lines, total, at } = command
  return {
    id,
    showId,
    buyerId: buyer.id,
    email: buyer.email,
    language: world.languages.get(soldBy) ?? 'en',
    status: 'complete',
    lines,
    total,
    tickets: null,
    createdAt: at,
  }
}

/** Only its buyer is told: mail knows an order from its completion on. */
function reserved(world: World, command: Command & { type: 'NoteReserved' }, now: string): Decided {
  const { orderId: id, showId, buyer, by, lines, total, until, at } = command
  const show = world.shows.get(showId)
  if (!show) return { rejection: 'show_unknown' }
  // It was paid by now, or the time has passed: old news.
  if (world.orders.has(id) || until <= now) return nothing
  const language = world.languages.get(buyer.id) ?? world.languages.get(by) ?? 'en'
  const whose = { showId, buyerId: buyer.id, email: buyer.email, language }
  const order: KnownOrder = { id, ...whose, status: 'complete', lines, total, tickets: null, createdAt: at }
  const news: News = { kind: 'order_reserved', fact: `order_reserved:${id}:${until}`, more: { until } }
  return facts(...queue(world, draftFor(order, show, news), { at, now }))
}

/** Money that came after its order was lost, and went back. */
function lateMoney(world: World, command: Command & { type: 'NoteRefund' }, now: string): Decided {
  const { orderId: id, refundId, amount, at } = command
  const unfinished = world.unfinished.get(id)
  // It was completed, and the news of that is still on its way.
  if (unfinished === null) return { rejection: 'order_unknown' }
  const show = unfinished && world.shows.get(unfinished.showId)
  // Too old for anything to be kept of it.
  if (!show) return nothing
  const language = world.languages.get(unfinished.buyerId) ?? 'en'
  const order: KnownOrder = { ...unfinished, id, language, status: 'cancelled', tickets: null }
  const draft = draftFor(order, show, { kind: 'late_money', fact: `refund:${refundId}`, more: { amount } })
  return facts({ type: 'OrderKnown', data: order }, ...queue(world, draft, { at, now }))
}

function tell(world: World, asked: number, now: string): Decided {
  if (!world.telling) return { facts: [], answer: { steps: 0 } }
  const { telling, orders } = world.telling
  const show = world.shows.get(telling.showId)
  if (!show) throw new Error(`the show ${telling.showId} of a telling is not known`)
  const step = advanceTelling(telling, { show, orders, asked })
  const mails = step.drafts.flatMap((draft) => queue(world, draft, { at: now, now }))
  return { facts: [...mails, { type: 'TellingAdvanced', data: step.telling }], answer: { steps: 1 } }
}

function take(world: World, now: string): Decided {
  const decided = world.due.flatMap((mailId) => {
    const mail = world.mails.get(mailId)
    if (!mail) return []
    const { orderId, showId } = mail
    const order = orderId === null ? undefined : world.orders.get(orderId)
    const show = showId === null ? undefined : world.shows.get(showId)
    const untrue = untrueBecause(mail, order, show)
    const made = decideMail(mail, { type: 'TakeMail', mailId, untrue }, now)
    return [{ mail, made }]
  })
  const taken = decided.flatMap(({ mail, made }) =>
    made.some(({ type }) => type === 'MailTaken')
      ? [made.reduce((before, fact) => evolveMail(before, fact, now), mail)]
      : [],
  )
  return { facts: decided.flatMap(({ made }) => made), answer: { taken } }
}

export interface MailModelOptions extends HandlerOptions {
  /** Told when there is something to send or to tell. */
  readonly onQueued: () => void
}

export function makeMailHandler({ onQueued, ...options }: MailModelOptions): MailHandler {
  let beganAt: string | null = null
  const readBegan = async (tx: Queryable) => (beganAt ??= await readBeganAt(tx, 'mail'))
  return makeHandler<Command, World, Fact, Rejection, MailAnswer>(
    {
      service: 'mail',
      load: (tx, commands) => load(tx, commands, { readProcessEvents, readLanguages, readBegan }),
      decide,
      apply,
      save,
      committed: ({ newMails, begun }) => {
        if (newMails.size + begun.length > 0) onQueued()
      },
    },
    options,
  )
}
