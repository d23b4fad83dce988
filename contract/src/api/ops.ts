// Shapes of the operator's API under /api/ops: the state of the shop, what waits for a person, and
// what the auditor found.
import { type Static, type TSchema, Type } from 'typebox'
import { Money } from '../money/money.ts'
import { Id, Instant } from '../values.ts'
import { AuditVerdict, SalesState } from './audits.ts'
import { Page, PageQuery } from './common.ts'
import { OrderStatus, PaymentStatus } from './orders.ts'

const closed = { additionalProperties: false } as const
const Count = Type.Integer({ minimum: 0 })
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

// ---- overview
export const OpsProcess = Type.Object({
  id: Id,
  processId: Type.Integer({ description: 'the operating system’s number' }),
  host: Type.String(),
  version: Type.String(),
  startedAt: Instant,
  uptimeSeconds: Count,
  lastSeenAt: Instant,
})
export const OpsService = Type.Object({
  name: Type.String(),
  state: Type.Union([Type.Literal('up'), Type.Literal('absent')], {
    description: 'absent: no process is reporting',
  }),
  processes: Type.Array(OpsProcess),
})
export type OpsService = Static<typeof OpsService>

export const OpsConsumer = Type.Object({
  consumer: Type.String(),
  position: Type.Integer({
    minimum: 0,
    description: 'the highest event of which it is known that all up to it are handled',
  }),
  lagEvents: Type.Integer({
    minimum: 0,
    description: 'events that it has not handled yet; counted up to 10,000',
  }),
  lagMs: Type.Integer({ minimum: 0, description: 'age of the oldest of them; 0 when there is none' }),
  eventsPerSecond: Type.Number({ minimum: 0, description: 'handled, over the last seconds' }),
  parked: Type.Integer({ minimum: 0, description: 'deliveries that wait for another try' }),
  dead: Type.Integer({ minimum: 0, description: 'deliveries given up: dead letters' }),
})
export type OpsConsumer = Static<typeof OpsConsumer>

/** A fault that the sandbox was told to make, in the sandbox's own words. */
export const OpsFault = Type.Object({
  id: Type.String(),
  target: Type.String({ description: 'api or webhook' }),
  kind: Type.String(),
  when: Type.String({ description: 'before or after the effect' }),
  delayMs: Count,
  match: Type.String({ description: 'operation or event type; * for all' }),
  probability: Type.Number(),
  timesLeft: orNull(Type.Integer({ description: 'null: always' })),
  hits: Count,
})
export type OpsFault = Static<typeof OpsFault>

export const OpsSandbox = Type.Object({
  on: Type.Boolean({ description: 'false: the real processor is used, and nothing below is there' }),
  origin: Type.Optional(Type.String()),
  reachable: Type.Optional(Type.Boolean()),
  now: Type.Optional(Instant),
  clockOffsetSeconds: Type.Optional(Type.Integer()),
  faults: Type.Optional(Type.Array(OpsFault)),
})
export type OpsSandbox = Static<typeof OpsSandbox>

/** A small on-sale at the demo show, fired to watch seats go. */
export const OpsDemoRun = Type.Object({
  state: Type.Union([Type.Literal('running'), Type.Literal('finished')]),
  startedAt: Instant,
  showId: Id,
  buyers: Type.Integer({ minimum: 1 }),
  held: Type.Integer({ minimum: 0, description: 'buyers who got their places' }),
  paid: Type.Integer({ minimum: 0, description: 'of them, who have paid' }),
  left: Type.Integer({ minimum: 0, description: 'of them, who went away without paying' }),
  refused: Type.Integer({ minimum: 0, description: 'buyers who got nothing: sold out, seat taken' }),
  failed: Type.Integer({ minimum: 0, description: 'buyers whose call failed in another way' }),
})
export type OpsDemoRun = Static<typeof OpsDemoRun>
export const OpsDemoBody = Type.Object(
  {
    buyers: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 60 })),
    showId: Type.Optional(Id),
  },
  closed,
)

const OpsFailing = orNull(
  Type.Object({ since: Instant, problem: Type.String() }, { description: 'null while it does not fail' }),
)
/** Work that the shop does by itself. */
export const OpsUpkeep = Type.Object({
  backup: Type.Object({
    lastAt: orNull(
      Type.String({ format: 'date-time', description: 'when the newest whole backup was taken' }),
    ),
    everyHours: orNull(Type.Integer({ minimum: 1, description: 'null: no backup is taken by itself' })),
    failing: OpsFailing,
  }),
  prune: Type.Object({ lastAt: orNull(Instant), failing: OpsFailing }),
  silentConsumers: Type.Array(Type.Object({ consumer: Type.String(), since: Instant }), {
    description: 'consumers that said nothing for a month: events are removed without them',
  }),
})
export type OpsUpkeep = Static<typeof OpsUpkeep>

