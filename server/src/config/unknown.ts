// Variables that look like ours and are not: a typing mistake would silently leave a default in
// force.
import { type Environment, isServiceAddress } from './reader.ts'

/** Read by the sandbox's process, the launcher and the tests. */
const readElsewhere = [
  'CHROMIUM_PATH',
  'NATS_SERVER_PATH',
  'SANDBOX_API_VERSION',
  'SANDBOX_HOSTS',
  'SANDBOX_INSTANCE',
  'SANDBOX_ORIGINS',
  'SANDBOX_PUBLIC_URL',
  'SANDBOX_SEARCH_LAG_SECONDS',
  'SANDBOX_SEED_FILE',
  'SANDBOX_TLS_CERT_FILE',
  'SANDBOX_TLS_KEY_FILE',
  'SANDBOX_WEBHOOK_EVENTS',
  'SANDBOX_WEBHOOK_HOSTS',
  'SANDBOX_WEBHOOK_RETRY_MS',
  'SANDBOX_WEBHOOK_SECRET',
  'SANDBOX_WEBHOOK_URL',
  'SHOP_URL',
]

/**
 * Up to this length one letter more or less makes another common word: HOME is two away from HOST.
 */
const shortName = 5

/** What Kubernetes sets for each service, ours or not. */
const isOfKubernetes = (name: string, value: string) =>
  /_SERVICE_HOST$|_SERVICE_PORT(?:_|$)|_PORT_\d+_(?:TCP|UDP)/.test(name) || isServiceAddress(value)

export function problemsOfUnknown(environment: Environment, read: ReadonlySet<string>): string[] {
  const known = new Set([...read, ...readElsewhere].flatMap((name) => [name, `${name}_FILE`]))
  return Object.entries(environment).flatMap(([name, value = '']) => {
    if (known.has(name) || isOfKubernetes(name, value)) return []
    const meant = nearest(name, known)
    return meant === null ? [] : [`${name}: unknown; did you mean ${meant}?`]
  })
}

function nearest(name: string, known: ReadonlySet<string>): string | null {
  let found: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const most = Math.min(candidate.length, name.length) <= shortName ? 1 : 2
    if (Math.abs(candidate.length - name.length) > most) continue
    const distance = lettersBetween(name.toUpperCase(), candidate)
    if (distance > most || distance >= least) continue
    found = candidate
    least = distance
  }
  return found
}

/**
 * How many letters must be put in, left out, replaced, or swapped with their neighbour (optimal
 * string alignment).
 */
function lettersBetween(left: string, right: string): number {
  let before: number[] = []
  let above = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row += 1) {
    const line = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1]
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      const replaced = (above[column - 1] ?? 0) + (same ? 0 : 1)
      const shifted = Math.min(above[column] ?? 0, line[column - 1] ?? 0) + 1
      line.push(
        Math.min(replaced, shifted, swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY),
      )
    }
    before = above
    above = line
  }
  return above[right.length] ?? 0
}
