// What a mail tells, frozen when it is queued. Holds no code of a ticket and no link. Pure.
import type { Money, Seat } from '@holdfast/contract'

/** When and where, as buyers were told. */
export interface TimeAndPlace {
  readonly startsAt: string
  readonly timeZone: string
  readonly venue: string | null
}

export interface ShowContent extends TimeAndPlace {
  readonly title: string
}

export interface TicketContent {
  readonly id: string
  readonly name: string
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
  readonly show: ShowContent
  readonly order: OrderContent
  readonly tickets?: readonly TicketContent[]
  /** Of money that went back, or came back from the bank. */
  readonly amount?: Money
  readonly full?: boolean
  /** Of a show that was moved. */
  readonly before?: TimeAndPlace
}
