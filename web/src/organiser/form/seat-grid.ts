// Seats as an organiser writes them: blocks of rows that share their numbers. Pure.
import { expandRanges, writeLabels } from './seat-labels.ts'

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

/**
 * The seats of the blocks, or null when they cannot be read. `sections` are those that the show
 * has, spaces and all.
 */
export function seatsOf(
  blocks: readonly SeatBlock[],
  sections: ReadonlySet<string> = new Set(),
): LooseSeat[] | null {
  const seats: LooseSeat[] = []
  const seen = new Set<string>()
  for (const block of blocks) {
    const section = sections.has(block.section) ? block.section : block.section.trim()
    const rows = expandRanges(block.rows)
    const numbers = expandRanges(block.numbers)
    if (!rows || !numbers || numbers.includes('')) return null
    for (const row of rows) {
      for (const number of numbers) {
        const key = JSON.stringify([section, row, number])
        if (seen.has(key)) return null
        seen.add(key)
        seats.push({ section, row, number })
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
    const text = writeLabels(numbers)
    const last = blocks.at(-1)
    if (last && last.section === section && last.numbers === text) last.rows.push(row)
    else blocks.push({ section, rows: [row], numbers: text })
  }
  return blocks.map((block) => ({ ...block, rows: writeLabels(block.rows) }))
}
