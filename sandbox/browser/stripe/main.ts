// The global `Stripe` of this sandbox: the part of Stripe.js that takes card payments, with the
// same names and answers. The page never sees a card: typing, checking and sending happen in frames
// of the sandbox's origin.
import type { Answer, ApiRequest, CreateRequest } from '../protocol.ts'
import { type Failure, type Intent, idOf, isFailure, type Outcome, type Params, problem } from './answers.ts'
import { isElement, makeCardCalls, named } from './card-calls.ts'
import { showChallenge } from './challenge.ts'
import type { StripeElement } from './element.ts'
import { type Elements, type ElementsOptions, makeElements } from './elements.ts'
import { brokenPromise } from './fields.ts'
import { type Frame, makeFrame } from './frame.ts'
import { makeLegacy } from './legacy.ts'
import { script, TRAIN } from './train.ts'

/** Set by the sandbox when it serves this file: where it can be reached. */
const HOME = '__SANDBOX_ORIGIN__'

/**
 * A test may answer requests for the vendor's address with this file; the frames still belong to
 * the sandbox.
 */
function findOrigin(): string {
  const from =
    script instanceof HTMLScriptElement && script.src !== '' ? new URL(script.src).origin : location.origin
  return from === 'https://js.stripe.com' && HOME.startsWith('http') ? HOME : from
}
const origin = findOrigin()

