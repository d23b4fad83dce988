// Rows as CSV for the reader's own spreadsheet. Text that a spreadsheet would take for a formula is
// kept text. Pure.

/** Where numbers have a decimal comma, and in Switzerland, spreadsheets part cells by semicolons. */
export interface CsvFormat {
  readonly separator: ',' | ';'
  readonly decimal: '.' | ','
}

const semicolonRegions = new Set(['CH', 'LI'])

export function csvFormatOf(locale: string): CsvFormat {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5)
  const decimal = parts.find(({ type }) => type === 'decimal')?.value
  if (decimal === ',') return { separator: ';', decimal }
  const { region = '' } = new Intl.Locale(locale)
  return { separator: semicolonRegions.has(region) ? ';' : ',', decimal: '.' }
}

/** Begins a file: without it spreadsheets read UTF-8 as something else. */
export const byteOrderMark = '\uFEFF'

export function csvOf(rows: readonly (readonly string[])[], { separator }: CsvFormat): string {
  return rows.map((row) => `${row.map((value) => cell(value, separator)).join(separator)}\r\n`).join('')
}

function cell(value: string, separator: string): string {
  // Spreadsheets look past spaces, and some take the wide signs of East Asian keyboards for the
  // plain ones.
  const safe = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : value
  return /["\r\n]/.test(safe) || safe.includes(separator) ? `"${safe.replaceAll('"', '""')}"` : safe
}
