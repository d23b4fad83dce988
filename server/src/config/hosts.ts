// What an address to listen at means: where the programs of this machine reach it, and where people
// do.
import { networkInterfaces } from 'node:os'

export const isEverywhere = (host: string) => host === '0.0.0.0' || host === '::'
const inUrl = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)

/** As programs of this machine name it in a URL. */
export const reachedAt = (host: string) => (isEverywhere(host) ? '127.0.0.1' : inUrl(host))

/** As people of this machine name it, where nothing else is said. */
export const namedAs = (host: string) =>
  isEverywhere(host) || host === '127.0.0.1' ? 'localhost' : inUrl(host)

/** The address of this machine in its network, for other devices; null without one. */
export function findOwnAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null
}
