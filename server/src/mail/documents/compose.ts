// What stands on the documents of an order, in its buyer's language: tickets, receipt, calendar.
// Pure but for the library that writes calendars.
import { grossOfLine, orderCodeOf } from '@holdfast/contract'
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import type { KnownOrder, KnownShow, KnownTicket } from '../domain/known.ts'
import { textsOf } from '../letters/texts.ts'
import type { Texts } from '../letters/words.ts'
import { doorsInWords, inWords, momentInWords, placeInWords } from '../letters/write.ts'
import type { ReceiptPaper, TicketsPaper } from './papers.ts'

/** An order with its show, as documents need it. */
export interface Documented {
  readonly order: KnownOrder
  readonly show: KnownShow
  /** By ticket id. */
  readonly codes: ReadonlyMap<string, string>
  /** Names by the number of the unit, as far as they were given. */
  readonly holders?: ReadonlyMap<number, string>
}

const isValid = (ticket: KnownTicket) => ticket.void !== true

/** Null of an extra: it is handed out, not scanned. */
function codeIn(codes: Documented['codes'], { id, admits }: KnownTicket): string | null {
  const code = codes.get(id)
  if (code === undefined && admits !== 0) throw new Error(`ticket ${id} has no code`)
  return code ?? null
}

/** Tickets that open the door: of all, or the one that was asked for. */
export function ticketsPaperOf(
  { order, show, codes, holders }: Documented,
  { size, ticketId }: { size: TicketsPaper['size']; ticketId?: string },
): TicketsPaper {
  const { language, total } = order
  const texts = textsOf[language]
  const all = (order.tickets ?? []).filter(isValid)
  const [when, doors] = [momentInWords(show, language), doorsInWords(show, language)]
  const gross = order.lines.flatMap(grossOfLine)
  const priceOf = (unit: number) => {
    const amountMinor = gross[unit] ?? 0
    return amountMinor === 0 ? texts.free : inWords({ amountMinor, currency: total.currency }, language)
  }
  return {
    kind: 'tickets',
    size,
    language,
    title: show.title,
    when: doors === null ? when : `${when} · ${texts.doors} ${doors}`,
    where: show.venue,
    order: orderCodeOf(order.id),
    words: { code: texts.ticketCode, order: texts.orderNumber },
    tickets: all
      .map((ticket, index) => ({
        id: ticket.id,
        name: ticket.name,
        holder: holders?.get(ticket.unit) ?? null,
        place: placeInWords(ticket, texts),
        price: priceOf(ticket.unit),
        code: codeIn(codes, ticket),
        admits: admitsInWords(ticket, texts),
        number: `${index + 1}/${all.length}`,
      }))
      .filter(({ id }) => ticketId === undefined || id === ticketId)
      .map(({ id: _id, ...ticket }) => ticket),
  }
}

function admitsInWords({ admits = 1 }: KnownTicket, texts: Texts): string {
  if (admits === 0) return texts.extra
  return admits === 1 ? texts.admitsOne : texts.admitsMany(admits)
}

export function receiptPaperOf({ order, show }: Omit<Documented, 'codes'>): ReceiptPaper {
  const { language, total, lines } = order
  const texts = textsOf[language]
  const { currency } = total
  return {
    kind: 'receipt',
    language,
    heading: texts.receipt,
    facts: [
      [texts.orderNumber, orderCodeOf(order.id)],
      [texts.ordered, momentInWords({ startsAt: order.createdAt, timeZone: show.timeZone }, language)],
      ...(order.email === null ? [] : [[texts.buyer, order.email] as const]),
      [texts.what, show.title],
      [texts.when, momentInWords(show, language)],
      ...(show.venue === null ? [] : [[texts.where, show.venue] as const]),
    ],
    lines: lines.map((line) => [
      `${line.quantity} × ${line.name}`,
      inWords({ amountMinor: grossOfLine(line).reduce((sum, each) => sum + each, 0), currency }, language),
    ]),
    total: [texts.total, inWords(total, language)],
    notes: [...(order.status === 'refunded' ? [texts.receiptRefunded] : []), texts.notAnInvoice],
  }
}

const lengthMs = 2 * 3_600_000

export function calendarOf({ order, show }: Omit<Documented, 'codes'>, publicUrl: string): string {
  const texts = textsOf[order.language]
  const url = new URL(`/orders/${order.id}`, publicUrl).href
  const calendar = ical({ prodId: '//Holdfast//Tickets//EN', method: ICalCalendarMethod.PUBLISH })
  const start = new Date(show.startsAt)
  calendar.createEvent({
    // The same id for every order of the show: a moved show moves in the calendar.
    id: `${show.id}@${new URL(publicUrl).hostname}`,
    sequence: show.version,
    stamp: start,
    start,
    end: show.endsAt === null ? new Date(start.getTime() + lengthMs) : new Date(show.endsAt),
    summary: show.title,
    status: show.cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    description: `${texts.orderNumber}: ${orderCodeOf(order.id)}\n${url}`,
    url,
    ...(show.venue === null ? {} : { location: show.venue }),
  })
  return calendar.toString()
}
