// Events of the mail service: what became of a message. They carry no address and no text.
import { type Static, Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Id } from './values.ts'

export const MailKind = Type.Union([
  Type.Literal('order_confirmed'),
  Type.Literal('order_reserved'),
  Type.Literal('money_back'),
  Type.Literal('late_money'),
  Type.Literal('refund_bounced'),
  Type.Literal('show_changed'),
  Type.Literal('show_cancelled'),
  Type.Literal('reminder'),
  Type.Literal('sign_in'),
  Type.Literal('reset_password'),
  Type.Literal('my_tickets'),
  Type.Literal('verify_email'),
  Type.Literal('invitation'),
])
export type MailKind = Static<typeof MailKind>

const told = { mailId: Id, kind: MailKind, orderId: Type.Optional(Id) }

export const MailSent = defineEvent('mail', 'MailSent', Type.Object(told))
/** The mail is not tried again: the recipient’s server refused it, or no server took it in time. */
export const MailFailed = defineEvent(
  'mail',
  'MailFailed',
  Type.Object({ ...told, reason: Type.Union([Type.Literal('bounced'), Type.Literal('given_up')]) }),
)
