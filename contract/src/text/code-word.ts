// Words that buyers enter, in the one form in which they are compared. Imports nothing.

/** Capitals without spaces and hyphens; empty where nothing is left. */
export function codeWordOf(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]+/gu, '')
}

/** Read out and typed without doubt: no 0 and O, no 1 and I. */
export const codeAlphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
export const madeUpLength = 12
