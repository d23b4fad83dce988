// Text that people wrote. It has its own direction, and may be one long word.
import type { ReactNode } from 'react'

/** Inside a line of ours: neither turns the other around. */
export function UserText({ children }: { readonly children: ReactNode }) {
  return <bdi dir="auto">{children}</bdi>
}

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** As a value of a message, where no element can stand: between the characters that isolate it. */
export const isolated = (text: string): string => (rightToLeft.test(text) ? `\u2068${text}\u2069` : text)

type Seat = {
  readonly section: string
  readonly row: string
  readonly number: string
}

/** The labels of a seat as values of a message. */
export const seatValues = ({ section, row, number }: Seat): Seat => ({
  section: isolated(section),
  row: isolated(row),
  number: isolated(number),
})
