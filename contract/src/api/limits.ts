// Shape of the operator's list of limits.
import { type Static, Type } from 'typebox'
import { Instant } from '../values.ts'

export const OpsLimit = Type.Object({
  name: Type.String(),
  most: Type.Integer({ minimum: 0 }),
  perSeconds: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], { description: 'null: at any time' }),
  shareOfShow: Type.Union([Type.Number(), Type.Null()], {
    description: 'this share of the places of a show, if that is more',
  }),
})
export type OpsLimit = Static<typeof OpsLimit>
export const OpsLimits = Type.Object({
  hold: Type.Union([Type.Literal('on'), Type.Literal('unless_local'), Type.Literal('off')], {
    description: 'as RATE_LIMITS says; unless_local: not for requests of the shop’s own machine',
  }),
  unknownProxySince: Type.Union([Instant, Type.Null()], {
    description: 'requests come through a proxy, and TRUST_PROXY is off: all buyers count as one network',
  }),
  items: Type.Array(OpsLimit),
})
export type OpsLimits = Static<typeof OpsLimits>
