// Mails that did not arrive: to whom, about what, and what the other side said last.
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { useFormat } from '../../format.ts'
import { Failure, Skeleton } from '../../parts/basics.tsx'
import { AllWell, Section } from '../parts.tsx'
import { failedMailsQuery } from '../queries.ts'

export function FailedMails() {
  const t = useTranslations('ops.mails')
  const kinds = useTranslations('mailKind')
  const format = useFormat()
  const mails = useQuery(failedMailsQuery)
  const items = mails.data?.items ?? []
  return (
    <Section title={t('title')} text={t('text')}>
      {mails.isPending && <Skeleton className="h-6 w-72" />}
      {mails.isError && !mails.data && <Failure error={mails.error} retry={() => void mails.refetch()} />}
      {mails.data && items.length === 0 && <AllWell>{t('none')}</AllWell>}
      <ul className="divide-y divide-line">
        {items.map((mail) => (
          <li key={mail.id} className="py-4 first:pt-0 last:pb-0">
            <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
              <span className="font-semibold [overflow-wrap:anywhere]">{mail.to}</span>
              <span className="text-soft">{kinds(mail.kind)}</span>
              <span className="text-soft">{t(`state.${mail.state}`)}</span>
            </p>
            <p className="mt-1 text-small text-soft [overflow-wrap:anywhere]">
              {format.momentWithSeconds(mail.endedAt)}
              {mail.reason !== null && ` · ${mail.reason}`}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  )
}
