// HTTP of links that are sent or printed: asked for by address, and redeemed by the page of a link,
// which posts its secret part here.
import type { IncomingMessage } from 'node:http'
import { LinkBody, LinkRequestBody, LinkView, PasswordResetBody, preferredLanguage } from '@holdfast/contract'
import { Type } from 'typebox'
import { redeemOperatorLink } from '../../platform/http/links/operator-link.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, requirePrincipal } from '../../platform/http/server.ts'
import { sessionPrefix } from '../../platform/http/sessions.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { SecurityLog } from '../../platform/process/security-log.ts'
import type { Links } from '../links.ts'
import { type Cookies, enter } from './cookies.ts'

export interface LinkParts extends Cookies {
  readonly db: Database
  readonly security: SecurityLog
  readonly links: Links
  readonly limitsNetwork: (request: IncomingMessage) => boolean
}

const tags = ['identity']
const Nothing = Type.Null({ description: 'No content' })

export function linkRoutes(app: Http, parts: LinkParts): void {
  requestRoute(app, parts)
  redeemRoute(app, parts)
  resetRoute(app, parts)
}

function requestRoute(app: Http, { links, limitsNetwork }: LinkParts): void {
  app.post(
    '/api/users/links',
    {
      schema: {
        security: [],
        tags,
        summary: 'Ask for a link by mail',
        description:
          'Answers alike whether anybody here has the address or not. Only a known address gets a mail, at most three an hour.',
        body: LinkRequestBody,
        response: { 202: Nothing },
      },
    },
    async (request, reply) => {
      const language = preferredLanguage(request.headers['accept-language'])
      const limited = limitsNetwork(request.raw)
      await links.request({ ...request.body, address: request.ip, limited, language })
      return reply.code(202).send(null)
    },
  )
}

function redeemRoute(app: Http, { db, security, links, ...cookies }: LinkParts): void {
  app.post(
    '/api/users/links/redeem',
    {
      schema: {
        security: [],
        tags,
        summary: 'Redeem a link',
        description:
          'Takes what stands after `#` in the link. A link of an order opens this order. Links of an address prove ' +
          'it and open every order bought with it. The link of a forgotten password opens nothing: it is for ' +
          '`POST /api/users/password/reset`. The link that the shop prints while it has no operator makes the ' +
          'signed-in account the operator.',
        body: LinkBody,
        response: { 200: LinkView },
      },
    },
    async (request, reply) => {
      const { principal, sessionToken, body } = request
      if (!links.isOurs(body.token)) {
        const user = requirePrincipal(request, 'user')
        const outcome = await db.transaction((tx) => redeemOperatorLink(tx, body.token, user.id))
        if (outcome !== 'operator') throw new ProblemError(outcome)
        security.note('operator_made', { userId: user.id })
        return { purpose: outcome }
      }
      // What people have proved is not a program's.
      if (sessionToken !== null && principal && !sessionToken.startsWith(sessionPrefix))
        throw new ProblemError('forbidden', { detail: 'a link is opened in a browser' })
      const language = preferredLanguage(request.headers['accept-language'])
      const opened = await links.redeem(body.token, { principal, sessionToken, language })
      if ('rejection' in opened) throw new ProblemError(opened.rejection)
      const { begun, ...view } = opened
      if (begun) await enter(request, reply, { begun, ...cookies })
      return view
    },
  )
}

function resetRoute(app: Http, { links }: LinkParts): void {
  app.post(
    '/api/users/password/reset',
    {
      schema: {
        security: [],
        tags,
        summary: 'Choose a new password with a link from a mail',
        description: 'Ends every session and API token of the account. Signs nobody in.',
        body: PasswordResetBody,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const refused = await links.resetPassword(request.body.token, request.body.password)
      if (refused !== null) {
        const { rejection, ...more } = refused
        throw new ProblemError(rejection, more)
      }
      return reply.code(204).send(null)
    },
  )
}
