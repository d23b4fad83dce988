// Invitations to an organisation: sent by an owner, for one address, accepted once by an account that
// has this address or has shown in its session that it reads its mails.
import {
  attemptLimits,
  type InvitationView,
  type Language,
  normaliseEmail,
  type Role,
} from '@holdfast/contract'
import { appendToOutbox, seal } from '../platform/commands/outbox.ts'
import type { Limits } from '../platform/http/limits.ts'
import {
  findLinkForUpdate,
  invitationMinutes,
  markLinkUsed,
  storeLink,
} from '../platform/http/links/links.ts'
import type { LinkTokens } from '../platform/http/links/tokens.ts'
import type { Principal, Sessions } from '../platform/http/sessions.ts'
import {
  type Invitation,
  insertInvitation,
  listInvitations,
  readInvitation,
  withdrawInvitation,
} from '../platform/http/staff/invitations.ts'
import type { Membership } from '../platform/http/staff/memberships.ts'
import {
  addMember,
  listMembers,
  lockOrganisation,
  readOrganisations,
} from '../platform/http/staff/organisations.ts'
import type { Database, Tx } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import { readName, scopeView } from './organisations.ts'
import { markProved } from './store/accounts.ts'

export interface InvitationParts {
  readonly db: Database
  readonly tokens: LinkTokens
  readonly limits: Limits
  readonly sessions: Pick<Sessions, 'refresh'>
  readonly onCommitted: () => void
}

export interface Invited {
  readonly organisationId: string
  readonly by: Principal
  readonly email: string
  readonly role: Role
  readonly showIds: readonly string[] | null
  readonly language: Language
}

type Unusable = { readonly rejection: 'link_expired' | 'link_used' | 'invitation_for_another' }

export interface Invitations {
  invite(asked: Invited): Promise<InvitationView>
  list(organisationId: string): Promise<InvitationView[]>
  /** False when there is none that is open. */
  withdraw(organisationId: string, id: string): Promise<boolean>
  redeem(token: string, user: Principal): Promise<(Membership & { readonly name: string }) | Unusable>
}

export function makeInvitations({ db, tokens, limits, sessions, onCommitted }: InvitationParts): Invitations {
  const nameOf = async (organisationId: string): Promise<string> => {
    const [organisation] = await readOrganisations(db, [organisationId])
    return organisation ? readName(db, organisation) : organisationId
  }

  const accept = async (tx: Tx, invitation: Invitation, user: Principal): Promise<Membership | Unusable> => {
    const { organisationId, email, role, showIds, invitedBy } = invitation
    const isTheirs = user.email === email || user.proved?.includes(email) === true
    if (!isTheirs) return { rejection: 'invitation_for_another' }
    await lockOrganisation(tx, organisationId)
    const members = await listMembers(tx, organisationId)
    // Who may no longer invite has not invited.
    if (!members.some((each) => each.userId === invitedBy && each.role === 'owner'))
      return { rejection: 'link_expired' }
    await markLinkUsed(tx, invitation.id)
    if (user.email === email) await markProved(tx, user.id)
    const known = members.find(({ userId }) => userId === user.id)
    if (known) return { organisationId, role: known.role, showIds: known.showIds }
    await addMember(tx, user.id, { organisationId, role, showIds })
    return { organisationId, role, showIds }
  }

  return {
    async invite({ organisationId, by, email: typed, role, showIds, language }) {
      const email = normaliseEmail(typed)
      await limits.consume(attemptLimits.invitationsOfAddress, email)
      await limits.consume(attemptLimits.invitationsOfOrganisation, organisationId)
      const organisation = await nameOf(organisationId)
      const id = newId()
      await db.transaction(async (tx) => {
        await storeLink(tx, { id, purpose: 'invitation', email }, invitationMinutes)
        await insertInvitation(tx, { id, organisationId, email, role, showIds, invitedBy: by.id })
        const data = {
          invitationId: id,
          organisationId,
          organisation,
          role,
          email,
          invitedBy: by.email,
          language,
        }
        const fact = { type: 'MemberInvited', data } as const
        const recorded = { fact, subject: id, version: 1, correlationId: id, organisationId }
        const event = seal('identity', recorded, tx.now, null)
        for (const { statement, values } of appendToOutbox([event])) await tx.query(statement, values)
      })
      onCommitted()
      const made = (await listInvitations(db, organisationId)).find((each) => each.id === id)
      if (!made) throw new Error('an invitation was not stored')
      return { id, email, ...scopeView({ role, showIds }), expiresAt: made.expiresAt }
    },

    async list(organisationId) {
      const open = await listInvitations(db, organisationId)
      return open.map(({ id, email, expiresAt, ...scope }) => ({ id, email, ...scopeView(scope), expiresAt }))
    },

    withdraw: (organisationId, id) => withdrawInvitation(db, organisationId, id),

    async redeem(token, user) {
      const id = tokens.idIn(token)
      const accepted = await db.transaction(async (tx): Promise<Membership | Unusable> => {
        const link = id === null ? null : await findLinkForUpdate(tx, id)
        if (link?.purpose !== 'invitation' || !tokens.isGenuine(token, link.purpose))
          return { rejection: 'link_expired' }
        if (link.used) return { rejection: 'link_used' }
        const invitation = link.expired ? null : await readInvitation(tx, link.id)
        return invitation ? accept(tx, invitation, user) : { rejection: 'link_expired' }
      })
      if ('rejection' in accepted) return accepted
      sessions.refresh(user.id)
      return { ...accepted, name: await nameOf(accepted.organisationId) }
    },
  }
}