export const OpsOverview = Type.Object({
  now: Type.String({ format: 'date-time', description: 'the database’s clock' }),
  services: Type.Array(OpsService),
  events: Type.Object({
    total: Type.Integer({ minimum: 0, description: 'the number of the newest event' }),
    horizonAgeMs: Type.Integer({
      minimum: 0,
      description:
        'age of the oldest transaction that may still write: events newer than it wait for its end',
    }),
    consumers: Type.Array(OpsConsumer),
  }),
  database: Type.Object({
    version: Type.String(),
    sizeBytes: Count,
    connections: Count,
    connectionsMax: Count,
    oldestTransactionMs: Count,
    embedded: Type.Boolean(),
  }),
  sandbox: OpsSandbox,
  orders: Type.Object({ created: Count, claimed: Count, complete: Count, cancelled: Count, refunded: Count }),
  unknownPayments: Count,
  deadLetters: Count,
  unreadable: Type.Integer({
    minimum: 0,
    description: 'deliveries of events that wait for a version that can read them',
  }),
  failedMails: Type.Integer({
    minimum: 0,
    description: 'mails of the last week that did not arrive and are not tried again',
  }),
  sales: SalesState,
  upkeep: OpsUpkeep,
  audit: Type.Object({
    verdict: AuditVerdict,
    lastRunAt: orNull(Instant),
    lastRunMs: orNull(Count),
    breaches: Count,
    differences: Type.Integer({ minimum: 0, description: 'open rows of the reconciliation' }),
    failing: orNull(
      Type.Object(
        { since: Instant, runs: Count },
        { description: 'runs that failed since the last one that ended; null while they end' },
      ),
    ),
  }),
  demo: Type.Object({
    available: Type.Boolean({ description: 'true if the demo show and the sandbox are available' }),
    showId: orNull(Id),
    run: orNull(OpsDemoRun),
  }),
})
export type OpsOverview = Static<typeof OpsOverview>

// ---- what waits for a person
export const OpsDeadLetter = Type.Object({
  id: Type.String({ description: 'for the replay; opaque' }),
  consumer: Type.String(),
  eventId: Id,
  type: Type.String({ description: 'of the event' }),
  subject: Type.String({ description: 'the aggregate that the event tells of' }),
  correlationId: Type.String({ description: 'the order, else the show' }),
  attempts: Count,
  reason: Type.String(),
  parkedAt: Instant,
})
export type OpsDeadLetter = Static<typeof OpsDeadLetter>
export const OpsDeadLetters = Page(OpsDeadLetter)
export const OpsPageQuery = PageQuery

export const OpsOrdersQuery = Type.Object(
  { q: Type.String({ minLength: 1, maxLength: 100, description: 'id or code of an order' }) },
  closed,
)
export const OpsOrder = Type.Object({
  id: Id,
  code: Type.String(),
  showId: Id,
  showTitle: Type.String(),
  status: OrderStatus,
  total: Money,
  refunded: Money,
  createdAt: Instant,
  expiresAt: Instant,
  paymentId: orNull(Id),
})
export type OpsOrder = Static<typeof OpsOrder>
export const OpsOrders = Type.Object({ items: Type.Array(OpsOrder) })
export type OpsOrders = Static<typeof OpsOrders>

/** A payment whose outcome is not certain yet. */
export const OpsPayment = Type.Object({
  id: Id,
  orderId: Id,
  orderStatus: orNull(OrderStatus),
  status: PaymentStatus,
  step: orNull(Type.String({ description: 'the call whose answer did not come' })),
  amount: Money,
  intentId: orNull(Type.String()),
  attempts: Count,
  ageSeconds: Count,
  nextAttemptAt: orNull(Instant),
})
export type OpsPayment = Static<typeof OpsPayment>
export const OpsPayments = Page(OpsPayment)

// ---- what an operator does
/** Makes a fault in the sandbox, removes one, or removes them all. */
export const OpsFaultBody = Type.Union([
  Type.Object(
    {
      kind: Type.String({ minLength: 1, maxLength: 40 }),
      when: Type.Optional(Type.Union([Type.Literal('before'), Type.Literal('after')])),
      op: Type.Optional(
        Type.String({ maxLength: 80, description: 'an API operation such as payment_intents.capture' }),
      ),
      event: Type.Optional(Type.String({ maxLength: 80, description: 'a webhook’s type' })),
      delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
      probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      times: Type.Optional(
        Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Literal('always')]),
      ),
    },
    closed,
  ),
  Type.Object(
    { clear: Type.Union([Type.Literal('all'), Type.String({ minLength: 1, maxLength: 80 })]) },
    closed,
  ),
])
export type OpsFaultBody = Static<typeof OpsFaultBody>
/** What each POST answers that gives nothing else. */
export const OpsDone = Type.Object({ done: Type.Boolean() })
