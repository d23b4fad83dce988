// Where webhooks may go: this machine, the endpoint of the configuration, and hosts that it lists.
// Anybody who may create an endpoint could otherwise make the sandbox send requests into the
// network around it.
import { isLoopbackName, nameOf } from '../http/names.ts'

/** `hosts` are `name` (any port) or `name:port`. */
export function makeTargetCheck(hosts: readonly string[]): (url: string) => boolean {
  const allowed = new Set(hosts.map((host) => host.toLowerCase()))
  return (url) => {
    const { host, hostname, port, protocol } = new URL(url)
    const name = nameOf(hostname)
    if (name === undefined) return false
    const withPort = port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host
    return isLoopbackName(name) || allowed.has(name) || allowed.has(withPort)
  }
}
