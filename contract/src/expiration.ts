// Events of the expiration service: it tells that a deadline passed and decides nothing.
import { Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Id, Instant } from './values.ts'

/**
 * `expiresAt` is the deadline that passed: orders ignores one that was since extended, whatever any
 * clock says.
 */
export const ExpirationComplete = defineEvent(
  'expiration',
  'ExpirationComplete',
  Type.Object({ orderId: Id, expiresAt: Instant }),
)
