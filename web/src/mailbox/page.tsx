// The built-in mailbox: every mail that a shop without a mail server would send, as it looks and as
// it is, and faults on demand.
import type { MailboxItem } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { ApiError } from '../api/client.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { useNavigate, useSearchValue } from '../navigation/router.tsx'
import { Empty, Failure, Field, Loading, Notice, PageTitle, Skeleton } from '../parts/basics.tsx'
import { isolated } from '../parts/user-text.tsx'
import { attachmentOf, faultsQuery, mailboxQuery, partOf, useFault } from './queries.ts'

export function MailboxPage() {
  const t = useTranslations('mailbox')
  const to = useSearchValue('to')
  const mails = useQuery(mailboxQuery(to))
  const [chosen, choose] = useState<string | null>(null)
  const items = mails.data?.items ?? []
  const shown = items.find(({ id }) => id === chosen) ?? items[0]
  const { error } = mails
  if (error instanceof ApiError && [401, 403, 404].includes(error.status)) {
    return (
      <div className="mx-auto max-w-narrow pt-6">
        <Empty title={t('title')}>
          <p>{t('closed')}</p>
        </Empty>
      </div>
    )
  }
  return (
    <div className="pt-6">
      <PageTitle title={t('title')} className="text-display">
        {t('title')}
      </PageTitle>
      <p className="mt-2 text-soft">{t('lead')}</p>
      <Search key={to} to={to} />
      {mails.isLoadingError && <Failure error={error} retry={() => void mails.refetch()} />}
      {mails.isPending && (
        <Loading>
          <Skeleton className="mt-6 h-96 rounded-lg" />
        </Loading>
      )}
      {mails.isSuccess && !shown && (
        <Empty title={to === '' ? t('none') : t('noneTo')}>
          <p>{t('noneText')}</p>
        </Empty>
      )}
      {shown && (
        <div className="mt-6 grid gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
          <MailList items={items} shown={shown.id} choose={choose} />
          <Mail key={shown.id} mail={shown} />
        </div>
      )}
      <Faults />
    </div>
  )
}

function Search({ to }: { readonly to: string }) {
  const t = useTranslations('mailbox')
  const navigate = useNavigate()
  return (
    <form
      className="mt-5 flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        const asked = new FormData(event.currentTarget).get('to')
        void navigate({ to: '/mailbox', search: { to: typeof asked === 'string' ? asked.trim() : '' } })
      }}
    >
      <Field
        label={t('to')}
        className="min-w-0 grow basis-64 sm:max-w-sm"
        input={{ type: 'search', name: 'to', defaultValue: to, autoComplete: 'off', dir: 'auto' }}
      />
      <button type="submit" className="button">
        {t('search')}
      </button>
      {to !== '' && (
        <Link to="/mailbox" className="button button-quiet">
          {t('all')}
        </Link>
      )}
    </form>
  )
}

function MailList(props: {
  readonly items: readonly MailboxItem[]
  readonly shown: string
  readonly choose: (id: string) => void
}) {
  const t = useTranslations('mailbox')
  const kinds = useTranslations('mailKind')
  const format = useFormat()
  return (
    <nav aria-label={t('list')} className="panel max-h-64 self-start overflow-y-auto lg:max-h-[44rem]">
      <ul className="divide-y divide-line">
        {props.items.map(({ id, to, subject, kind, createdAt }) => (
          <li key={id}>
            <button
              type="button"
              aria-current={id === props.shown ? 'true' : undefined}
              className="w-full cursor-pointer px-4 py-3 text-left hover:bg-sunken aria-[current]:bg-accent-soft"
              onClick={() => props.choose(id)}
            >
              <span dir="auto" className="line-clamp-2 font-medium [overflow-wrap:anywhere]">
                {subject}
              </span>
              <span dir="auto" className="block truncate text-small text-soft">
                {to}
              </span>
              <span className="block text-small text-soft">
                {format.momentWithSeconds(createdAt)} · {kinds(kind)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  )
}

type View = 'html' | 'text' | 'source'
const views: readonly View[] = ['html', 'text', 'source']

function Mail({ mail }: { readonly mail: MailboxItem }) {
  const t = useTranslations('mailbox')
  const [view, setView] = useState<View>('html')
  return (
    <article className="panel min-w-0 p-4 sm:p-6">
      <h2 dir="auto" className="text-title [overflow-wrap:anywhere]">
        {mail.subject}
      </h2>
      <p className="mt-1 text-small text-soft [overflow-wrap:anywhere]">{isolated(mail.to)}</p>
      <div className="my-4 flex flex-wrap gap-2">
        {views.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={view === each}
            className={view === each ? 'button button-main' : 'button'}
            onClick={() => setView(each)}
          >
            {t(each)}
          </button>
        ))}
        {mail.orderId !== undefined && (
          <Link to="/orders/$orderId" params={{ orderId: mail.orderId }} className="button button-quiet">
            {t('order')}
          </Link>
        )}
      </div>
      {view === 'html' && (
        <iframe
          title={t('view')}
          src={partOf(mail.id, 'message.html')}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          className="h-[40rem] w-full rounded-md border border-line"
        />
      )}
      {view === 'text' && (
        <pre
          dir="auto"
          className="overflow-x-auto rounded-md bg-sunken p-4 text-small whitespace-pre-wrap [overflow-wrap:anywhere]"
        >
          {mail.text}
        </pre>
      )}
      {view === 'source' && <Source id={mail.id} />}
      {mail.attachments.length > 0 && (
        <section className="mt-4">
          <h3 className="font-semibold">{t('attachments')}</h3>
          <ul className="mt-1 flex flex-wrap gap-x-5">
            {mail.attachments.map(({ name, bytes }) => (
              <li key={name}>
                <a
                  href={attachmentOf(mail.id, name)}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex min-h-11 items-center gap-2 underline underline-offset-4"
                >
                  {name}
                  <span className="text-small text-soft">{t('bytes', { count: bytes })}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </article>
  )
}

function Source({ id }: { readonly id: string }) {
  const source = useQuery({
    queryKey: ['mailbox', 'source', id],
    queryFn: async ({ signal }) => (await fetch(partOf(id, 'source.eml'), { signal })).text(),
  })
  if (source.isPending) return <Skeleton className="h-64" />
  return (
    <pre className="max-h-[40rem] overflow-auto rounded-md bg-sunken p-4 font-mono text-small whitespace-pre-wrap [overflow-wrap:anywhere]">
      {source.data}
    </pre>
  )
}

const faultKinds = ['refuse', 'delay', 'lose_answer'] as const

function Faults() {
  const t = useTranslations('mailbox')
  const faults = useQuery(faultsQuery)
  const fault = useFault()
  const timesOf = (kind: (typeof faultKinds)[number]) =>
    faults.data?.items.find((each) => each.kind === kind)?.times ?? 0
  return (
    <section aria-labelledby="faults" className="panel mt-6 p-4 sm:p-6">
      <h2 id="faults" className="text-title">
        {t('faults')}
      </h2>
      <p className="mt-1 text-soft">{t('faultsText')}</p>
      <div className="mt-4 flex flex-wrap gap-3">
        {faultKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            className="button"
            disabled={fault.isPending}
            onClick={() => fault.mutate({ kind, times: timesOf(kind) + 1 })}
          >
            {t(`fault.${kind}`)}
            {timesOf(kind) > 0 && (
              <span className="text-small text-soft">{t('waiting', { count: timesOf(kind) })}</span>
            )}
          </button>
        ))}
      </div>
      {fault.isError && <Notice tone="bad" title={fault.error.message} />}
    </section>
  )
}
