// Writes the letter of a mail: what it tells, in the recipient's language. Adds what the row does
// not hold: ticket codes and links. Pure.
import {
  currencyExponent,
  type Language,
  type Money,
  orderCodeOf,
  type RequestedPurpose,
} from '@holdfast/contract'
import type { Content, TicketContent, TimeAndPlace } from '../domain/content.ts'
import type { Mail } from '../domain/mail.ts'
import type { Block, Letter } from './layout.ts'
import { textsOf } from './texts.ts'
import type { Texts } from './words.ts'

export interface LetterParts {
  /** By ticket id. */
  readonly codes: ReadonlyMap<string, string>
  readonly publicUrl: string
  /** The whole link. Its secret part is computed. */
  readonly linkTo: (purpose: RequestedPurpose | 'order' | 'invitation', id: string) => string
}

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' }

export function inWords({ amountMinor, currency }: Money, language: Language): string {
  const exponent = currencyExponent(currency)
  const style = { style: 'currency', currency, minimumFractionDigits: exponent } as const
  const format = new Intl.NumberFormat(locales[language], { ...style, maximumFractionDigits: exponent })
  return format.format(amountMinor / 10 ** exponent)
}

/** Day and time at the place of the show, with the zone: whoever reads it may be elsewhere. */
export function momentInWords(
  { startsAt, timeZone }: Pick<TimeAndPlace, 'startsAt' | 'timeZone'>,
  language: Language,
): string {
  const date = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const
  const time = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const
  return new Intl.DateTimeFormat(locales[language], { ...date, ...time, timeZone }).format(new Date(startsAt))
}

/** When the doors open, where the organiser says so. Most often on the same day: the time is enough. */
export function doorsInWords(
  { doorsAt, timeZone }: { readonly doorsAt?: string | null; readonly timeZone: string },
  language: Language,
): string | null {
  if (doorsAt == null) return null
  const time = { hour: '2-digit', minute: '2-digit', timeZone } as const
  return new Intl.DateTimeFormat(locales[language], time).format(new Date(doorsAt))
}

export function placeInWords({ seat }: Pick<TicketContent, 'seat'>, texts: Texts): string | null {
  if (!seat) return null
  return `${texts.section} ${seat.section}, ${texts.row} ${seat.row}, ${texts.seat} ${seat.number}`
}

type Fact = readonly [string, string]

function whenAndWhere(
  where: TimeAndPlace & { readonly doorsAt?: string },
  texts: Texts,
  language: Language,
): readonly Fact[] {
  const doors = doorsInWords(where, language)
  return [
    [texts.when, momentInWords(where, language)],
    ...(doors === null ? [] : [[texts.doors, doors] as const]),
    ...(where.venue === null ? [] : [[texts.where, where.venue] as const]),
  ]
}

export function writeLetter(mail: Mail, parts: LetterParts): Letter {
  const { content, kind } = mail
  const { show, order, linkId, invitation } = content
  const purpose = linkPurposes.find((each) => each === kind)
  if (purpose && linkId !== undefined) return linkLetter(mail.language, { ...parts, purpose, linkId })
  if (invitation && linkId !== undefined)
    return invitationLetter(mail.language, { ...parts, invitation, linkId })
  if (!show || !order) throw new Error(`the mail ${mail.id} tells nothing`)
  return orderLetter(mail, { ...parts, content: { ...content, show, order } })
}

const linkPurposes = ['sign_in', 'reset_password', 'my_tickets', 'verify_email'] as const

function linkLetter(
  language: Language,
  {
    publicUrl,
    linkTo,
    purpose,
    linkId,
  }: LetterParts & { readonly purpose: RequestedPurpose; readonly linkId: string },
): Letter {
  const texts = textsOf[language]
  const words = texts[purpose]
  const shop = new URL(publicUrl).host
  return {
    language,
    subject: words.subject(shop),
    blocks: [
      heading(words.heading),
      text(words.text),
      { kind: 'button', text: words.button, url: linkTo(purpose, linkId) },
      text(texts.linkLife),
    ],
    footer: texts.linkReason(shop),
  }
}

function invitationLetter(
  language: Language,
  { publicUrl, linkTo, invitation, linkId }: LetterParts & Required<Pick<Content, 'invitation' | 'linkId'>>,
): Letter {
  const { organisation, role, invitedBy } = invitation
  const words = textsOf[language].invitation
  return {
    language,
    subject: words.subject(organisation),
    blocks: [
      heading(words.heading(organisation)),
      text(words.text(invitedBy, organisation)),
      text(words.roles[role]),
      { kind: 'button', text: words.button, url: linkTo('invitation', linkId) },
      text(words.life),
    ],
    footer: words.reason(invitedBy, new URL(publicUrl).host),
  }
}

type AboutOrder = Content & Required<Pick<Content, 'show' | 'order'>>

