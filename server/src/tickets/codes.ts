// Ticket codes as people type them. How they are made: platform/secrets/tickets.ts.

/** A code as people type it: lower case, in groups, with the letters that look like digits. */
export function normaliseCode(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
}
