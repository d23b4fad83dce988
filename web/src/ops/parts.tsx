// Small parts of the operator's page: sections, tables that scroll in their own box, and words for
// spans of time.
import { type ReactNode, useId, useMemo } from 'react'
import { useLanguage } from '../i18n.tsx'
import { Notice, useFailureText } from '../parts/basics.tsx'

export interface SectionProps {
  readonly title: string
  readonly text?: ReactNode
  /** Beside the title: a state, a figure, a button. */
  readonly aside?: ReactNode
  readonly className?: string
  readonly children: ReactNode
}

export function Section({ title, text, aside, className = '', children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={`panel min-w-0 p-4 sm:p-6 ${className}`}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 id={id} className="text-title">
          {title}
        </h2>
        {aside}
      </div>
      {text !== undefined && <p className="mt-1 max-w-[90ch] text-small text-soft">{text}</p>}
      <div className="mt-4">{children}</div>
    </section>
  )
}

/** Nothing to do is good news, and takes one line. */
export function AllWell({ children }: { readonly children: ReactNode }) {
  return (
    <p className="flex items-start gap-2 text-soft">
      <svg viewBox="0 0 16 16" className="mt-1 size-4 shrink-0" aria-hidden="true">
        <path
          d="M3 8.5l3.2 3.2L13 5"
          fill="none"
          strokeWidth="2"
          strokeLinecap="round"
          className="stroke-accent"
        />
      </svg>
      <span>{children}</span>
    </p>
  )
}

export interface TableProps {
  readonly label: string
  readonly head: ReactNode
  readonly children: ReactNode
  /** Columns keep these widths whatever the numbers do. */
  readonly className?: string
}

export function Table({ label, head, children, className = '' }: TableProps) {
  return (
    // A table wider than a phone scrolls in its own box; with a keyboard too.
    <div className="-mx-1 overflow-x-auto px-1" tabIndex={0} role="region" aria-label={label}>
      <table className={`w-full text-left ${className}`}>
        <thead className="text-small text-soft">
          <tr className="border-b border-line [&>th]:py-2 [&>th]:pr-2 [&>th]:align-bottom sm:[&>th]:pr-4 [&>th]:font-medium [&>th:last-child]:pr-0">
            {head}
          </tr>
        </thead>
        <tbody className="divide-y divide-line [&_td]:py-2.5 [&_td]:pr-2 sm:[&_td]:pr-4 [&_td:last-child]:pr-0 [&_th]:py-2.5 [&_th]:pr-2">
          {children}
        </tbody>
      </table>
    </div>
  )
}

/** What an action answered, below the thing it was done to. */
export function ActionFailure({ error }: { readonly error: unknown }) {
  const failureText = useFailureText()
  if (!error) return null
  return (
    <div className="mt-3">
      <Notice tone="bad" title={failureText(error)} />
    </div>
  )
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/**
 * 40 ms, 3.2 secs, 5 mins, 7 hrs, 12 days: one unit in the reader's language; narrow where a column
 * is.
 */
export function useSpan(unitDisplay: 'short' | 'narrow' = 'short'): (spanMs: number) => string {
  const { locale } = useLanguage()
  return useMemo(() => {
    const inUnit = (value: number, unit: string, digits = 0) =>
      new Intl.NumberFormat(locale, {
        style: 'unit',
        unit,
        unitDisplay,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(value)
    return (spanMs) => {
      if (spanMs < second) return inUnit(Math.round(spanMs), 'millisecond')
      if (spanMs < 10 * second) return inUnit(spanMs / second, 'second', 1)
      if (spanMs < 2 * minute) return inUnit(Math.floor(spanMs / second), 'second')
      if (spanMs < 2 * hour) return inUnit(Math.floor(spanMs / minute), 'minute')
      return spanMs < 2 * day
        ? inUnit(Math.floor(spanMs / hour), 'hour')
        : inUnit(Math.floor(spanMs / day), 'day')
    }
  }, [locale, unitDisplay])
}

/** 1.2 MB, 340 kB. */
export function useBytes(): (bytes: number) => string {
  const { locale } = useLanguage()
  return useMemo(() => {
    const units = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte']
    return (bytes) => {
      const power = Math.min(units.length, Math.max(1, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: units[power - 1] ?? 'kilobyte',
        unitDisplay: 'short',
        maximumFractionDigits: bytes / 1_000 ** power < 10 ? 1 : 0,
      }).format(bytes / 1_000 ** power)
    }
  }, [locale])
}

/** How long ago something was, by the shop's clock and not the reader's. */
export const agoMs = (instant: string, now: string): number =>
  Math.max(0, Date.parse(now) - Date.parse(instant))
