// Ids that the bench and its load client both know without telling each other: they only count.

const kinds = { show: 1, ticketType: 2, pool: 3, seat: 4, organiser: 5 } as const

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

/** The id of the `index`-th thing of this kind in show number `show`. */
export function seedId(kind: keyof typeof kinds, show: number, index = 0): string {
  return `00000000-0000-7000-8${kinds[kind]}${hex(show, 2)}-${hex(index, 12)}`
}
