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

/** What a member may do for an organisation. */
export const Role = Type.Union([
  Type.Literal('owner'),
  Type.Literal('manager'),
  Type.Literal('finance'),
  Type.Literal('box_office'),
  Type.Literal('door'),
])
export type Role = Static<typeof Role>

/** Somebody is asked to join an organisation. The id is that of the link. */
export const MemberInvited = defineEvent(
  'identity',
  'MemberInvited',
  Type.Object({
    invitationId: Id,
    organisationId: Id,
    organisation: Type.String({ description: 'its name' }),
    role: Role,
    email: Type.String(),
    invitedBy: Type.String({ description: 'address of the member who invites' }),
    language: Type.String(),
  }),
)

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
