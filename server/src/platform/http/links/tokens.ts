// The tokens of links: computed from the link and a key, so that they are stored nowhere. A row of a
// link alone opens nothing.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveKey, type Installation } from '../../process/installation.ts'
import type { LinkPurpose } from './links.ts'

export interface LinkTokens {
  /** The secret part of a link: what stands after `#`. */
  make(purpose: LinkPurpose, id: string): string
  /** The id in a token of ours. Whether the token is genuine is known with the purpose of its row. */
  idIn(token: string): string | null
  isGenuine(token: string, purpose: LinkPurpose): boolean
}

const tokenPattern = /^([0-9a-f]{8})\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.([\w-]{43})$/

/**
 * The first secret makes tokens; those of all are known. Without a secret of its own the shop takes
 * the one that its database was made with.
 */
export function makeLinkTokens(
  given: readonly string[],
  installation: Pick<Installation, 'secret'>,
): LinkTokens {
  const secrets = given.length === 0 ? [installation.secret] : given.map((text) => Buffer.from(text))
  const keys = secrets.map((secret) => ({
    name: deriveKey({ secret }, 'name of the links key').toString('hex').slice(0, 8),
    key: deriveKey({ secret }, 'links'),
  }))
  const macOf = (key: Buffer, purpose: string, id: string) =>
    createHmac('sha256', key).update(`${purpose} ${id}`).digest()
  return {
    make(purpose, id) {
      const [first] = keys
      if (!first) throw new Error('the shop has no key for links')
      return `${first.name}.${id}.${macOf(first.key, purpose, id).toString('base64url')}`
    },
    idIn: (token) => tokenPattern.exec(token)?.[2] ?? null,
    isGenuine(token, purpose) {
      const [, name = '', id = '', mac = ''] = tokenPattern.exec(token) ?? []
      const known = keys.find((each) => each.name === name)
      return (
        known !== undefined && timingSafeEqual(macOf(known.key, purpose, id), Buffer.from(mac, 'base64url'))
      )
    },
  }
}
