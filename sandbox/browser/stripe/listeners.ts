// What every kind of element shares: its listeners, and the place in the page where it is mounted.
import type { ElementKind } from '../protocol.ts'

export type Listener = (event: Record<string, unknown>) => void

/**
 * The events of one element: who listens, and telling them. Each call gives the element back, so
 * that calls can be chained.
 */
export function makeListeners(kind: ElementKind) {
  const listeners = new Map<string, Set<Listener>>()

  function on<E>(element: E, name: string, listener: Listener): E {
    listeners.set(name, (listeners.get(name) ?? new Set()).add(listener))
    return element
  }

  function off<E>(element: E, name: string, listener?: Listener): E {
    if (listener === undefined) listeners.delete(name)
    else listeners.get(name)?.delete(listener)
    return element
  }

  return {
    on,
    off,
    once<E>(element: E, name: string, listener: Listener): E {
      const wrapped: Listener = (event) => {
        off(element, name, wrapped)
        listener(event)
      }
      return on(element, name, wrapped)
    },
    clear: () => listeners.clear(),
    emit(name: string, detail: Record<string, unknown> = {}) {
      for (const listener of listeners.get(name) ?? []) listener({ elementType: kind, ...detail })
    },
  }
}

export function placeOf(target: string | Element): Element {
  const found = typeof target === 'string' ? document.querySelector(target) : target
  if (found !== null) return found
  throw new Error(
    `The selector you specified (${String(target)}) applies to no DOM elements that are currently on the page.`,
  )
}
