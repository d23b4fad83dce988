// Organisations, step by step: made, named, and who belongs to them. Changes of members hold the
// organisation's row, so that its owners change one after the other and one is always left.
import { type OrganisationChange, type OrganisationView, quotas, type Role } from '@holdfast/contract'
import type { Sessions } from '../platform/http/sessions.ts'
import type { Membership } from '../platform/http/staff/memberships.ts'
import { makeOwnOrganisation } from '../platform/http/staff/memberships.ts'
import {
  addMember,
  changeMember,
  countOrganisationsOf,
  insertOrganisation,
  isSlugTaken,
  listMembers,
  lockOrganisation,
  type Member,
  type Organisation,
  readOrganisations,
  removeMember,
  updateOrganisation,
} from '../platform/http/staff/organisations.ts'
import type { Database, Queryable } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import { isReadable, type MemberRejection, refuseMemberChange } from './domain/members.ts'
import { readEmails } from './store/accounts.ts'

type Refused<Rejection extends string> = { readonly rejection: Rejection; readonly detail?: string }

export interface Organisations {
  /** Those that have a row, with what these memberships are in them. */
  list(memberships: readonly Membership[]): Promise<OrganisationView[]>
  make(userId: string, name: string): Promise<OrganisationView | Refused<'quota_exceeded'>>
  change(
    membership: Membership,
    change: OrganisationChange,
  ): Promise<OrganisationView | Refused<'slug_taken' | 'colour_unreadable' | 'organisation_unknown'>>
  members(organisationId: string): Promise<(Member & { readonly email: string })[]>
  /** `scope` is what the member becomes; null: they leave. */
  changeMember(
    change: { readonly organisationId: string; readonly userId: string; readonly by: string },
    scope: { readonly role: Role; readonly showIds: readonly string[] | null } | null,
  ): Promise<Refused<MemberRejection> | null>
}

export interface OrganisationParts {
  readonly db: Database
  readonly sessions: Pick<Sessions, 'refresh'>
}

export const scopeView = ({ role, showIds }: Pick<Membership, 'role' | 'showIds'>) => ({
  role,
  ...(showIds === null ? {} : { showIds: [...showIds] }),
})

/** The name of an organisation, or the address of its account. */
export async function readName(
  db: Queryable,
  { id, name }: Pick<Organisation, 'id' | 'name'>,
): Promise<string> {
  return name ?? (await readEmails(db, [id])).get(id) ?? id
}

export function makeOrganisations({ db, sessions }: OrganisationParts): Organisations {
  const viewOf = async (organisation: Organisation, membership: Membership): Promise<OrganisationView> => ({
    ...organisation,
    name: await readName(db, organisation),
    ...scopeView(membership),
  })

  return {
    async list(memberships) {
      const rows = await readOrganisations(
        db,
        memberships.map(({ organisationId }) => organisationId),
      )
      return Promise.all(
        rows.map((row) => {
          const membership = memberships.find(({ organisationId }) => organisationId === row.id)
          if (!membership) throw new Error('an organisation was read without a membership')
          return viewOf(row, membership)
        }),
      )
    },

    async make(userId, name) {
      const id = await db.transaction(async (tx) => {
        if ((await countOrganisationsOf(tx, userId)) >= quotas.organisationsOfAccount) return null
        // The first one is that of the account, which its shows go to if they name none.
        const isOwn = await insertOrganisation(tx, userId, name)
        const made = isOwn ? userId : newId()
        if (!isOwn) await insertOrganisation(tx, made, name)
        await addMember(tx, userId, { organisationId: made, role: 'owner', showIds: null })
        return made
      })
      sessions.refresh(userId)
      if (id === null) return { rejection: 'quota_exceeded' }
      const [organisation] = await readOrganisations(db, [id])
      if (!organisation) throw new Error('an organisation was not stored')
      return viewOf(organisation, { organisationId: id, role: 'owner', showIds: null })
    },

    async change(membership, change) {
      if (change.colour != null && !isReadable(change.colour))
        return { rejection: 'colour_unreadable', detail: 'white text needs a darker colour' }
      const { organisationId } = membership
      const changed = await db.transaction(async (tx) => {
        if (!(await lockOrganisation(tx, organisationId))) return null
        if (change.slug != null && (await isSlugTaken(tx, change.slug, organisationId))) return 'slug_taken'
        const [before] = await readOrganisations(tx, [organisationId])
        if (!before) return null
        const after = { ...before, ...change }
        await updateOrganisation(tx, after)
        return after
      })
      if (changed === null) return { rejection: 'organisation_unknown' }
      return changed === 'slug_taken' ? { rejection: changed } : viewOf(changed, membership)
    },

    async members(organisationId) {
      const members = await listMembers(db, organisationId)
      const emails = await readEmails(
        db,
        members.map(({ userId }) => userId),
      )
      return members.map((member) => ({ ...member, email: emails.get(member.userId) ?? '' }))
    },

    async changeMember({ organisationId, userId, by }, scope) {
      const rejection = await db.transaction(async (tx) => {
        await lockOrganisation(tx, organisationId)
        const members = await listMembers(tx, organisationId)
        const refused = refuseMemberChange(members, { userId, by, role: scope?.role ?? null })
        if (refused !== null) return refused
        if (scope === null) await removeMember(tx, organisationId, userId)
        else await changeMember(tx, userId, { organisationId, ...scope })
        return null
      })
      sessions.refresh(userId)
      return rejection === null ? null : { rejection }
    },
  }
}

/** The organisation of an account gets its row before anything is kept of it. */
export async function keepOwn(db: Database, organisationId: string, userId: string): Promise<void> {
  if (organisationId === userId) await makeOwnOrganisation(db, userId)
}
