// What a text must be to be read by people, and what an address is. Imports nothing, so that a page
// checks as the shop does.

/**
 * Letters, numbers, punctuation or symbols that leave a mark on the page: not U+200B and kin, nor
 * the empty braille cell.
 */
const visibleCharacter = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u

/**
 * Whether there is something to see: a title of invisible characters is a link that nobody finds.
 */
export const isVisible = (text: string): boolean => visibleCharacter.test(text)

/** As typed on any keyboard, one text: letters with accents have one form. */
const composed = (text: string): string => text.normalize('NFC').toLowerCase().normalize('NFC')

const atom = String.raw`[\p{L}\p{N}\p{M}\p{So}!#$%&'*+/=?^_\x60{|}~-]+`
const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?`
const address = new RegExp(`^(?<local>${atom}(?:\\.${atom})*)@(?<domain>${label}(?:\\.${label})+)$`, 'u')
const hidden = /\p{Default_Ignorable_Code_Point}/u
const asciiDomain = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/
const localBytesMax = 64
const addressBytesMax = 254

const bytesOf = (text: string) => new TextEncoder().encode(text).length

/** A domain as the network writes it, `xn--…`, or null when there is no such domain. */
function asciiDomainOf(domain: string): string | null {
  const plain = domain.toLowerCase()
  // A URL takes some ASCII hosts for numbers; only what is not ASCII needs it.
  const ascii = /^[ -~]*$/.test(plain)
    ? plain
    : URL.canParse(`http://${plain}/`)
      ? new URL(`http://${plain}/`).hostname
      : ''
  return asciiDomain.test(ascii) && !/^[\d.]+$/.test(ascii) ? ascii : null
}

/**
 * An address that mail can go to, in any script: `jörg@example.de`, `用户@例子.公司`. Without quotes,
 * comments and IP literals.
 */
export function isEmailAddress(text: string): boolean {
  const { local = '', domain = '' } = address.exec(text.normalize('NFC'))?.groups ?? {}
  const ascii = asciiDomainOf(domain)
  if (ascii === null || hidden.test(text)) return false
  return bytesOf(local) <= localBytesMax && bytesOf(`${local}@${ascii}`) <= addressBytesMax
}

/** The one form in which an address is stored and compared. What is no address stays text. */
export function normaliseEmail(text: string): string {
  const plain = composed(text.trim())
  const at = plain.lastIndexOf('@')
  if (at < 0) return plain
  const domain = plain.slice(at + 1)
  return `${plain.slice(0, at)}@${asciiDomainOf(domain) ?? domain}`
}
