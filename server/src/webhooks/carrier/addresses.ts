// Where webhooks may go: public addresses only. An endpoint's owner is somebody on the internet, and
// must not reach through the shop into the network that it runs in.
import { BlockList, isIP, isIPv4 } from 'node:net'

/** Special ranges by the registries of IANA; IPv6 outside of 2000::/3 is not public at all. */
const special4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const
const special6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const

const listOf = (ranges: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6') => {
  const list = new BlockList()
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family)
  return list
}
const blocked4 = listOf(special4, 'ipv4')
const blocked6 = listOf(special6, 'ipv6')
const global6 = listOf([['2000::', 3]], 'ipv6')
/** Their last 32 bits are the IPv4 address that is meant: mapped, and NAT64. */
const carrying4 = [listOf([['::ffff:0:0', 96]], 'ipv6'), listOf([['64:ff9b::', 96]], 'ipv6')]

/** The last 32 bits of an IPv6 address, as an IPv4 address. */
function last4Of(address: string): string {
  // The URL parser writes every form of an address in one: hexadecimal, its longest zeros left out.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [, tail = ''] = canonical.includes('::') ? canonical.split('::') : ['', canonical]
  const groups = ['0', '0', ...tail.split(':').filter(Boolean)].slice(-2)
  const [high = 0, low = 0] = groups.map((group) => Number.parseInt(group, 16))
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}

/** Whether an address is one that anybody on the internet could reach. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !blocked4.check(address, 'ipv4')
  // A zone names an interface of this machine.
  if (isIP(address) === 0 || address.includes('%')) return false
  if (carrying4.some((list) => list.check(address, 'ipv6'))) return !blocked4.check(last4Of(address), 'ipv4')
  return global6.check(address, 'ipv6') && !blocked6.check(address, 'ipv6')
}

const leastOpenPort = 1_024

/** Why webhooks are not sent to an address, as far as it tells by itself; null: they may be. */
export function refusalOfUrl(text: string, mayBePrivate: boolean): string | null {
  if (!URL.canParse(text)) return 'this is no address'
  const { protocol, username, password, hash, port, hostname } = new URL(text)
  if (username !== '' || password !== '' || hash !== '')
    return 'an address has no user, no password and no fragment'
  if (mayBePrivate) return protocol === 'https:' || protocol === 'http:' ? null : 'only https is sent to'
  if (protocol !== 'https:') return 'only https is sent to'
  if (port !== '' && Number(port) < leastOpenPort) return 'the port must be 443, or 1024 or higher'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) !== 0 && !isPublicAddress(host)) return 'the address is not public'
  return null
}
