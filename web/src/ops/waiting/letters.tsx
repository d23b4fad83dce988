// Dead letters: events that a consumer gave up, why, and the way to try one again.
import type { OpsDeadLetter } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { Failure, Notice, Skeleton } from '../../parts/basics.tsx'
import { ActionFailure, AllWell, agoMs, Section, useSpan } from '../parts.tsx'
import { deadLettersQuery, useReplay } from '../queries.ts'

export function DeadLetters({ now }: { readonly now: string }) {
  const t = useTranslations('ops.letters')
  const letters = useQuery(deadLettersQuery)
  const replay = useReplay()
  const items = letters.data?.items ?? []
  return (
    <Section title={t('title')} text={t('text')}>
      {letters.isPending && <Skeleton className="h-6 w-72" />}
      {letters.isError && !letters.data && (
        <Failure error={letters.error} retry={() => void letters.refetch()} />
      )}
      {letters.data && items.length === 0 && <AllWell>{t('none')}</AllWell>}
      <ul className="divide-y divide-line">
        {items.map((letter) => (
          <Letter
            key={letter.id}
            letter={letter}
            now={now}
            busy={replay.isPending}
            replay={() => replay.mutate(letter.id)}
          />
        ))}
      </ul>
      <ActionFailure error={replay.error} />
      {replay.isSuccess && (
        <div className="mt-3">
          <Notice tone="good" title={t('replayed')} />
        </div>
      )}
    </Section>
  )
}

interface LetterProps {
  readonly letter: OpsDeadLetter
  readonly now: string
  readonly busy: boolean
  readonly replay: () => void
}

function Letter({ letter, now, busy, replay }: LetterProps) {
  const t = useTranslations('ops.letters')
  const span = useSpan()
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 py-4 first:pt-0 last:pb-0">
      <div className="min-w-0 grow basis-80">
        <p className="[overflow-wrap:anywhere]">
          <span className="font-semibold">{letter.type}</span> {t('for', { consumer: letter.consumer })}
        </p>
        <p lang="en" className="mt-1 text-danger [overflow-wrap:anywhere]">
          {letter.reason}
        </p>
        <p className="mt-1 text-small text-soft [overflow-wrap:anywhere]">
          {t('attempts', { count: letter.attempts })} · {span(agoMs(letter.parkedAt, now))} ·{' '}
          {t('about', { subject: letter.subject })}
        </p>
      </div>
      <button
        type="button"
        className="button"
        disabled={busy}
        aria-label={t('replayOf', { type: letter.type, consumer: letter.consumer })}
        onClick={replay}
      >
        {t('replay')}
      </button>
    </li>
  )
}
