// Logs as JSON lines. Secrets are cut out by name, however deep; nothing logs bodies, cookies, keys
// or card data.
import { type Logger, pino, stdSerializers } from 'pino'

export type Log = Logger

/**
 * Names of fields that are never written. Errors of the database (`detail`, `where`) and the
 * processor quote values.
 */
const secretNames = new Set(
  `password pass token apitoken sessiontoken clientsecret secret secretkey webhooksecret webhooksecrets apikey authorization cookie
  setcookie stripesignature idempotencykey paymentmethod card number cvc raw rawbody body headers detail where
  paymentintent setupintent charge source params parameters email buyeremail code_challenge`.split(/\s+/),
)
const depthMax = 6
const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')

function censor(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === depthMax) return '[deeper]'
  if (Array.isArray(value)) return value.map((each) => censor(each, depth + 1))
  if (value instanceof Date) return value
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    secretNames.has(plain(name)) ? '[cut]' : censor(each, depth + 1),
  ])
  return Object.fromEntries(entries)
}

export function makeLog(level: string, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: null,
    // Errors keep their type and stack, which are no fields of their own.
    formatters: { log: (fields: object) => censorFields(fields) },
    serializers: { err: keepAsIs, error: keepAsIs },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  }
  return destination ? pino(options, destination) : pino(options)
}

const keepAsIs = (value: unknown) => value

function censorFields(fields: object): Record<string, unknown> {
  const censored = Object.entries(fields).map(([name, value]) => {
    if (secretNames.has(plain(name))) return [name, '[cut]']
    return [name, censor(value instanceof Error ? stdSerializers.err(value) : value, 1)]
  })
  return Object.fromEntries(censored)
}
