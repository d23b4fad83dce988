// The envelope every event travels in: CloudEvents 1.0 names where CloudEvents has one
// (specversion, id, type, source, subject, data), the names of the glossary for the rest.
import { type Static, type TSchema, Type } from 'typebox'

/**
 * Attributes of the envelope. `subject` is the aggregate's id, `version` its version after this
 * event.
 */
export const envelopeAttributes = {
  specversion: Type.Literal('1.0'),
  id: Type.String({ format: 'uuid', description: 'unique for ever; the key of every inbox' }),
  source: Type.String({ description: 'the service that owns the event, as holdfast/<service>' }),
  subject: Type.String({ format: 'uuid', description: 'id of the aggregate; order is kept per subject' }),
  version: Type.Integer({ minimum: 1, description: "the aggregate's version after this event" }),
  occurredAt: Type.String({ format: 'date-time', description: "an instant of the database's clock, UTC" }),
  causationId: Type.Union([Type.String(), Type.Null()], {
    description: 'id of the event or request that caused this one',
  }),
  correlationId: Type.String({ description: 'id of the business process: the order, else the show' }),
  organisationId: Type.Optional(
    Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
      description: 'whose event it is; null where it is nobody’s; absent in events from older versions',
    }),
  ),
}

export type ServiceName = 'identity' | 'tickets' | 'orders' | 'expiration' | 'payments' | 'mail' | 'webhooks'

/** One kind of event: its name, the service that alone may send it, and the schema of its data. */
export interface EventDefinition<Name extends string = string, Data extends TSchema = TSchema> {
  readonly type: Name
  readonly owner: ServiceName
  readonly data: Data
}

export function defineEvent<const Name extends string, Data extends TSchema>(
  owner: ServiceName,
  type: Name,
  data: Data,
): EventDefinition<Name, Data> {
  return { type, owner, data }
}

/** What a domain function returns: the fact without its envelope. */
export type Fact<D extends EventDefinition> =
  D extends EventDefinition<infer Name, infer Data>
    ? { readonly type: Name; readonly data: Static<Data> }
    : never

export interface EnvelopeAttributes {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly subject: string
  readonly version: number
  readonly occurredAt: string
  readonly causationId: string | null
  readonly correlationId: string
  readonly organisationId?: string | null
}

/** An event as it is stored and delivered. */
export type Envelope<F extends { type: string; data: unknown } = { type: string; data: unknown }> =
  EnvelopeAttributes & F
