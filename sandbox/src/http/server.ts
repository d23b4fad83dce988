// The HTTP edge on bare node:http: reads bounded bodies, routes by prefix, writes answers, and
// breaks them on demand.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { StoreError } from '../store/open-problem.ts'
import type { Guard } from './guard.ts'
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
  guard: Guard
  tls: { cert: string; key: string } | undefined
  log(message: string): void
}

function corsHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers':
      'authorization, content-type, idempotency-key, stripe-account, stripe-version, sandbox-fault',
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
      resolve(
        size > BODY_LIMIT
          ? undefined
          : chunks.length === 1
            ? String(chunks[0])
            : Buffer.concat(chunks).toString(),
      ),
    )
    request.on('error', reject)
    request.on('close', () => reject(new Error('the client went away')))
  })
}

/**
 * Each page says itself who may show it in a frame; without a word, pages that may take payments.
 */
function framed(headers: Record<string, string> | undefined, ancestors: string): Record<string, string> {
  const policy = headers?.['content-security-policy']
  if (policy === undefined || policy.includes('frame-ancestors')) return {}
  return { 'content-security-policy': `${policy}; frame-ancestors ${ancestors}` }
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  answer: EdgeReply,
  cors: boolean,
  ancestors = "'none'",
): void {
  if (answer.spoil === 'hang') return
  if (answer.spoil === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  const bytes = Buffer.from(answer.body)
  const { origin } = request.headers
  response.writeHead(answer.status, {
    ...answer.headers,
    ...framed(answer.headers, ancestors),
    ...(cors && answer.isPrivate !== true && origin !== undefined ? corsHeaders(origin) : {}),
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
  const visitor = routes.guard.check(request.method ?? 'GET', path, request.headers)
  if (typeof visitor !== 'string') {
    // The rest of a refused body is not read.
    return write(
      request,
      response,
      { ...visitor, headers: { ...visitor.headers, connection: 'close' } },
      false,
    )
  }
  const stream = routes.streams.get(path)
  if (stream !== undefined) return stream(request, response)
  const isApi = path.startsWith('/v1/')
  const cors = isApi && visitor === 'page'
  if (isApi && request.method === 'OPTIONS') return write(request, response, { status: 204, body: '' }, cors)
  const body = request.method === 'GET' || request.method === 'HEAD' ? '' : await readBody(request)
  if (body === undefined)
    return write(
      request,
      response,
      jsonReply(
        413,
        { error: { type: 'invalid_request_error', message: 'Request body too large' } },
        { connection: 'close' },
      ),
      cors,
    )
  const gone = new Promise<void>((resolve) => response.once('close', () => resolve()))
  const edge: EdgeRequest = {
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    path,
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: request.headers,
    body,
    fromPage: visitor === 'page',
    gone,
  }
  write(
    request,
    response,
    await (isApi ? routes.api(edge) : routes.other(edge)),
    cors,
    routes.guard.ancestors,
  )
}

export function makeServer(routes: EdgeRoutes): Server {
  const listener: RequestListener = (request, response) => {
    serve(routes, request, response).catch((error: unknown) => {
      if (request.socket.destroyed) return
      const isOfStore = error instanceof StoreError
      routes.log(
        `request failed: ${error instanceof Error && !isOfStore ? (error.stack ?? error.message) : String(error)}`,
      )
      const message = isOfStore ? error.message : 'An unknown error occurred'
      if (!response.headersSent)
        write(request, response, jsonReply(500, { error: { type: 'api_error', message } }), false)
    })
  }
  const options = { keepAliveTimeout: 65_000, requestTimeout: 30_000, headersTimeout: 15_000 }
  const server =
    routes.tls === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...routes.tls }, listener)
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true)
  })
  return server
}
