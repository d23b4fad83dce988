// Shapes of the HTTP API of mail: the built-in mailbox, and the mails of an order.
import { type Static, Type } from 'typebox'
import { MailKind } from '../mail.ts'
import { Id, Instant } from '../values.ts'

const closed = { additionalProperties: false } as const

export const MailboxItem = Type.Object({
  id: Type.String({ description: 'of this delivery; a mail whose answer was lost arrives twice' }),
  messageId: Type.String({ description: 'the same in each delivery of a mail' }),
  to: Type.String(),
  kind: MailKind,
  subject: Type.String(),
  text: Type.String(),
  html: Type.String(),
  attachments: Type.Array(
    Type.Object({ name: Type.String(), contentType: Type.String(), bytes: Type.Integer() }),
  ),
  orderId: Type.Optional(Id),
  createdAt: Instant,
})
export type MailboxItem = Static<typeof MailboxItem>

export const MailboxQuery = Type.Object(
  {
    to: Type.Optional(Type.String({ maxLength: 254, description: 'the whole address' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,15}$' })),
  },
  closed,
)

export const MailboxFault = Type.Union([
  Type.Literal('refuse'),
  Type.Literal('delay'),
  Type.Literal('lose_answer'),
])
export const MailboxFaultBody = Type.Object(
  {
    kind: MailboxFault,
    times: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000, default: 1, description: 'how many deliveries; 0 ends it' }),
    ),
  },
  closed,
)
export type MailboxFaultBody = Static<typeof MailboxFaultBody>
export const MailboxFaults = Type.Object({
  items: Type.Array(Type.Object({ kind: MailboxFault, times: Type.Integer() })),
})

export const MailState = Type.Union([
  Type.Literal('queued'),
  Type.Literal('sending'),
  Type.Literal('retrying'),
  Type.Literal('sent'),
  Type.Literal('bounced'),
  Type.Literal('given_up'),
  Type.Literal('skipped'),
])
export const MailView = Type.Object({
  id: Id,
  kind: MailKind,
  to: Type.String(),
  state: MailState,
  queuedAt: Instant,
  endedAt: Type.Optional(Instant),
  reason: Type.Optional(
    Type.String({ description: 'what the mail server said last, or why it was skipped' }),
  ),
  attempts: Type.Integer(),
})
export type MailView = Static<typeof MailView>
/** Mails that did not arrive and are not tried again, of the last week. */
export const OpsMail = Type.Object({
  id: Id,
  kind: MailKind,
  to: Type.String(),
  orderId: Type.Union([Id, Type.Null()]),
  state: Type.Union([Type.Literal('bounced'), Type.Literal('given_up')]),
  reason: Type.Union([Type.String(), Type.Null()]),
  endedAt: Instant,
})
export type OpsMail = Static<typeof OpsMail>
export const OpsMails = Type.Object({ items: Type.Array(OpsMail) })
export const MailsOfOrder = Type.Object({ items: Type.Array(MailView) })
export const ResendView = Type.Object({ id: Id })
