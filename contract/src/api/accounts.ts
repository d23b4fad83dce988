// Shapes of accounts, sessions, links and API tokens.
import { type Static, Type } from 'typebox'
import { Id, Instant } from '../values.ts'

const closed = { additionalProperties: false } as const

const Email = Type.String({ format: 'email', minLength: 3, maxLength: 254 })
export const Credentials = Type.Object(
  { email: Email, password: Type.String({ minLength: 8, maxLength: 200 }) },
  closed,
)
export const PasswordBody = Type.Object(
  {
    currentPassword: Type.String({ minLength: 1, maxLength: 200 }),
    newPassword: Type.String({ minLength: 8, maxLength: 200 }),
  },
  closed,
)
export const LinkBody = Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }) }, closed)
export const LinkView = Type.Object({ purpose: Type.Literal('operator') })
export const GuestBody = Type.Object({ email: Email }, closed)
export const UserView = Type.Object({ id: Id, email: Type.String() })
export const CurrentUser = Type.Object({
  user: Type.Union([
    Type.Object({
      id: Id,
      email: Type.String(),
      kind: Type.Union([Type.Literal('user'), Type.Literal('guest')]),
    }),
    Type.Null(),
  ]),
})
export type CurrentUser = Static<typeof CurrentUser>
export const ApiTokenView = Type.Object({
  token: Type.String({ description: 'shown once' }),
  expiresAt: Instant,
})
