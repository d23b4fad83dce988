// Seats as an organiser writes them: blocks of rows that share their numbers, "A-H" and "1-6, 9-14". Pure.

export interface SeatBlock {
  readonly section: string
  readonly rows: string
  readonly numbers: string
}

export interface LooseSeat {
  readonly section: string
  readonly row: string
  readonly number: string
}

const longestRange = 500

/** "A-C, E" → A, B, C, E; "1-6, 9-14" → 1…6, 9…14. Null when it cannot be read. */
export function expandRanges(text: string): string[] | null {
  const labels: string[] = []
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue
    const range = /^([A-Za-z]|\d{1,4})\s*[-–]\s*([A-Za-z]|\d{1,4})$/.exec(part)
    if (!range?.[1] || !range[2]) {
      if (part.length > 10) return null
      labels.push(part)
      continue
    }
    const between = labelsBetween(range[1], range[2])
    if (!between) return null
    labels.push(...between)
  }
  return labels.length > 0 && new Set(labels).size === labels.length ? labels : null
}

function labelsBetween(from: string, to: string): string[] | null {
  const numeric = /\d/.test(from)
  if (numeric !== /\d/.test(to)) return null
  const first = numeric ? Number(from) : from.charCodeAt(0)
  const last = numeric ? Number(to) : to.charCodeAt(0)
  if (last < first || last - first > longestRange) return null
  return Array.from({ length: last - first + 1 }, (_, index) =>
    numeric ? String(first + index) : String.fromCharCode(first + index),
  )
}

export function seatsOf(blocks: readonly SeatBlock[]): LooseSeat[] | null {
  const seats: LooseSeat[] = []
  const seen = new Set<string>()
  for (const block of blocks) {
    const rows = expandRanges(block.rows)
    const numbers = expandRanges(block.numbers)
    if (!rows || !numbers) return null
    for (const row of rows) {
      for (const number of numbers) {
        const key = JSON.stringify([block.section, row, number])
        if (seen.has(key)) return null
        seen.add(key)
        seats.push({ section: block.section.trim(), row, number })
      }
    }
  }
  return seats
}

/** The way back, for editing: rows one after the other with the same numbers become one block. */
export function blocksOf(seats: readonly LooseSeat[]): SeatBlock[] {
  const rows = new Map<string, { section: string; row: string; numbers: string[] }>()
  for (const { section, row, number } of seats) {
    const key = JSON.stringify([section, row])
    const known = rows.get(key)
    if (known) known.numbers.push(number)
    else rows.set(key, { section, row, numbers: [number] })
  }
  const blocks: { section: string; rows: string[]; numbers: string }[] = []
  for (const { section, row, numbers } of rows.values()) {
    const text = compress(numbers)
    const last = blocks.at(-1)
    if (last && last.section === section && last.numbers === text) last.rows.push(row)
    else blocks.push({ section, rows: [row], numbers: text })
  }
  return blocks.map((block) => ({ ...block, rows: compress(block.rows) }))
}

function compress(labels: readonly string[]): string {
  const parts: string[] = []
  let start = 0
  for (let index = 1; index <= labels.length; index += 1) {
    const before = labels[index - 1] ?? ''
    const here = labels[index]
    if (here !== undefined && isNext(before, here)) continue
    const first = labels[start] ?? ''
    parts.push(start === index - 1 ? first : `${first}-${before}`)
    start = index
  }
  return parts.join(', ')
}

function isNext(before: string, here: string): boolean {
  if (/^\d+$/.test(before) && /^\d+$/.test(here)) return Number(here) === Number(before) + 1
  return /^[A-Za-z]$/.test(before) && /^[A-Za-z]$/.test(here) && here.charCodeAt(0) === before.charCodeAt(0) + 1
}
