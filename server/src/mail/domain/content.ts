// What a mail tells, frozen when it is queued. Holds no code of a ticket and no link. Pure.
import type { Money, Role, Seat } from '@holdfast/contract'

/** When and where, as buyers were told. */
export interface TimeAndPlace {
  readonly startsAt: string
  readonly timeZone: string
  readonly venue: string | null
}

export interface ShowContent extends TimeAndPlace {
  readonly title: string
  readonly doorsAt?: string
  readonly endsAt?: string
}

export interface TicketContent {
  readonly id: string
  readonly name: string
  /** Handed out, and no door scans it. */
  readonly extra?: true
  readonly seat?: Seat
}

export interface LineContent {
  readonly name: string
  readonly quantity: number
  readonly unitPriceMinor: number
}

export interface OrderContent {
  readonly id: string
  readonly lines: readonly LineContent[]
  readonly total: Money
}

export interface Content {
  /** Of mails about an order: all but those that bring a link to an account. */
  readonly show?: ShowContent
  readonly order?: OrderContent
  /** The id of a link; its secret part is computed when the mail is written. */
  readonly linkId?: string
  /** Of an invitation to an organisation. */
  readonly invitation?: { readonly organisation: string; readonly role: Role; readonly invitedBy: string }
  readonly tickets?: readonly TicketContent[]
  /** Of money that went back, or came back from the bank. */
  readonly amount?: Money
  readonly full?: boolean
  /** Given back by staff, and not to a card. */
  readonly elsewhere?: true
  /** Of a reservation: when it ends. */
  readonly until?: string
  /** Of a show that was moved. */
  readonly before?: TimeAndPlace
}
