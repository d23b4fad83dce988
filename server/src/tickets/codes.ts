// Ticket codes: what the door scans. Random, never derived from anything; 130 bits, so that nobody guesses one.
import { randomBytes } from 'node:crypto'

/** Crockford's base 32: no I, L, O or U, so that a code can be read out and typed. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 26

export function makeCodes(count: number): string[] {
  const bytes = randomBytes(count * codeLength)
  return Array.from({ length: count }, (_, index) => {
    let code = ''
    // 256 is a multiple of 32, so the lower five bits of a byte are even.
    for (const byte of bytes.subarray(index * codeLength, (index + 1) * codeLength)) code += alphabet[byte & 31]
    return code
  })
}

/** A code as people type it: lower case, in groups, with the letters that look like digits. */
export function normaliseCode(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
}
