// Small schemas that events and HTTP bodies share.
import { Type } from 'typebox'

/**
 * Lower case only, and no `urn:uuid:` before it, which the format alone would let in: an id is
 * compared as text in memory and as a uuid in the database, and must be the same thing to both.
 */
export const Id = Type.String({ format: 'uuid', pattern: '^[0-9a-f-]{36}$' })
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })
