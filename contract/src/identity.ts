// Events of the identity service. No event carries a link: its secret part is computed by whoever
// writes the mail.
import { type Static, Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Id } from './values.ts'

export const RequestedPurpose = Type.Union([
  Type.Literal('sign_in'),
  Type.Literal('reset_password'),
  Type.Literal('my_tickets'),
  Type.Literal('verify_email'),
])
export type RequestedPurpose = Static<typeof RequestedPurpose>

export const LinkRequested = defineEvent(
  'identity',
  'LinkRequested',
  Type.Object({
    linkId: Id,
    purpose: RequestedPurpose,
    email: Type.Union([Type.String(), Type.Null()], {
      description: 'where the mail goes; null when nobody here has the address that was asked for',
    }),
    language: Type.String(),
  }),
)
