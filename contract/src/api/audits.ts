// Shapes of what the auditor finds and what reconciliation with the processor finds.
import { type Static, type TSchema, Type } from 'typebox'
import { Currency } from '../money/money.ts'
import { Instant } from '../values.ts'
import { Page, PageQuery } from './common.ts'

const closed = { additionalProperties: false } as const
const Count = Type.Integer({ minimum: 0 })
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const SalesState = Type.Object({
  state: Type.Union([Type.Literal('open'), Type.Literal('stopped')]),
  since: orNull(Instant),
  reason: orNull(Type.String({ description: 'one sentence for people' })),
})
export type SalesState = Static<typeof SalesState>

/** The public part of the state of sales; the reason is for operators. */
export const SalesNotice = Type.Object({ state: SalesState.properties.state })
export type SalesNotice = Static<typeof SalesNotice>

export const AuditVerdict = Type.Union([
  Type.Literal('holds'),
  Type.Literal('breached'),
  Type.Literal('unchecked', { description: 'not checked yet, or not checkable right now' }),
])
export type AuditVerdict = Static<typeof AuditVerdict>

export const AuditBreach = Type.Object({
  key: Type.String({ description: 'names this breach for as long as it lasts' }),
  explanation: Type.String({ description: 'one sentence with the figures' }),
  orderIds: Type.Array(Type.String()),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
})
export type AuditBreach = Static<typeof AuditBreach>
export const AuditInvariant = Type.Object({
  name: Type.String({ description: 'snake_case, stable; also the label of the metric' }),
  number: Type.Integer({
    minimum: 1,
    maximum: 9,
    description: 'which of the nine invariants it checks (a part of)',
  }),
  title: Type.String({ description: 'what must hold, in a sentence' }),
  verdict: AuditVerdict,
  checkedRows: Type.Integer({ minimum: 0, description: 'rows that the last run looked at' }),
  lastRunAt: orNull(Instant),
  breaches: Type.Array(AuditBreach, { description: 'at most 20, the oldest first' }),
  breachCount: Count,
})
export type AuditInvariant = Static<typeof AuditInvariant>
export const OpsAudit = Type.Object({
  verdict: AuditVerdict,
  lastRunAt: orNull(Instant),
  lastRunMs: orNull(Count),
  running: Type.Boolean(),
  coveredUpTo: orNull(
    Type.Object({
      fullRoundSeconds: Type.Integer({
        minimum: 0,
        description: 'how long the rolling look over everything takes',
      }),
      roundDone: Type.Number({ minimum: 0, maximum: 1 }),
    }),
  ),
  sales: SalesState,
  invariants: Type.Array(AuditInvariant),
})
export type OpsAudit = Static<typeof OpsAudit>

/** Who has to act on a difference. */
export const DifferenceOwner = Type.Union([
  Type.Literal('shop'),
  Type.Literal('processor'),
  Type.Literal('organiser'),
  Type.Literal('operator'),
])
export type DifferenceOwner = Static<typeof DifferenceOwner>
export const OpsDifference = Type.Object({
  id: Type.String(),
  kind: Type.String({ description: 'snake_case, stable: foreign, refund_failed, …' }),
  owner: DifferenceOwner,
  explanation: Type.String(),
  orderId: orNull(Type.String()),
  paymentId: orNull(Type.String()),
  intentId: orNull(Type.String()),
  currency: orNull(Currency),
  shopMinor: orNull(Type.Integer({ description: 'what payments has' })),
  ledgerMinor: orNull(Type.Integer({ description: 'what the ledger has' })),
  processorMinor: orNull(Type.Integer({ description: 'what the processor has' })),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  ageSeconds: Count,
  resolvedAt: orNull(Instant),
})
export type OpsDifference = Static<typeof OpsDifference>
export const OpsReconciliationQuery = Type.Object(
  {
    ...PageQuery.properties,
    resolved: Type.Optional(
      Type.Boolean({ default: false, description: 'true: list resolved differences instead of open ones' }),
    ),
  },
  closed,
)
export const OpsReconciliation = Type.Object({
  ...Page(OpsDifference).properties,
  lastRunAt: orNull(Instant),
  processorReachable: orNull(Type.Boolean()),
})
export type OpsReconciliation = Static<typeof OpsReconciliation>
