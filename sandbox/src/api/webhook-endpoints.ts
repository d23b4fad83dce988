// Webhook endpoints: who is told of which events. A secret is shown once, when it is made.
import type Stripe from 'stripe'
import { invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { newId, randomText } from '../core/ids.ts'
import { filled, flag, listOf, mergeMetadata, metadata, optionalText, type Read } from '../core/params.ts'
import type { Unit } from '../store/unit.ts'
import { EVENT_TYPES } from '../webhooks/event-types.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { API_VERSION } from './events.ts'
import { listRoute, loadObject, retrieveRoute } from './lists.ts'
import { checkVersion } from './versions.ts'

function checkUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw invalidRequest('Invalid URL: An explicit scheme (such as https) must be provided.', {
      code: 'url_invalid',
      param: 'url',
    })
  }
  return url
}

function checkEvents(names: string[] | undefined): string[] {
  if (names === undefined || names.length === 0) throw missingParam('enabled_events')
  for (const [index, name] of names.entries()) {
    if (name === '*' || EVENT_TYPES.has(name)) continue
    throw invalidRequest(
      `Invalid enabled_events[${index}]: must be one of *, ${[...EVENT_TYPES].slice(0, 3).join(', ')} or another known type of event (${name.slice(0, 60)} is not)`,
      { param: `enabled_events[${index}]` },
    )
  }
  if (names.includes('*') && names.length > 1)
    throw invalidRequest('You cannot ask for * together with other events.', { param: 'enabled_events' })
  return names
}

export interface NewEndpoint {
  url: string
  events: string[]
  description: string | null
  metadata: Record<string, string>
  secret?: string
  connect?: boolean
  apiVersion?: string | undefined
}

/** Stores a new endpoint and returns it together with its secret. */
export function addEndpoint(
  unit: Unit,
  input: NewEndpoint,
): { endpoint: Stripe.WebhookEndpoint; secret: string } {
  const secret = input.secret ?? `whsec_${randomText(32)}`
  const endpoint = {
    id: newId('we'),
    object: 'webhook_endpoint',
    api_version: input.apiVersion ?? API_VERSION,
    application: null,
    created: unit.now,
    description: input.description,
    enabled_events: input.events,
    livemode: false,
    metadata: input.metadata,
    status: 'enabled',
    url: input.url,
  } satisfies Stripe.WebhookEndpoint
  unit.put('webhook_endpoint', endpoint, {
    hidden: { secrets: [{ value: secret, until: null }], connect: input.connect === true },
  })
  return { endpoint, secret }
}

const update = {
  description: optionalText,
  disabled: flag,
  enabled_events: listOf(filled),
  metadata,
  url: filled,
}

function updateEndpoint(call: ApiCall, params: Read<typeof update>): Stripe.WebhookEndpoint {
  const endpoint = loadObject(call, 'webhook_endpoint')
  const after: Stripe.WebhookEndpoint = {
    ...endpoint,
    description: params.description === undefined ? endpoint.description : params.description,
    enabled_events:
      params.enabled_events === undefined ? endpoint.enabled_events : checkEvents(params.enabled_events),
    metadata: mergeMetadata(endpoint.metadata, params.metadata),
    status: params.disabled === undefined ? endpoint.status : params.disabled ? 'disabled' : 'enabled',
    url: params.url === undefined ? endpoint.url : checkUrl(params.url),
  }
  call.unit.put('webhook_endpoint', after)
  return after
}

/** A new secret; the old one goes on signing beside it until it expires. */
export function rotateSecret(unit: Unit, id: string, overlapSeconds: number, realNow: number): string {
  const endpoint = unit.find('webhook_endpoint', id)
  const hidden = unit.hidden('webhook_endpoint', id)
  if (endpoint === undefined || hidden === undefined) throw noSuch('webhook_endpoint', id)
  const secret = `whsec_${randomText(32)}`
  const old = hidden.secrets
    .filter((entry) => entry.until === null || entry.until > realNow)
    .map((entry) => ({ ...entry, until: entry.until ?? realNow + overlapSeconds }))
  unit.put('webhook_endpoint', endpoint, {
    hidden: {
      ...hidden,
      secrets: [{ value: secret, until: null }, ...old.filter((entry) => entry.until > realNow)],
    },
  })
  return secret
}

export const webhookEndpointRoutes: RouteTable = {
  'POST /v1/webhook_endpoints': route(
    'webhook_endpoints.create',
    {
      url: filled,
      enabled_events: listOf(filled),
      api_version: filled,
      connect: flag,
      description: optionalText,
      metadata,
    },
    (call, params) => {
      if (params.url === undefined) throw missingParam('url')
      checkVersion(params.api_version)
      if (params.connect === true && call.unit.account !== '')
        throw invalidRequest('Only a platform can have endpoints for connected accounts.', {
          param: 'connect',
        })
      const { endpoint, secret } = addEndpoint(call.unit, {
        url: checkUrl(params.url),
        events: checkEvents(params.enabled_events),
        description: params.description ?? null,
        metadata: mergeMetadata({}, params.metadata),
        connect: params.connect === true,
        apiVersion: params.api_version,
      })
      return { ...endpoint, secret }
    },
  ),
  'GET /v1/webhook_endpoints': listRoute('webhook_endpoints.list', 'webhook_endpoint', []),
  'GET /v1/webhook_endpoints/:id': retrieveRoute('webhook_endpoints.retrieve', 'webhook_endpoint'),
  'POST /v1/webhook_endpoints/:id': route('webhook_endpoints.update', update, updateEndpoint),
  'DELETE /v1/webhook_endpoints/:id': route('webhook_endpoints.delete', {}, (call) => {
    loadObject(call, 'webhook_endpoint')
    call.unit.remove('webhook_endpoint', call.id)
    return { id: call.id, object: 'webhook_endpoint', deleted: true }
  }),
}
