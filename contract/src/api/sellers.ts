// Shapes of who may sell: what a seller reads, and what operators read and do.
import { type Static, type TSchema, Type } from 'typebox'
import { Id, Instant } from '../values.ts'
import { Page, PageQuery } from './common.ts'

const closed = { additionalProperties: false } as const
const Count = Type.Integer({ minimum: 0 })
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const CurrentSeller = Type.Object({
  mayPublish: Type.Boolean(),
  state: Type.Union(
    [Type.Literal('new'), Type.Literal('waiting'), Type.Literal('approved'), Type.Literal('blocked')],
    { description: 'new: has not asked yet; the first try to put a show on sale asks' },
  ),
})
export type CurrentSeller = Static<typeof CurrentSeller>

export const SellerQuery = Type.Object(
  {
    organisationId: Type.Optional({ ...Id, description: 'one that you belong to; left out: your own' }),
  },
  closed,
)

const Reason = Type.String({
  minLength: 1,
  maxLength: 500,
  format: 'visible',
  description: 'why; goes to the log',
})
export const OpsReasonBody = Type.Object({ reason: Reason }, closed)
export const OpsSellerBody = Type.Object({ reason: Type.Optional(Reason) }, closed)
const SellerState = Type.Union(
  [Type.Literal('new'), Type.Literal('waiting'), Type.Literal('approved'), Type.Literal('blocked')],
  { description: 'new: never asked to sell; waiting: for an approval' },
)
export const OpsSeller = Type.Object({ id: Id, state: SellerState })
export type OpsSeller = Static<typeof OpsSeller>
export const OpsSellersQuery = Type.Object(
  {
    ...PageQuery.properties,
    q: Type.Optional(
      Type.String({ maxLength: 254, description: 'part of an address, or the id of an account or a show' }),
    ),
  },
  closed,
)
export const OpsSellerRow = Type.Object({
  ...OpsSeller.properties,
  email: orNull(Type.String()),
  askedAt: orNull(Instant),
  reason: orNull(Type.String({ description: 'of the last act' })),
  drafts: Count,
  onSale: Count,
})
export type OpsSellerRow = Static<typeof OpsSellerRow>
export const OpsSellers = Type.Object({
  policy: Type.Union([Type.Literal('approved'), Type.Literal('open')], {
    description: 'open: every account may sell',
  }),
  ...Page(OpsSellerRow).properties,
})
export type OpsSellers = Static<typeof OpsSellers>
