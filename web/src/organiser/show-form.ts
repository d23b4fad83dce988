// A show as the form holds it, and the way to and from what the API takes. Pure.
import type { ShowChangeBody, ShowView } from '@holdfast/contract'
import { amountText, instantOfWallClock, parseAmount, wallClockIn } from './amounts.ts'
import { blocksOf, type SeatBlock, seatsOf } from './seat-grid.ts'

export interface TypeFields {
  /** Of a type that the show has; empty for a new one. */
  id: string
  name: string
  price: string
  seated: boolean
  capacity: string
  blocks: SeatBlock[]
}

export interface ShowFields {
  title: string
  venue: string
  description: string
  startsAt: string
  timeZone: string
  currency: string
  holdMinutes: string
  maxPerOrder: string
  /** Empty: what the shop says. */
  maxPerBuyer: string
  types: TypeFields[]
}

export const emptyBlock: SeatBlock = { section: '', rows: 'A-H', numbers: '1-6, 8-13' }
export const emptyType: TypeFields = { id: '', name: '', price: '', seated: false, capacity: '', blocks: [] }

const weekMs = 7 * 24 * 60 * 60 * 1_000

/** An evening in four weeks, and rules that suit most shows. */
export function emptyShow(timeZone: string, nowMs = Date.now()): ShowFields {
  const day = wallClockIn(new Date(nowMs + 4 * weekMs).toISOString(), timeZone).slice(0, 'YYYY-MM-DD'.length)
  return {
    title: '',
    venue: '',
    description: '',
    startsAt: `${day}T20:00`,
    timeZone,
    currency: 'EUR',
    holdMinutes: '15',
    maxPerOrder: '10',
    maxPerBuyer: '',
    types: [emptyType],
  }
}

export function fieldsOf(show: ShowView): ShowFields {
  return {
    title: show.title,
    venue: show.venue ?? '',
    description: show.description ?? '',
    startsAt: wallClockIn(show.startsAt, show.timeZone),
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
    })),
  }
}

/** Null when a field cannot be read; the form has marked it then. */
export function bodyOf(fields: ShowFields): ShowChangeBody | null {
  const startsAt = instantOfWallClock(fields.startsAt, fields.timeZone)
  const types = fields.types.map((type) => typeBodyOf(type, fields.currency))
  if (startsAt === null || types.includes(null)) return null
  return {
    title: fields.title.trim(),
    startsAt,
    timeZone: fields.timeZone,
    currency: fields.currency,
    ...(fields.venue.trim() === '' ? {} : { venue: fields.venue.trim() }),
    ...(fields.description.trim() === '' ? {} : { description: fields.description.trim() }),
    holdSeconds: Math.max(1, Math.round(Number(fields.holdMinutes) * 60)),
    maxPerOrder: Number(fields.maxPerOrder),
    ...(fields.maxPerBuyer === '' ? {} : { maxPerBuyer: Number(fields.maxPerBuyer) }),
    ticketTypes: types.filter((type) => type !== null),
  }
}

function typeBodyOf(type: TypeFields, currency: string): ShowChangeBody['ticketTypes'][number] | null {
  const priceMinor = parseAmount(type.price, currency)
  if (priceMinor === null) return null
  const common = { ...(type.id === '' ? {} : { id: type.id }), name: type.name.trim(), priceMinor }
  if (!type.seated) return { ...common, capacity: Number(type.capacity) }
  const seats = seatsOf(type.blocks)
  return seats && seats.length > 0 ? { ...common, seats } : null
}
