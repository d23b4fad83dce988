// `stripe.elements()`: makes elements, keeps one of each kind, and checks them all with `submit()`.
import type { Appearance, ElementKind, Field, StripeError } from '../protocol.ts'
import { randomName } from '../random.ts'
import { type ElementSettings, makeElement, type StripeElement } from './element.ts'

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

const KINDS: ElementKind[] = ['payment', 'card', 'cardNumber', 'cardExpiry', 'cardCvc']
const FIELD_OF: Partial<Record<ElementKind, Field>> = { cardNumber: 'number', cardExpiry: 'expiry', cardCvc: 'cvc' }

function isKind(type: string): type is ElementKind {
  return (KINDS as string[]).includes(type)
}

function checkOptions(options: ElementsOptions): void {
  const { mode, clientSecret, amount, currency } = options
  if (mode === undefined) return
  if (clientSecret !== undefined)
    throw new Error('Invalid value for elements(): you may give `mode` or `clientSecret`, not both.')
  if (!['payment', 'setup', 'subscription'].includes(mode))
    throw new Error(`Invalid value for elements(): mode should be one of payment, setup, subscription. You specified: ${mode}.`)
  if (currency === undefined) throw new Error('Invalid value for elements(): `currency` is required with `mode`.')
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
  const made = new Map<ElementKind, StripeElement>()
  const listeners = new Map<string, Set<() => void>>()
  const group = randomName()
  let submitted = false

  const locale = (): string => (options.locale === undefined || options.locale === 'auto' ? base.locale : options.locale)

  function chief(): StripeElement | undefined {
    return KINDS.map((kind) => made.get(kind)).find((element) => element?._frame() !== undefined)
  }

  function elsewhere(): Field[] {
    return [...made].flatMap(([kind, element]) => {
      const field = FIELD_OF[kind]
      return field === undefined || field === 'number' || element._frame() === undefined ? [] : [field]
    })
  }

  const elements = {
    create(type: string, elementOptions: Record<string, unknown> = {}) {
      if (!isKind(type)) throw new Error(`This sandbox has no element of type "${type}"; it has ${KINDS.join(', ')}.`)
      if (made.has(type)) throw new Error(`Can only create one Element of type ${type}.`)
      const settings = { ...base, group, locale: locale(), appearance: options.appearance ?? {} }
      const element = makeElement(type, { ...elementOptions }, settings, { destroyed: () => made.delete(type), elsewhere })
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
      await Promise.all([...made.values()].map((element) => element._restyle(options.appearance ?? {}, locale())))
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
        return { error: { type: 'validation_error', code: 'element_not_mounted', message: 'No element is mounted.' } }
      const answer = await frame.ask('validate', null)
      submitted = !('error' in answer)
      return 'error' in answer ? { error: answer.error } : { selectedPaymentMethod: 'card' }
    },
    _options: options,
    _chief: chief,
    _wasSubmitted: () => submitted,
  }
  return elements
}
