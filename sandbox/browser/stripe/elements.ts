// `stripe.elements()`: makes elements, keeps one of each kind, and checks them all with `submit()`.
import type { Appearance, StripeError } from '../protocol.ts'
import { type ElementKind, makeElement, type StripeElement } from './element.ts'

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

function isKind(type: string): type is ElementKind {
  return type === 'payment' || type === 'card'
}

export function makeElements(origin: string, key: string, options: ElementsOptions, defaultLocale: string) {
  const made = new Map<ElementKind, StripeElement>()
  let submitted = false

  function mounted(): StripeElement | undefined {
    return [...made.values()].find((element) => element._frame() !== undefined)
  }

  const elements = {
    create(type: string, elementOptions: Record<string, unknown> = {}) {
      if (!isKind(type)) throw new Error(`This sandbox has no element of type "${type}"; it has "payment" and "card".`)
      if (made.has(type)) throw new Error(`Can only create one Element of type ${type}.`)
      const settings = { origin, key, locale: options.locale ?? defaultLocale, appearance: options.appearance ?? {} }
      const element = makeElement(type, { ...elementOptions }, settings, () => made.delete(type))
      made.set(type, element)
      element.on('change', () => {
        submitted = false
      })
      return element
    },
    getElement(type: string | { name?: string; __elementType?: string }) {
      const name = typeof type === 'string' ? type : (type.__elementType ?? '')
      return isKind(name) ? (made.get(name) ?? null) : null
    },
    update(change: ElementsOptions) {
      Object.assign(options, change)
      for (const element of made.values()) element.restyle(options.appearance ?? {}, options.locale ?? defaultLocale)
    },
    fetchUpdates: () => Promise.resolve({}),
    async submit(): Promise<{ error?: StripeError; selectedPaymentMethod?: string }> {
      const frame = mounted()?._frame()
      if (frame === undefined)
        return { error: { type: 'validation_error', code: 'element_not_mounted', message: 'No element is mounted.' } }
      const answer = await frame.ask('validate', null)
      submitted = !('error' in answer)
      return 'error' in answer ? { error: answer.error } : { selectedPaymentMethod: 'card' }
    },
    _options: options,
    _frame: () => mounted()?._frame(),
    _wasSubmitted: () => submitted,
  }
  return elements
}
