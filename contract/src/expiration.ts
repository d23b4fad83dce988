// Events of the expiration service: it tells that a deadline passed and decides nothing.
import { Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Id } from './values.ts'

export const ExpirationComplete = defineEvent('expiration', 'ExpirationComplete', Type.Object({ orderId: Id }))
