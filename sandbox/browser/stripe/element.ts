// One mounted element (Payment Element or Card Element): its frame, its events, its life in the host page.
import type { Appearance, FormConfig } from '../protocol.ts'
import { type Frame, makeFrame } from './frame.ts'

type Listener = (event: Record<string, unknown>) => void
export type ElementKind = 'payment' | 'card'

export interface ElementSettings {
  origin: string
  key: string
  locale: string
  appearance: Appearance
}

const TITLES = { payment: 'Secure payment input frame', card: 'Secure card payment input frame' }

export type StripeElement = ReturnType<typeof makeElement>

export function makeElement(
  kind: ElementKind,
  options: Record<string, unknown>,
  settings: ElementSettings,
  onDestroy: () => void,
) {
  const listeners = new Map<string, Set<Listener>>()
  let frame: Frame | undefined
  let host: Element | undefined
  let current = { empty: true, complete: false }

  function config(): FormConfig {
    return {
      kind,
      key: settings.key,
      locale: settings.locale,
      appearance: settings.appearance,
      style: (options['style'] as FormConfig['style'] | undefined) ?? {},
      hidePostalCode: options['hidePostalCode'] === true,
      testCards: options['testCards'] !== false,
    }
  }

  function emit(name: string, detail: Record<string, unknown>): void {
    for (const listener of listeners.get(name) ?? []) listener({ elementType: kind, ...detail })
  }

  function setClass(name: string, on: boolean): void {
    host?.classList.toggle(`StripeElement--${name}`, on)
  }

  function hear(event: string, detail: Record<string, unknown>): void {
    if (frame === undefined) return
    if (event === 'height') {
      frame.iframe.style.height = `${Number(detail['height'])}px`
      return
    }
    if (event === 'change') {
      current = { empty: detail['empty'] === true, complete: detail['complete'] === true }
      setClass('empty', current.empty)
      setClass('complete', current.complete)
      setClass('invalid', detail['error'] !== undefined)
    }
    if (event === 'focus' || event === 'blur') setClass('focus', event === 'focus')
    emit(event, event === 'ready' ? {} : detail)
  }

  const element = {
    /** Read by wrappers to tell elements apart. */
    _elementType: kind,
    on(name: string, listener: Listener) {
      const known = listeners.get(name) ?? new Set()
      known.add(listener)
      listeners.set(name, known)
      return element
    },
    once(name: string, listener: Listener) {
      const wrapped: Listener = (event) => {
        element.off(name, wrapped)
        listener(event)
      }
      return element.on(name, wrapped)
    },
    off(name: string, listener?: Listener) {
      if (listener === undefined) listeners.delete(name)
      else listeners.get(name)?.delete(listener)
      return element
    },
    mount(target: string | Element) {
      const found = typeof target === 'string' ? document.querySelector(target) : target
      if (found === null)
        throw new Error(
          `The selector you specified (${String(target)}) applies to no DOM elements that are currently on the page.`,
        )
      if (frame !== undefined && host === found) return
      element.unmount()
      host = found
      host.classList.add('StripeElement', 'StripeElement--empty')
      frame = makeFrame(settings.origin, config(), TITLES[kind])
      frame.iframe.style.height = kind === 'payment' ? '180px' : '20px'
      frame.on(hear)
      host.replaceChildren(frame.iframe)
      emit('loaderstart', {})
    },
    unmount() {
      frame?.destroy()
      frame = undefined
      host?.classList.remove(
        'StripeElement',
        'StripeElement--empty',
        'StripeElement--complete',
        'StripeElement--invalid',
        'StripeElement--focus',
      )
      host = undefined
    },
    destroy() {
      element.unmount()
      listeners.clear()
      onDestroy()
    },
    update(change: Record<string, unknown>) {
      Object.assign(options, change)
      void frame?.ask('update', config())
    },
    focus: () => void frame?.ask('focus', null),
    blur: () => void frame?.ask('blur', null),
    clear: () => void frame?.ask('clear', null),
    collapse: () => undefined,
    restyle(appearance: Appearance, locale: string) {
      settings.appearance = appearance
      settings.locale = locale
      void frame?.ask('update', config())
    },
    _frame: () => frame,
  }
  return element
}
