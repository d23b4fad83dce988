// Logs as JSON lines. Secrets are cut out by path; nothing logs bodies, cookies, keys or card data.
import { pino, type Logger } from 'pino'

export type Log = Logger

const secretPaths = [
  'password',
  '*.password',
  'token',
  '*.token',
  'clientSecret',
  '*.clientSecret',
  '*.client_secret',
  'paymentMethod',
  '*.paymentMethod',
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["stripe-signature"]',
  'res.headers["set-cookie"]',
  'err.raw',
  'err.headers',
  'err.payment_intent',
]

export function makeLog(level: string, destination?: { write(line: string): void }): Log {
  const options = { level, base: null, redact: { paths: secretPaths, censor: '[cut]' }, timestamp: () => `,"time":"${new Date().toISOString()}"` }
  return destination ? pino(options, destination) : pino(options)
}
