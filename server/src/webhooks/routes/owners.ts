// HTTP of webhooks: the endpoints of an organisation, and what was delivered to them.
import {
  DeliveryQuery,
  DeliveryView,
  Id,
  NewWebhook,
  NewWebhookSecret,
  Page,
  ReplayView,
  WebhookBody,
  WebhookChange,
  WebhookView,
} from '@holdfast/contract'
import { Type } from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { requireOrganisation } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import type { WebhookSecrets } from '../../platform/secrets/webhooks.ts'
import { refusalOfUrl } from '../carrier/addresses.ts'
import { changeEndpoint, replay } from '../queue.ts'
import { findEndpointOf, listDeliveries } from '../read/deliveries.ts'
import {
  insertEndpoint,
  listEndpoints,
  mostEndpoints,
  readEndpoint,
  removeEndpoint,
  rotateSecret,
  type StoredEndpoint,
  secretNamesOf,
} from '../store/endpoints.ts'

export interface OwnerRoutes {
  readonly db: Database
  readonly secrets: WebhookSecrets
  readonly mayBePrivate: boolean
  /** There may be something to send. */
  readonly wake: () => void
}

const tags = ['webhooks']
const config = { right: 'settings' } as const
const OrganisationParams = Type.Object({ id: Id })
const WebhookParams = Type.Object({ id: Id, webhookId: Id })
const DeliveryParams = Type.Object({ id: Id, deliveryId: Id })
const NoContent = Type.Null({ description: 'No content' })

const viewOf = (endpoint: StoredEndpoint): WebhookView => ({
  id: endpoint.id,
  url: endpoint.url,
  events: [...endpoint.events],
  state: endpoint.state,
  disabledBecause: endpoint.disabledBecause,
  failingSince: endpoint.failingSince,
  nextTryAt: endpoint.retryAt,
  createdAt: endpoint.madeAt,
  oldSecretUntil: endpoint.oldSecretUntil,
})

export function ownerRoutes(app: Http, parts: OwnerRoutes): void {
  endpointRoutes(app, parts)
  changeRoutes(app, parts)
  deliveryRoutes(app, parts)
}

function requireUrl(url: string, mayBePrivate: boolean): void {
  const refusal = refusalOfUrl(url, mayBePrivate)
  if (refusal !== null) throw new ProblemError('webhook_url_refused', { detail: refusal, field: '/url' })
}

function secretOf(endpoint: StoredEndpoint, secrets: WebhookSecrets): string {
  const [name] = secretNamesOf(endpoint)
  const secret = name && secrets.secretOf(name)
  if (!secret) throw new Error('the key of a new secret is not known')
  return secret
}

async function requireEndpoint(db: Database, organisationId: string, id: string): Promise<StoredEndpoint> {
  const endpoint = await readEndpoint(db, organisationId, id)
  if (!endpoint) throw new ProblemError('webhook_unknown')
  return endpoint
}

function endpointRoutes(app: Http, { db, secrets, mayBePrivate }: OwnerRoutes): void {
  app.get(
    '/api/organisations/:id/webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'List the webhooks of an organisation',
        params: OrganisationParams,
        response: { 200: Page(WebhookView) },
      },
    },
    async (request) => {
      const { organisationId } = requireOrganisation(request)
      return { items: (await listEndpoints(db, organisationId)).map(viewOf), nextCursor: null }
    },
  )

  app.post(
    '/api/organisations/:id/webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'Send events to an address from now on',
        description:
          'The address is public, uses https, and port 443 or one from 1024 on. The secret is shown once.',
        params: OrganisationParams,
        body: WebhookBody,
        response: { 201: NewWebhook },
      },
    },
    async (request, reply) => {
      const { organisationId } = requireOrganisation(request)
      const { url, events } = request.body
      requireUrl(url, mayBePrivate)
      const id = newId()
      const { keyVersion } = secrets
      const made = await db.transaction((tx) =>
        insertEndpoint(tx, { id, organisationId, url, events, keyVersion }),
      )
      if (!made)
        throw new ProblemError('too_many_webhooks', {
          detail: `an organisation has at most ${mostEndpoints}`,
        })
      const endpoint = await requireEndpoint(db, organisationId, id)
      return reply.code(201).send({ ...viewOf(endpoint), secret: secretOf(endpoint, secrets) })
    },
  )
}

