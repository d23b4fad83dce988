// Shapes of accounts, sessions, links and API tokens.
import { type Static, Type } from 'typebox'
import { RequestedPurpose, Role } from '../identity.ts'
import { Id, Instant } from '../values.ts'

const closed = { additionalProperties: false } as const

const Email = Type.String({ format: 'email', minLength: 3, maxLength: 254 })
const NewPassword = Type.String({ minLength: 8, maxLength: 200 })
export const Credentials = Type.Object({ email: Email, password: NewPassword }, closed)
export const PasswordBody = Type.Object(
  { currentPassword: Type.String({ minLength: 1, maxLength: 200 }), newPassword: NewPassword },
  closed,
)

const LinkToken = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'what stands after `#` in the link',
})
export const LinkBody = Type.Object({ token: LinkToken }, closed)
export const PasswordResetBody = Type.Object({ token: LinkToken, password: NewPassword }, closed)
export const LinkRequestBody = Type.Object({ email: Email, purpose: RequestedPurpose }, closed)
export const LinkView = Type.Object({
  purpose: Type.Union([
    Type.Literal('operator'),
    Type.Literal('order'),
    Type.Literal('invitation'),
    RequestedPurpose,
  ]),
  orderId: Type.Optional(Id),
  invitation: Type.Optional(
    Type.Object(
      { organisation: Type.String(), role: Role, email: Type.String() },
      { description: 'is accepted by `POST /api/invitations/redeem`' },
    ),
  ),
  passwordRemoved: Type.Optional(
    Type.Literal(true, {
      description: 'the account had a password from before its address was proved; it no longer works',
    }),
  ),
})
export type LinkView = Static<typeof LinkView>
export const GuestBody = Type.Object({ email: Email }, closed)
export const UserView = Type.Object({ id: Id, email: Type.String() })
export const CurrentUser = Type.Object({
  user: Type.Union([
    Type.Object({
      id: Id,
      email: Type.String(),
      kind: Type.Union([Type.Literal('user'), Type.Literal('guest')]),
      emailVerified: Type.Boolean({ description: 'a link in a mail to this address was opened' }),
    }),
    Type.Null(),
  ]),
})
export type CurrentUser = Static<typeof CurrentUser>
export const ApiTokenView = Type.Object({
  token: Type.String({ description: 'shown once' }),
  expiresAt: Instant,
})
