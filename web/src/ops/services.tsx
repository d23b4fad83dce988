// Which services run, in which processes, and how the database is.
import type { OpsOverview, OpsService } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Section, useBytes, useSpan } from './parts.tsx'

export function Services({ overview }: { readonly overview: OpsOverview }) {
  const t = useTranslations('ops.services')
  return (
    <Section title={t('title')}>
      <ul className="divide-y divide-line">
        {overview.services.map((service) => (
          <Service key={service.name} service={service} />
        ))}
      </ul>
      <Database database={overview.database} />
    </Section>
  )
}

function Service({ service }: { readonly service: OpsService }) {
  const t = useTranslations('ops.services')
  const span = useSpan()
  const isUp = service.state === 'up'
  return (
    <li className="py-3 first:pt-0">
      <div className="flex items-center justify-between gap-4">
        <h3 className="font-semibold">{service.name}</h3>
        <span className={isUp ? 'chip chip-good' : 'chip chip-bad'}>{t(service.state)}</span>
      </div>
      {!isUp && <p className="text-small text-soft">{t('absentText')}</p>}
      <ul className="text-small text-soft">
        {service.processes.map((process) => (
          <li key={process.id} className="[overflow-wrap:anywhere]">
            {t('process', {
              id: String(process.processId),
              host: process.host,
              version: process.version,
              uptime: span(process.uptimeSeconds * 1_000),
            })}
          </li>
        ))}
      </ul>
    </li>
  )
}

function Database({ database }: { readonly database: OpsOverview['database'] }) {
  const t = useTranslations('ops.services')
  const format = useFormat()
  const bytes = useBytes()
  const span = useSpan()
  const facts = [
    [t('size'), bytes(database.sizeBytes)],
    [
      t('connections'),
      t('of', { count: format.number(database.connections), max: format.number(database.connectionsMax) }),
    ],
    [t('transaction'), span(database.oldestTransactionMs)],
  ] as const
  return (
    <div className="border-t border-line pt-3">
      <h3 className="font-semibold">
        {t('database')}{' '}
        <span className="font-normal text-soft">
          Postgres {database.version}
          {database.embedded && `, ${t('embedded')}`}
        </span>
      </h3>
      <dl className="mt-2 grid grid-cols-3 gap-3">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-small text-soft">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
