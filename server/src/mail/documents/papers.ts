// What stands on paper: a ticket on a page of its own, large or as a label, and a receipt. All words
// come from outside.
import { finish, makePaper, type Paper } from './paper.ts'

export interface TicketPaper {
  readonly name: string
  /** Whose ticket it is; null where nobody said. */
  readonly holder: string | null
  readonly place: string | null
  readonly price: string
  /** Null of what no door scans. */
  readonly code: string | null
  /** Whom it lets in, and how. */
  readonly admits: string
  readonly number: string
}

export interface TicketsPaper {
  readonly kind: 'tickets'
  readonly size: 'a4' | 'label'
  readonly language: string
  readonly title: string
  readonly when: string
  readonly where: string | null
  readonly order: string
  readonly words: { readonly code: string; readonly order: string }
  readonly tickets: readonly TicketPaper[]
}

export interface ReceiptPaper {
  readonly kind: 'receipt'
  readonly language: string
  readonly heading: string
  readonly facts: readonly (readonly [name: string, value: string])[]
  readonly lines: readonly (readonly [text: string, amount: string])[]
  readonly total: readonly [text: string, amount: string]
  readonly notes: readonly string[]
}

export type PaperRequest = TicketsPaper | ReceiptPaper

const millimetre = 72 / 25.4
const soft = '#4c5a57'
const sizes = {
  a4: { page: [210, 297], margin: 20, qr: 60, title: 26, text: 13 },
  label: { page: [80, 150], margin: 6, qr: 50, title: 14, text: 9 },
} as const

/** Groups of five: a code that is typed is read out so. */
export const inGroups = (code: string) => code.match(/.{1,5}/g)?.join(' ') ?? code

export function draw(request: PaperRequest): Promise<Buffer> {
  return request.kind === 'tickets' ? drawTickets(request) : drawReceipt(request)
}

function drawTickets(request: TicketsPaper): Promise<Buffer> {
  const { page } = sizes[request.size]
  const size: [number, number] = [page[0] * millimetre, page[1] * millimetre]
  const paper = makePaper({
    size,
    margin: 0,
    lang: request.language,
    displayTitle: true,
    info: { Title: request.title, Creator: 'Holdfast' },
  })
  for (const ticket of request.tickets) {
    paper.document.addPage({ size, margin: 0 })
    drawTicket(paper, request, ticket)
  }
  return finish(paper)
}

function drawTicket(paper: Paper, request: TicketsPaper, ticket: TicketPaper): void {
  const { page, margin, qr, title, text } = sizes[request.size]
  const x = margin * millimetre
  const width = (page[0] - 2 * margin) * millimetre
  const gap = text * 0.6
  let y = x
  const write = (words: string, style: Parameters<Paper['write']>[2]) => {
    y += paper.write(words, { x, y, width }, style) + gap
  }
  write(request.title, { size: title, face: 'bold', lines: 3 })
  write(request.when, { size: text + 1, face: 'bold' })
  if (request.where !== null) write(request.where, { size: text })
  y += gap
  write(ticket.name, { size: title * 0.7, face: 'bold' })
  if (ticket.place !== null) write(ticket.place, { size: text + 1 })
  if (ticket.holder !== null) write(ticket.holder, { size: text + 1, face: 'bold', lines: 2 })
  write(ticket.price, { size: text })
  y += gap
  if (ticket.code !== null) {
    const side = qr * millimetre
    paper.qr(ticket.code, { x: x + (width - side) / 2, y, size: side })
    y += side + gap * 2
    write(`${request.words.code}: ${inGroups(ticket.code)}`, { size: text })
  }
  write(`${request.words.order}: ${request.order} · ${ticket.number}`, { size: text, color: soft })
  write(ticket.admits, { size: text - 1, color: soft })
}

function drawReceipt(request: ReceiptPaper): Promise<Buffer> {
  const { page, margin, title, text } = sizes.a4
  const size: [number, number] = [page[0] * millimetre, page[1] * millimetre]
  const paper = makePaper({
    size,
    margin: 0,
    lang: request.language,
    displayTitle: true,
    info: { Title: request.heading, Creator: 'Holdfast' },
  })
  const newPage = () => paper.document.addPage({ size, margin: 0 })
  newPage()
  const x = margin * millimetre
  const width = (page[0] - 2 * margin) * millimetre
  const end = (page[1] - margin) * millimetre
  let y = x
  const row = (left: string, right: string, face: 'regular' | 'bold' = 'regular') => {
    if (y > end - 3 * text) {
      newPage()
      y = x
    }
    const amount = paper.write(
      right,
      { x: x + width * 0.6, y, width: width * 0.4 },
      { size: text, face, align: 'right' },
    )
    const name = paper.write(left, { x, y, width: width * 0.58 }, { size: text, face })
    y += Math.max(amount, name) + text * 0.5
  }
  y += paper.write(request.heading, { x, y, width }, { size: title, face: 'bold' }) + text
  for (const [name, value] of request.facts) row(name, value)
  y += text
  for (const [name, amount] of request.lines) row(name, amount)
  row(request.total[0], request.total[1], 'bold')
  y += text
  for (const note of request.notes)
    y += paper.write(note, { x, y, width }, { size: text - 1, color: soft }) + text * 0.4
  return finish(paper)
}
