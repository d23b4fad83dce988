// Ticket codes: what the door scans. Random, never derived from anything; 130 bits, so that nobody
// guesses one.
import { randomFillSync } from 'node:crypto'

/** Crockford's base 32: no I, L, O or U, so that a code can be read out and typed. */
const alphabet = Buffer.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 'latin1')
const codeLength = 26

/** Fetched for many codes at once: for one it costs as much as for a hundred. */
const pool = Buffer.alloc(codeLength * 128)
let at = pool.length

export function makeCodes(count: number): string[] {
  return Array.from({ length: count }, makeCode)
}

function makeCode(): string {
  if (at === pool.length) {
    randomFillSync(pool)
    at = 0
  }
  const end = at + codeLength
  // 256 is a multiple of 32, so the lower five bits of a byte are even.
  for (let index = at; index < end; index += 1) pool[index] = alphabet[(pool[index] ?? 0) & 31] ?? 0
  const code = pool.toString('latin1', at, end)
  // No code stays behind to be found.
  pool.fill(0, at, end)
  at = end
  return code
}

/** A code as people type it: lower case, in groups, with the letters that look like digits. */
export function normaliseCode(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
}
