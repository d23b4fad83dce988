// Starts a sandbox inside a process: for its own command and for the tests of other software.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { isName, MAIN_NAME, PUBLISHABLE_KEY, SECRET_KEY } from './api/auth.ts'
import { API_VERSION } from './api/events.ts'
import { makePipeline } from './api/pipeline.ts'
import { makeServer } from './http/server.ts'
import { makeNamespaces } from './namespaces.ts'
import { eventStream } from './pages/live.ts'
import { registerWebhook } from './register-webhook.ts'
import { makeSite } from './site.ts'

export { buildBrowserFiles } from './pages/browser-files.ts'
export { PUBLISHABLE_KEY, SECRET_KEY }

export interface SandboxOptions {
  /** 0 takes a free one. */
  port?: number
  host?: string
  /** The store is the directory `sandbox` in it. */
  dataDir: string
  /** How browsers reach the sandbox, where that differs from `http://host:port`. */
  publicUrl?: string
  /** Told of every event, or of those named. */
  webhook?: { url: string; secret: string; events?: string[] }
  webhookTimeoutMs?: number
  /** Waits between the attempts of one delivery; their number is that of the retries. */
  webhookRetryMs?: number[]
  log?: (message: string) => void
  /** How long a new object is not yet found by searching; with the real thing up to a minute and more. */
  searchLagSeconds?: number
  /** The account's default API version, for requests that name none. */
  apiVersion?: string
  /** Ends the process for the fault `crash`; without it that fault is refused. */
  crash?: () => void
}

export interface Sandbox {
  url: string
  port: number
  close(): Promise<void>
}

const HOUR_MS = 3_600_000
export const DEFAULT_RETRY_MS = [500, 2000, 10_000, 60_000, 300_000, 30 * 60_000, HOUR_MS, 2 * HOUR_MS]

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1'
  const log = options.log ?? (() => undefined)
  const home = { url: '' }
  const apiVersion = options.apiVersion ?? API_VERSION
  const namespaces = makeNamespaces({
    apiVersion,
    home,
    dataDir: options.dataDir,
    log,
    webhookTimeoutMs: options.webhookTimeoutMs ?? 10_000,
    webhookRetryMs: options.webhookRetryMs ?? DEFAULT_RETRY_MS,
    crash: options.crash,
    searchLagSeconds: options.searchLagSeconds,
  })
  const server = makeServer({
    api: makePipeline({ home, apiVersion, named: namespaces.named }),
    other: makeSite(namespaces, log),
    streams: new Map([['/_sandbox/live', eventStream((name) => namespaces.named(isName(name) ? name : MAIN_NAME))]]),
    log,
  })
  try {
    if (options.webhook !== undefined) await registerWebhook(namespaces.main, options.webhook)
    server.listen(options.port ?? 12111, host)
    await once(server, 'listening')
  } catch (cause) {
    await namespaces.close()
    throw cause
  }
  const { port } = server.address() as AddressInfo
  const shownHost = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const url = options.publicUrl ?? `http://${shownHost}:${port}`
  home.url = url
  namespaces.start()
  return {
    url,
    port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await namespaces.close()
    },
  }
}
