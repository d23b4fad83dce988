// Four answers at a glance: does the shop sell, does everything hold, does anything wait for a
// person, do events flow.
import type { OpsOverview } from '@holdfast/contract'
import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Confirm, Notice } from '../parts/basics.tsx'
import { ActionFailure, agoMs, useSpan } from './parts.tsx'
import { useResume } from './queries.ts'

export function Summary({ overview }: { readonly overview: OpsOverview }) {
  return (
    <>
      {overview.sales.state === 'stopped' && <Stopped sales={overview.sales} />}
      <dl className="mt-6 grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Selling overview={overview} />
        <AuditorState overview={overview} />
        <Waiting overview={overview} />
        <Lag overview={overview} />
      </dl>
    </>
  )
}

type Tone = 'good' | 'warm' | 'bad'
const toneClasses: Record<Tone, string> = { good: 'text-accent', warm: 'text-warm', bad: 'text-danger' }

function Card(props: {
  readonly name: string
  readonly value: string
  readonly tone: Tone
  readonly children: ReactNode
}) {
  return (
    <div className="panel flex min-h-32 flex-col p-4 sm:p-5">
      <dt className="text-small text-soft">{props.name}</dt>
      <dd className="flex grow flex-col">
        <span className={`text-heading font-bold ${toneClasses[props.tone]}`}>{props.value}</span>
        <span className="mt-1 block text-small text-soft">{props.children}</span>
      </dd>
    </div>
  )
}

function Selling({ overview: { sales } }: { readonly overview: OpsOverview }) {
  const t = useTranslations('ops.summary')
  return (
    <Card name={t('selling')} value={t(sales.state)} tone={sales.state === 'open' ? 'good' : 'bad'}>
      {t(sales.state === 'open' ? 'sellingOpen' : 'sellingStopped')}
    </Card>
  )
}

/** Why nobody can buy, since when, and the way back. */
function Stopped({ sales }: { readonly sales: OpsOverview['sales'] }) {
  const t = useTranslations('ops.summary')
  const format = useFormat()
  const [asking, setAsking] = useState(false)
  const resuming = useResume()
  return (
    <div className="mt-4">
      <Notice tone="bad" title={t('stoppedTitle')}>
        {sales.reason && <p lang="en">{sales.reason}</p>}
        {sales.since && (
          <p className="text-small">{t('since', { moment: format.momentWithSeconds(sales.since) })}</p>
        )}
        <button type="button" className="button mt-3" onClick={() => setAsking(true)}>
          {t('resume')}
        </button>
        <ActionFailure error={resuming.error} />
      </Notice>
      <Confirm
        open={asking}
        title={t('resumeTitle')}
        confirmLabel={t('resume')}
        busy={resuming.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => resuming.mutate(undefined, { onSettled: () => setAsking(false) })}
      >
        <p>{t('resumeText')}</p>
      </Confirm>
    </div>
  )
}

const verdictTones: Record<OpsOverview['audit']['verdict'], Tone> = {
  holds: 'good',
  breached: 'bad',
  unchecked: 'warm',
}

function AuditorState({ overview: { audit, now } }: { readonly overview: OpsOverview }) {
  const t = useTranslations('ops.summary')
  const span = useSpan()
  return (
    <Card
      name={t('auditor')}
      value={t(`verdict.${audit.verdict}`, { count: audit.breaches })}
      tone={audit.failing ? 'bad' : verdictTones[audit.verdict]}
    >
      {audit.failing && (
        <span role="alert" className="block font-medium text-danger">
          {t('auditFailing', { count: audit.failing.runs, age: span(agoMs(audit.failing.since, now)) })}
        </span>
      )}
      {audit.lastRunAt ? t('lastRun', { age: span(agoMs(audit.lastRunAt, now)) }) : t('neverRun')}
    </Card>
  )
}

function Waiting({
  overview: { deadLetters, unreadable, unknownPayments, failedMails, audit },
}: {
  readonly overview: OpsOverview
}) {
  const t = useTranslations('ops.summary')
  const format = useFormat()
  const kinds = [
    deadLetters > 0 && t('waitingLetters', { count: deadLetters }),
    unreadable > 0 && t('waitingUnreadable', { count: unreadable }),
    unknownPayments > 0 && t('waitingPayments', { count: unknownPayments }),
    failedMails > 0 && t('waitingMails', { count: failedMails }),
    audit.differences > 0 && t('waitingDifferences', { count: audit.differences }),
  ].filter((kind) => kind !== false)
  const count = deadLetters + unreadable + unknownPayments + failedMails + audit.differences
  return (
    <Card name={t('waiting')} value={format.number(count)} tone={count === 0 ? 'good' : 'warm'}>
      {kinds.length === 0
        ? t('waitingNone')
        : kinds.map((kind) => (
            <span key={kind} className="block">
              {kind}
            </span>
          ))}
    </Card>
  )
}

/** Longer than this is no passing busyness any more. */
const longLagMs = 10_000

function Lag({ overview: { events } }: { readonly overview: OpsOverview }) {
  const t = useTranslations('ops.summary')
  const span = useSpan()
  const slowest = events.consumers.toSorted((one, other) => other.lagMs - one.lagMs)[0]
  const lagMs = slowest?.lagMs ?? 0
  return (
    <Card name={t('lag')} value={span(lagMs)} tone={lagMs > longLagMs ? 'warm' : 'good'}>
      {slowest && slowest.lagEvents > 0
        ? t('lagOf', { consumer: slowest.consumer, count: slowest.lagEvents })
        : t('noLag')}
    </Card>
  )
}
