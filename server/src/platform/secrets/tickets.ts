// What a ticket is called, and the code that the door scans: both are computed and not thrown, so
// that no event carries a code, and a shop that was restored prints the tickets that were mailed.
import { createHash, createHmac } from 'node:crypto'
import { deriveKey } from '../process/installation.ts'

const hexOf = (bytes: Buffer) => bytes.toString('hex')

/**
 * UUIDv8 of SHA-256(order id, unit). Orders, tickets and payments compute it, and it stays the same
 * for life.
 */
export function ticketIdOf(orderId: string, unit: number): string {
  const bytes = createHash('sha256').update(`${orderId} ${unit}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = hexOf(bytes)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Crockford's base 32: no I, L, O or U, so that a code can be read out and typed. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 26

/** The first 130 bits, five to a sign. */
function crockford(bytes: Buffer): string {
  let code = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5 && code.length < codeLength) {
      bits -= 5
      code += alphabet[(held >> bits) & 31]
    }
    held &= (1 << bits) - 1
    if (code.length === codeLength) break
  }
  return code
}

/** A ticket as events tell it. */
export interface Coded {
  readonly id: string
  readonly generation: number
  /** Absent of a ticket that was issued with a random code. */
  readonly keyVersion?: string
  /** Only of such a ticket. */
  readonly code?: string
}

export interface TicketCodes {
  /** Names the key that makes codes now. Not secret. */
  readonly keyVersion: string
  /** The code of a ticket; null when its key is not known here. */
  codeOf(ticket: Coded): string | null
}

/** Tells whether two secrets are the same, and nothing about them. */
export const checkValueOf = (secret: Buffer): string => hexOf(deriveKey({ secret }, 'check')).slice(0, 16)

/** The first secret makes codes; the codes of all can be shown. */
export function makeTicketCodes(secrets: readonly [Buffer, ...Buffer[]]): TicketCodes {
  const keys = new Map(secrets.map((secret) => [checkValueOf(secret), deriveKey({ secret }, 'tickets')]))
  return {
    keyVersion: checkValueOf(secrets[0]),
    codeOf({ id, generation, keyVersion = '', code }) {
      if (code !== undefined) return code
      const key = keys.get(keyVersion)
      return key ? crockford(createHmac('sha256', key).update(`${id} ${generation}`).digest()) : null
    },
  }
}
