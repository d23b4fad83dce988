// The elements of wallets as stand-ins: a test machine has no wallet, and without one the real ones
// show nothing either.
import type { EmptyKind } from '../protocol.ts'
import { type Listener, makeListeners, placeOf } from './listeners.ts'

export type EmptyElement = ReturnType<typeof makeEmptyElement>

export function makeEmptyElement(kind: EmptyKind, options: Record<string, unknown>, destroyed: () => void) {
  const events = makeListeners(kind)
  let host: Element | undefined

  const element = {
    _elementType: kind,
    _options: options,
    on: (name: string, listener: Listener): object => events.on(element, name, listener),
    once: (name: string, listener: Listener): object => events.once(element, name, listener),
    off: (name: string, listener?: Listener): object => events.off(element, name, listener),
    mount(target: string | Element) {
      const place = placeOf(target)
      host = place
      place.classList.add('StripeElement')
      // As from a frame: the page may still add its listeners in this turn.
      setTimeout(() => {
        if (host === place) events.emit('ready', { availablePaymentMethods: undefined })
      })
    },
    unmount() {
      host?.classList.remove('StripeElement')
      host = undefined
    },
    destroy() {
      element.unmount()
      events.clear()
      destroyed()
    },
    update(change: Record<string, unknown>): object {
      Object.assign(options, change)
      return element
    },
    focus: () => undefined,
    blur: () => undefined,
  }
  return element
}
