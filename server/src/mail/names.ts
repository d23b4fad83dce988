// The id of a mail: it follows from what the mail tells to whom, so that the same news never makes
// a second one, and a shop that was restored sends it under the same Message-ID.
import { createHash } from 'node:crypto'

/** A UUIDv8 of the SHA-256 of the parts. */
export function nameOf(...parts: readonly string[]): string {
  const bytes = createHash('sha256').update(parts.join('\n')).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
