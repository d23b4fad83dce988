// The card form of the processor inside our page, and the button that pays. What the card says is
// told in words that help.
import type { OrderView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { ApiError } from '../api/client.ts'
import { shopConfigQuery } from '../api/queries.ts'
import { useFormat } from '../format.ts'
import { useLanguage } from '../i18n.tsx'
import { ConfirmAddress } from '../parts/ask-link.tsx'
import { Failure, Notice, Skeleton, useFailureText } from '../parts/basics.tsx'
import type { Attempt, LoadedForm, Stage } from './attempt.ts'
import { appearance, forgetScript, loadStripe } from './stripe.ts'

export interface CardFormProps {
  readonly order: OrderView
  /** False when the time is over: what is under way goes on, nothing new begins. */
  readonly mayPay: boolean
  readonly attempt: Attempt
}

export function CardForm({ order, mayPay, attempt }: CardFormProps) {
  const t = useTranslations('pay')
  const format = useFormat()
  const { stage, formLoaded } = attempt
  const { target, form, ready, failure, configFailure, retry, sandbox } = useCardElements(order)
  const late = useLate(ready)
  const busy = stage.kind === 'paying' || stage.kind === 'challenge'
  useEffect(() => {
    if (form) formLoaded(form)
  }, [form, formLoaded])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (form && !busy) attempt.pay(form)
  }

  if (configFailure) return <Failure error={configFailure} retry={retry} />
  if (failure) return <FormFailure retry={retry} />
  return (
    <form onSubmit={submit} aria-busy={busy}>
      {sandbox && <p className="chip chip-warm mb-4 max-w-full whitespace-normal">{t('testMode')}</p>}
      {late && <FormFailure retry={retry} />}
      <div className="relative min-h-56">
        {!ready && <Skeleton className="absolute inset-0" />}
        <div ref={target} />
      </div>
      <div aria-live="polite" className="mt-4 grid gap-4 empty:mt-0">
        {stage.kind === 'challenge' && <Notice title={t('challenge')} quiet />}
        <StageMessage stage={stage} mayPay={mayPay} />
      </div>
      <button
        type="submit"
        className="button button-main button-large mt-4 w-full"
        disabled={!ready || busy || !mayPay}
      >
        {stage.kind === 'paying'
          ? t('paying')
          : stage.kind === 'challenge'
            ? t('waitingForBank')
            : t('pay', { amount: format.money(order.total) })}
      </button>
      <p className="mt-3 text-small text-soft">{t('safety')}</p>
    </form>
  )
}

/** A frame that something keeps out of the page says nothing; then the form is late for ever. */
const lateAfterMs = 10_000

function useLate(ready: boolean): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    setLate(false)
    if (ready) return
    const timer = setTimeout(() => setLate(true), lateAfterMs)
    return () => clearTimeout(timer)
  }, [ready])
  return late && !ready
}

/**
 * Most often something in the browser keeps the processor's script or frame away; only its owner
 * can let it in.
 */
function FormFailure({ retry }: { readonly retry: () => void }) {
  const t = useTranslations('pay')
  const common = useTranslations('common')
  return (
    <div className="mb-4">
      <Notice tone="bad">
        <p>{t('formFailed')}</p>
        <button type="button" className="button mt-3" onClick={retry}>
          {common('tryAgain')}
        </button>
      </Notice>
    </div>
  )
}

/** The processor's word for a challenge that was not passed. */
const challengeFailed = 'payment_intent_authentication_failure'
const knownDeclines = [
  'insufficient_funds',
  'expired_card',
  'incorrect_cvc',
  'processing_error',
  'card_velocity_exceeded',
  'authentication_failed',
  'not_taken',
] as const

/** Another try ends like this one. */
const finalCodes = new Set<string>(['order_not_payable', 'order_unknown', 'unauthenticated'])
const mayTryAgain = (error: unknown) => !(error instanceof ApiError && finalCodes.has(error.code))

function StageMessage({ stage, mayPay }: { readonly stage: Stage; readonly mayPay: boolean }) {
  const t = useTranslations('pay')
  const failureText = useFailureText()
  if (stage.kind === 'declined') {
    // Lost, stolen and suspected cards are told like any other: the person at the screen may not be
    // the card's owner.
    const told = stage.declineCode === challengeFailed ? 'authentication_failed' : stage.declineCode
    const known = knownDeclines.find((code) => code === told) ?? 'other'
    return (
      <Notice tone="bad" title={t(`declined.${known}.title`)}>
        <p>{t(`declined.${known}.text`)}</p>
        {mayPay && <p className="mt-1">{t('stillHeld')}</p>}
      </Notice>
    )
  }
  if (stage.kind === 'incomplete' && stage.message !== undefined)
    return <Notice tone="bad" title={stage.message} />
  if (stage.kind === 'failed') {
    if (stage.error instanceof ApiError && stage.error.code === 'email_unverified')
      return <ConfirmAddress why="paying" />
    return (
      <Notice tone="bad" title={failureText(stage.error)}>
        {mayTryAgain(stage.error) && <p>{t('nothingTaken')}</p>}
      </Notice>
    )
  }
  return null
}

/** Mounts the processor's form once per order and language. */
function useCardElements(order: OrderView) {
  const { language } = useLanguage()
  const config = useQuery(shopConfigQuery)
  const target = useRef<HTMLDivElement>(null)
  const [form, setForm] = useState<LoadedForm | null>(null)
  const [ready, setReady] = useState(false)
  const [loadFailure, setLoadFailure] = useState<unknown>(null)
  const [attempt, setAttempt] = useState(0)
  const processor = config.data?.processor
  const { amountMinor, currency } = order.total
  useEffect(() => {
    const place = target.current
    if (!processor || !place) return
    let unmount = () => undefined as void
    let stopped = false
    setReady(false)
    loadStripe(processor, language)
      .then((stripe) => {
        if (stopped) return
        const elements = stripe.elements({
          mode: 'payment',
          amount: amountMinor,
          currency: currency.toLowerCase(),
          captureMethod: 'manual',
          appearance: appearance(),
          locale: language,
        })
        const element = elements.create('payment', {
          layout: 'tabs',
          wallets: { applePay: 'never', googlePay: 'never' },
        })
        element.on('ready', () => setReady(true))
        element.on('loaderror', ({ error }) =>
          setLoadFailure(error ?? new Error('the card form did not load')),
        )
        element.mount(place)
        unmount = () => element.destroy()
        setForm({ stripe, elements })
      })
      .catch((error: unknown) => {
        if (!stopped) setLoadFailure(error)
      })
    return () => {
      stopped = true
      unmount()
    }
  }, [processor, amountMinor, currency, language, attempt])
  return {
    target,
    form,
    ready,
    failure: loadFailure,
    configFailure: config.isLoadingError ? config.error : null,
    sandbox: processor?.sandbox ?? false,
    retry() {
      forgetScript()
      setLoadFailure(null)
      setAttempt((count) => count + 1)
      if (config.isError) void config.refetch()
    },
  }
}
