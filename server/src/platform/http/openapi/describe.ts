// What the shop says of its API, for programs and for people who read it.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { Problem, type Right, rolesOf } from '@holdfast/contract'
import type { FastifyContextConfig, FastifyInstance } from 'fastify'
import { operationIdOf } from './names.ts'

/** Either is of use: a browser has a cookie, a program sends a token. */
const signedIn = [{ session: [] }, { token: [] }]

const sections: Readonly<Record<string, string>> = {
  identity: 'Accounts, guests, sessions and links by mail',
  organisations: 'Who sells: members, invitations, tokens and door devices',
  webhooks: 'What programs of others are told: webhooks and the event feed',
  organisers: 'What organisers see of their sales',
  shows: 'Shows, what is left of them, prices and codes',
  orders: 'Holding tickets, and orders',
  'box office': 'Selling at the counter',
  payments: 'Paying and giving back',
  tickets: 'The door',
  documents: 'Tickets, receipts and dates as files',
  mailbox: 'The built-in mailbox of a shop without a mail server',
  operation: 'For operators, and for whatever watches the shop',
}

/**
 * OpenAPI of all routes registered after this, at `/openapi.json`, and a page to read it at
 * `/docs`.
 */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version,
        description:
          'A ticket shop. Buyers only pay for tickets they get. Every error is problem details with a `code`; ' +
          'which of them a route answers follows from what it does.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'the shop that tells this' }],
      tags: Object.entries(sections).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'holdfast' },
          token: { type: 'http', scheme: 'bearer' },
        },
        responses: {
          Problem: {
            description: 'An error, as problem details (RFC 9457)',
            content: { 'application/problem+json': { schema: Problem } },
          },
        },
        parameters: {
          IdempotencyKey: {
            name: 'Idempotency-Key',
            in: 'header',
            description: 'A call that is sent again with the same key takes effect once.',
            schema: { type: 'string', minLength: 1, maxLength: 255 },
          },
        },
      },
      security: signedIn,
    },
    transformObject(document) {
      if (!('openapiObject' in document)) return document.swaggerObject
      tellWhatIsCommon(app, document.openapiObject.paths as Described)
      return document.openapiObject
    },
  })
  // Under the shop's own policy, like every page: the library's is wider and lets the shop's own
  // pages frame it.
  await app.register(swaggerUi, { routePrefix: '/docs' })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}

interface Operation {
  operationId?: string
  description?: string
  security?: readonly unknown[]
  requestBody?: unknown
  responses: Record<string, unknown>
  parameters?: unknown[]
}
type Described = Record<string, Record<string, Operation>>

/**
 * Told here and not in the schemas of the routes, which say what is checked and how answers are
 * written.
 */
function tellWhatIsCommon({ routeConfigs }: FastifyInstance, paths: Described): void {
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`
      const config: FastifyContextConfig = routeConfigs.get(route) ?? {}
      operation.operationId = operationIdOf(method, path)
      operation.responses = { ...operation.responses, ...refusalsOf(path, operation), default: problem }
      const access = accessOf(path, config)
      if (access) operation.description = [operation.description, access].filter(Boolean).join('\n\n')
      if (config.keyed === true)
        operation.parameters = [
          ...(operation.parameters ?? []),
          { $ref: '#/components/parameters/IdempotencyKey' },
        ]
    }
  }
}

const problem = { $ref: '#/components/responses/Problem' }

/** How a route refuses by its shape alone; what its business refuses is in the `default`. */
function refusalsOf(path: string, { security, requestBody, parameters }: Operation): Record<string, unknown> {
  const isOpen = security?.length === 0
  const statuses = [
    ...(requestBody !== undefined || (parameters ?? []).length > 0 ? [400] : []),
    ...(isOpen ? [] : [401, 403]),
    ...(path.includes('{') ? [404] : []),
    429,
  ]
  return Object.fromEntries(statuses.map((status) => [status, problem]))
}

function accessOf(path: string, { right }: { readonly right?: Right }): string | null {
  if (path.startsWith('/api/ops/')) return 'For operators of the shop; to all others it is not there.'
  if (right === undefined) return null
  const roles = rolesOf[right].map((role) => `\`${role}\``).join(', ')
  return `Who acts for an organisation needs one of the roles ${roles}.`
}
