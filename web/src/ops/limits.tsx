// Every limit on buyers, sellers and strangers, as it holds in this shop.
import type { OpsLimit } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { useLanguage } from '../i18n.tsx'
import { Failure, Notice, Skeleton } from '../parts/basics.tsx'
import { Section, useSpan } from './parts.tsx'
import { limitsQuery } from './queries.ts'

export function Limits() {
  const t = useTranslations('ops.limits')
  const limits = useQuery(limitsQuery)
  return (
    <Section title={t('title')} {...(limits.data ? { text: t(`hold.${limits.data.hold}`) } : {})}>
      {limits.isPending && <Skeleton className="h-48" />}
      {limits.isError && !limits.data && <Failure error={limits.error} retry={() => void limits.refetch()} />}
      {limits.data?.unknownProxySince != null && (
        <div className="mb-4">
          <Notice tone="warm" title={t('proxy')}>
            <p>{t('proxyText')}</p>
          </Notice>
        </div>
      )}
      <dl className="grid gap-x-10 lg:grid-cols-2">
        {limits.data?.items.map((limit) => (
          <Row key={limit.name} limit={limit} />
        ))}
      </dl>
    </Section>
  )
}

/** The name in the reader's language; that of the program for one that is newer than this page. */
function useName(name: string): string {
  const t = useTranslations('ops.limits.names') as unknown as { has(key: string): boolean } & ((
    key: string,
  ) => string)
  return t.has(name) ? t(name) : name
}

function Row({ limit: { name, most, perSeconds, shareOfShow } }: { readonly limit: OpsLimit }) {
  const t = useTranslations('ops.limits')
  const format = useFormat()
  const span = useSpan()
  const { locale } = useLanguage()
  const count = format.number(most)
  const share =
    shareOfShow === null ? '' : new Intl.NumberFormat(locale, { style: 'percent' }).format(shareOfShow)
  const amount =
    perSeconds !== null
      ? t('within', { count, span: span(perSeconds * 1_000) })
      : shareOfShow !== null
        ? t('orShare', { count, share })
        : count
  return (
    <div className="flex items-baseline justify-between gap-x-6 border-t border-line py-2">
      <dt>{useName(name)}</dt>
      <dd className="text-right text-soft">{amount}</dd>
    </div>
  )
}
