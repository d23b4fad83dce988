// HTTP of identity: sign up, in and out, buy as a guest, who am I, tokens for programs.
import type { IncomingMessage } from 'node:http'
import {
  ApiTokenView,
  Credentials,
  CurrentUser,
  GuestBody,
  PasswordBody,
  preferredLanguage,
  UserView,
} from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf, requirePrincipal } from '../../platform/http/server.ts'
import type { Sessions } from '../../platform/http/sessions.ts'
import type { Identity } from '../identity.ts'
import { enter, setCookie } from './cookies.ts'

export interface IdentityRoutes {
  readonly identity: Identity
  readonly sessions: Sessions
  readonly publicUrl: string
  /** Whether limits per network hold for a request. */
  readonly limitsNetwork: (request: IncomingMessage) => boolean
}

const tags = ['identity']
const senderOf = ({ ip, headers }: FastifyRequest) => ({
  address: ip,
  language: preferredLanguage(headers['accept-language']),
})
const NoContent = Type.Null({ description: 'No content' })

export function identityRoutes(
  app: Http,
  { identity, sessions, publicUrl, limitsNetwork }: IdentityRoutes,
): void {
  app.post(
    '/api/users/signup',
    {
      config: { keyed: true },
      schema: {
        security: [],
        tags,
        summary: 'Create an account and sign in',
        description:
          'Repeating it with the same Idempotency-Key, email address and password signs in again instead of answering 409.',
        body: Credentials,
        response: { 201: UserView },
      },
    },
    async (request, reply) => {
      const begun = await identity.signUp({
        ...request.body,
        ...senderOf(request),
        limited: limitsNetwork(request.raw),
        key: idempotencyKeyOf(request),
        known: request.principal,
      })
      if ('rejection' in begun) throw new ProblemError(begun.rejection, { detail: begun.detail })
      const view = await enter(request, reply, { begun, sessions, publicUrl })
      return reply.code(201).send(view)
    },
  )

  app.post(
    '/api/users/signin',
    { schema: { security: [], tags, summary: 'Sign in', body: Credentials, response: { 200: UserView } } },
    async (request, reply) => {
      const begun = await identity.signIn({
        ...request.body,
        ...senderOf(request),
        known: request.principal,
      })
      if ('rejection' in begun) throw new ProblemError(begun.rejection)
      return enter(request, reply, { begun, sessions, publicUrl })
    },
  )

  app.post(
    '/api/users/guest',
    {
      schema: {
        security: [],
        tags,
        summary: 'Start a guest session with only an email address',
        description:
          'A caller who is already a guest stays the same guest and keeps their orders; the new address applies to what they buy from now on, so repeating it is harmless. Anyone else becomes a new guest.',
        body: GuestBody,
        response: { 201: UserView },
      },
    },
    async (request, reply) => {
      const begun = await identity.beginGuest({
        email: request.body.email,
        ...senderOf(request),
        limited: limitsNetwork(request.raw),
        known: request.principal,
      })
      const view = await enter(request, reply, { begun, sessions, publicUrl })
      return reply.code(201).send(view)
    },
  )

  app.post(
    '/api/users/signout',
    { schema: { security: [], tags, summary: 'Sign out', response: { 204: NoContent } } },
    async (request, reply) => {
      if (request.sessionToken !== null) await sessions.end(request.sessionToken)
      setCookie(reply, publicUrl, { token: '', maxAgeSeconds: 0 })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/users/password',
    {
      schema: {
        tags,
        summary: 'Change the password',
        description:
          'Requires the current password. Ends all other sessions and API tokens; the response sets a new session.',
        body: PasswordBody,
        response: { 200: UserView },
      },
    },
    async (request, reply) => {
      const user = requirePrincipal(request, 'user')
      const begun = await identity.changePassword({ ...request.body, user, ...senderOf(request) })
      if ('rejection' in begun) throw new ProblemError(begun.rejection, { detail: begun.detail })
      return enter(request, reply, { begun, sessions, publicUrl })
    },
  )

  app.get(
    '/api/users/current',
    {
      config: { vital: true },
      schema: {
        security: [],
        tags,
        summary: 'Get the current user or guest',
        response: { 200: CurrentUser },
      },
    },
    async ({ principal }) => {
      if (!principal) return { user: null }
      const { id, kind, email, proved = [] } = principal
      return { user: { id, kind, email, emailVerified: proved.includes(email) } }
    },
  )

  app.post(
    '/api/users/tokens',
    {
      schema: {
        tags,
        summary: 'Create an API token',
        description:
          'Send it as `Authorization: Bearer …`. Shown only once, valid for a year; signing out with it revokes it.',
        response: { 201: ApiTokenView },
      },
    },
    async (request, reply) => {
      const made = await identity.makeApiToken({
        user: requirePrincipal(request, 'user'),
        sessionToken: request.sessionToken ?? '',
        address: request.ip,
        limited: limitsNetwork(request.raw),
      })
      if ('rejection' in made) throw new ProblemError(made.rejection, { detail: made.detail })
      return reply.code(201).send(made)
    },
  )
}
