// The auditor's verdict on each invariant, what it looked at, and every breach in a sentence.
import type { AuditBreach, AuditInvariant, AuditVerdict, OpsAudit } from '@holdfast/contract'
import { orderCodeOf } from '@holdfast/contract/order-code'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { useLanguage } from '../i18n.tsx'
import { Failure, Skeleton } from '../parts/basics.tsx'
import { ActionFailure, agoMs, Section, useSpan } from './parts.tsx'
import { auditQuery, useAudit } from './queries.ts'

const chips: Record<AuditVerdict, string> = {
  holds: 'chip chip-good',
  breached: 'chip chip-bad',
  unchecked: 'chip chip-warm',
}

export function Auditor({ now }: { readonly now: string }) {
  const t = useTranslations('ops.audit')
  const audit = useQuery(auditQuery)
  return (
    <Section
      title={t('title')}
      text={t('text')}
      aside={audit.data && <CheckNow running={audit.data.running} />}
    >
      {audit.isPending && <Skeleton className="h-64" />}
      {audit.isError && !audit.data && <Failure error={audit.error} retry={() => void audit.refetch()} />}
      {audit.data &&
        (audit.data.invariants.length === 0 ? <p>{t('none')}</p> : <Verdicts audit={audit.data} now={now} />)}
    </Section>
  )
}

function CheckNow({ running }: { readonly running: boolean }) {
  const t = useTranslations('ops.audit')
  const asking = useAudit()
  const busy = running || asking.isPending
  return (
    <div>
      <button type="button" className="button" disabled={busy} onClick={() => asking.mutate()}>
        {busy ? t('running') : t('check')}
      </button>
      <ActionFailure error={asking.error} />
    </div>
  )
}

function Verdicts({ audit, now }: { readonly audit: OpsAudit; readonly now: string }) {
  const t = useTranslations('ops.audit')
  const span = useSpan()
  const { locale } = useLanguage()
  const covered = audit.coveredUpTo
  return (
    <>
      <ul className="grid gap-x-10 lg:grid-cols-2">
        {audit.invariants.map((invariant) => (
          <Invariant key={invariant.name} invariant={invariant} now={now} />
        ))}
      </ul>
      {covered && (
        <p className="mt-4 text-small text-soft">
          {t('cover', {
            duration: span(covered.fullRoundSeconds * 1_000),
            done: new Intl.NumberFormat(locale, { style: 'percent' }).format(covered.roundDone),
          })}
        </p>
      )}
    </>
  )
}

/** The invariant in the reader's language; null for one that is newer than this page. */
function useInvariantTitle(name: string): string | null {
  const t = useTranslations('ops.audit.titles') as unknown as { has(key: string): boolean } & ((
    key: string,
  ) => string)
  return t.has(name) ? t(name) : null
}

function Invariant({ invariant, now }: { readonly invariant: AuditInvariant; readonly now: string }) {
  const t = useTranslations('ops.audit')
  const format = useFormat()
  const known = useInvariantTitle(invariant.name)
  const more = invariant.breachCount - invariant.breaches.length
  return (
    <li className={`border-t border-line py-3 ${invariant.breaches.length > 0 ? 'lg:col-span-2' : ''}`}>
      <div className="grid grid-cols-[1.75rem_1fr_auto] gap-x-2">
        <span className="text-soft" aria-hidden="true">
          {invariant.number}
        </span>
        <div>
          <p {...(known ? {} : { lang: 'en', dir: 'ltr' })}>{known ?? invariant.title}</p>
          <p className="text-small text-soft">
            {t('rows')}: {format.number(invariant.checkedRows)}
          </p>
        </div>
        <span className={`${chips[invariant.verdict]} self-start`}>{t(invariant.verdict)}</span>
      </div>
      {invariant.breaches.length > 0 && (
        <ul className="mt-2 ml-9 grid gap-2">
          {invariant.breaches.map((breach) => (
            <Breach key={breach.key} breach={breach} now={now} />
          ))}
          {more > 0 && <li className="text-small text-soft">{t('more', { count: more })}</li>}
        </ul>
      )}
    </li>
  )
}

function Breach({ breach, now }: { readonly breach: AuditBreach; readonly now: string }) {
  const t = useTranslations('ops.audit')
  const span = useSpan()
  return (
    <li className="rounded-md bg-danger-soft px-4 py-3">
      <p lang="en" dir="auto" className="[overflow-wrap:anywhere]">
        {breach.explanation}
      </p>
      <p className="mt-1 text-small text-soft">{t('seen', { age: span(agoMs(breach.firstSeenAt, now)) })}</p>
      {breach.orderIds.length > 0 && (
        <p className="text-small text-soft [overflow-wrap:anywhere]">
          {t('orders')}{' '}
          <span className="font-mono">
            {breach.orderIds.map((id) => `${orderCodeOf(id)} (${id})`).join(', ')}
          </span>
        </p>
      )}
    </li>
  )
}
