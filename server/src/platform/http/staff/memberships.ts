// Who belongs to which organisation, as it is read with every session. Identity alone changes it.
import type { Role } from '@holdfast/contract'
import { type Queryable, sql } from '../../postgres/database.ts'

export interface Membership {
  readonly organisationId: string
  readonly role: Role
  /** Null: for the whole organisation. */
  readonly showIds: readonly string[] | null
}

/** Columns of a query of sessions `s`. */
export const membershipColumns = `case when s.kind = 'user' then
    (select json_agg(json_build_object('organisationId', m.organisation_id, 'role', m.role, 'showIds', m.show_ids))
     from platform.members m where m.user_id = s.principal_id) end as memberships,
  s.kind = 'user' and exists (select from platform.organisations o where o.id = s.principal_id) as has_own`

export interface MembershipsRow {
  readonly memberships: readonly Membership[] | null
  /** Whether the organisation of the account has a row: from then on its members are what rows say. */
  readonly has_own: boolean
}

/** Left out for who has only the organisation of their account, which has no row yet. */
export function membershipsOf(
  { memberships, has_own }: MembershipsRow,
  userId: string,
): { readonly memberships?: readonly Membership[] } {
  if (has_own) return { memberships: memberships ?? [] }
  if (memberships === null) return {}
  return { memberships: [...memberships, { organisationId: userId, role: 'owner', showIds: null }] }
}

const makeOwn = sql(
  'platform.make_own_organisation',
  `with made as (
     insert into platform.organisations (id) values ($1) on conflict do nothing returning id)
   insert into platform.members (organisation_id, user_id, role) select id, id, 'owner' from made`,
)

/** The organisation of an account from now on has a row, with the account as its owner. */
export async function makeOwnOrganisation(db: Queryable, userId: string): Promise<void> {
  await db.query(makeOwn, [userId])
}
