// A small on-sale at the demo show, fired by hand, with its seats going beside it. Only where the
// card sandbox runs.
import type { OpsDemoRun, OpsOverview } from '@holdfast/contract'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../../format.ts'
import { ActionFailure, Section } from '../parts.tsx'
import { useDemoSale } from '../queries.ts'
import { LiveSeats } from './live-seats.tsx'

const crowds = [20, 60, 200] as const

export function DemoSale({ demo }: { readonly demo: OpsOverview['demo'] }) {
  const t = useTranslations('ops.demo')
  if (!demo.available || demo.showId === null) {
    return (
      <Section title={t('title')}>
        <p className="text-soft">{t('unavailable')}</p>
      </Section>
    )
  }
  return (
    <Section title={t('title')} text={t('text')}>
      <div className="grid gap-x-10 gap-y-6 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <Run run={demo.run} />
        {/* The show of the last run stays, also when the next will be at another that has places left. */}
        <LiveSeats showId={demo.run?.showId ?? demo.showId} />
      </div>
    </Section>
  )
}

function Run({ run }: { readonly run: OpsDemoRun | null }) {
  const t = useTranslations('ops.demo')
  const format = useFormat()
  const firing = useDemoSale()
  const [buyers, setBuyers] = useState<number>(60)
  const running = run?.state === 'running' || firing.isPending
  const figures = [
    [t('held'), run?.held],
    [t('paid'), run?.paid],
    [t('left'), run?.left],
    [t('refused'), run?.refused],
    [t('failed'), run?.failed],
  ] as const
  return (
    <div>
      <fieldset disabled={running}>
        <legend className="mb-1 text-small font-medium">{t('buyers')}</legend>
        <div className="flex gap-2">
          {crowds.map((count) => (
            <label
              key={count}
              className="inline-flex min-h-11 grow cursor-pointer items-center justify-center gap-2 rounded-md border border-strong px-3 has-checked:border-accent has-checked:bg-accent-soft"
            >
              <input
                type="radio"
                name="buyers"
                className="accent-(--accent)"
                checked={buyers === count}
                onChange={() => setBuyers(count)}
              />
              {format.number(count)}
            </label>
          ))}
        </div>
      </fieldset>
      <button
        type="button"
        className="button button-main button-large mt-3 w-full"
        disabled={running}
        onClick={() => firing.mutate(buyers)}
      >
        {running ? t('running') : t('fire')}
      </button>
      <ActionFailure error={firing.error} />
      <Progress run={run} />
      <dl className="mt-3 grid gap-1">
        {figures.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-soft">{name}</dt>
            <dd>{value === undefined ? '–' : format.number(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Progress({ run }: { readonly run: OpsDemoRun | null }) {
  const t = useTranslations('ops.demo')
  const format = useFormat()
  const done = run ? run.paid + run.left + run.refused + run.failed : 0
  const share = run ? Math.min(1, done / run.buyers) : 0
  return (
    <div className="mt-4">
      <div aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-sunken">
        <div
          className="h-full origin-left bg-accent transition-transform duration-300"
          style={{ transform: `scaleX(${share})` }}
        />
      </div>
      <p className="mt-1 text-small text-soft">
        {!run && t('never')}
        {run?.state === 'running' &&
          t('progress', { done: format.number(done), buyers: format.number(run.buyers) })}
        {run?.state === 'finished' && t('startedAt', { time: format.momentWithSeconds(run.startedAt) })}
      </p>
    </div>
  )
}
