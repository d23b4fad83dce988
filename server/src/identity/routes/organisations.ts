// HTTP of organisations and their members: who sells, and who works there.
import {
  Id,
  InvitationBody,
  InvitationView,
  MemberChange,
  MemberView,
  OrganisationBody,
  OrganisationChange,
  OrganisationView,
  Page,
  preferredLanguage,
  RedeemBody,
  RedeemedView,
} from '@holdfast/contract'
import { Type } from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, requirePrincipal } from '../../platform/http/server.ts'
import { sessionPrefix } from '../../platform/http/sessions.ts'
import { requireOrganisation, requireStaff } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { Invitations } from '../invitations.ts'
import { keepOwn, type Organisations, scopeView } from '../organisations.ts'

export interface OrganisationRoutes {
  readonly db: Database
  readonly organisations: Organisations
  readonly invitations: Invitations
}

export const tags = ['organisations']
export const organisationParams = Type.Object({ id: Id })
export const NoContent = Type.Null({ description: 'No content' })
export const page = <Item>(items: readonly Item[]) => ({ items: [...items], nextCursor: null })

/** An owner is one of the whole organisation. */
export function scopeOf<Role extends string>({ role, showIds }: { role: Role; showIds?: string[] }) {
  if (role === 'owner' && showIds !== undefined)
    throw new ProblemError('invalid_request', { detail: 'an owner is one of the whole organisation' })
  return { role, showIds: showIds ?? null }
}

export function organisationRoutes(app: Http, parts: OrganisationRoutes): void {
  ownRoutes(app, parts)
  memberRoutes(app, parts)
  invitationRoutes(app, parts)
}

function ownRoutes(app: Http, { db, organisations }: OrganisationRoutes): void {
  app.get(
    '/api/organisations',
    {
      schema: {
        tags,
        summary: 'List your organisations, with your role in each',
        response: { 200: Page(OrganisationView) },
      },
    },
    async (request) => {
      const staff = requireStaff(request)
      return page(await organisations.list(staff.memberships))
    },
  )

  app.post(
    '/api/organisations',
    {
      schema: {
        tags,
        summary: 'Create an organisation, with you as its owner',
        description:
          'The first one is that of your account: shows without `organisationId` belong to it. A first show makes it, too.',
        body: OrganisationBody,
        response: { 201: OrganisationView },
      },
    },
    async (request, reply) => {
      const user = requirePrincipal(request, 'user')
      const made = await organisations.make(user.id, request.body.name.trim())
      if ('rejection' in made) throw new ProblemError(made.rejection)
      return reply.code(201).send(made)
    },
  )

  app.patch(
    '/api/organisations/:id',
    {
      config: { right: 'settings' },
      schema: {
        tags,
        summary: 'Change an organisation',
        description: 'Fields that are left out stay as they are; `null` empties one.',
        params: organisationParams,
        body: OrganisationChange,
        response: { 200: OrganisationView },
      },
    },
    async (request) => {
      const { organisationId, staff } = requireOrganisation(request)
      await keepOwn(db, organisationId, staff.id)
      const membership = { organisationId, role: 'owner', showIds: null } as const
      const changed = await organisations.change(membership, request.body)
      if ('rejection' in changed) throw new ProblemError(changed.rejection, { detail: changed.detail })
      return changed
    },
  )
}

const MemberParams = Type.Object({ id: Id, userId: Id })

function memberRoutes(app: Http, { organisations }: OrganisationRoutes): void {
  app.get(
    '/api/organisations/:id/members',
    {
      config: { right: 'settings' },
      schema: {
        tags,
        summary: 'List the members of an organisation',
        params: organisationParams,
        response: { 200: Page(MemberView) },
      },
    },
    async (request) => {
      const { organisationId } = requireOrganisation(request)
      const members = await organisations.members(organisationId)
      return page(
        members.map(({ userId, email, since, ...scope }) => ({ userId, email, ...scopeView(scope), since })),
      )
    },
  )

  app.patch(
    '/api/organisations/:id/members/:userId',
    {
      config: { right: 'settings' },
      schema: {
        tags,
        summary: 'Change the role of a member',
        description: 'Takes effect within a second, everywhere. `last_owner` if no owner would be left.',
        params: MemberParams,
        body: MemberChange,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { organisationId, staff } = requireOrganisation(request)
      const change = { organisationId, userId: request.params.userId, by: staff.id }
      const refused = await organisations.changeMember(change, scopeOf(request.body))
      if (refused !== null) throw new ProblemError(refused.rejection)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/organisations/:id/members/:userId',
    {
      config: { right: 'settings' },
      schema: {
        tags,
        summary: 'Remove a member, or leave',
        params: MemberParams,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { id: organisationId, userId } = request.params
      const { id: by, memberships } = requireStaff(request)
      // Everybody may leave, whatever their role.
      const isOwn = userId === by && memberships.some((each) => each.organisationId === organisationId)
      if (!isOwn) requireOrganisation(request)
      const refused = await organisations.changeMember({ organisationId, userId, by }, null)
      if (refused !== null) throw new ProblemError(refused.rejection)
      return reply.code(204).send(null)
    },
  )
}

function invitationRoutes(app: Http, { db, invitations }: OrganisationRoutes): void {
  app.get(
    '/api/organisations/:id/invitations',
    {
      config: { right: 'settings' },
      schema: {
        tags,
        summary: 'List invitations that nobody has accepted yet',
        params: organisationParams,
        response: { 200: Page(InvitationView) },
      },
    },
    async (request) => page(await invitations.list(requireOrganisation(request).organisationId)),
  )

  app.post(
    '/api/organisations/:id/invitations',
    {
      config: { right: 'settings' },
      schema: {
        tags,
        summary: 'Invite somebody by mail',
        description: 'The link in the mail works for seven days, once, for an account with this address.',
        params: organisationParams,
        body: InvitationBody,
        response: { 201: InvitationView },
      },
    },
    async (request, reply) => {
      const { organisationId } = requireOrganisation(request)
      const by = requirePrincipal(request, 'user')
      const { email, ...scope } = request.body
      await keepOwn(db, organisationId, by.id)
      const language = preferredLanguage(request.headers['accept-language'])
      const asked = { organisationId, by, email, ...scopeOf(scope), language }
      return reply.code(201).send(await invitations.invite(asked))
    },
  )

  app.delete(
    '/api/organisations/:id/invitations/:invitationId',
    {
      config: { right: 'settings' },
      schema: {
        tags,
        summary: 'Withdraw an invitation',
        params: Type.Object({ id: Id, invitationId: Id }),
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { organisationId } = requireOrganisation(request)
      const withdrawn = await invitations.withdraw(organisationId, request.params.invitationId)
      if (!withdrawn) throw new ProblemError('invitation_unknown')
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/invitations/redeem',
    {
      schema: {
        tags,
        summary: 'Accept an invitation',
        description:
          'Needs an account with the invited address. Ends with the invitation of an owner who is none any more.',
        body: RedeemBody,
        response: { 200: RedeemedView },
      },
    },
    async (request) => {
      const user = requirePrincipal(request, 'user')
      if (request.sessionToken?.startsWith(sessionPrefix) !== true)
        throw new ProblemError('forbidden', { detail: 'an invitation is accepted in a browser' })
      const accepted = await invitations.redeem(request.body.token, user)
      if ('rejection' in accepted) throw new ProblemError(accepted.rejection)
      const { organisationId, name } = accepted
      return { organisationId, name, ...scopeView(accepted) }
    },
  )
}
