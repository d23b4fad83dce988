// Reads variables of the environment, and keeps every problem for the end.
import { readFileSync } from 'node:fs'
import { normaliseEmail, type ServiceName } from '@holdfast/contract'

export const serviceNames = [
  'identity',
  'tickets',
  'orders',
  'expiration',
  'payments',
  'mail',
  'webhooks',
] as const satisfies ServiceName[]

export type Environment = Readonly<Record<string, string | undefined>>
export type Reader = ReturnType<typeof makeReader>

const secret = /\b(?:sk|rk)_(?:test|live)_|\bwhsec_|:\/\/[^/]*:[^/]*@/

/**
 * Kubernetes sets `NAME_PORT` to such an address for a service of that name: never a value of ours.
 */
export const isServiceAddress = (value: string) => /^(?:tcp|udp):\/\//.test(value)

/** These hold secrets of any shape. */
const secretNames = [
  'SECRET_KEY',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'METRICS_TOKEN',
  'BACKUP_PASSPHRASE',
]
/** A shorter secret may be a part of an innocent value by chance: then only the whole value is compared. */
const longSecret = 16
/** Longer values are described and not repeated: numbers and words of a list are shorter. */
const shownMost = 20

/**
 * Reads values one by one, keeping every problem for the end. `NAME_FILE` names a file that holds
 * the value.
 */
export function makeReader(environment: Environment) {
  const problems: string[] = []
  const secrets = secretNames
    .flatMap((name) => environment[name]?.split(',') ?? [])
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const holdsSecret = (value: string) =>
    secret.test(value) ||
    secrets.some((each) => value === each || (each.length >= longSecret && value.includes(each)))
  /** A value for a message. A secret that stands in the wrong variable must not reach a log. */
  const shown = (value: string) => {
    if (holdsSecret(value)) return 'a secret'
    return value.length > shownMost ? `${value.length} characters` : `"${value}"`
  }
  const names = new Set<string>()
  const problem = (text: string) => {
    problems.push(text)
  }
  const raw = (name: string): string => {
    names.add(name)
    const file = environment[`${name}_FILE`]
    const value = environment[name]?.trim() ?? ''
    if (!file) return name.endsWith('PORT') && isServiceAddress(value) ? '' : value
    try {
      return readFileSync(file, 'utf8').trim()
    } catch (error) {
      problem(`${name}_FILE: ${(error as Error).message}`)
      return ''
    }
  }
  const text = (name: string, fallback: string) => raw(name) || fallback
  const integer = (name: string, fallback: number, minimum: number, maximum: number) => {
    const value = raw(name)
    if (value === '') return fallback
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (number >= minimum && number <= maximum) return number
    problem(`${name}: expected a whole number from ${minimum} to ${maximum}, got ${shown(value)}`)
    return fallback
  }
  const choice = (name: string, fallback: string, allowed: readonly string[]) => {
    const value = text(name, fallback)
    if (allowed.includes(value)) return value
    problem(`${name}: expected one of ${allowed.join(', ')}, got ${shown(value)}`)
    return fallback
  }
  const flag = (name: string, fallback: boolean) => {
    const value = raw(name).toLowerCase()
    if (value === '') return fallback
    if (['on', '1', 'true'].includes(value)) return true
    if (['off', '0', 'false'].includes(value)) return false
    problem(`${name}: expected on or off, got ${shown(value)}`)
    return fallback
  }
  const url = (name: string, fallback: string, protocols: readonly string[]) => {
    const value = text(name, fallback)
    const parsed = URL.canParse(value) ? new URL(value) : null
    if (!parsed || !protocols.includes(parsed.protocol))
      problem(`${name}: expected a URL with ${protocols.join(' or ')}`)
    return value
  }
  const optionalUrl = (name: string, protocols: readonly string[]) =>
    raw(name) === '' ? null : url(name, '', protocols)
  /**
   * Values by commas. An empty one among them is none: an empty secret would be one that everybody
   * knows.
   */
  const list = (name: string): string[] =>
    raw(name)
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
  const services = (name: string): ServiceName[] => {
    const asked = list(name)
    if (asked.length === 0) return [...serviceNames]
    const wrong = asked.filter((part) => !serviceNames.some((service) => service === part))
    if (wrong.length > 0)
      problem(`${name}: unknown ${wrong.map(shown).join(', ')}; choose from ${serviceNames.join(', ')}`)
    return serviceNames.filter((service) => asked.includes(service))
  }
  const emails = (name: string): string[] => {
    const asked = list(name).map(normaliseEmail)
    const wrong = asked.filter((part) => !/^[^@\s]+@[^@\s]+$/.test(part) || holdsSecret(part))
    if (wrong.length > 0)
      problem(`${name}: expected comma-separated email addresses, got ${wrong.map(shown).join(', ')}`)
    return asked
  }
  /** A value that anybody may see: a page, a log, a list of processes. */
  const open = (name: string, fallback: string): string => {
    const value = text(name, fallback)
    if (!holdsSecret(value)) return value
    problem(
      `${name}: holds a secret, and everybody can read this variable’s value; replace the secret, it may be known`,
    )
    return fallback
  }
  return {
    names,
    problems,
    problem,
    text,
    open,
    list,
    integer,
    choice,
    flag,
    url,
    optionalUrl,
    services,
    emails,
  }
}
