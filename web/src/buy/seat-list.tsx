// The same seats as a list, for those whom a map does not serve. Sections open one by one, so that
// a large hall stays light.
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { isolated } from '../parts/user-text.tsx'
import type { SeatSection } from './seat-layout.ts'
import type { SeatsProps } from './seat-map.tsx'

export function SeatList(props: SeatsProps) {
  return (
    <div className="grid gap-2">
      {props.layout.sections.map((section, index) => (
        <Section key={section.name} {...props} section={section} initiallyOpen={index === 0} />
      ))}
    </div>
  )
}

function Section(props: SeatsProps & { readonly section: SeatSection; readonly initiallyOpen: boolean }) {
  const t = useTranslations('seats')
  const [open, setOpen] = useState(props.initiallyOpen)
  const { section, states } = props
  const severalPrices =
    new Set(section.rows.flatMap((row) => row.seats.map((seat) => seat.priceMinor))).size > 1
  const free = section.rows.reduce(
    (sum, row) => sum + row.seats.filter((seat) => states.get(seat.id) === 'available').length,
    0,
  )
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="rounded-md border border-line px-4"
    >
      <summary className="min-h-11 cursor-pointer py-2.5 font-semibold">
        {t('sectionSummary', { section: isolated(section.name) || t('hall'), free })}
      </summary>
      {open &&
        section.rows.map((row) => (
          <fieldset key={row.label} className="border-t border-line py-3">
            <legend className="sr-only">
              {t('rowLegend', { section: isolated(section.name), row: isolated(row.label) })}
            </legend>
            <div className="grid gap-2 sm:grid-cols-[5rem_1fr]">
              <span aria-hidden="true" className="text-small text-soft sm:pt-1.5">
                {t('row', { row: row.label })}
              </span>
              <div className="flex flex-wrap gap-2">
                {row.seats
                  .filter((seat) => states.get(seat.id) === 'available' || props.chosen.has(seat.id))
                  .map((seat) => (
                    <label
                      key={seat.id}
                      className="inline-flex min-h-9 cursor-pointer items-center gap-1.5 rounded-md border border-strong px-2.5 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-3 has-focus-visible:outline-(--focus)"
                    >
                      <input
                        type="checkbox"
                        className="size-4 accent-(--accent)"
                        checked={props.chosen.has(seat.id)}
                        onChange={() => props.toggle(seat.id)}
                      />
                      <span>
                        <span className="sr-only">{t('seat')} </span>
                        {seat.number}
                        <span className={severalPrices ? 'text-small text-soft' : 'sr-only'}>
                          {' '}
                          {props.priceText(seat.priceMinor)}
                        </span>
                      </span>
                    </label>
                  ))}
                {row.seats.every(
                  (seat) => states.get(seat.id) !== 'available' && !props.chosen.has(seat.id),
                ) && <span className="text-small text-soft sm:pt-1.5">{t('rowGone')}</span>}
              </div>
            </div>
          </fieldset>
        ))}
    </details>
  )
}
