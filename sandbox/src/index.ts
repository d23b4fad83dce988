// Starts a sandbox inside a process: for its own command and for the tests of other software.
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { isName, MAIN_NAME, PUBLISHABLE_KEY, SECRET_KEY } from './api/auth.ts'
import { API_VERSION } from './api/events.ts'
import { makePipeline } from './api/pipeline.ts'
import { makeGuard } from './http/guard.ts'
import { isLoopbackAddress } from './http/names.ts'
import { makeServer } from './http/server.ts'
import { makeNamespaces } from './namespaces.ts'
import { eventStream } from './pages/live.ts'
import { registerWebhook } from './register-webhook.ts'
import { applySeed } from './seed.ts'
import { makeSite } from './site.ts'
import { makeTargetCheck } from './webhooks/targets.ts'

export { buildBrowserFiles } from './pages/browser-files.ts'
export { PUBLISHABLE_KEY, SECRET_KEY }

export interface SandboxOptions {
  /** 0 takes a free one. */
  port?: number
  /** This machine alone, unless `openToNetwork` says otherwise. */
  host?: string
  /** Everybody in the network may use the sandbox, which has no passwords. */
  openToNetwork?: boolean
  /** Names beside those of loopback under which clients reach the sandbox. */
  hosts?: readonly string[]
  /** Origins of pages that may take payments, beside pages on loopback and on `hosts`. */
  origins?: readonly string[]
  /** Hosts beside this machine that webhooks may go to: `name` or `name:port`. */
  webhookHosts?: readonly string[]
  /** Answered by /_sandbox/health, so that who started this sandbox recognises it. */
  instance?: string
  /** https in place of http, with a certificate and its key in PEM. */
  tls?: { cert: string; key: string }
  /**
   * A file of API calls that are made once per store, in the form of the fixtures of Stripe's CLI.
   */
  seedFile?: string
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
  /**
   * How long a new object is not yet found by searching; with the real thing up to a minute and
   * more.
   */
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

const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::'
const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host)

function hostWithPort(address: string): string {
  const { host, port, protocol } = new URL(address)
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why =
      code === 'EADDRINUSE'
        ? `is used by another program, perhaps the sandbox of another shop: stop it, or set SANDBOX_PORT to a free port.`
        : `cannot be used (${message}): set SANDBOX_HOST to an address of this machine and SANDBOX_PORT to a port that you may use.`
    throw new Error(`Port ${port} of ${host} ${why}`, { cause })
  }
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1'
  if (!isLoopbackAddress(host) && options.openToNetwork !== true) {
    throw new Error(
      `SANDBOX_HOST=${host} would open the sandbox, which has no passwords, to the network. Leave it empty to serve this machine alone, or set SANDBOX=on.`,
    )
  }
  const { webhook, hosts = [] } = options
  const log = options.log ?? (() => undefined)
  const home = { url: options.publicUrl ?? 'http://localhost' }
  const apiVersion = options.apiVersion ?? API_VERSION
  const namespaces = makeNamespaces({
    apiVersion,
    home,
    dataDir: options.dataDir,
    log,
    mayCall: makeTargetCheck([
      ...(options.webhookHosts ?? []),
      ...(webhook === undefined ? [] : [hostWithPort(webhook.url)]),
    ]),
    webhookTimeoutMs: options.webhookTimeoutMs ?? 10_000,
    webhookRetryMs: options.webhookRetryMs ?? DEFAULT_RETRY_MS,
    crash: options.crash,
    searchLagSeconds: options.searchLagSeconds,
  })
  const api = makePipeline({ home, apiVersion, named: namespaces.named })
  const server = makeServer({
    api,
    other: makeSite(namespaces, options.instance ?? null, log),
    streams: new Map([
      ['/_sandbox/live', eventStream((name) => namespaces.named(isName(name) ? name : MAIN_NAME))],
    ]),
    guard: makeGuard({
      hosts: isAnyAddress(host) ? hosts : [...hosts, inUrl(host)],
      origins: options.origins ?? [],
      home,
    }),
    tls: options.tls,
    log,
  })
  try {
    if (webhook !== undefined) await registerWebhook(namespaces.main, webhook)
    if (options.seedFile !== undefined) await applySeed(options.seedFile, api, namespaces)
    await listen(server, options.port ?? 12111, host)
  } catch (cause) {
    await namespaces.close()
    throw cause
  }
  const { port } = server.address() as AddressInfo
  const scheme = options.tls === undefined ? 'http' : 'https'
  const url = options.publicUrl ?? `${scheme}://${isAnyAddress(host) ? 'localhost' : inUrl(host)}:${port}`
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
