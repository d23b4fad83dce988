// Money and times as people type them, into minor units and instants. Digits only, no floating point. Pure.
import { currencyExponent } from '@holdfast/contract/currency'

/** "45", "45.5", "45,50" → 4500, 4550, 4550. Null when it is no amount, or finer than the currency. */
export function parseAmount(text: string, currency: string): number | null {
  const match = /^\s*(\d{1,8})(?:[.,](\d{0,3}))?\s*$/.exec(text)
  if (!match?.[1]) return null
  const digits = currencyExponent(currency)
  const fraction = match[2] ?? ''
  if (fraction.length > digits) return null
  const amount = Number(`${match[1]}${fraction.padEnd(digits, '0')}`)
  return amount <= 99_999_999 ? amount : null
}

export function amountText(amountMinor: number, currency: string): string {
  const digits = currencyExponent(currency)
  const text = String(amountMinor).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** The wall clock of a zone as `YYYY-MM-DDTHH:mm`, for a date field. */
export function wallClockIn(instant: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short', timeZone })
  return format.format(Date.parse(instant)).replace(' ', 'T')
}

/** The instant at which the zone's wall clock shows this. In the hour that a clock change skips, the moment after it. */
export function instantOfWallClock(wall: string, timeZone: string): string | null {
  const asUtcMs = Date.parse(`${wall}:00Z`)
  if (Number.isNaN(asUtcMs)) return null
  let guessMs = asUtcMs
  for (let round = 0; round < 3; round += 1) {
    const shownMs = Date.parse(`${wallClockIn(new Date(guessMs).toISOString(), timeZone)}:00Z`)
    if (shownMs === asUtcMs) break
    guessMs += asUtcMs - shownMs
  }
  return new Date(guessMs).toISOString()
}
