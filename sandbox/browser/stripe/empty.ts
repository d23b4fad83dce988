// The elements of wallets as stand-ins: a test machine has no wallet, and without one the real ones show nothing either.
import type { EmptyKind } from '../protocol.ts'

type Listener = (event: Record<string, unknown>) => void

export function makeEmptyElement(kind: EmptyKind, options: Record<string, unknown>, destroyed: () => void) {
  const listeners = new Map<string, Set<Listener>>()
  let host: Element | undefined

  function emit(name: string, detail: Record<string, unknown>): void {
    for (const listener of listeners.get(name) ?? []) listener({ elementType: kind, ...detail })
  }

  const element = {
    _elementType: kind,
    _options: options,
    on(name: string, listener: Listener) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener))
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
      host = found
      host.classList.add('StripeElement')
      // As from a frame: the page may still add its listeners in this turn.
      setTimeout(() => {
        if (host === found) emit('ready', { availablePaymentMethods: undefined })
      })
    },
    unmount() {
      host?.classList.remove('StripeElement')
      host = undefined
    },
    destroy() {
      element.unmount()
      listeners.clear()
      destroyed()
    },
    update(change: Record<string, unknown>) {
      Object.assign(options, change)
      return element
    },
    focus: () => undefined,
    blur: () => undefined,
  }
  return element
}
