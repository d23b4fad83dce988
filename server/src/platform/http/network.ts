// Which network a caller's address belongs to: what limits count as one stranger. Pure.

/**
 * One bucket for all callers whose address cannot be read: a limit must not depend on what they
 * write there.
 */
const unknownNetwork = 'unknown'

/**
 * Who counts as one stranger for limits: an IPv4 address, or the /64 network that one IPv6 customer
 * has alone. Proxies write addresses with a port, in brackets, in quotes or with a zone; an IPv4
 * address may come as an IPv6 one.
 */
export function networkOf(address: string): string {
  return blocksOf(address)[0] ?? unknownNetwork
}

/**
 * The network of an address, then the wider ones of these lengths that it is part of. An IPv4
 * address has no wider one: neighbours there are strangers.
 */
export function blocksOf(address: string, ipv6Bits: readonly number[] = [64]): string[] {
  const quoted = address.trim().replace(/^"(.*)"$/, '$1')
  // After an IPv4 address `:40000` is a port, also after one that is written as `::ffff:192.0.2.7`.
  const text = quoted.replace(/^((?:::ffff:)?[\d.]+):\d{1,5}$/i, '$1')
  const ipv4 = ipv4In(text)
  if (ipv4 !== null) return [ipv4]
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? text
  const groups = ipv6Groups(bare.replace(/%.*$/, '').toLowerCase())
  if (groups === null) return [unknownNetwork]
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) return [dotted(groups[6] ?? 0, groups[7] ?? 0)]
  return ipv6Bits.map((bits) => blockOf(groups, bits))
}

/** At most the first 64 bits of an address. */
function blockOf(groups: readonly number[], bits: number): string {
  const kept = groups.slice(0, Math.ceil(bits / 16)).map((group, index) => {
    const free = Math.max(0, 16 * (index + 1) - bits)
    return ((group >> free) << free).toString(16)
  })
  return `${kept.join(':')}::/${bits}`
}

function ipv4In(text: string): string | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  return parts?.every((part) => part <= 255) ? parts.join('.') : null
}

const dotted = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The eight groups of an IPv6 address, or null. The last two may be written as an IPv4 address. */
function ipv6Groups(text: string): number[] | null {
  const embedded = ipv4In(/[^:]*$/.exec(text)?.[0] ?? '')
  if (text.includes('.') && embedded === null) return null
  const [a = 0, b = 0, c = 0, d = 0] = embedded?.split('.').map(Number) ?? []
  const pair = (high: number, low: number) => (high * 256 + low).toString(16)
  const plain = embedded !== null ? text.replace(/[^:]*$/, `${pair(a, b)}:${pair(c, d)}`) : text
  const halves = plain.split('::')
  if (halves.length > 2) return null
  const [front = [], back = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - front.length - back.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const groups = [...front, ...Array.from({ length: missing }, () => '0'), ...back]
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null
}
