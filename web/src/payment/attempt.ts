// How paying an order stands on this page, from the form to a certain end. What is uncertain is asked for again until it is not.
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
  pay(form: LoadedForm): void
}

const lookAgainMs = 4_000

export function useAttempt(order: OrderView): Attempt {
  const [stage, setStage] = useState<Stage>({ kind: 'ready' })
  const form = useRef<LoadedForm | null>(null)
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
  useLooking(paymentToLookAt(stage, order), take)
  useReopening(order, setStage)
  return {
    stage,
    pay(loaded) {
      form.current = loaded
      void follow((onChallenge) => pay({ ...loaded, order, onChallenge }))
    },
  }
}

/** Also a payment of another tab, or from before this page was loaded. */
function paymentToLookAt(stage: Stage, order: OrderView): string | null {
  if ('paymentId' in stage) return stage.paymentId
  return order.status === 'claimed' ? (order.payment?.id ?? null) : null
}

function useLooking(paymentId: string | null, take: (payment: PaymentView) => void): void {
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
    timer = setTimeout(() => void look(), lookAgainMs)
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [paymentId, take])
}

/** The bank took its word back when the money was to be taken: the order waits for another payment. */
function useReopening({ status }: OrderView, setStage: (change: (now: Stage) => Stage) => void): void {
  const before = useRef(status)
  useEffect(() => {
    const reopened = before.current === 'claimed' && status === 'created'
    before.current = status
    if (!reopened) return
    // What is under way tells its own end.
    setStage((now) => (now.kind === 'paying' || now.kind === 'challenge' ? now : { kind: 'declined', declineCode: notTaken }))
  }, [status, setStage])
}
