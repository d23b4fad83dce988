// Writes the message of a mail when it is sent or looked at: its letter, with what no row of it
// holds. Changes nothing but the end of the link to its order.
import { keepOrderLink } from '../../platform/http/links/links.ts'
import { addressOfLink } from '../../platform/http/links/operator-link.ts'
import type { LinkTokens } from '../../platform/http/links/tokens.ts'
import { type Database, sql } from '../../platform/postgres/database.ts'
import type { Log } from '../../platform/process/log.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { Attachment, Message } from '../carrier/carrier.ts'
import { calendarOf, ticketsPaperOf } from '../documents/compose.ts'
import type { Drawer } from '../documents/drawer.ts'
import type { KnownTicket } from '../domain/known.ts'
import type { Mail } from '../domain/mail.ts'
import { renderHtml, renderText } from '../letters/layout.ts'
import { type LetterParts, writeLetter } from '../letters/write.ts'
import { codesOf } from './codes.ts'
import { readDocumented } from './documents.ts'

const readTickets = sql('mail.read_tickets', `select tickets from mail.orders where id = $1`)

const withTickets = new Set<Mail['kind']>(['order_confirmed', 'show_changed', 'reminder'])

/** The tickets as a file and the date for a calendar. A mail without its file is better than none. */
async function attachmentsOf(mail: Mail, parts: WriterParts): Promise<Attachment[]> {
  const { db, codes, publicUrl, drawer, log } = parts
  if (!withTickets.has(mail.kind) || mail.orderId === null) return []
  const documented = await readDocumented({ db, codes }, { orderId: mail.orderId })
  if (!documented) return []
  const calendar: Attachment = {
    name: 'calendar.ics',
    contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
    content: Buffer.from(calendarOf(documented, publicUrl)),
  }
  const paper = ticketsPaperOf(documented, { size: 'a4' })
  if (paper.tickets.length === 0) return [calendar]
  try {
    const content = await drawer.draw(paper)
    return [{ name: 'tickets.pdf', contentType: 'application/pdf', content }, calendar]
  } catch (error) {
    log.warn({ err: error, mailId: mail.id }, 'a mail goes without its tickets as a file')
    return [calendar]
  }
}

/** Before the mail goes: its link must open, also when the show has moved since. */
async function keepLinkOf(db: Database, { orderId, recipient, content }: Mail): Promise<void> {
  if (orderId === null || !content.show) return
  await keepOrderLink(db, {
    orderId,
    email: recipient,
    startsAt: content.show.endsAt ?? content.show.startsAt,
  })
}

export interface WriterParts {
  readonly db: Database
  readonly codes: TicketCodes
  readonly publicUrl: string
  readonly linkTokens: LinkTokens
  readonly drawer: Pick<Drawer, 'draw'>
  readonly log: Log
}

export function makeWriter(parts: WriterParts) {
  const { db, codes, publicUrl, linkTokens } = parts
  const linkTo: LetterParts['linkTo'] = (purpose, id) =>
    addressOfLink(publicUrl, linkTokens.make(purpose, id))
  return async (mail: Mail): Promise<Message> => {
    await keepLinkOf(db, mail)
    const [row] =
      mail.orderId === null
        ? []
        : await db.query<{ tickets: readonly KnownTicket[] | null }>(readTickets, [mail.orderId])
    const letter = writeLetter(mail, { codes: codesOf(row?.tickets, codes), publicUrl, linkTo })
    return {
      id: mail.id,
      to: mail.recipient,
      subject: letter.subject.replaceAll(/\s+/g, ' '),
      text: renderText(letter),
      html: renderHtml(letter),
      language: letter.language,
      writtenAt: mail.queuedAt,
      attachments: await attachmentsOf(mail, parts),
    }
  }
}
export type Writer = ReturnType<typeof makeWriter>
