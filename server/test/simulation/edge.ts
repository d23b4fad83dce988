// The HTTP edge without HTTP: gathers the services' routes and calls them as the real edge would,
// with a principal, a body and headers. Validation by schemas and everything below it are out of
// the simulation.

import { ProblemError, problemOf } from '../../src/platform/http/problem.ts'
import type { Http } from '../../src/platform/http/server.ts'
import type { Principal } from '../../src/platform/http/sessions.ts'
import { isUnavailable } from '../../src/platform/postgres/failures.ts'

export interface Call {
  readonly method: string
  /** The route as it is registered: `/api/orders/:id`. */
  readonly route: string
  readonly params?: Readonly<Record<string, string>>
  readonly principal: Principal | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

type Handler = (request: unknown, reply: unknown) => unknown

export interface Edge {
  /** What services register their routes on. */
  readonly app: Http
  call(call: Call, requestId: string): Promise<Answered>
  /** Whether a service of this process has the route. */
  has(call: Call): boolean
}

export function makeEdge(): Edge {
  const handlers = new Map<string, { readonly handler: Handler; readonly config: unknown }>()
  const route =
    (method: string) =>
    (path: string, { config = {} }: { config?: unknown }, handler: Handler): void => {
      handlers.set(`${method} ${path}`, { handler, config })
    }
  const nothing = () => undefined
  const app = {
    get: route('GET'),
    post: route('POST'),
    put: route('PUT'),
    patch: route('PATCH'),
    delete: route('DELETE'),
    register: (plugin: (scope: unknown) => unknown) => plugin(app),
    removeAllContentTypeParsers: nothing,
    addContentTypeParser: nothing,
    // Another service is asked as if it ran elsewhere: nothing is known of it.
    inject: () => Promise.resolve({ statusCode: 404 }),
  }

  const call: Edge['call'] = async (
    { method, route, params = {}, principal, body, headers = {} },
    requestId,
  ) => {
    const found = handlers.get(`${method} ${route}`)
    if (!found) throw new Error(`no route ${method} ${route}`)
    const reply = makeReply()
    const { handler, config } = found
    const routeOptions = { url: route, config }
    const request = { id: requestId, params, principal, key: null, body, headers, query: {}, routeOptions }
    try {
      const returned = await handler(request, reply)
      if (returned !== undefined && returned !== reply) reply.send(returned)
      return { status: reply.status, body: reply.body }
    } catch (error) {
      if (error instanceof ProblemError) {
        const problem = problemOf(error.code, error.extras)
        return { status: problem.status, body: { ...problem } }
      }
      return { status: isUnavailable(error) ? 503 : 500, body: { code: String(error) } }
    }
  }
  return {
    app: app as unknown as Http,
    call,
    has: ({ method, route: path }) => handlers.has(`${method} ${path}`),
  }
}

function makeReply() {
  const reply = {
    status: 200,
    body: {} as Record<string, unknown>,
    code(status: number) {
      reply.status = status
      return reply
    },
    header: () => reply,
    type: () => reply,
    serializer: () => reply,
    send(body: unknown) {
      reply.body = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
      return reply
    },
  }
  return reply
}
