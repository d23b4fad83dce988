// The codes of a show: made one by one or in bulk, with how often each is held and used, and ended.
import type { CodeView, ShowView } from '@holdfast/contract'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { showQuery } from '../../api/queries.ts'
import { useFormat } from '../../format.ts'
import { useLanguage } from '../../i18n.tsx'
import { Link } from '../../navigation/link.tsx'
import { useParams } from '../../navigation/router.tsx'
import {
  Confirm,
  Empty,
  Failure,
  Loading,
  Notice,
  PageTitle,
  Skeleton,
  useFailureText,
} from '../../parts/basics.tsx'
import { UserText } from '../../parts/user-text.tsx'
import { byteOrderMark, csvFormatOf, csvOf } from '../orders/csv.ts'
import { RequireUser } from '../require-user.tsx'
import { NewCodes } from './new-codes.tsx'
import { useCodeText } from './text.ts'

const everyMs = 5_000

const codesQuery = (showId: string) =>
  queryOptions({
    queryKey: ['codes', showId],
    queryFn: ({ signal }) => call<{ items: CodeView[] }>(`/api/shows/${showId}/codes`, { signal }),
    refetchInterval: everyMs,
  })

export function CodesPage() {
  const t = useTranslations('codes')
  const { showId } = useParams('/organiser/shows/$showId/codes')
  const show = useQuery(showQuery(showId))
  return (
    <RequireUser title={t('title')}>
      {show.isPending && (
        <Loading>
          <Skeleton className="mt-8 h-72 rounded-lg" />
        </Loading>
      )}
      {show.isLoadingError && <Failure error={show.error} retry={() => void show.refetch()} />}
      {show.data && <Codes show={show.data} />}
    </RequireUser>
  )
}

function Codes({ show }: { readonly show: ShowView }) {
  const t = useTranslations('codes')
  const client = useQueryClient()
  const isPublished = show.status !== 'draft'
  const codes = useQuery({ ...codesQuery(show.id), enabled: isPublished })
  const items = codes.data?.items ?? []
  const refresh = () => client.invalidateQueries({ queryKey: codesQuery(show.id).queryKey })
  return (
    <div className="pt-6">
      <Link to="/organiser/shows/$showId" params={{ showId: show.id }} className="link text-small">
        <UserText>{show.title}</UserText>
      </Link>
      <PageTitle title={t('title')} className="mt-2 text-heading">
        {t('title')}
      </PageTitle>
      <p className="mt-2 max-w-prose text-soft">{t('lead')}</p>
      {!isPublished && (
        <div className="mt-6">
          <Notice title={t('draft')} quiet />
        </div>
      )}
      {isPublished && <NewCodes show={show} made={() => void refresh()} />}
      {codes.isLoadingError && <Failure error={codes.error} retry={() => void codes.refetch()} />}
      {codes.isSuccess && items.length === 0 && (
        <div className="mt-6">
          <Empty title={t('none')} />
        </div>
      )}
      {items.length > 0 && (
        <section aria-labelledby="codes" className="panel mt-6 p-5 sm:p-6">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <h2 id="codes" className="text-title">
              {t('count', { count: items.length })}
            </h2>
            <CsvOfCodes show={show} codes={items} />
          </div>
          <ul className="mt-3 divide-y divide-line">
            {items.map((code) => (
              <CodeRow key={code.id} code={code} show={show} changed={() => void refresh()} />
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function CodeRow({
  code,
  show,
  changed,
}: {
  readonly code: CodeView
  readonly show: ShowView
  readonly changed: () => void
}) {
  const t = useTranslations('codes')
  const failureText = useFailureText()
  const textOf = useCodeText(show)
  const [asking, setAsking] = useState(false)
  const ending = useMutation({
    mutationFn: () =>
      call<CodeView>(`/api/shows/${show.id}/codes/${code.id}`, { method: 'PATCH', body: { ended: true } }),
    onSuccess: changed,
    onSettled: () => setAsking(false),
  })
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 py-3">
      <div className="min-w-0 grow basis-60">
        <p className="font-semibold [overflow-wrap:anywhere]">
          <bdi>{code.code}</bdi> {code.ended && <span className="chip font-normal">{t('ended')}</span>}
        </p>
        <p className="text-small text-soft">{textOf(code)}</p>
      </div>
      <p className="text-small tabular-nums">
        {code.uses === undefined
          ? t('usesFree', { used: code.used, held: code.held })
          : t('uses', { used: code.used, held: code.held, uses: code.uses })}
      </p>
      {!code.ended && (
        <button
          type="button"
          className="button button-quiet"
          aria-label={t('endThis', { code: code.code })}
          onClick={() => setAsking(true)}
        >
          {t('end')}
        </button>
      )}
      {ending.isError && <Notice tone="bad" title={failureText(ending.error)} />}
      {asking && (
        <Confirm
          open
          title={t('endTitle', { code: code.code })}
          confirmLabel={t('endConfirm')}
          busy={ending.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() => ending.mutate()}
        >
          <p>{t('endText')}</p>
        </Confirm>
      )}
    </li>
  )
}

/** For handing codes out: each with the link that enters it. */
function CsvOfCodes({ show, codes }: { readonly show: ShowView; readonly codes: readonly CodeView[] }) {
  const t = useTranslations('codes')
  const format = useFormat()
  const textOf = useCodeText(show)
  const csv = csvFormatOf(useLanguage().locale)
  const save = () => {
    const heads = [t('column.code'), t('column.link'), t('column.effect'), t('column.uses'), t('column.used')]
    const rows = codes.map((code) => [
      code.code,
      `${location.origin}/shows/${show.id}?code=${encodeURIComponent(code.code)}`,
      textOf(code),
      code.uses === undefined ? '' : format.number(code.uses),
      format.number(code.used),
    ])
    const link = document.createElement('a')
    link.href = URL.createObjectURL(
      new Blob([byteOrderMark, csvOf([heads, ...rows], csv)], { type: 'text/csv;charset=utf-8' }),
    )
    link.download = `codes-${show.id}.csv`
    link.click()
    URL.revokeObjectURL(link.href)
  }
  return (
    <button type="button" className="button" onClick={save}>
      {t('csv')}
    </button>
  )
}