function orderLetter(mail: Mail, parts: LetterParts & { readonly content: AboutOrder }): Letter {
  const { language, kind } = mail
  const { codes, publicUrl, linkTo, content } = parts
  const texts = textsOf[language]
  const { order, show } = content
  const orderFacts: readonly Fact[] = [
    [texts.orderNumber, orderCodeOf(order.id)],
    [texts.total, order.total.amountMinor === 0 ? texts.free : inWords(order.total, language)],
  ]
  const facts = (...rows: readonly Fact[]): Block => ({ kind: 'facts', rows })
  const tickets: readonly Block[] =
    (content.tickets ?? []).length === 0 ? [] : [ticketsBlock(content.tickets ?? [], texts, codes)]
  const { subject, blocks } = bodies[kind as OrderKind]({
    content,
    texts,
    language,
    amount: content.amount ? inWords(content.amount, language) : '',
    showFacts: facts([texts.what, show.title], ...whenAndWhere(show, texts, language)),
    orderFacts: facts(...orderFacts),
    tickets,
  })
  const label = kind === 'order_reserved' ? texts.order_reserved.button : texts.showOrder
  const button: Block = { kind: 'button', text: label, url: linkTo('order', order.id) }
  return { language, subject, blocks: [...blocks, button], footer: texts.reason(new URL(publicUrl).host) }
}

type OrderKind = Exclude<Mail['kind'], (typeof linkPurposes)[number] | 'invitation'>

function ticketsBlock(
  tickets: readonly TicketContent[],
  texts: Texts,
  codes: ReadonlyMap<string, string>,
): Block {
  return {
    kind: 'tickets',
    title: texts.tickets,
    codeName: texts.ticketCode,
    items: tickets.map((ticket) => ({
      name: ticket.name,
      place: placeInWords(ticket, texts),
      code: codes.get(ticket.id) ?? null,
    })),
  }
}

interface BodyParts {
  readonly content: AboutOrder
  readonly texts: Texts
  readonly language: Language
  readonly amount: string
  readonly showFacts: Block
  readonly orderFacts: Block
  readonly tickets: readonly Block[]
}
type Body = Pick<Letter, 'subject' | 'blocks'>

const heading = (text: string): Block => ({ kind: 'heading', text })
const text = (words: string): Block => ({ kind: 'text', text: words })

const bodies: Readonly<Record<OrderKind, (parts: BodyParts) => Body>> = {
  order_confirmed({ content, texts, showFacts, orderFacts, tickets }) {
    const words = texts.order_confirmed
    const all = content.tickets ?? []
    const count = all.filter(({ extra }) => !extra).length || all.length
    return {
      subject: words.subject(content.show.title, count),
      blocks: [
        heading(words.heading(count)),
        text(words.text),
        showFacts,
        ...tickets,
        text(words.atTheDoor),
        orderFacts,
      ],
    }
  },
  order_reserved({ content, texts, language, showFacts, orderFacts }) {
    const words = texts.order_reserved
    const { timeZone } = content.show
    const until = momentInWords({ startsAt: content.until ?? '', timeZone }, language)
    return {
      subject: words.subject(content.show.title),
      blocks: [heading(words.heading), text(words.text(until)), text(words.after), showFacts, orderFacts],
    }
  },
  money_back({ content, texts, amount, showFacts, orderFacts }) {
    const words = texts.money_back
    return {
      subject: words.subject(content.show.title, amount),
      blocks: [
        heading(words.heading(amount)),
        text(content.elsewhere ? words.elsewhere : words.text),
        text(content.full ? words.full : words.part),
        showFacts,
        orderFacts,
      ],
    }
  },
  late_money({ content, texts, amount, showFacts, orderFacts }) {
    const words = texts.late_money
    return {
      subject: words.subject(content.show.title),
      blocks: [
        heading(words.heading),
        text(words.text(amount)),
        text(words.noTickets),
        showFacts,
        orderFacts,
      ],
    }
  },
  refund_bounced({ content, texts, amount, showFacts, orderFacts }) {
    const words = texts.refund_bounced
    return {
      subject: words.subject(content.show.title),
      blocks: [heading(words.heading), text(words.text(amount)), showFacts, orderFacts],
    }
  },
  show_changed({ content, texts, language, showFacts, orderFacts, tickets }) {
    const words = texts.show_changed
    const before: readonly Block[] = content.before
      ? [
          text(`${texts.before}:`),
          { kind: 'facts', rows: whenAndWhere(content.before, texts, language) },
          text(`${texts.now}:`),
        ]
      : []
    return {
      subject: words.subject(content.show.title),
      blocks: [heading(words.heading), text(words.text), ...before, showFacts, ...tickets, orderFacts],
    }
  },
  show_cancelled({ content, texts, showFacts, orderFacts }) {
    const words = texts.show_cancelled
    return {
      subject: words.subject(content.show.title),
      blocks: [heading(words.heading), text(words.text), text(words.money), showFacts, orderFacts],
    }
  },
  reminder({ content, texts, showFacts, orderFacts, tickets }) {
    const words = texts.reminder
    return {
      subject: words.subject(content.show.title),
      blocks: [
        heading(words.heading(content.show.title)),
        text(words.text),
        showFacts,
        ...tickets,
        orderFacts,
      ],
    }
  },
}
