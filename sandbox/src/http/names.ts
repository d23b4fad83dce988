// Which names mean this machine, and how a host is read out of a header or an address.

/** The host in lower case, without port and final dot; undefined for what is none. */
export function nameOf(host: string): string | undefined {
  if (!/^[\w.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i.test(host) || !URL.canParse(`http://${host}`))
    return undefined
  return new URL(`http://${host}`).hostname.replace(/\.$/, '')
}

export function isLoopbackName(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(name)
  )
}

/** An address to listen at: `::1` has no brackets there. */
export function isLoopbackAddress(address: string): boolean {
  return isLoopbackName(address.includes(':') ? `[${address}]` : address.toLowerCase())
}
