// When, how many at once and to whom a ticket type is sold, as the form holds it. Pure.
import type { ShowView } from '@holdfast/contract'
import { amountText, parseAmount } from '../../amounts.ts'
import { readWallClock, wallClockIn } from './wall-clock.ts'

export interface TermFields {
  /** Wall clocks of the show; empty: sold as long as the show. */
  saleStartsAt: string
  saleEndsAt: string
  minPerOrder: string
  maxPerOrder: string
  fee: string
  /** What the door looks at. */
  checkNote: string
  hidden: boolean
}

export const noTerms: TermFields = {
  saleStartsAt: '',
  saleEndsAt: '',
  minPerOrder: '',
  maxPerOrder: '',
  fee: '',
  checkNote: '',
  hidden: false,
}
export function termFieldsOf(
  type: ShowView['ticketTypes'][number],
  { timeZone, currency }: Pick<ShowView, 'timeZone' | 'currency'>,
): TermFields {
  const clockOf = (instant: string | undefined) =>
    instant === undefined ? '' : wallClockIn(instant, timeZone)
  return {
    saleStartsAt: clockOf(type.saleStartsAt),
    saleEndsAt: clockOf(type.saleEndsAt),
    minPerOrder: String(type.minPerOrder ?? ''),
    maxPerOrder: String(type.maxPerOrder ?? ''),
    fee: type.feeMinor === undefined ? '' : amountText(type.feeMinor, currency),
    checkNote: type.checkNote ?? '',
    hidden: type.hidden === true,
  }
}

/** Whether anything is said about when, to whom and how many at once. */
export const hasTerms = (type: TermFields): boolean =>
  type.hidden ||
  [type.saleStartsAt, type.saleEndsAt, type.minPerOrder, type.maxPerOrder, type.fee, type.checkNote].some(
    Boolean,
  )

/** The terms of a type, or null when one cannot be read. */
export function termsOf(
  type: TermFields,
  {
    currency,
    timeZone,
    show,
    before,
  }: {
    readonly currency: string
    readonly timeZone: string
    readonly show?: ShowView
    readonly before?: ShowView['ticketTypes'][number]
  },
) {
  const known = show && before && termFieldsOf(before, show)
  const instantOf = (name: 'saleStartsAt' | 'saleEndsAt') => {
    if (type[name] === '') return {}
    // As the start of the show: what nobody touched needs no reading.
    const same = known?.[name] === type[name] && show?.timeZone === timeZone
    const instant = same ? before?.[name] : readWallClock(type[name], timeZone)?.instant
    return instant === undefined ? null : { [name]: instant }
  }
  const [starts, ends] = [instantOf('saleStartsAt'), instantOf('saleEndsAt')]
  const feeMinor = type.fee === '' ? 0 : parseAmount(type.fee, currency)
  if (starts === null || ends === null || feeMinor === null) return null
  return {
    ...starts,
    ...ends,
    ...(type.minPerOrder === '' ? {} : { minPerOrder: Number(type.minPerOrder) }),
    ...(type.maxPerOrder === '' ? {} : { maxPerOrder: Number(type.maxPerOrder) }),
    ...(feeMinor === 0 ? {} : { feeMinor }),
    ...(type.checkNote.trim() === '' ? {} : { checkNote: type.checkNote.trim() }),
    ...(type.hidden ? { hidden: true } : {}),
  }
}
