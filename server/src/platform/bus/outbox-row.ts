// A row of the outbox as it is read back: by the bus, and for the story of an order.
import type { Envelope } from '@holdfast/contract'

export interface OutboxRow {
  readonly seq: number
  readonly id: string
  readonly type: string
  readonly source: string
  readonly subject: string
  readonly version: number
  readonly occurred_at: string
  readonly causation_id: string | null
  readonly correlation_id: string
  readonly organisation_id: string | null
  readonly data: unknown
}

export const outboxColumns =
  'o.seq, o.id, o.type, o.source, o.subject, o.version, o.occurred_at, o.causation_id, o.correlation_id, o.organisation_id, o.data'

/** A stored row as the envelope it was. Not validated: whoever lets it in does that. */
export function toEnvelope(row: OutboxRow): Envelope {
  return {
    specversion: '1.0',
    id: row.id,
    source: row.source,
    subject: row.subject,
    version: row.version,
    occurredAt: row.occurred_at,
    causationId: row.causation_id,
    correlationId: row.correlation_id,
    organisationId: row.organisation_id,
    type: row.type,
    data: row.data,
  }
}
