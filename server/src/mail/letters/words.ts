// What the texts of mails and documents are made of, whatever the language.

import type { Role } from '@holdfast/contract'

interface LinkTexts {
  readonly subject: (shop: string) => string
  readonly heading: string
  readonly text: string
  readonly button: string
}

/** Values are plain text; the layout escapes them. */
export interface Texts {
  readonly greeting: string
  readonly what: string
  readonly when: string
  readonly doors: string
  readonly where: string
  readonly orderNumber: string
  readonly total: string
  readonly free: string
  readonly tickets: string
  readonly ticketCode: string
  readonly section: string
  readonly row: string
  readonly seat: string
  readonly admitsOne: string
  readonly admitsMany: (count: number) => string
  readonly extra: string
  readonly receipt: string
  readonly ordered: string
  readonly buyer: string
  readonly notAnInvoice: string
  readonly receiptRefunded: string
  readonly showOrder: string
  readonly before: string
  readonly now: string
  /** Why somebody gets this mail. */
  readonly reason: (shop: string) => string
  readonly linkReason: (shop: string) => string
  readonly linkLife: string
  readonly sign_in: LinkTexts
  readonly reset_password: LinkTexts
  readonly my_tickets: LinkTexts
  readonly verify_email: LinkTexts
  readonly invitation: {
    readonly subject: (organisation: string) => string
    readonly heading: (organisation: string) => string
    readonly text: (invitedBy: string, organisation: string) => string
    readonly roles: Readonly<Record<Role, string>>
    readonly button: string
    readonly life: string
    readonly reason: (invitedBy: string, shop: string) => string
  }
  readonly order_confirmed: {
    readonly subject: (title: string, count: number) => string
    readonly heading: (count: number) => string
    readonly text: string
    readonly atTheDoor: string
  }
  readonly order_reserved: {
    readonly subject: (title: string) => string
    readonly heading: string
    readonly text: (until: string) => string
    readonly after: string
    readonly button: string
  }
  readonly money_back: {
    /** Instead of `text`: staff gave it back. */
    readonly elsewhere: string
    readonly subject: (title: string, amount: string) => string
    readonly heading: (amount: string) => string
    readonly text: string
    readonly full: string
    readonly part: string
  }
  readonly late_money: {
    readonly subject: (title: string) => string
    readonly heading: string
    readonly text: (amount: string) => string
    readonly noTickets: string
  }
  readonly refund_bounced: {
    readonly subject: (title: string) => string
    readonly heading: string
    readonly text: (amount: string) => string
  }
  readonly show_changed: {
    readonly subject: (title: string) => string
    readonly heading: string
    readonly text: string
  }
  readonly show_cancelled: {
    readonly subject: (title: string) => string
    readonly heading: string
    readonly text: string
    readonly money: string
  }
  readonly reminder: {
    readonly subject: (title: string) => string
    readonly heading: (title: string) => string
    readonly text: string
  }
}
