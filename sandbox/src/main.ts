// The command: reads the environment, starts one sandbox, says where it is, stops cleanly on a signal.
import { readFileSync } from 'node:fs'
import { isVersion } from './api/versions.ts'
import { type SandboxOptions, startSandbox } from './index.ts'

const STOP_DEADLINE_MS = 8000

function secretFrom(name: string): string | undefined {
  const file = process.env[`${name}_FILE`]
  return file === undefined || file === '' ? process.env[name] || undefined : readFileSync(file, 'utf8').trim()
}

function readOptions(): SandboxOptions {
  const wrong: string[] = []
  const port = Number(process.env['SANDBOX_PORT'] || '12111')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) wrong.push('SANDBOX_PORT must be a port number')
  const url = process.env['SANDBOX_WEBHOOK_URL'] || undefined
  const secret = secretFrom('SANDBOX_WEBHOOK_SECRET')
  if (url !== undefined && !URL.canParse(url)) wrong.push('SANDBOX_WEBHOOK_URL must be a URL')
  if ((url === undefined) !== (secret === undefined)) wrong.push('SANDBOX_WEBHOOK_URL and SANDBOX_WEBHOOK_SECRET go together')
  const publicUrl = process.env['SANDBOX_PUBLIC_URL'] || undefined
  if (publicUrl !== undefined && !URL.canParse(publicUrl)) wrong.push('SANDBOX_PUBLIC_URL must be a URL')
  const retries = (process.env['SANDBOX_WEBHOOK_RETRY_MS'] || '')
    .split(',')
    .filter((part) => part !== '')
    .map(Number)
  if (retries.some((delay) => !Number.isFinite(delay) || delay < 0))
    wrong.push('SANDBOX_WEBHOOK_RETRY_MS must be milliseconds separated by commas')
  const lag = Number(process.env['SANDBOX_SEARCH_LAG_SECONDS'] || '0')
  if (!Number.isInteger(lag) || lag < 0) wrong.push('SANDBOX_SEARCH_LAG_SECONDS must be a whole number of seconds')
  const apiVersion = process.env['SANDBOX_API_VERSION'] || undefined
  if (apiVersion !== undefined && !isVersion(apiVersion)) wrong.push('SANDBOX_API_VERSION must be an API version')
  if (wrong.length > 0) throw new Error(wrong.join('; '))
  const events = (process.env['SANDBOX_WEBHOOK_EVENTS'] || '').split(',').filter((part) => part !== '')
  return {
    port,
    host: process.env['SANDBOX_HOST'] || process.env['HOST'] || '127.0.0.1',
    dataDir: process.env['DATA_DIR'] || './data',
    searchLagSeconds: lag,
    log: (message) => console.error(`sandbox: ${message}`),
    // Not an exit: nothing may be flushed, closed or said.
    crash: () => process.kill(process.pid, 'SIGKILL'),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/$/, '') }),
    ...(url === undefined || secret === undefined
      ? {}
      : { webhook: { url, secret, ...(events.length === 0 ? {} : { events }) } }),
    ...(retries.length === 0 ? {} : { webhookRetryMs: retries }),
  }
}

async function main(): Promise<void> {
  const sandbox = await startSandbox(readOptions())
  console.log(`sandbox: ready at ${sandbox.url} (API and dashboard)`)
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref()
    sandbox.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('sandbox: could not stop cleanly', error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // Started by another process, it ends with it, however that ends.
  process.on('disconnect', stop)
}

main().catch((error: unknown) => {
  console.error(`sandbox: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