function makeStripe(key: string, options: { locale?: string; stripeAccount?: string } = {}) {
  if (!key.startsWith('pk_'))
    throw new Error('Please call Stripe() with your publishable key. You used a secret key or none.')
  const locale =
    options.locale === undefined || options.locale === 'auto' ? navigator.language : options.locale
  const account = options.stripeAccount ?? ''
  let controller: Frame | undefined

  /**
   * Calls the API from a hidden frame, so that the host page needs no right to connect anywhere.
   */
  function api(request: ApiRequest): Promise<Answer> {
    if (controller === undefined) {
      controller = makeFrame(
        origin,
        () => ({
          kind: 'controller',
          key,
          account,
          group: '',
          locale,
          appearance: {},
          style: {},
          layout: { type: 'auto', defaultCollapsed: false, radios: false },
          placeholder: undefined,
          postalCode: '',
          hidePostalCode: true,
          showIcon: false,
          disabled: false,
          testCards: false,
        }),
        'Payment service',
      )
      const { iframe } = controller
      Object.assign(iframe.style, {
        position: 'absolute',
        width: '1px',
        height: '1px',
        left: '-9999px',
        visibility: 'hidden',
      })
      iframe.setAttribute('aria-hidden', 'true')
      iframe.tabIndex = -1
      document.body.append(iframe)
    }
    return controller.ask('api', request)
  }

  async function retrieve(clientSecret: string): Promise<Intent | Failure> {
    const answer = await api({
      method: 'GET',
      path: idOf(clientSecret).path,
      params: { client_secret: clientSecret },
    })
    return 'error' in answer ? answer : (answer.value as Intent)
  }

  function outcome(intent: Intent): Outcome {
    const name = intent.object === 'setup_intent' ? 'setupIntent' : 'paymentIntent'
    const last = intent.last_payment_error ?? intent.last_setup_error
    if (intent.status === 'requires_payment_method' && last != null)
      return { error: { ...last, [intent.object]: intent } }
    return { [name]: intent }
  }

  async function followUp(clientSecret: string, intent: Intent): Promise<Outcome> {
    if (intent.status !== 'requires_action' || intent.next_action === null) return outcome(intent)
    const redirect = intent.next_action.redirect_to_url?.url
    if (redirect != null) {
      location.assign(redirect)
      return new Promise<Outcome>(() => undefined)
    }
    const page = intent.next_action.use_stripe_sdk?.stripe_js ?? `${origin}/_sandbox/3ds/${intent.id}`
    const isOver = async (): Promise<boolean | undefined> => {
      const now = await retrieve(clientSecret)
      return isFailure(now) ? undefined : now.status !== 'requires_action'
    }
    const ended = await showChallenge(page, isOver, locale)
    if (ended === 'closed')
      await api({ method: 'POST', path: `/_sandbox/3ds/${intent.id}`, params: { outcome: 'fail' } })
    const after = await retrieve(clientSecret)
    return isFailure(after) ? after : outcome(after)
  }

  async function handleNextAction({ clientSecret }: { clientSecret: string }): Promise<Outcome> {
    const intent = await retrieve(clientSecret)
    return isFailure(intent) ? intent : followUp(clientSecret, intent)
  }

  /** Sends the typed card from its own frame. */
  async function create(element: StripeElement | undefined, request: CreateRequest): Promise<Answer> {
    const frame = element?._frame()
    if (element === undefined || frame === undefined)
      return problem(
        'The element is not mounted. Mount it and wait for `ready` before you use it.',
        'element_not_mounted',
      )
    const elsewhere = element._elementType === 'cardNumber' ? element._elsewhere() : []
    return frame.ask('create', { ...request, elsewhere })
  }

  /**
   * What Stripe.js demands of a page before it uses `elements`; breaking it is a fault of the page,
   * so it is thrown.
   */
  function checkElements(elements: Elements, name: string, billing: unknown, path: string): void {
    if (
      elements._options.clientSecret === undefined &&
      elements._options.mode !== undefined &&
      !elements._wasSubmitted()
    )
      throw new Error(`elements.submit() must be called before ${name}.`)
    const broken = brokenPromise(elements._chief()?._options['fields'], billing, { name, path })
    if (broken !== undefined) throw new Error(broken)
  }

  /** The page's own values go over what its elements have collected. */
  async function withCollected(elements: Elements, params: Params, ships: boolean): Promise<Params> {
    const { billing, shipping } = await elements._collected()
    const data = (params['payment_method_data'] ?? {}) as Params
    const details = { ...billing, ...((data['billing_details'] ?? {}) as Params) }
    return {
      ...(ships && shipping !== undefined ? { shipping } : {}),
      ...params,
      ...(Object.keys(details).length === 0
        ? {}
        : { payment_method_data: { ...data, billing_details: details } }),
    }
  }

  async function confirmWith(
    clientSecret: string,
    element: StripeElement | undefined,
    params: Params,
    handleActions = true,
  ): Promise<Outcome> {
    const { path } = idOf(clientSecret)
    const full = { ...params, client_secret: clientSecret, use_stripe_sdk: true }
    const answer =
      element === undefined
        ? await api({ method: 'POST', path: `${path}/confirm`, params: full })
        : await create(element, { target: 'confirm', path: `${path}/confirm`, params: full })
    if ('error' in answer) return answer
    const intent = answer.value as Intent
    return handleActions ? followUp(clientSecret, intent) : outcome(intent)
  }

  interface ConfirmOptions {
    elements?: Elements
    clientSecret?: string
    confirmParams?: Params & { return_url?: string; confirmation_token?: string }
    redirect?: 'always' | 'if_required'
  }

  async function confirmElements(
    call: string,
    { elements, clientSecret, confirmParams = {}, redirect = 'always' }: ConfirmOptions,
  ): Promise<Outcome> {
    const secret = clientSecret ?? elements?._options.clientSecret
    if (secret === undefined)
      return problem('A client secret is needed: pass `clientSecret`, or create elements with one.')
    if (confirmParams.return_url === undefined && redirect !== 'if_required')
      return problem("You must provide `confirmParams.return_url`, or `redirect: 'if_required'`.")
    const usesElements =
      elements !== undefined &&
      confirmParams['payment_method'] === undefined &&
      confirmParams.confirmation_token === undefined
    if (usesElements) {
      const billing = (confirmParams['payment_method_data'] as Params | undefined)?.['billing_details']
      checkElements(elements, call, billing, 'confirmParams.payment_method_data.billing_details')
      const wrong = await elements._checkPlain()
      if (wrong !== undefined) return { error: wrong }
    }
    const setup = idOf(secret).name === 'setupIntent'
    const full = usesElements ? await withCollected(elements, confirmParams, !setup) : confirmParams
    const done = await confirmWith(secret, usesElements ? elements._chief() : undefined, full)
    if (isFailure(done) || redirect === 'if_required' || confirmParams.return_url === undefined) return done
    const { name, id } = idOf(secret)
    const url = new URL(confirmParams.return_url, location.href)
    const snake = name === 'paymentIntent' ? 'payment_intent' : 'setup_intent'
    url.searchParams.set(snake, id)
    url.searchParams.set(`${snake}_client_secret`, secret)
    const { status } = done[name] as Intent
    url.searchParams.set('redirect_status', status === 'processing' ? 'pending' : 'succeeded')
    location.assign(url.href)
    return new Promise<Outcome>(() => undefined)
  }

  interface CardData {
    payment_method?: string | { card?: unknown; billing_details?: Params }
    return_url?: string
    setup_future_usage?: string
  }

  async function confirmCard(
    clientSecret: string,
    data: CardData = {},
    how: { handleActions?: boolean } = {},
  ): Promise<Outcome> {
    const { payment_method: method, ...rest } = data
    if (typeof method !== 'object')
      return confirmWith(
        clientSecret,
        undefined,
        method === undefined ? rest : { ...rest, payment_method: method },
        how.handleActions !== false,
      )
    const { card, billing_details: billing } = method
    if (!isElement(card)) return problem('payment_method.card must be a Card Element.')
    return confirmWith(
      clientSecret,
      card,
      { ...rest, ...(billing === undefined ? {} : { payment_method_data: { billing_details: billing } }) },
      how.handleActions !== false,
    )
  }

  const stripe = {
    ...makeLegacy({ origin, confirmCard, problem }),
    ...makeCardCalls({ create, problem }),
    elements: (elementsOptions: ElementsOptions = {}) =>
      makeElements({ origin, key, account, locale }, { ...elementsOptions }),
    async createConfirmationToken({
      elements,
      params = {},
    }: {
      elements: Elements
      params?: Params
    }): Promise<Outcome> {
      const billing = (params['payment_method_data'] as Params | undefined)?.['billing_details']
      checkElements(
        elements,
        'stripe.createConfirmationToken()',
        billing,
        'params.payment_method_data.billing_details',
      )
      const full = await withCollected(elements, params, true)
      return named(
        await create(elements._chief(), { target: 'confirmation_tokens', params: full }),
        'confirmationToken',
      )
    },
    confirmPayment: (how: ConfirmOptions) => confirmElements('stripe.confirmPayment()', how),
    confirmSetup: (how: ConfirmOptions) => confirmElements('stripe.confirmSetup()', how),
    confirmCardPayment: confirmCard,
    confirmCardSetup: confirmCard,
    handleNextAction,
    handleCardAction: (clientSecret: string) => handleNextAction({ clientSecret }),
    async retrievePaymentIntent(clientSecret: string): Promise<Outcome> {
      const intent = await retrieve(clientSecret)
      return isFailure(intent) ? intent : { paymentIntent: intent }
    },
    async retrieveSetupIntent(clientSecret: string): Promise<Outcome> {
      const intent = await retrieve(clientSecret)
      return isFailure(intent) ? intent : { setupIntent: intent }
    },
    registerAppInfo: () => undefined,
    _registerWrapper: () => undefined,
  }
  return stripe
}

function Stripe(
  key: string,
  options?: { locale?: string; stripeAccount?: string },
): ReturnType<typeof makeStripe> {
  return makeStripe(key, options)
}
Stripe.version = TRAIN === 'v3' ? 3 : TRAIN

Object.assign(window, { Stripe })
