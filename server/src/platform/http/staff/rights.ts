// Who calls, and what they may do for an organisation. A route says in its config which right it needs,
// and asks here whether whoever calls has it for a show. Which roles have it says the contract.
import { type ErrorCode, type Right, rolesOf } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { ProblemError } from '../problem.ts'
import type { Principal } from '../sessions.ts'
import type { OrganisationKey } from './keys.ts'
import type { Membership } from './memberships.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The token or device of an organisation that asks; null for people and for nobody. */
    key: OrganisationKey | null
  }
  interface FastifyContextConfig {
    /** What staff need of the organisation whose thing this route is about. */
    right?: Right
  }
}

/** Somebody or something that acts for organisations. */
export interface Staff {
  /** Of the account, the token or the device. */
  readonly id: string
  /** The organisation that is meant when none is named. */
  readonly home: string
  readonly memberships: readonly Membership[]
}

/** What a right is asked for: a show, or without one the whole organisation. */
export interface Place {
  readonly organisationId: string
  readonly showId?: string | null
}

function staffOfUser({ id, memberships }: Principal): Staff {
  // Until the organisation of an account has a row, the account is its owner without one.
  return { id, home: id, memberships: memberships ?? [{ organisationId: id, role: 'owner', showIds: null }] }
}

/** Who acts for organisations here, or null: nobody, or a guest. */
export function staffOf({ principal, key }: Pick<FastifyRequest, 'principal' | 'key'>): Staff | null {
  if (key) return { id: key.id, home: key.organisationId, memberships: [key] }
  return principal?.kind === 'user' ? staffOfUser(principal) : null
}

/** The same, or a 401; guests are told that this needs an account. */
export function requireStaff(request: FastifyRequest): Staff {
  const staff = staffOf(request)
  if (staff) return staff
  if (!request.principal) throw new ProblemError('unauthenticated')
  throw new ProblemError('forbidden', { detail: 'guests can only buy; sign in with an account' })
}

/** Staff, or the buyer who asks: routes that are for both say themselves whose the thing is. */
export function requireSomebody({ principal, key }: FastifyRequest): Principal | null {
  if (!principal && !key) throw new ProblemError('unauthenticated')
  return principal
}

const covers = ({ organisationId, showIds }: Membership, place: Place): boolean =>
  organisationId === place.organisationId &&
  (showIds === null || (place.showId != null && showIds.includes(place.showId)))

export function mayAct({ memberships }: Staff, right: Right, place: Place): boolean {
  return memberships.some((each) => covers(each, place) && rolesOf[right].includes(each.role))
}

/** A role for single shows is one in the organisation, but no sight of its other shows. */
const belongsTo = (staff: Staff, place: Place): boolean =>
  'showId' in place
    ? mayAct(staff, 'look', place)
    : staff.memberships.some(({ organisationId }) => organisationId === place.organisationId)

const rightOf = (request: FastifyRequest): Right => {
  const { right } = request.routeOptions.config
  if (right === undefined)
    throw new Error(`${request.routeOptions.url ?? ''} does not say what right it needs`)
  return right
}

/** Whether whoever calls has the route's right there. For routes that buyers use as well. */
export function isStaffOf(request: FastifyRequest, place: Place): boolean {
  const staff = staffOf(request)
  return staff !== null && mayAct(staff, rightOf(request), place)
}

/**
 * Gives the staff who calls if they have the route's right there. `place` is null for a thing that is
 * not there; another's looks the same. Who belongs to it in another role is told so.
 */
export function requireRight<Somewhere extends Place>(
  request: FastifyRequest,
  place: Somewhere | null,
  unknown: ErrorCode,
): Somewhere & { readonly staff: Staff } {
  requireSomebody(request)
  const staff = staffOf(request)
  if (!staff) throw new ProblemError(unknown)
  if (place && mayAct(staff, rightOf(request), place)) return { ...place, staff }
  if (place && belongsTo(staff, place)) throw new ProblemError('role_missing')
  throw new ProblemError(unknown)
}

/** Lets in who has the route's right for the whole organisation in the path. */
export function requireOrganisation(request: FastifyRequest) {
  requireStaff(request)
  const { id: organisationId } = request.params as { id: string }
  return requireRight(request, { organisationId }, 'organisation_unknown')
}

/** The memberships with the route's right. Who has it nowhere is told so. */
export function scopesOf(request: FastifyRequest): { staff: Staff; scopes: readonly Membership[] } {
  const staff = requireStaff(request)
  const roles = rolesOf[rightOf(request)]
  const scopes = staff.memberships.filter(({ role }) => roles.includes(role))
  if (scopes.length === 0) throw new ProblemError('role_missing')
  return { staff, scopes }
}
