// Small schemas that events and HTTP bodies share.
import { Type } from 'typebox'

export const Id = Type.String({ format: 'uuid' })
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })
