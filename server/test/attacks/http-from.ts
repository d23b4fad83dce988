// HTTP from one of the loopback addresses of this machine, so that a shop sees as many networks as
// there are callers. Against this machine only.
import { Agent, request as httpRequest } from 'node:http'

export interface Reply {
  /** 0: no answer came. */
  readonly status: number
  readonly body: Record<string, unknown>
  readonly retryAfterMs: number
}

export interface Caller {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  close(): void
}

/** The nth address of one of 200 blocks of 127.0.0.0/8; block 0 is left to this machine itself. */
export function addressOf(block: number, index: number): string {
  if (block < 1 || block > 200) throw new Error(`no block ${block}`)
  return `127.${block}.${Math.floor(index / 250) % 250}.${1 + (index % 250)}`
}

const answerWithinMs = 20_000

export function callerFrom(address: string, port: number): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 6, localAddress: address })
  let cookie: string | undefined
  return {
    call: (method, path, body, headers = {}) =>
      new Promise((resolve) => {
        const none = () => resolve({ status: 0, body: {}, retryAfterMs: 0 })
        const text = body === undefined ? '' : JSON.stringify(body)
        const request = httpRequest({
          host: '127.0.0.1',
          port,
          agent,
          method,
          path,
          timeout: answerWithinMs,
          headers: {
            ...(cookie === undefined ? {} : { cookie }),
            ...(text === '' ? {} : { 'content-type': 'application/json' }),
            'content-length': Buffer.byteLength(text),
            ...headers,
          },
        })
        request.on('timeout', () => request.destroy())
        request.on('error', none)
        request.on('response', (response) => {
          let received = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => (received += chunk))
          response.on('error', none)
          response.on('end', () => {
            for (const line of response.headers['set-cookie'] ?? []) cookie = line.split(';')[0]
            const isJson = response.headers['content-type']?.includes('json') === true
            resolve({
              status: response.statusCode ?? 0,
              body: isJson && received !== '' ? (JSON.parse(received) as Record<string, unknown>) : {},
              retryAfterMs: Number(response.headers['retry-after'] ?? 0) * 1_000,
            })
          })
        })
        request.end(text)
      }),
    close: () => agent.destroy(),
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
