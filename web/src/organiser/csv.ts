// Rows as CSV for spreadsheets. Text that a spreadsheet would take for a formula is kept text. Pure.

export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

function cell(value: string): string {
  // Spreadsheets look past spaces, and some take the wide signs of East Asian keyboards for the plain ones.
  const safe = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
