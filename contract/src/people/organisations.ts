// Shapes of organisations: who sells, their members, invitations, tokens and door devices.
import { type Static, Type } from 'typebox'
import { Role } from '../identity.ts'
import { Id, Instant } from '../values.ts'

const closed = { additionalProperties: false } as const
const nullable = (pattern: ReturnType<typeof Type.String>) => Type.Union([pattern, Type.Null()])

const Email = Type.String({ format: 'email', minLength: 3, maxLength: 254 })
const Name = Type.String({ minLength: 1, maxLength: 100, format: 'visible' })
const Link = Type.String({ minLength: 9, maxLength: 500, pattern: '^https?://[^\\s]+$' })
const ShowIds = Type.Array(Id, {
  minItems: 1,
  maxItems: 200,
  description: 'only for these shows; left out: for the whole organisation',
})

const settings = {
  address: nullable(Type.String({ minLength: 1, maxLength: 500, format: 'visible' })),
  vatId: nullable(Type.String({ minLength: 4, maxLength: 20, pattern: '^[A-Z]{2}[A-Z0-9+*. -]{2,18}$' })),
  slug: nullable(
    Type.String({
      minLength: 3,
      maxLength: 40,
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'unique in the shop',
    }),
  ),
  colour: nullable(
    Type.String({ pattern: '^#[0-9a-f]{6}$', description: 'readable with white or with black text on it' }),
  ),
  imprintUrl: nullable(Link),
  privacyUrl: nullable(Link),
  replyTo: nullable(Email),
}

export const OrganisationBody = Type.Object({ name: Name }, closed)
export const OrganisationChange = Type.Partial(Type.Object({ name: Name, ...settings }), closed)
export type OrganisationChange = Static<typeof OrganisationChange>
export const OrganisationView = Type.Object({
  id: Id,
  name: Type.String({ description: 'the address of its account while it has no name' }),
  role: Type.Unsafe<Role>({ ...Role, description: 'yours' }),
  showIds: Type.Optional(Type.Array(Id, { description: 'only for these shows' })),
  address: nullable(Type.String()),
  vatId: nullable(Type.String()),
  slug: nullable(Type.String()),
  colour: nullable(Type.String()),
  imprintUrl: nullable(Type.String()),
  privacyUrl: nullable(Type.String()),
  replyTo: nullable(Type.String()),
})
export type OrganisationView = Static<typeof OrganisationView>

const scope = { role: Role, showIds: Type.Optional(ShowIds) }
const seenScope = { role: Role, showIds: Type.Optional(Type.Array(Id)) }

export const MemberView = Type.Object({ userId: Id, email: Type.String(), ...seenScope, since: Instant })
export type MemberView = Static<typeof MemberView>
export const MemberChange = Type.Object(scope, closed)

export const InvitationBody = Type.Object({ email: Email, ...scope }, closed)
export type InvitationBody = Static<typeof InvitationBody>
export const InvitationView = Type.Object({ id: Id, email: Type.String(), ...seenScope, expiresAt: Instant })
export type InvitationView = Static<typeof InvitationView>
export const RedeemBody = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200, description: 'what stands after `#` in the link' }) },
  closed,
)
export const RedeemedView = Type.Object({ organisationId: Id, name: Type.String(), ...seenScope })
export type RedeemedView = Static<typeof RedeemedView>

export const OrganisationTokenBody = Type.Object(
  { name: Name, ...scope, expiresAt: Type.Optional(Instant) },
  closed,
)
export type OrganisationTokenBody = Static<typeof OrganisationTokenBody>
export const OrganisationTokenView = Type.Object({
  id: Id,
  name: Type.String(),
  ...seenScope,
  madeBy: Type.String({ description: 'address of who made it' }),
  createdAt: Instant,
  expiresAt: Type.Optional(Instant),
  lastUsedAt: Type.Optional(Instant),
})
export type OrganisationTokenView = Static<typeof OrganisationTokenView>
export const NewOrganisationToken = Type.Object({
  ...OrganisationTokenView.properties,
  token: Type.String({ description: 'shown once' }),
})

export const DeviceBody = Type.Object(
  { name: Name, showIds: Type.Array(Id, { minItems: 1, maxItems: 200 }), endsAt: Instant },
  closed,
)
export type DeviceBody = Static<typeof DeviceBody>
export const DeviceView = Type.Object({
  id: Id,
  name: Type.String(),
  showIds: Type.Array(Id),
  endsAt: Instant,
  paired: Type.Boolean(),
  lastUsedAt: Type.Optional(Instant),
})
export type DeviceView = Static<typeof DeviceView>
export const NewDevice = Type.Object({
  ...DeviceView.properties,
  pairingCode: Type.String({ description: 'shown once; pairs one device within ten minutes' }),
})
export const PairBody = Type.Object({ code: Type.String({ minLength: 1, maxLength: 40 }) }, closed)
const pairedDevice = {
  id: Id,
  name: Type.String(),
  organisationId: Id,
  organisation: Type.String({ description: 'its name' }),
  showIds: Type.Array(Id),
  endsAt: Instant,
}
export const PairedDevice = Type.Object({
  ...pairedDevice,
  token: Type.String({ description: 'for `Authorization: Bearer`; a browser also gets it as its cookie' }),
})
export const CurrentDevice = Type.Object({ device: Type.Union([Type.Object(pairedDevice), Type.Null()]) })
export type CurrentDevice = Static<typeof CurrentDevice>
