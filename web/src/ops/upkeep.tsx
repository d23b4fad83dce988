// Work that the shop does by itself: backups, and removing what nobody needs any more.
import type { OpsOverview } from '@holdfast/contract'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { agoMs, Section, useSpan } from './parts.tsx'

export function Upkeep({ overview: { upkeep, now } }: { readonly overview: OpsOverview }) {
  const t = useTranslations('ops.upkeep')
  const { backup, prune, silentConsumers } = upkeep
  const timer = backup.everyHours === null ? t('noTimer') : t('timer', { count: backup.everyHours })
  return (
    <Section title={t('title')}>
      <dl className="grid gap-3 sm:grid-cols-2">
        <Chore name={t('backup')} lastAt={backup.lastAt} failing={backup.failing} now={now}>
          {timer}
        </Chore>
        <Chore name={t('prune')} lastAt={prune.lastAt} failing={prune.failing} now={now}>
          {t('pruneText')}
        </Chore>
      </dl>
      {silentConsumers.map(({ consumer, since }) => (
        <Silent key={consumer} consumer={consumer} since={since} now={now} />
      ))}
    </Section>
  )
}

function Chore(props: {
  readonly name: string
  readonly lastAt: string | null
  readonly failing: OpsOverview['upkeep']['prune']['failing']
  readonly now: string
  readonly children: ReactNode
}) {
  const t = useTranslations('ops.upkeep')
  const span = useSpan()
  const { name, lastAt, failing, now } = props
  return (
    <div className="min-w-0">
      <dt className="text-small text-soft">{name}</dt>
      <dd>
        {lastAt === null ? t('never') : t('last', { age: span(agoMs(lastAt, now)) })}
        <span className="block text-small text-soft">{props.children}</span>
        {failing && (
          <span role="alert" className="block text-small font-medium text-danger [overflow-wrap:anywhere]">
            {t('failing', { age: span(agoMs(failing.since, now)) })} <span lang="en">{failing.problem}</span>
          </span>
        )}
      </dd>
    </div>
  )
}

function Silent({
  consumer,
  since,
  now,
}: {
  readonly consumer: string
  readonly since: string
  readonly now: string
}) {
  const t = useTranslations('ops.upkeep')
  const span = useSpan()
  return (
    <p role="alert" className="mt-3 text-small font-medium text-danger">
      {t('silent', { consumer, age: span(agoMs(since, now)) })}
    </p>
  )
}
