// The outbox: events are stored in the transaction of the change they tell of. Never
// changed; the prune room removes them when nobody needs them any more.
import type { Envelope, Event, EventType, FactOf, ServiceName } from '@holdfast/contract'
import { type OutboxRow, outboxColumns, toEnvelope } from '../bus/outbox-row.ts'
import { copyInto, type Queryable, sql, type Write, writeRows } from '../postgres/database.ts'
import { newId } from '../process/clock.ts'

/** A fact with the facts about it that the aggregate knows. */
export interface Recorded<Fact extends FactOf<EventType> = FactOf<EventType>> {
  readonly fact: Fact
  /** Id of the aggregate, and its version after this fact. */
  readonly subject: string
  readonly version: number
  readonly correlationId: string
  /** If absent, that of the event which caused it. */
  readonly organisationId?: string | null | undefined
}

// In the order of the rows: `seq` is taken row by row.
const appendEvents = copyInto('platform.append_events', 'platform.outbox', {
  id: 'uuid',
  type: 'text',
  source: 'text',
  subject: 'uuid',
  version: 'int',
  occurred_at: 'timestamptz',
  causation_id: 'text',
  correlation_id: 'text',
  organisation_id: 'uuid',
  data: 'json',
})

const readProcess = sql(
  'platform.read_process',
  `select ${outboxColumns} from platform.outbox o where o.correlation_id = $1 order by o.seq limit $2`,
)

export function seal<Fact extends FactOf<EventType>>(
  service: ServiceName,
  recorded: Recorded<Fact>,
  occurredAt: string,
  causationId: string | null,
): Envelope<Fact> {
  return {
    specversion: '1.0',
    id: newId(),
    source: `holdfast/${service}`,
    subject: recorded.subject,
    version: recorded.version,
    occurredAt,
    causationId,
    correlationId: recorded.correlationId,
    organisationId: recorded.organisationId ?? null,
    ...recorded.fact,
  }
}

/**
 * Events as they are to be stored, in the order given: `seq` is taken while the aggregates are
 * locked, so it orders each of them.
 */
export function appendToOutbox(events: readonly Envelope[]): readonly Write[] {
  const rows = events.map((event) => ({
    id: event.id,
    type: event.type,
    source: event.source,
    subject: event.subject,
    version: event.version,
    occurred_at: event.occurredAt,
    causation_id: event.causationId,
    correlation_id: event.correlationId,
    organisation_id: event.organisationId ?? null,
    data: event.data,
  }))
  return writeRows(appendEvents, rows)
}

/** All events of one business process, oldest first: the timeline of an order across services. */
export async function readProcessEvents(db: Queryable, correlationId: string, limit = 500): Promise<Event[]> {
  const rows = await db.query<OutboxRow>(readProcess, [correlationId, limit])
  return rows.map(toEnvelope) as Event[]
}
