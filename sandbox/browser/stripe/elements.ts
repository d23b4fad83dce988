// `stripe.elements()`: makes elements, keeps one of each kind, and checks them all with `submit()`.
import type {
  Appearance,
  CardKind,
  ElementKind,
  EmptyKind,
  Field,
  PlainKind,
  StripeError,
} from '../protocol.ts'
import { randomName } from '../random.ts'
import { type ElementSettings, makeElement, type StripeElement } from './element.ts'
import { type EmptyElement, makeEmptyElement } from './empty.ts'
import { isBefore } from './train.ts'

export interface ElementsOptions {
  clientSecret?: string
  appearance?: Appearance
  locale?: string
  mode?: string
  amount?: number
  currency?: string
  setupFutureUsage?: string
  [name: string]: unknown
}

export type Elements = ReturnType<typeof makeElements>

const CARDS: CardKind[] = ['payment', 'card', 'cardNumber', 'cardExpiry', 'cardCvc']
const PLAIN: PlainKind[] = ['linkAuthentication', 'address']
const EMPTY: EmptyKind[] = ['expressCheckout', 'paymentRequestButton']
const KINDS: ElementKind[] = [...CARDS, ...PLAIN, ...EMPTY]
const FIELD_OF: Partial<Record<ElementKind, Field>> = {
  cardNumber: 'number',
  cardExpiry: 'expiry',
  cardCvc: 'cvc',
}

function isKind(type: string): type is ElementKind {
  return (KINDS as string[]).includes(type)
}

function isEmpty(kind: ElementKind): kind is EmptyKind {
  return (EMPTY as string[]).includes(kind)
}

type Hash = Record<string, unknown>

function isFramed(element: StripeElement | EmptyElement): element is StripeElement {
  return '_frame' in element
}

/** What the elements beside the card know of the buyer. */
export interface Collected {
  billing: Hash
  shipping: Hash | undefined
}

async function collect(
  link: StripeElement | undefined,
  address: StripeElement | undefined,
): Promise<Collected> {
  const [email, place] = await Promise.all([link?.getValue(), address?.getValue()])
  const billing =
    email?.value['email'] === undefined || email.value['email'] === '' ? {} : { email: email.value['email'] }
  if (place === undefined || place.empty) return { billing, shipping: undefined }
  const pays = address?._options['mode'] === 'billing'
  return pays
    ? { billing: { ...billing, ...place.value }, shipping: undefined }
    : { billing, shipping: place.value }
}

function checkOptions(options: ElementsOptions): void {
  const { mode, clientSecret, amount, currency } = options
  if (options['paymentMethodTypes'] !== undefined && !isBefore('endive'))
    throw new Error(
      'Invalid value for elements(): `paymentMethodTypes` is no longer supported. Use `allowedPaymentMethodTypes`.',
    )
  if (mode === undefined) return
  if (clientSecret !== undefined)
    throw new Error('Invalid value for elements(): you may give `mode` or `clientSecret`, not both.')
  if (!['payment', 'setup', 'subscription'].includes(mode))
    throw new Error(
      `Invalid value for elements(): mode should be one of payment, setup, subscription. You specified: ${mode}.`,
    )
  if (currency === undefined)
    throw new Error('Invalid value for elements(): `currency` is required with `mode`.')
  if (currency !== currency.toLowerCase())
    throw new Error(`Invalid value for elements(): currency should be lowercase. You specified: ${currency}.`)
  if (mode === 'payment' && !(Number.isInteger(amount) && Number(amount) > 0))
    throw new Error('Invalid value for elements(): `amount` must be greater than 0 with `mode: payment`.')
}

/** The wrappers of React name an element by its component. */
function nameOf(type: string | { __elementType?: string }): string {
  return typeof type === 'string' ? type : (type.__elementType ?? '')
}

export function makeElements(base: Omit<ElementSettings, 'group' | 'appearance'>, options: ElementsOptions) {
  checkOptions(options)
  const made = new Map<ElementKind, StripeElement | EmptyElement>()
  const listeners = new Map<string, Set<() => void>>()
  const group = randomName()
  let submitted = false

  const locale = (): string =>
    options.locale === undefined || options.locale === 'auto' ? base.locale : options.locale

  function mounted(kinds: ElementKind[]): StripeElement[] {
    return kinds.flatMap((kind) => {
      const element = made.get(kind)
      return element !== undefined && isFramed(element) && element._frame() !== undefined ? [element] : []
    })
  }

  const chief = (): StripeElement | undefined => mounted(CARDS)[0]

  function elsewhere(): Field[] {
    return [...made].flatMap(([kind, element]) => {
      const field = FIELD_OF[kind]
      const missing =
        field === undefined || field === 'number' || !isFramed(element) || element._frame() === undefined
      return missing ? [] : [field]
    })
  }

  const elements = {
    create(type: string, elementOptions: Record<string, unknown> = {}) {
      if (!isKind(type))
        throw new Error(`This sandbox has no element of type "${type}"; it has ${KINDS.join(', ')}.`)
      if (made.has(type)) throw new Error(`Can only create one Element of type ${type}.`)
      if (isEmpty(type)) {
        const empty = makeEmptyElement(type, { ...elementOptions }, () => made.delete(type))
        made.set(type, empty)
        return empty
      }
      const settings = { ...base, group, locale: locale(), appearance: options.appearance ?? {} }
      const element = makeElement(type, { ...elementOptions }, settings, {
        destroyed: () => made.delete(type),
        elsewhere,
      })
      made.set(type, element)
      element.on('change', () => {
        submitted = false
      })
      return element
    },
    getElement(type: string | { __elementType?: string }) {
      const name = nameOf(type)
      return isKind(name) ? (made.get(name) ?? null) : null
    },
    async update(change: ElementsOptions): Promise<void> {
      checkOptions({ ...options, ...change })
      Object.assign(options, change)
      const framed = [...made.values()].filter(isFramed)
      await Promise.all(framed.map((element) => element._restyle(options.appearance ?? {}, locale())))
      for (const listener of listeners.get('update-end') ?? []) listener()
    },
    on(name: string, listener: () => void) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener))
      return elements
    },
    off(name: string, listener: () => void) {
      listeners.get(name)?.delete(listener)
      return elements
    },
    fetchUpdates: () => Promise.resolve({}),
    async submit(): Promise<{ error?: StripeError; selectedPaymentMethod?: string }> {
      const frame = chief()?._frame()
      if (frame === undefined)
        return {
          error: { type: 'validation_error', code: 'element_not_mounted', message: 'No element is mounted.' },
        }
      const answer = await frame.ask('validate', null)
      const error = 'error' in answer ? answer.error : await elements._checkPlain()
      submitted = error === undefined
      return error === undefined ? { selectedPaymentMethod: 'card' } : { error }
    },
    /** What is wrong in the elements beside the card. */
    async _checkPlain(): Promise<StripeError | undefined> {
      for (const element of mounted(PLAIN)) {
        const answer = await element._frame()?.ask('validate', null)
        if (answer !== undefined && 'error' in answer) return answer.error
      }
      return undefined
    },
    _collected: (): Promise<Collected> =>
      collect(mounted(['linkAuthentication'])[0], mounted(['address'])[0]),
    _options: options,
    _chief: chief,
    _wasSubmitted: () => submitted,
  }
  return elements
}
