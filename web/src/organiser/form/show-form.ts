// A show as the form holds it, and the way to and from what the API takes. Pure.
import type { ShowChangeBody, ShowView } from '@holdfast/contract'
import { amountText, parseAmount } from '../../amounts.ts'
import { type AskFields, askFieldsOf, asksBodyOf, noAsks } from './ask-fields.ts'
import { type KindFields, kindFieldsOf, kindOf, noKind } from './kind-fields.ts'
import { blocksOf, type LooseSeat, type SeatBlock, seatsOf } from './seat-grid.ts'
import { readWallClock, wallClockIn } from './wall-clock.ts'

export interface TypeFields extends KindFields {
  /** Of a type that the show has; empty for a new one. */
  id: string
  name: string
  price: string
  seated: boolean
  capacity: string
  blocks: SeatBlock[]
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

export interface ShowFields {
  title: string
  venue: string
  description: string
  startsAt: string
  /** Wall clocks of the show; empty: nothing is said. */
  doorsAt: string
  endsAt: string
  lastEntryAt: string
  leastAge: string
  checkNote: string
  timeZone: string
  currency: string
  holdMinutes: string
  maxPerOrder: string
  /** Empty: what the shop says. */
  maxPerBuyer: string
  types: TypeFields[]
  asks: AskFields
}

const noEvening = { doorsAt: '', endsAt: '', lastEntryAt: '', leastAge: '', checkNote: '' }
export const emptyBlock: SeatBlock = { section: '', rows: 'A-H', numbers: '1-6, 8-13' }
const noTerms = {
  saleStartsAt: '',
  saleEndsAt: '',
  minPerOrder: '',
  maxPerOrder: '',
  fee: '',
  checkNote: '',
  hidden: false,
}
export const emptyType: TypeFields = {
  id: '',
  name: '',
  price: '',
  seated: false,
  capacity: '',
  blocks: [],
  ...noTerms,
  ...noKind,
}

const weekMs = 7 * 24 * 60 * 60 * 1_000

/** An evening in four weeks, and rules that suit most shows. */
export function emptyShow(timeZone: string, nowMs = Date.now()): ShowFields {
  const day = wallClockIn(new Date(nowMs + 4 * weekMs).toISOString(), timeZone).slice(0, 'YYYY-MM-DD'.length)
  return {
    title: '',
    venue: '',
    description: '',
    startsAt: `${day}T20:00`,
    ...noEvening,
    timeZone,
    currency: 'EUR',
    holdMinutes: '15',
    maxPerOrder: '10',
    maxPerBuyer: '',
    types: [emptyType],
    asks: noAsks,
  }
}

export function fieldsOf(show: ShowView): ShowFields {
  return {
    title: show.title,
    venue: show.venue ?? '',
    description: show.description ?? '',
    startsAt: wallClockIn(show.startsAt, show.timeZone),
    ...eveningFieldsOf(show),
    timeZone: show.timeZone,
    currency: show.currency,
    holdMinutes: String(show.holdSeconds / 60),
    maxPerOrder: String(show.maxPerOrder),
    maxPerBuyer: show.maxPerBuyer === undefined ? '' : String(show.maxPerBuyer),
    types: show.ticketTypes.map((type) => ({
      id: type.id,
      name: type.name,
      price: amountText(type.priceMinor, show.currency),
      seated: type.seats !== undefined,
      capacity: String(type.capacity),
      blocks: type.seats ? blocksOf(type.seats) : [],
      ...termFieldsOf(type, show),
      ...kindFieldsOf(type, show),
    })),
    asks: askFieldsOf(show),
  }
}

function eveningFieldsOf(show: ShowView): typeof noEvening {
  const clockOf = (instant: string | undefined) =>
    instant === undefined ? '' : wallClockIn(instant, show.timeZone)
  return {
    doorsAt: clockOf(show.doorsAt),
    endsAt: clockOf(show.endsAt),
    lastEntryAt: clockOf(show.lastEntryAt),
    leastAge: String(show.leastAge ?? ''),
    checkNote: show.checkNote ?? '',
  }
}

/** Whether anything is said about the evening beside its start. */
export const hasEvening = ({ doorsAt, endsAt, lastEntryAt, leastAge, checkNote }: ShowFields): boolean =>
  [doorsAt, endsAt, lastEntryAt, leastAge, checkNote].some(Boolean)

/** The evening as the API takes it, or null when a clock cannot be read. */
function eveningOf(fields: ShowFields, show: ShowView | undefined) {
  const before = show && eveningFieldsOf(show)
  const instants: Partial<Record<'doorsAt' | 'endsAt' | 'lastEntryAt', string>> = {}
  for (const name of ['doorsAt', 'endsAt', 'lastEntryAt'] as const) {
    if (fields[name] === '') continue
    const same = before?.[name] === fields[name] && show?.timeZone === fields.timeZone
    const instant = same ? show?.[name] : readWallClock(fields[name], fields.timeZone)?.instant
    if (instant === undefined) return null
    instants[name] = instant
  }
  const checkNote = fields.checkNote.trim()
  return {
    ...instants,
    ...(fields.leastAge === '' ? {} : { leastAge: Number(fields.leastAge) }),
    ...(checkNote === '' ? {} : { checkNote }),
  }
}

function termFieldsOf(
  type: ShowView['ticketTypes'][number],
  { timeZone, currency }: Pick<ShowView, 'timeZone' | 'currency'>,
): typeof noTerms {
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
export const hasTerms = (type: TypeFields): boolean =>
  type.hidden ||
  [type.saleStartsAt, type.saleEndsAt, type.minPerOrder, type.maxPerOrder, type.fee, type.checkNote].some(
    Boolean,
  )

/**
 * Null when a field cannot be read; the form has marked it then. A field that nobody touched keeps
 * what `show` has: a wall clock stands for two instants when the clocks go back, and seats may have
 * an order that no text has.
 */
export function bodyOf(fields: ShowFields, show?: ShowView): ShowChangeBody | null {
  const before = show && fieldsOf(show)
  const untouched = (name: 'title' | 'venue' | 'description') =>
    before?.[name] === fields[name] ? show?.[name] : undefined
  const startsAt = isSameStart(fields, before)
    ? show?.startsAt
    : readWallClock(fields.startsAt, fields.timeZone)?.instant
  const types = fields.types.map((type) => typeBodyOf(type, fields, show))
  const evening = eveningOf(fields, show)
  const asks = asksBodyOf(fields, show)
  if (startsAt === undefined || evening === null || asks === null || types.includes(null)) return null
  const venue = untouched('venue') ?? fields.venue.trim()
  const description = untouched('description') ?? fields.description.trim()
  return {
    title: untouched('title') ?? fields.title.trim(),
    startsAt,
    ...evening,
    ...asks,
    timeZone: fields.timeZone,
    currency: fields.currency,
    ...(venue === '' ? {} : { venue }),
    ...(description === '' ? {} : { description }),
    holdSeconds: Math.max(1, Math.round(Number(fields.holdMinutes) * 60)),
    maxPerOrder: Number(fields.maxPerOrder),
    ...(fields.maxPerBuyer === '' ? {} : { maxPerBuyer: Number(fields.maxPerBuyer) }),
    ticketTypes: types.filter((type) => type !== null),
  }
}

/** Whether the start is as it was, in the same zone: then it needs no reading. */
export const isSameStart = (
  fields: Pick<ShowFields, 'startsAt' | 'timeZone'>,
  before: ShowFields | undefined,
): boolean => before?.startsAt === fields.startsAt && before.timeZone === fields.timeZone

function typeBodyOf(
  type: TypeFields,
  fields: ShowFields,
  show: ShowView | undefined,
): ShowChangeBody['ticketTypes'][number] | null {
  const { currency, timeZone } = fields
  const priceMinor = parseAmount(type.price, currency)
  if (priceMinor === null) return null
  const before = show?.ticketTypes.find(({ id }) => id === type.id)
  // The form shows neither taxes nor the pools that types share: they stay as they are.
  const unseen = {
    ...(before?.taxRateBps === undefined ? {} : { taxRateBps: before.taxRateBps }),
    ...(before?.pools ? { pools: before.pools } : {}),
  }
  const terms = termsOf(type, { currency, timeZone, ...(show && before ? { show, before } : {}) })
  const kind = kindOf(type, { currency, names: fields.types.map(({ name }) => name) })
  if (terms === null || kind === null) return null
  const said = { name: type.name.trim(), priceMinor, ...unseen, ...terms, ...kind }
  const common = { ...(type.id === '' ? {} : { id: type.id }), ...said }
  // Without any pool it has no capacity of its own: what was read is not sent back as one.
  const isPoolless = before?.pools?.length === 0 && type.capacity === String(before.capacity)
  if (!type.seated && isPoolless) return { ...common, pools: [] }
  if (!type.seated) return { ...common, capacity: Number(type.capacity) }
  const known = before?.seats
  const seats =
    known && sameBlocks(type.blocks, blocksOf(known))
      ? known.map(labelOf)
      : seatsOf(type.blocks, sectionsOf(known))
  return seats && seats.length > 0 ? { ...common, seats } : null
}

/** The terms of a type, or null when one cannot be read. */
function termsOf(
  type: TypeFields,
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

const labelOf = ({ section, row, number }: LooseSeat): LooseSeat => ({ section, row, number })
export const sectionsOf = (seats: readonly LooseSeat[] | undefined): ReadonlySet<string> =>
  new Set(seats?.map(({ section }) => section))

const sameBlocks = (some: readonly SeatBlock[], others: readonly SeatBlock[]) =>
  some.length === others.length &&
  some.every(({ section, rows, numbers }, index) => {
    const other = others[index]
    return other?.section === section && other.rows === rows && other.numbers === numbers
  })
