// The door: scan or type a code, see at once whether to let somebody in. Large answers, readable at arm's length.
import type { CheckInView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { ApiError, call, mayPass } from '../api/client.ts'
import { useFormat } from '../format.ts'
import { RequireUser } from '../organiser/require-user.tsx'
import { PageTitle, useFailureText } from '../parts/basics.tsx'

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

function Door() {
  const t = useTranslations('door')
  const [answers, setAnswers] = useState<readonly Answer[]>([])
  const [code, setCode] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const remember = (answer: Answer) => setAnswers((before) => [answer, ...before].slice(0, historyMax))
  const checking = useMutation({
    mutationFn: (scanned: string) => call<CheckInView>('/api/tickets/check-in', { method: 'POST', body: { code: scanned } }),
    retry: (failures, error) => mayPass(error) && failures < 2,
    onSuccess: (ticket, scanned) => remember({ kind: 'in', code: scanned, ticket }),
    onError: (error, scanned) => remember({ kind: 'refused', code: scanned, error }),
  })
  const { mutate } = checking
  const onScan = useCallback((scanned: string) => mutate(scanned), [mutate])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const typed = code.trim()
    if (typed === '') return
    mutate(typed)
    setCode('')
    field.current?.focus()
  }
  const [latest, ...earlier] = answers
  return (
    <div className="mx-auto max-w-narrow pt-4">
      <PageTitle title={t('title')}>{t('title')}</PageTitle>
      <div aria-live="assertive" className="mt-4">
        <BigAnswer answer={latest} busy={checking.isPending} />
      </div>
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
      <Camera onScan={onScan} />
      {earlier.length > 0 && (
        <section aria-labelledby="earlier" className="mt-8">
          <h2 id="earlier" className="mb-2 text-title">
            {t('earlier')}
          </h2>
          <ul className="divide-y divide-line">
            {earlier.map((answer, index) => (
              <li
                key={`${answer.code}-${String(earlier.length - index)}`}
                className="flex items-center justify-between gap-4 py-2"
              >
                <span className="truncate font-mono text-small">{answer.code}</span>
                <span className={answer.kind === 'in' ? 'chip chip-good' : 'chip chip-bad'}>
                  {answer.kind === 'in' ? t('in') : t('refused')}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
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

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>
}
type DetectorConstructor = new (options: { readonly formats: readonly string[] }) => Detector

const detectorOf = (): DetectorConstructor | undefined =>
  (globalThis as { BarcodeDetector?: DetectorConstructor }).BarcodeDetector
/** The same picture is seen many times a second: one code counts again only after this. */
const repeatMs = 4_000
const lookMs = 200

function Camera({ onScan }: { readonly onScan: (code: string) => void }) {
  const t = useTranslations('door')
  const video = useRef<HTMLVideoElement>(null)
  const [on, setOn] = useState(false)
  const [failed, setFailed] = useState(false)
  const Detector = detectorOf()
  useEffect(() => {
    const picture = video.current
    if (!on || !picture || !Detector) return
    let stream: MediaStream | null = null
    let stopped = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = { code: '', atMs: 0 }
    const detector = new Detector({ formats: ['qr_code'] })
    const look = async () => {
      const [found] = picture.readyState >= 2 ? await detector.detect(picture) : []
      if (stopped) return
      if (found && (found.rawValue !== last.code || Date.now() - last.atMs > repeatMs)) onScan(found.rawValue)
      if (found) last = { code: found.rawValue, atMs: Date.now() }
      timer = setTimeout(() => void look(), lookMs)
    }
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: 'environment' } })
      .then(async (opened) => {
        stream = opened
        if (stopped) return opened.getTracks().forEach((track) => track.stop())
        picture.srcObject = opened
        await picture.play()
        await look()
      })
      .catch(() => {
        setFailed(true)
        setOn(false)
      })
    return () => {
      stopped = true
      clearTimeout(timer)
      stream?.getTracks().forEach((track) => track.stop())
    }
  }, [on, Detector, onScan])
  if (!Detector || !('mediaDevices' in navigator)) return <p className="mt-4 text-small text-soft">{t('noCamera')}</p>
  return (
    <div className="mt-5">
      <button type="button" className="button" onClick={() => setOn(!on)}>
        {on ? t('cameraOff') : t('cameraOn')}
      </button>
      {failed && <p className="mt-2 text-small font-medium text-warm">{t('cameraFailed')}</p>}
      {/* The picture is only for aiming; what it finds is told in the answer above. */}
      <video
        ref={video}
        muted
        playsInline
        aria-hidden="true"
        className={`mt-3 aspect-square w-full max-w-sm rounded-lg bg-sunken object-cover ${on ? '' : 'hidden'}`}
      />
    </div>
  )
}
