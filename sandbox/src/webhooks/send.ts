// One HTTP POST to an endpoint over kept-alive connections; answers with a status or the reason why
// there is none.
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

export interface Target {
  url: string
  secrets: { value: string; until: number | null }[]
  /** Only a platform is told whose event it is. */
  connect: boolean
}
export interface Answer {
  status: number | null
  error: string | null
}
export interface Sender {
  http: HttpAgent
  https: HttpsAgent
  timeoutMs: number
  destroy(): void
}

export function makeSender(timeoutMs: number): Sender {
  const options = { keepAlive: true, maxSockets: 24, maxFreeSockets: 24, timeout: timeoutMs }
  const http = new HttpAgent(options)
  const https = new HttpsAgent(options)
  return {
    http,
    https,
    timeoutMs,
    destroy() {
      http.destroy()
      https.destroy()
    },
  }
}

export function postWebhook(
  sender: Sender,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve) => {
    const secure = url.startsWith('https:')
    const options = {
      method: 'POST',
      agent: secure ? sender.https : sender.http,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    }
    const request = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode ?? null, error: null }))
      response.on('error', (error) => resolve({ status: null, error: error.message }))
    })
    // A timer of the socket costs far less per request than an abort signal.
    request.setTimeout(sender.timeoutMs, () =>
      request.destroy(new Error(`no answer within ${sender.timeoutMs} ms`)),
    )
    request.on('error', (error) => resolve({ status: null, error: error.message }))
    request.end(body)
  })
}
