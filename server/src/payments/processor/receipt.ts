// What an order was, in the metadata of its intent: after a restore from a backup that is older than
// the order, the processor is the only one who knows of it. Sealed, because staff and tools of the
// processor read metadata; only this shop can make it, so it also proves whose intent it is.
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { LineBody } from '@holdfast/contract'

export interface Receipt {
  readonly orderId: string
  readonly organiserId: string
  readonly showId: string
  readonly buyer: { readonly id: string; readonly email: string }
  readonly lines: readonly LineBody[]
  readonly totalMinor: number
}

export type Metadata = Readonly<Record<string, string>>

/** The processor takes 500 characters a value. Larger orders are given back instead of rebuilt. */
const pieceLength = 490
const piecesMax = 8
const nonceBytes = 12
const tagBytes = 16
const nameOf = (index: number) => `hf${index + 1}`

/**
 * Empty for an order that is too large. The same receipt gives the same text: a request that is
 * repeated with its key must not differ.
 */
export function sealReceipt(key: Buffer, receipt: Receipt): Metadata {
  const text = deflateRawSync(JSON.stringify(receipt))
  const nonce = createHmac('sha256', key).update(text).digest().subarray(0, nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
  const written = sealed.toString('base64url')
  const count = Math.ceil(written.length / pieceLength)
  if (count > piecesMax) return {}
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      nameOf(index),
      written.slice(index * pieceLength, (index + 1) * pieceLength),
    ]),
  )
}

/** Null when there is none, or another shop made it. */
export function openReceipt(key: Buffer, metadata: Metadata): Receipt | null {
  const pieces = Array.from({ length: piecesMax }, (_, index) => metadata[nameOf(index)] ?? '')
  const sealed = Buffer.from(pieces.join(''), 'base64url')
  if (sealed.length <= nonceBytes + tagBytes) return null
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()])
    return JSON.parse(inflateRawSync(text).toString('utf8')) as Receipt
  } catch {
    // Another key made it, or somebody changed it.
    return null
  }
}
