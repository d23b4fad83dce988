// What the HTTP edge hands inwards and takes back; no sockets beyond this point.
import type { IncomingHttpHeaders } from 'node:http'

export interface EdgeRequest {
  method: string
  path: string
  query: string
  headers: IncomingHttpHeaders
  body: string
  /** Asked for by a page of another origin, which may hold the publishable key only. */
  fromPage: boolean
  /** Settles when the client has gone away. */
  gone: Promise<void>
}

export interface EdgeReply {
  status: number
  headers?: Record<string, string>
  body: string
  /** Not for the eyes of a page of another origin. */
  isPrivate?: boolean
  /** What the edge does instead of answering properly. */
  spoil?: 'hang' | 'reset' | 'truncate'
}

export function jsonReply(status: number, body: unknown, headers: Record<string, string> = {}): EdgeReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}
