// One mounted element (Payment Element, Card Element, or one field of a card): its frame, its
// events, its life in the host page.
import type {
  Appearance,
  ElementKind,
  Field,
  FormConfig,
  Layout,
  PlainOptions,
  PlainValue,
} from '../protocol.ts'
import { type Frame, makeFrame } from './frame.ts'
import { type Listener, makeListeners, placeOf } from './listeners.ts'

type Options = Record<string, unknown>

export interface ElementSettings {
  origin: string
  key: string
  account: string
  group: string
  locale: string
  appearance: Appearance
}

const TITLES: Record<ElementKind, string> = {
  payment: 'Secure payment input frame',
  card: 'Secure card payment input frame',
  cardNumber: 'Secure card number input frame',
  cardExpiry: 'Secure expiration date input frame',
  cardCvc: 'Secure CVC input frame',
  linkAuthentication: 'Secure email input frame',
  address: 'Secure address input frame',
  expressCheckout: 'Secure express checkout frame',
  paymentRequestButton: 'Secure payment request frame',
}
const LOAD_PATIENCE_MS = 15_000

export type StripeElement = ReturnType<typeof makeElement>

function layoutOf(option: unknown): Layout {
  const given = (typeof option === 'object' && option !== null ? option : { type: option }) as Options
  const { type, radios } = given
  return {
    type: type === 'accordion' || type === 'tabs' ? type : 'auto',
    defaultCollapsed: given['defaultCollapsed'] === true,
    radios: radios === true || radios === 'always',
  }
}

function textsIn(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries((value ?? {}) as Options).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    ),
  )
}

/** What an element without a card is made with. */
function plainOf(options: Options): PlainOptions {
  const defaults = (options['defaultValues'] ?? {}) as Options
  const countries = options['allowedCountries']
  return {
    mode: options['mode'] === 'billing' ? 'billing' : 'shipping',
    defaults: { ...textsIn(defaults), ...textsIn(defaults['address']) },
    phone: (options['fields'] as Options | undefined)?.['phone'] === 'always',
    countries: Array.isArray(countries) ? countries.map(String) : [],
  }
}

function configOf(kind: ElementKind, options: Options, settings: ElementSettings): FormConfig {
  const { key, account, group, locale, appearance } = settings
  return {
    kind,
    key,
    account,
    group,
    locale,
    appearance,
    style: (options['style'] as FormConfig['style'] | undefined) ?? {},
    layout: layoutOf(options['layout']),
    placeholder: typeof options['placeholder'] === 'string' ? options['placeholder'] : undefined,
    postalCode: (options['value'] as { postalCode?: string } | undefined)?.postalCode ?? '',
    hidePostalCode: options['hidePostalCode'] === true,
    showIcon:
      kind === 'cardNumber'
        ? options['showIcon'] === true
        : kind === 'payment' || (kind === 'card' && options['hideIcon'] !== true),
    disabled: options['disabled'] === true || options['readOnly'] === true,
    testCards: options['testCards'] !== false,
    plain: plainOf(options),
  }
}

/**
 * The classes on the element that the page gave as a place, under the page's own names if it has
 * some.
 */
function makeHostClasses(options: Options) {
  const nameOf = (state: string): string[] => {
    const own = (options['classes'] as Record<string, string> | undefined)?.[state]
    return (own ?? (state === 'base' ? 'StripeElement' : `StripeElement--${state}`))
      .split(/\s+/)
      .filter((name) => name !== '')
  }
  return {
    set(host: Element | undefined, state: string, on: boolean) {
      for (const name of nameOf(state)) host?.classList.toggle(name, on)
    },
    clear(host: Element | undefined) {
      for (const state of ['base', 'empty', 'complete', 'invalid', 'focus'])
        host?.classList.remove(...nameOf(state))
    },
  }
}

/**
 * The labels that belong to the place: a click on one goes to the field, as with an input of the
 * page.
 */
function labelsOf(host: Element): Element[] {
  const around = host.closest('label')
  const named = host.id === '' ? [] : [...document.querySelectorAll(`label[for="${CSS.escape(host.id)}"]`)]
  return around === null ? named : [around, ...named]
}

