// Labels of rows and seats as one line of text: "A-C, E" or "1-6, 9-14", and "1-4" in quotes where
// that is one label. Pure.

const longestRange = 500
const longestLabel = 10

/**
 * "A-C, E" → A, B, C, E; "01-03" → 01, 02, 03; "K-12" is one label. Null when it cannot be read.
 */
export function expandRanges(text: string): string[] | null {
  const labels: string[] = []
  for (const part of partsOf(text) ?? ['']) {
    const read = readPart(part.trim())
    if (!read) return null
    labels.push(...read)
  }
  return labels.length > 0 && new Set(labels).size === labels.length ? labels : null
}

/** The text between commas, but for commas in quotes. Null when a quote is left open. */
function partsOf(text: string): string[] | null {
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^",])+/g) ?? []
  const rest = text.replace(/(?:"(?:[^"]|"")*"|[^",])+/g, '').replaceAll(',', '')
  return rest === '' ? parts.filter((part) => part.trim() !== '') : null
}

function readPart(part: string): readonly string[] | null {
  const quoted = /^"((?:[^"]|"")*)"$/.exec(part)?.[1]?.replaceAll('""', '"')
  if (quoted !== undefined) return isShort(quoted) ? [quoted] : null
  if (part === '' || part.includes('"')) return null
  const range = /^([A-Za-z]|\d{1,4})\s*[-–]\s*([A-Za-z]|\d{1,4})$/.exec(part)
  const [first, last] = [range?.[1] ?? '', range?.[2] ?? '']
  // "K-12" is a label that people use: a range has two numbers or two letters.
  if (!range || isNumber(first) !== isNumber(last)) return isShort(part) ? [part] : null
  return labelsBetween(first, last)
}

const isNumber = (label: string) => /^\d+$/.test(label)
const isUpper = (label: string) => label === label.toUpperCase()
const isShort = (label: string) => [...label].length <= longestLabel

/**
 * Numbers keep the width of the first: "08-11" is 08, 09, 10, 11. Null when it runs backwards or to
 * another width.
 */
function labelsBetween(first: string, last: string): readonly string[] | null {
  const valueOf = (label: string) => (isNumber(label) ? Number(label) : label.charCodeAt(0))
  // From Z to a the alphabet of computers has signs that are no letters.
  if (!isNumber(first) && isUpper(first) !== isUpper(last)) return null
  const count = valueOf(last) - valueOf(first) + 1
  if (count < 1 || count > longestRange + 1) return null
  const labels = Array.from({ length: count }, (_, index) => after(first, index))
  return labels.at(-1) === last ? labels : null
}

function after(label: string, steps: number): string {
  if (!isNumber(label)) return String.fromCharCode(label.charCodeAt(0) + steps)
  return String(Number(label) + steps).padStart(label.startsWith('0') ? label.length : 0, '0')
}

/** The way back: runs of labels as ranges, and in quotes what would be read as something else. */
export function writeLabels(labels: readonly string[]): string {
  const parts: string[] = []
  let start = 0
  for (let index = 1; index <= labels.length; index += 1) {
    const before = labels[index - 1] ?? ''
    if (index < labels.length && index - start <= longestRange && isNext(before, labels[index] ?? ''))
      continue
    const first = labels[start] ?? ''
    parts.push(start === index - 1 ? writeLabel(first) : `${first}-${before}`)
    start = index
  }
  return parts.join(', ')
}

/** Of four digits at most, as a range is read. */
const mayRun = (label: string) => /^(?:[A-Za-z]|\d{1,4})$/.test(label)
const isNext = (before: string, here: string) =>
  mayRun(before) && mayRun(here) && isNumber(before) === isNumber(here) && after(before, 1) === here

function writeLabel(label: string): string {
  const read = expandRanges(label)
  return read?.length === 1 && read[0] === label ? label : `"${label.replaceAll('"', '""')}"`
}
