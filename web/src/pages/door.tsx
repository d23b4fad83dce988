// The door: scan or type a code, see at once whether to let somebody in. Large answers, readable at arm's length.
import type { CheckInView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useCallback, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { ApiError, call } from '../api/client.ts'
import { useFormat } from '../format.ts'
import { RequireUser } from '../organiser/require-user.tsx'
import { PageTitle, useFailureText } from '../parts/basics.tsx'
import { Camera } from './door-camera.tsx'

export function DoorPage() {
  const t = useTranslations('door')
  return (
    <RequireUser title={t('title')}>
      <Door />
    </RequireUser>
  )
}

type Answer =
  | { readonly kind: 'in'; readonly code: string; readonly ticket: CheckInView }
  | { readonly kind: 'refused'; readonly code: string; readonly error: unknown }

const historyMax = 12

function useCheckIn() {
  const [answers, setAnswers] = useState<readonly Answer[]>([])
  const remember = (answer: Answer) => setAnswers((before) => [answer, ...before].slice(0, historyMax))
  const checking = useMutation({
    mutationFn: (code: string) => call<CheckInView>('/api/tickets/check-in', { method: 'POST', body: { code } }),
    onSuccess: (ticket, code) => remember({ kind: 'in', code, ticket }),
    onError: (error, code) => remember({ kind: 'refused', code, error }),
  })
  return { answers, busy: checking.isPending, check: checking.mutate }
}

function Door() {
  const t = useTranslations('door')
  const { answers, busy, check } = useCheckIn()
  const [latest, ...earlier] = answers
  const onScan = useCallback((scanned: string) => check(scanned), [check])
  return (
    <div className="mx-auto max-w-narrow pt-4">
      <PageTitle title={t('title')}>{t('title')}</PageTitle>
      <div aria-live="assertive" className="mt-4">
        <BigAnswer answer={latest} busy={busy} />
      </div>
      <CodeForm check={check} />
      <Camera onScan={onScan} />
      {earlier.length > 0 && <Earlier answers={earlier} />}
    </div>
  )
}

/** A scanner that types ends with Enter; the field is ready for the next ticket at once. */
function CodeForm({ check }: { readonly check: (code: string) => void }) {
  const t = useTranslations('door')
  const [code, setCode] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const typed = code.trim()
    if (typed === '') return
    check(typed)
    setCode('')
    field.current?.focus()
  }
  return (
    <form onSubmit={submit} className="mt-4 flex items-end gap-2">
      <div className="grow">
        <label htmlFor="code" className="mb-1 block font-medium">
          {t('code')}
        </label>
        <input
          id="code"
          ref={field}
          className="input font-mono uppercase"
          value={code}
          maxLength={64}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          onChange={(event) => setCode(event.target.value)}
        />
      </div>
      <button type="submit" className="button button-main" disabled={code.trim() === ''}>
        {t('check')}
      </button>
    </form>
  )
}

function Earlier({ answers }: { readonly answers: readonly Answer[] }) {
  const t = useTranslations('door')
  return (
    <section aria-labelledby="earlier" className="mt-8">
      <h2 id="earlier" className="mb-2 text-title">
        {t('earlier')}
      </h2>
      <ul className="divide-y divide-line">
        {answers.map((answer, index) => (
          <li key={`${answer.code}-${String(answers.length - index)}`} className="flex items-center justify-between gap-4 py-2">
            <span className="truncate font-mono text-small">{answer.code}</span>
            <span className={answer.kind === 'in' ? 'chip chip-good' : 'chip chip-bad'}>
              {answer.kind === 'in' ? t('in') : t('refused')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function BigAnswer({ answer, busy }: { readonly answer: Answer | undefined; readonly busy: boolean }) {
  const t = useTranslations('door')
  const format = useFormat()
  const failureText = useFailureText()
  const box = 'flex min-h-44 flex-col items-center justify-center rounded-lg px-6 py-6 text-center'
  if (busy) return <div className={`${box} border border-line bg-surface text-title text-soft`}>{t('checking')}</div>
  if (!answer) return <div className={`${box} border border-dashed border-line text-soft`}>{t('ready')}</div>
  if (answer.kind === 'in') {
    const { seat, name } = answer.ticket
    return (
      <div className={`${box} bg-accent text-on-accent`}>
        <p className="text-display font-bold">{t('letIn')}</p>
        <p className="mt-1 text-title">{name}</p>
        {seat && <p className="text-lead">{t('seat', { section: seat.section, row: seat.row, number: seat.number })}</p>}
      </div>
    )
  }
  const { error } = answer
  const problem = error instanceof ApiError ? error : null
  const usedAt = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(problem?.problem.detail ?? '')?.[0]
  return (
    <div className={`${box} bg-danger text-surface`}>
      <p className="text-display font-bold">{problem?.code === 'ticket_used' ? t('usedTitle') : t('no')}</p>
      <p className="mt-1 text-title">{usedAt ? t('usedAt', { when: format.momentWithSeconds(usedAt) }) : failureText(error)}</p>
      <p className="mt-1 font-mono text-small break-all">{answer.code}</p>
    </div>
  )
}
