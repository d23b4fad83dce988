// Small parts that pages are made of: notices, fields, states of loading and failure. No knowledge
// of shows or orders.
import { type ComponentProps, type ReactNode, useEffect, useId, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { ApiError } from '../api/client.ts'
import { useDuration, useFormat } from '../format.ts'

type Tone = 'plain' | 'good' | 'warm' | 'bad'

const noticeClasses: Record<Tone, string> = {
  plain: 'border-line bg-sunken text-ink',
  good: 'border-accent/40 bg-accent-soft text-ink',
  warm: 'border-warm/40 bg-warm-soft text-ink',
  bad: 'border-danger/40 bg-danger-soft text-ink',
}

/** A message in the page. Bad ones are announced at once, others when the reader pauses. */
export function Notice(props: {
  readonly tone?: Tone
  readonly title?: ReactNode
  readonly children?: ReactNode
  readonly quiet?: boolean
}) {
  const tone = props.tone ?? 'plain'
  const role = props.quiet ? undefined : tone === 'bad' ? 'alert' : 'status'
  return (
    <div role={role} className={`rounded-md border px-4 py-3 ${noticeClasses[tone]}`}>
      {props.title !== undefined && <p className="font-semibold">{props.title}</p>}
      {props.children}
    </div>
  )
}

/** What went wrong, in the reader's words where we have them. */
export function useFailureText(): (error: unknown) => string {
  const t = useTranslations('problems')
  const duration = useDuration()
  const format = useFormat()
  return (error) => {
    if (!(error instanceof ApiError)) return t('internal')
    const known = t as unknown as { has(key: string): boolean } & ((
      key: string,
      values?: Record<string, string | number>,
    ) => string)
    if (!known.has(error.code)) return error.problem.title ?? t('internal')
    const seconds = error.problem.retryAfterSeconds ?? 1
    const { price, opensAt, least = 0, most = 0 } = error.problem
    // Whole minutes, rounded up: nobody counts 893 seconds.
    return known(error.code, {
      seconds,
      wait: duration(seconds < 120 ? seconds : Math.ceil(seconds / 60) * 60),
      total: price ? format.money(price.total) : '',
      opens: opensAt === undefined ? 'no' : 'yes',
      least,
      most,
    })
  }
}

export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const t = useTranslations('common')
  const text = useFailureText()
  return (
    <Notice tone="bad" title={t('failed')}>
      <p>{text(error)}</p>
      {retry && (
        <button type="button" className="button mt-3" onClick={retry}>
          {t('tryAgain')}
        </button>
      )}
    </Notice>
  )
}

export function Field(props: {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly className?: string
  readonly input: Omit<ComponentProps<'input'>, 'id' | 'className'>
}) {
  const id = useId()
  const described = [props.hint && `${id}-hint`, props.error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={props.className}>
      <label htmlFor={id} className="mb-1 block font-medium">
        {props.label}
      </label>
      <input
        id={id}
        className="input"
        {...(props.input.type === undefined || props.input.type === 'email' ? { dir: 'auto' } : {})}
        aria-invalid={props.error ? true : undefined}
        aria-describedby={described || undefined}
        {...props.input}
      />
      {props.hint && (
        <p id={`${id}-hint`} className="mt-1 text-small text-soft">
          {props.hint}
        </p>
      )}
      {props.error && (
        <p id={`${id}-error`} className="mt-1 text-small font-medium text-danger">
          {props.error}
        </p>
      )}
    </div>
  )
}

/** The page's one h1 and its title in the browser. */
export function PageTitle({
  children,
  title,
  className,
}: {
  readonly children: ReactNode
  readonly title: string
  readonly className?: string
}) {
  useTitle(title)
  return (
    <h1 dir="auto" className={className ?? 'text-heading'}>
      {children}
    </h1>
  )
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Holdfast`
  }, [title])
}

/** Grey lines of the size of what will come, so that nothing jumps. */
export function Skeleton({ className }: { readonly className: string }) {
  return <div className={`skeleton ${className}`} aria-hidden="true" />
}

export function Loading({ children }: { readonly children: ReactNode }) {
  const t = useTranslations('common')
  return (
    <div aria-busy="true">
      <p role="status" className="sr-only">
        {t('loading')}
      </p>
      {children}
    </div>
  )
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="rounded-lg border border-dashed border-line px-6 py-14 text-center">
      <p className="text-title font-semibold">{title}</p>
      {children && <div className="mx-auto mt-2 max-w-md text-soft">{children}</div>}
    </div>
  )
}

/**
 * A question before something that cannot be undone. The browser's own dialog traps focus and
 * closes on Escape.
 */
export function Confirm(props: {
  readonly open: boolean
  readonly title: string
  readonly children: ReactNode
  readonly confirmLabel: string
  /** What can be undone is no danger. */
  readonly tone?: 'danger' | 'main'
  readonly busy?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}) {
  const t = useTranslations('common')
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (props.open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [props.open])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={props.onClose}
      className="m-auto w-[min(30rem,calc(100vw-2rem))] rounded-lg border border-line bg-surface p-6 text-ink shadow-(--shadow)"
    >
      <h2 id={id} className="text-title">
        {props.title}
      </h2>
      <div className="mt-2 text-soft">{props.children}</div>
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        <button type="button" className="button" onClick={props.onClose}>
          {t('back')}
        </button>
        <button
          type="button"
          className={props.tone === 'main' ? 'button button-main' : 'button button-danger'}
          disabled={props.busy}
          onClick={props.onConfirm}
        >
          {props.confirmLabel}
        </button>
      </div>
    </dialog>
  )
}