function changeRoutes(app: Http, { db, secrets, mayBePrivate, wake }: OwnerRoutes): void {
  app.patch(
    '/api/organisations/:id/webhooks/:webhookId',
    {
      config,
      schema: {
        tags,
        summary: 'Change, disable or enable a webhook',
        description: 'One that is enabled goes on with the event at which it stopped.',
        params: WebhookParams,
        body: WebhookChange,
        response: { 200: WebhookView },
      },
    },
    async (request) => {
      const { organisationId } = requireOrganisation(request)
      const { url, events, state } = request.body
      if (url !== undefined) requireUrl(url, mayBePrivate)
      const changed = await changeEndpoint(
        db,
        { id: request.params.webhookId, organisationId },
        {
          ...(url === undefined ? {} : { url }),
          ...(events === undefined ? {} : { events }),
          ...(state === undefined ? {} : { state }),
        },
      )
      if (!changed) throw new ProblemError('webhook_unknown')
      wake()
      return viewOf(changed)
    },
  )

  app.delete(
    '/api/organisations/:id/webhooks/:webhookId',
    {
      config,
      schema: {
        tags,
        summary: 'Remove a webhook, with its deliveries',
        params: WebhookParams,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { organisationId } = requireOrganisation(request)
      const removed = await removeEndpoint(db, organisationId, request.params.webhookId)
      if (!removed) throw new ProblemError('webhook_unknown')
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/organisations/:id/webhooks/:webhookId/secret',
    {
      config,
      schema: {
        tags,
        summary: 'Give a webhook a new secret',
        description: 'For 24 hours both sign: the old secret, too. The new one is shown once.',
        params: WebhookParams,
        response: { 201: NewWebhookSecret },
      },
    },
    async (request, reply) => {
      const { organisationId } = requireOrganisation(request)
      const { keyVersion } = secrets
      const rotated = await rotateSecret(db, { organisationId, id: request.params.webhookId, keyVersion })
      if (!rotated) throw new ProblemError('webhook_unknown')
      const { id, oldSecretUntil } = rotated
      if (oldSecretUntil === null) throw new Error('the old secret ended at once')
      return reply.code(201).send({ id, secret: secretOf(rotated, secrets), oldSecretUntil })
    },
  )
}

function deliveryRoutes(app: Http, { db, wake }: OwnerRoutes): void {
  app.get(
    '/api/organisations/:id/webhooks/:webhookId/deliveries',
    {
      config,
      schema: {
        tags,
        summary: 'List the deliveries to a webhook, the newest first',
        params: WebhookParams,
        querystring: DeliveryQuery,
        response: { 200: Page(DeliveryView) },
      },
    },
    async (request) => {
      const { organisationId } = requireOrganisation(request)
      const { id: endpointId } = await requireEndpoint(db, organisationId, request.params.webhookId)
      const { cursor, limit = 20 } = request.query
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor)
      if (!Number.isSafeInteger(before))
        throw new ProblemError('invalid_request', { detail: 'this cursor is none of this list' })
      const found = await listDeliveries(db, { endpointId, before, limit: limit + 1 })
      const shown = found.slice(0, limit)
      return {
        items: shown.map(({ view }) => view),
        nextCursor: found.length > limit ? String(shown.at(-1)?.position) : null,
      }
    },
  )

  app.post(
    '/api/organisations/:id/deliveries/:deliveryId/replay',
    {
      config,
      schema: {
        tags,
        summary: 'Send a delivery once more, now',
        description: 'With the same `webhook-id`. One that waits for its next try does not wait any longer.',
        params: DeliveryParams,
        response: { 202: ReplayView },
      },
    },
    async (request, reply) => {
      const { organisationId } = requireOrganisation(request)
      const { deliveryId } = request.params
      const endpointId = await findEndpointOf(db, organisationId, deliveryId)
      const outcome = endpointId === null ? null : await replay(db, { endpointId, deliveryId })
      if (!outcome) throw new ProblemError('delivery_unknown')
      if ('rejection' in outcome) throw new ProblemError(codeOf(outcome.rejection))
      wake()
      return reply.code(202).send({ id: deliveryId, state: outcome.delivery.state })
    },
  )
}

/** Only these two can be said of a replay. */
const codeOf = (rejection: string) =>
  rejection === 'webhook_disabled' ? 'webhook_disabled' : 'delivery_under_way'
