// HTTP as it is sent by those who keep no rules: paths as they are, headers twice, bodies of any
// kind.
import http from 'node:http'

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
}

export interface RawReply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

export interface RawClient {
  send(request: RawRequest): Promise<RawReply>
  close(): void
}

/** Streams are left as soon as they have answered. */
export function makeRawClient(url: string): RawClient {
  const { hostname, port } = new URL(url)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const request = http.request({
          hostname,
          port,
          agent,
          method,
          path,
          headers: headers as http.OutgoingHttpHeaders,
        })
        request.on('response', (response) => {
          const { statusCode: status = 0 } = response
          if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
            resolve({ status, headers: response.headers, text: '' })
            request.destroy()
            return
          }
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve({ status, headers: response.headers, text }))
        })
        // After the answer, a body that was too large may still break the connection.
        request.on('error', reject)
        request.end(body)
      }),
    close: () => agent.destroy(),
  }
}
