// Money, dates and times as the reader writes them. Intl only; no text is put together here.
import type { Money } from '@holdfast/contract'
import { currencyExponent } from '@holdfast/contract/currency'
import { useMemo } from 'react'
import { readersTimeZone, useLanguage } from './i18n.tsx'
import { usableZone } from './reader.ts'

export interface Format {
  money(amount: Money): string
  number(value: number): string
  /** 7.7% */
  percent(share: number): string
  /** Saturday, 14 March 2026 */
  day(instant: string, timeZone?: string): string
  /** 20:00 */
  time(instant: string, timeZone?: string): string
  /** 14 Mar 2026, 20:00 */
  moment(instant: string, timeZone?: string): string
  /** 14 Mar 2026, 20:00:31 */
  momentWithSeconds(instant: string): string
  /** The time with thousandths, for timelines. */
  preciseTime(instant: string): string
  monthAndYear(instant: string, timeZone: string): string
  parts(
    instant: string,
    timeZone: string,
  ): { readonly day: string; readonly month: string; readonly weekday: string }
  /** Berlin, or the zone's own name in the reader's language. */
  zone(instant: string, timeZone: string): string
  /** 4:05 */
  countdown(seconds: number): string
}

export function useFormat(): Format {
  const { locale } = useLanguage()
  return useMemo(() => makeFormat(locale), [locale])
}

function makeFormat(locale: string): Format {
  const cache = new Map<string, Intl.DateTimeFormat>()
  const dates = (name: string, zone: string, options: Intl.DateTimeFormatOptions) => {
    const key = `${name} ${zone}`
    let format = cache.get(key)
    if (!format) {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone: usableZone(zone) })
      cache.set(key, format)
    }
    return format
  }
  const numbers = new Intl.NumberFormat(locale)
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 })
  const twoDigits = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 })
  return {
    money({ amountMinor, currency }) {
      const digits = currencyExponent(currency)
      const options: Intl.NumberFormatOptions = {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }
      return new Intl.NumberFormat(locale, options).format(amountMinor / 10 ** digits)
    },
    number: (value) => numbers.format(value),
    percent: (share) => percents.format(share),
    day: (instant, zone = readersTimeZone) =>
      dates('day', zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(
        Date.parse(instant),
      ),
    time: (instant, zone = readersTimeZone) =>
      dates('time', zone, { hour: '2-digit', minute: '2-digit' }).format(Date.parse(instant)),
    moment: (instant, zone = readersTimeZone) =>
      dates('moment', zone, {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
      }).format(Date.parse(instant)),
    momentWithSeconds: (instant) =>
      dates('seconds', readersTimeZone, { dateStyle: 'medium', timeStyle: 'medium' }).format(
        Date.parse(instant),
      ),
    preciseTime: (instant) =>
      dates('precise', readersTimeZone, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        fractionalSecondDigits: 3,
      }).format(Date.parse(instant)),
    monthAndYear: (instant, zone) =>
      dates('month', zone, { month: 'long', year: 'numeric' }).format(Date.parse(instant)),
    parts(instant, zone) {
      const ms = Date.parse(instant)
      return {
        day:
          dates('d', zone, { day: 'numeric' })
            .formatToParts(ms)
            .find((part) => part.type === 'day')?.value ?? '',
        month: dates('m', zone, { month: 'short' }).format(ms),
        weekday: dates('w', zone, { weekday: 'short' }).format(ms),
      }
    },
    zone(instant, zone) {
      const parts = dates('zone', zone, { timeZoneName: 'longGeneric' }).formatToParts(Date.parse(instant))
      return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone
    },
    countdown(seconds) {
      const hours = Math.floor(seconds / 3600)
      const minutes = Math.floor((seconds % 3600) / 60)
      const rest = twoDigits.format(seconds % 60)
      return hours > 0 ? `${hours}:${twoDigits.format(minutes)}:${rest}` : `${minutes}:${rest}`
    },
  }
}

/** Whether both zones show the same wall clock at this instant. */
export function sameWallClock(instant: string, one: string, other: string): boolean {
  const wall = (zone: string) =>
    new Intl.DateTimeFormat('sv', {
      dateStyle: 'short',
      timeStyle: 'short',
      timeZone: usableZone(zone),
    }).format(Date.parse(instant))
  return wall(one) === wall(other)
}

/** 15 minutes, 90 seconds, 2 hours. */
export function useDuration(): (seconds: number) => string {
  const { locale } = useLanguage()
  return useMemo(() => {
    const inUnit = (value: number, unit: string) =>
      new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
    return (seconds) => {
      if (seconds < 120 || seconds % 60 !== 0) return inUnit(seconds, 'second')
      return seconds < 7200 || seconds % 3600 !== 0
        ? inUnit(seconds / 60, 'minute')
        : inUnit(seconds / 3600, 'hour')
    }
  }, [locale])
}
