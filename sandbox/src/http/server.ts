// The HTTP edge on bare node:http: reads bounded bodies, routes by prefix, writes answers, and breaks them on demand.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { EdgeReply, EdgeRequest } from './request.ts'
import { jsonReply } from './request.ts'

const BODY_LIMIT = 256 * 1024

export type Handler = (request: EdgeRequest) => Promise<EdgeReply>
/** A handler that keeps the connection, such as a stream of events. */
export type StreamHandler = (request: IncomingMessage, response: ServerResponse) => void

export interface EdgeRoutes {
  api: Handler
  other: Handler
  streams: Map<string, StreamHandler>
  log(message: string): void
}

function corsHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type, idempotency-key, stripe-account, stripe-version, sandbox-fault',
    'access-control-expose-headers': 'request-id, idempotent-replayed, original-request',
    'access-control-max-age': '600',
    vary: 'origin',
  }
}

function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= BODY_LIMIT) chunks.push(chunk)
    })
    request.on('end', () =>
      resolve(size > BODY_LIMIT ? undefined : chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()),
    )
    request.on('error', reject)
    request.on('close', () => reject(new Error('the client went away')))
  })
}

function write(request: IncomingMessage, response: ServerResponse, answer: EdgeReply, cors: boolean): void {
  if (answer.spoil === 'hang') return
  if (answer.spoil === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  const bytes = Buffer.from(answer.body)
  const { origin } = request.headers
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(cors && origin !== undefined ? corsHeaders(origin) : {}),
    'x-content-type-options': 'nosniff',
    'content-length': bytes.length,
  })
  if (answer.spoil === 'truncate') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy())
    return
  }
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

async function serve(routes: EdgeRoutes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const stream = routes.streams.get(path)
  if (stream !== undefined) return stream(request, response)
  const isApi = path.startsWith('/v1/')
  if (isApi && request.method === 'OPTIONS') return write(request, response, { status: 204, body: '' }, true)
  const body = request.method === 'GET' || request.method === 'HEAD' ? '' : await readBody(request)
  if (body === undefined)
    return write(
      request,
      response,
      jsonReply(413, { error: { type: 'invalid_request_error', message: 'Request body too large' } }, { connection: 'close' }),
      isApi,
    )
  const gone = new Promise<void>((resolve) => response.once('close', () => resolve()))
  const edge: EdgeRequest = {
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    path,
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: request.headers,
    body,
    gone,
  }
  write(request, response, await (isApi ? routes.api(edge) : routes.other(edge)), isApi)
}

export function makeServer(routes: EdgeRoutes): Server {
  const server = createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 30_000, headersTimeout: 15_000 },
    (request, response) => {
      serve(routes, request, response).catch((error: unknown) => {
        if (request.socket.destroyed) return
        routes.log(`request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        if (!response.headersSent)
          write(request, response, jsonReply(500, { error: { type: 'api_error', message: 'An unknown error occurred' } }), true)
      })
    },
  )
  server.on('connection', (socket) => {
    socket.setNoDelay(true)
  })
  return server
}
