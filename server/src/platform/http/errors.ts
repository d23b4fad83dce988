// Every error that leaves the HTTP edge becomes problem details here, also those that come before
// any route or hook.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type ErrorCode, errorDefinitions } from '@holdfast/contract'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isUnavailable } from '../postgres/failures.ts'
import type { Log } from '../process/log.ts'
import { sendBusy } from './busy.ts'
import { ProblemError, problemOf, sendProblem } from './problem.ts'

export function useErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((request, reply) => {
    // Without the query, which may hold what somebody took for a secret place.
    const [path = ''] = request.url.split('?', 1)
    const detail = `${request.method} ${path.slice(0, 200)}`
    return sendProblem(reply, 'route_unknown', { detail })
  })
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, log))
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  404: 'route_unknown',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  431: 'header_too_large',
}
const malformedJson = new Set(['FST_ERR_CTP_EMPTY_JSON_BODY', 'FST_ERR_CTP_INVALID_JSON_BODY'])

/** Formats whose names say too little. */
const formatMessages: Readonly<Record<string, string>> = {
  email: 'must be an email address, such as name@example.org',
  visible: 'must contain something that can be seen',
  'visible-or-empty': 'must be empty or contain something that can be seen',
}

function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  if (error instanceof ProblemError)
    return errorDefinitions[error.code].status === 503
      ? sendBusy(request, reply, { code: error.code, ...error.extras })
      : sendProblem(reply, error.code, error.extras)
  if (error.validation) {
    const [first] = error.validation
    const message = formatMessages[String(first?.params.format)] ?? first?.message ?? 'is invalid'
    const detail = `${error.validationContext ?? 'request'}${first?.instancePath ?? ''} ${message}`
    return sendProblem(reply, 'invalid_request', { detail })
  }
  if (error instanceof SyntaxError || malformedJson.has(error.code ?? ''))
    return sendProblem(reply, 'malformed_json')
  const { statusCode } = error
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return sendProblem(reply, codeByStatus[statusCode] ?? 'invalid_request')
  }
  if (isUnavailable(error)) {
    log.error({ err: error, url: request.routeOptions.url }, 'the database cannot be reached')
    return sendBusy(request, reply, { code: 'unavailable', retryAfterSeconds: 2 })
  }
  log.error({ err: error, requestId: request.id, url: request.routeOptions.url }, 'a request failed')
  return sendProblem(reply, 'internal', { detail: `request ${request.id}` })
}

/** Addresses that the router cannot read never reach a hook, so the headers are put on here. */
export function answerUnroutable(headers: Readonly<Record<string, string>>) {
  return (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    const code = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'route_unknown' : 'invalid_request'
    sendProblem(reply.headers({ ...headers, 'cache-control': 'no-store' }), code, {
      detail: 'the URL cannot be parsed',
    })
  }
}

const codeByParserError: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'header_too_large',
}

/** Bytes that are no HTTP: there is no request and no reply, only the socket. */
export function answerClientError(headers: Readonly<Record<string, string>>) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const problem = problemOf(codeByParserError[error.code ?? ''] ?? 'invalid_request')
    const body = JSON.stringify(problem)
    const lines = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ]
    socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
  }
}
