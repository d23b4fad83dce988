// What the shop says of a scanned ticket, in letters for arm's length. An answer that was lost is
// asked for again with its key, so that nobody who was let in is taken for a second one.
import type { CheckInBody, CheckInView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { useTranslations } from 'use-intl'
import { ApiError, call, makeIdempotencyKey, mayPass } from '../api/client.ts'
import { useAnswerText } from '../asked/queries.ts'
import { useFormat } from '../format.ts'
import { useFailureText } from '../parts/basics.tsx'
import { isolated, seatValues } from '../parts/user-text.tsx'

/** One press or one look of the camera: asked as often as needed with the same key. */
interface Scan {
  /** What was scanned or typed, or the name that a ticket was found by. */
  readonly code: string
  /** Of a ticket that was found by a name: its code is not known here. */
  readonly ticketId?: string
  readonly key: string
}

export type Answer =
  | { readonly kind: 'in'; readonly scan: Scan; readonly ticket: CheckInView }
  | { readonly kind: 'refused'; readonly scan: Scan; readonly error: unknown }
  | { readonly kind: 'unsure'; readonly scan: Scan }

const historyMax = 12
const retryMs = 400

export function useCheckIn(door: string) {
  const [answers, setAnswers] = useState<readonly Answer[]>([])
  const remember = (answer: Answer) => {
    navigator.vibrate?.(answer.kind === 'in' ? 80 : [200, 80, 200])
    setAnswers((before) =>
      [answer, ...before.filter((known) => known.scan.key !== answer.scan.key)].slice(0, historyMax),
    )
  }
  const checking = useMutation({
    mutationFn: ({ code, ticketId, key }: Scan) => {
      const body: CheckInBody = ticketId === undefined ? { code, door } : { ticketId, door }
      return call<CheckInView>('/api/tickets/check-in', { method: 'POST', body, idempotencyKey: key })
    },
    retry: (failures, error) => mayPass(error) && failures < 3,
    retryDelay: retryMs,
    // Off line too: the person at the door must hear at once that there is no answer.
    networkMode: 'always',
    onSuccess: (ticket, scan) => remember({ kind: 'in', scan, ticket }),
    onError: (error, scan) =>
      remember(mayPass(error) ? { kind: 'unsure', scan } : { kind: 'refused', scan, error }),
  })
  const { mutate } = checking
  const check = useCallback(
    (code: string, ticketId?: string) =>
      mutate({ code, ...(ticketId === undefined ? {} : { ticketId }), key: makeIdempotencyKey() }),
    [mutate],
  )
  return { answers, busy: checking.isPending, check, again: mutate }
}

const box = 'flex min-h-44 flex-col items-center justify-center rounded-lg px-6 py-6 text-center'

export function BigAnswer(props: {
  readonly answer: Answer | undefined
  readonly busy: boolean
  readonly again: (scan: Scan) => void
}) {
  const t = useTranslations('door')
  const { answer, busy } = props
  if (busy)
    return <div className={`${box} border border-line bg-surface text-title text-soft`}>{t('checking')}</div>
  if (!answer) return <div className={`${box} border border-dashed border-line text-soft`}>{t('ready')}</div>
  if (answer.kind === 'refused') return <Refused code={answer.scan.code} error={answer.error} />
  if (answer.kind === 'unsure') {
    return (
      <div className={`${box} border border-warm/40 bg-warm-soft`}>
        <p className="text-display font-bold text-warm">{t('unsure')}</p>
        <p className="mt-1 max-w-prose">{t('unsureText')}</p>
        <p className="mt-1 font-mono text-small break-all">{answer.scan.code}</p>
        <button type="button" className="button button-main mt-4" onClick={() => props.again(answer.scan)}>
          {t('again')}
        </button>
      </div>
    )
  }
  return <LetIn ticket={answer.ticket} />
}

function LetIn({ ticket }: { readonly ticket: CheckInView }) {
  const t = useTranslations('door')
  const answerText = useAnswerText()
  const { seat, name, admits, extras = [], holderName, checkNote, answers = [] } = ticket
  return (
    <div className={`${box} bg-accent text-on-accent`}>
      <p className="text-display font-bold">{t('letIn')}</p>
      <p dir="auto" className="mt-1 text-title">
        {name}
      </p>
      {holderName && (
        <p dir="auto" className="text-title font-semibold [overflow-wrap:anywhere]">
          {holderName}
        </p>
      )}
      {seat && <p className="text-lead">{t('seat', seatValues(seat))}</p>}
      {admits !== undefined && <p className="text-heading font-bold">{t('admits', { count: admits })}</p>}
      {extras.length > 0 && (
        <p className="text-lead">
          {t('extras', {
            list: extras.map((extra) => `${extra.count} × ${isolated(extra.name)}`).join(', '),
          })}
        </p>
      )}
      {checkNote && (
        <p
          dir="auto"
          className="mt-3 w-full rounded-md bg-surface px-4 py-2 text-lead font-semibold whitespace-pre-line text-ink [overflow-wrap:anywhere]"
        >
          {checkNote}
        </p>
      )}
      {answers.length > 0 && (
        <dl className="mt-3 grid gap-1">
          {answers.map(({ questionId, text, answer }) => (
            <div key={questionId} dir="auto" className="[overflow-wrap:anywhere]">
              <dt className="inline">{text}: </dt>
              <dd className="inline font-semibold whitespace-pre-line">{answerText(answer)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}

const titles: Readonly<Record<string, 'usedTitle' | 'wrongShow'>> = {
  ticket_used: 'usedTitle',
  wrong_show: 'wrongShow',
}

function Refused({ code, error }: { readonly code: string; readonly error: unknown }) {
  const t = useTranslations('door')
  const format = useFormat()
  const failureText = useFailureText()
  const problem = error instanceof ApiError ? error.problem : {}
  const { usedAt, usedDoor, show } = problem
  return (
    <div className={`${box} bg-danger text-surface`}>
      <p className="text-display font-bold">{t(titles[problem.code ?? ''] ?? 'no')}</p>
      <p className="mt-1 text-title">
        {usedAt ? t('usedAt', { when: format.momentWithSeconds(usedAt) }) : failureText(error)}
      </p>
      {show && (
        <p className="text-title [overflow-wrap:anywhere]">
          {t('show', { title: isolated(show.title), when: format.moment(show.startsAt, show.timeZone) })}
        </p>
      )}
      {usedDoor && <p className="text-title">{t('usedDoor', { door: isolated(usedDoor) })}</p>}
      <p className="mt-1 font-mono text-small break-all">{code}</p>
    </div>
  )
}
