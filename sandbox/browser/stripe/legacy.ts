// Calls of older releases of Stripe.js. Since their removal they throw, as the real one does.
// docs.stripe.com/changelog: clover/2025-09-30/remove-redirect-to-checkout,
// dahlia/2026-03-25/remove-legacy-stripejs-methods.
import { isBefore, type Train } from './train.ts'

type Params = Record<string, unknown>
type Outcome = Record<string, unknown>

export interface LegacyDeps {
  origin: string
  confirmCard(clientSecret: string, data?: Params, how?: { handleActions?: boolean }): Promise<Outcome>
  problem(message: string): Outcome
}

function until<A extends unknown[], R>(
  train: Train,
  name: string,
  call: (...args: A) => R,
): (...args: A) => R {
  return (...args) => {
    if (!isBefore(train))
      throw new Error(`stripe.${name}() is no longer supported in this version of Stripe.js.`)
    return call(...args)
  }
}

/** `(secret, element, data)` or `(secret, data)`, as one was free to write. */
function cardData(element: unknown, data: unknown): Params {
  const isElement = typeof element === 'object' && element !== null && '_frame' in element
  const { payment_method_data: given, ...rest } = ((isElement ? data : element) ?? {}) as Params
  if (!isElement) return given === undefined ? rest : { ...rest, payment_method_data: given }
  const billing = (given as Params | undefined)?.['billing_details']
  return {
    ...rest,
    payment_method: { card: element, ...(billing === undefined ? {} : { billing_details: billing }) },
  }
}

export function makeLegacy({ origin, confirmCard, problem }: LegacyDeps) {
  const handle = (secret: string, element?: unknown, data?: unknown) =>
    confirmCard(secret, cardData(element, data))
  const confirm = (secret: string, element?: unknown, data?: unknown) =>
    confirmCard(secret, cardData(element, data), { handleActions: false })
  const source = () => Promise.resolve(problem('The sandbox has no Sources. Use createPaymentMethod.'))
  return {
    handleCardPayment: until('dahlia', 'handleCardPayment', handle),
    handleCardSetup: until('dahlia', 'handleCardSetup', handle),
    confirmPaymentIntent: until('dahlia', 'confirmPaymentIntent', confirm),
    confirmSetupIntent: until('dahlia', 'confirmSetupIntent', confirm),
    createSource: until('dahlia', 'createSource', source),
    retrieveSource: until('dahlia', 'retrieveSource', source),
    redirectToCheckout: until(
      'clover',
      'redirectToCheckout',
      ({ sessionId }: { sessionId?: string } = {}) => {
        if (sessionId === undefined)
          return Promise.resolve(
            problem('redirectToCheckout needs the `sessionId` of a Checkout Session that a server has made.'),
          )
        location.assign(`${origin}/_sandbox/checkout/${encodeURIComponent(sessionId)}`)
        return new Promise<Outcome>(() => undefined)
      },
    ),
    /** No test machine has a wallet: the page hides its button. */
    paymentRequest: (options: Params) => ({
      canMakePayment: () => Promise.resolve(null),
      isShowing: () => false,
      on: () => undefined,
      off: () => undefined,
      show: () => undefined,
      abort: () => undefined,
      update: (change: Params) => void Object.assign(options, change),
    }),
  }
}
