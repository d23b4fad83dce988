// The tokens of links: computed from the link and a key, so that they are stored nowhere. A row of a
// link alone opens nothing.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveKey } from '../../process/installation.ts'
import type { Secrets } from '../../secrets/keep.ts'
import type { LinkPurpose } from './links.ts'

export interface LinkTokens {
  /** The secret part of a link: what stands after `#`. */
  make(purpose: LinkPurpose, id: string): string
  /** The id in a token of ours. Whether the token is genuine is known with the purpose of its row. */
  idIn(token: string): string | null
  isGenuine(token: string, purpose: LinkPurpose): boolean
}

const tokenPattern = /^([0-9a-f]{8})\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.([\w-]{43})$/

/** The first secret makes tokens; those of all are known. */
export function makeLinkTokens(secrets: Secrets): LinkTokens {
  const keyOf = (secret: Buffer) => ({
    name: deriveKey({ secret }, 'name of the links key').toString('hex').slice(0, 8),
    key: deriveKey({ secret }, 'links'),
  })
  const first = keyOf(secrets[0])
  const keys = secrets.map(keyOf)
  const macOf = (key: Buffer, purpose: string, id: string) =>
    createHmac('sha256', key).update(`${purpose} ${id}`).digest()
  return {
    make(purpose, id) {
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