export function makeElement(
  kind: ElementKind,
  options: Options,
  settings: ElementSettings,
  life: { destroyed(): void; elsewhere(): Field[] },
) {
  const events = makeListeners(kind)
  const classes = makeHostClasses(options)
  let frame: Frame | undefined
  let host: Element | undefined
  let patience: number | undefined
  let unbind: () => void = () => undefined

  function hear(event: string, detail: Record<string, unknown>): void {
    if (frame === undefined) return
    if (event === 'height') {
      frame.iframe.style.height = `${Number(detail['height'])}px`
      return
    }
    if (event === 'refused') {
      // oxlint-disable-next-line no-console -- Stripe.js tells the page's developer of it there
      for (const text of detail['refused'] as string[]) console.warn(`[Stripe.js] elements: ${text}`)
      return
    }
    if (event === 'ready') clearTimeout(patience)
    if (event === 'change') {
      classes.set(host, 'empty', detail['empty'] === true)
      classes.set(host, 'complete', detail['complete'] === true)
      classes.set(host, 'invalid', detail['error'] !== undefined)
    }
    if (event === 'focus' || event === 'blur') classes.set(host, 'focus', event === 'focus')
    const mode = kind === 'address' ? { elementMode: plainOf(options).mode, isNewAddress: true } : {}
    events.emit(event, event === 'ready' ? {} : { ...mode, ...detail })
  }

  function bindLabels(place: Element): () => void {
    const labels = labelsOf(place)
    const toField = (): void => element.focus()
    for (const label of labels) label.addEventListener('click', toField)
    return () => {
      for (const label of labels) label.removeEventListener('click', toField)
    }
  }

  const element = {
    /** Read by wrappers to tell elements apart. */
    _elementType: kind,
    on: (name: string, listener: Listener) => events.on(element, name, listener),
    once: (name: string, listener: Listener) => events.once(element, name, listener),
    off: (name: string, listener?: Listener) => events.off(element, name, listener),
    mount(target: string | Element) {
      const found = placeOf(target)
      if (frame !== undefined && host === found) return
      element.unmount()
      host = found
      classes.set(host, 'base', true)
      classes.set(host, 'empty', true)
      frame = makeFrame(settings.origin, () => configOf(kind, options, settings), TITLES[kind])
      frame.iframe.style.height = kind === 'payment' ? '180px' : kind === 'address' ? '420px' : '20px'
      frame.on(hear)
      host.replaceChildren(frame.iframe)
      unbind = bindLabels(host)
      events.emit('loaderstart')
      patience = window.setTimeout(
        () =>
          events.emit('loaderror', {
            error: { type: 'api_connection_error', message: 'The card form could not be loaded.' },
          }),
        LOAD_PATIENCE_MS,
      )
    },
    unmount() {
      clearTimeout(patience)
      unbind()
      frame?.destroy()
      frame = undefined
      classes.clear(host)
      host = undefined
    },
    destroy() {
      element.unmount()
      events.clear()
      life.destroyed()
    },
    update(change: Options) {
      classes.clear(change['classes'] === undefined ? undefined : host)
      Object.assign(options, change)
      classes.set(host, 'base', true)
      void frame?.ask('update', configOf(kind, options, settings))
      return element
    },
    focus: () => void frame?.ask('focus', null),
    blur: () => void frame?.ask('blur', null),
    clear: () => void frame?.ask('clear', null),
    /** What was typed into an element without a card. */
    async getValue(): Promise<PlainValue> {
      const answer = await frame?.ask('value', null)
      const none: PlainValue = { complete: false, empty: true, value: {} }
      const value = answer === undefined || 'error' in answer ? none : (answer.value as PlainValue)
      return kind === 'address' ? Object.assign(value, { isNewAddress: true }) : value
    },
    collapse() {
      void frame?.ask('collapse', null)
      return element
    },
    async _restyle(appearance: Appearance, locale: string): Promise<void> {
      settings.appearance = appearance
      settings.locale = locale
      await frame?.ask('update', configOf(kind, options, settings))
    },
    _frame: () => frame,
    _options: options,
    _elsewhere: life.elsewhere,
  }
  return element
}
