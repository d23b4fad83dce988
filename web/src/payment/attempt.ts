// How paying an order stands on this page, from the form to a certain end. What is uncertain is
// asked for again until it is not.
import type { OrderView, PaymentView } from '@holdfast/contract'
import { useCallback, useEffect, useRef, useState } from 'react'
import { hasChallenge, lookAgain, notTaken, outcomeOf, type PayOutcome, pay, settle } from './pay.ts'
import type { StripeElements, StripeJs } from './stripe.ts'

export type Stage =
  | PayOutcome
  | { readonly kind: 'ready' }
  | { readonly kind: 'paying' }
  | { readonly kind: 'challenge' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** The processor's form, mounted in the page. */
export interface LoadedForm {
  readonly stripe: StripeJs
  readonly elements: StripeElements
}

export interface Attempt {
  readonly stage: Stage
  /**
   * Told of the form as soon as it is there: a payment from before may have a question of the bank
   * to ask.
   */
  formLoaded(form: LoadedForm): void
  pay(form: LoadedForm): void
}

const lookAgainMs = 4_000
/** By then the form of a page that was just loaded is there, to ask the bank's question with. */
const firstLookMs = 1_000

export function useAttempt(order: OrderView): Attempt {
  const [stage, setStage] = useState<Stage>(() => stageAtFirst(order))
  const form = useRef<LoadedForm | null>(null)
  const paidHere = useRef(false)
  const follow = useCallback(async (ask: (onChallenge: (open: boolean) => void) => Promise<PayOutcome>) => {
    setStage({ kind: 'paying' })
    try {
      setStage(await ask((open) => setStage({ kind: open ? 'challenge' : 'paying' })))
    } catch (error) {
      setStage({ kind: 'failed', error })
    }
  }, [])
  const take = useCallback(
    (payment: PaymentView) => {
      const stripe = form.current?.stripe
      if (!stripe || !hasChallenge(payment)) return setStage(outcomeOf(payment))
      void follow((onChallenge) => settle(payment, { stripe, onChallenge }))
    },
    [follow],
  )
  useLooking(paymentToLookAt(stage, order), take, paidHere)
  useReopening(order, setStage)
  const formLoaded = useCallback((loaded: LoadedForm) => {
    form.current = loaded
  }, [])
  return {
    stage,
    formLoaded,
    pay(loaded) {
      form.current = loaded
      paidHere.current = true
      void follow((onChallenge) => pay({ ...loaded, order, onChallenge }))
    },
  }
}

/**
 * A payment from before this page was loaded: nobody should pay again before it is known what
 * became of it.
 */
function stageAtFirst({ status, payment }: OrderView): Stage {
  return status === 'created' && payment ? { kind: 'unsure', paymentId: payment.id } : { kind: 'ready' }
}

/** Also a payment of another tab, or from before this page was loaded. */
function paymentToLookAt(stage: Stage, order: OrderView): string | null {
  if ('paymentId' in stage) return stage.paymentId
  return order.status === 'claimed' ? (order.payment?.id ?? null) : null
}

/** What was paid here was just answered; what was not is looked at soon. */
function useLooking(
  paymentId: string | null,
  take: (payment: PaymentView) => void,
  paidHere: { readonly current: boolean },
): void {
  useEffect(() => {
    if (paymentId === null) return
    let stopped = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async () => {
      // A look that fails is followed by the next one.
      const payment = await lookAgain(paymentId).catch(() => null)
      if (stopped) return
      timer = setTimeout(() => void look(), lookAgainMs)
      if (payment) take(payment)
    }
    timer = setTimeout(() => void look(), paidHere.current ? lookAgainMs : firstLookMs)
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [paymentId, take, paidHere])
}

/**
 * The bank took its word back when the money was to be taken: the order waits for another payment.
 */
function useReopening({ status }: OrderView, setStage: (change: (now: Stage) => Stage) => void): void {
  const before = useRef(status)
  useEffect(() => {
    const reopened = before.current === 'claimed' && status === 'created'
    before.current = status
    if (!reopened) return
    // What is under way tells its own end.
    setStage((now) =>
      now.kind === 'paying' || now.kind === 'challenge' ? now : { kind: 'declined', declineCode: notTaken },
    )
  }, [status, setStage])
}
