// Whether a payment with this card has to be authenticated, and how that ends. Pure.
import type { ThreeDs } from '../cards/test-cards.ts'

export type AuthenticationStep =
  | { kind: 'none'; result: null | 'attempt_acknowledged' | 'frictionless' }
  | { kind: 'challenge' }
  | { kind: 'decline_off_session' }
  | { kind: 'lookup_failed' }

export interface Situation {
  threeDs: ThreeDs
  offSession: boolean
  setUp: boolean
  /** The merchant asked for authentication where the card can do it. */
  requested: boolean
}

export function authenticationStep({ threeDs, offSession, setUp, requested }: Situation): AuthenticationStep {
  const whenPresent: AuthenticationStep = offSession ? { kind: 'decline_off_session' } : { kind: 'challenge' }
  switch (threeDs) {
    case 'unsupported':
      return { kind: 'none', result: null }
    case 'none':
      return { kind: 'none', result: requested && !offSession ? 'attempt_acknowledged' : null }
    case 'optional':
      return requested && !offSession ? { kind: 'challenge' } : { kind: 'none', result: null }
    case 'optional_error':
      return requested && !offSession ? { kind: 'lookup_failed' } : { kind: 'none', result: null }
    case 'frictionless':
      return { kind: 'none', result: offSession ? null : 'frictionless' }
    case 'always':
      return whenPresent
    case 'unless_set_up':
      return setUp && !requested ? { kind: 'none', result: null } : whenPresent
    case 'on_session':
      return offSession ? { kind: 'none', result: null } : { kind: 'challenge' }
    case 'lookup_error':
      return { kind: 'lookup_failed' }
  }
}
