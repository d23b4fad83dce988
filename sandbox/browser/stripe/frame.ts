// One frame of the sandbox's origin and the conversation with it. All styling is by CSSOM, as
// strict pages demand.
import type { Answer, Ask, FormConfig, Tell } from '../protocol.ts'
import { randomName } from '../random.ts'

const REMOVED: Answer = {
  error: { type: 'validation_error', code: 'element_destroyed', message: 'The element was removed.' },
}

export interface Frame {
  iframe: HTMLIFrameElement
  ask(action: Ask['action'], payload: unknown): Promise<Answer>
  on(listener: (event: string, detail: Record<string, unknown>) => void): void
  destroy(): void
}

export function makeFrame(origin: string, config: () => FormConfig, title: string): Frame {
  const channel = randomName()
  const iframe = document.createElement('iframe')
  iframe.title = title
  iframe.src = `${origin}/_sandbox/assets/card-form.html#${channel}`
  iframe.name = `__holdfast_${channel}`
  iframe.allow = 'payment'
  const { style } = iframe
  style.border = '0'
  style.display = 'block'
  style.width = '100%'
  style.overflow = 'hidden'
  style.colorScheme = 'light only'
  const listeners: ((event: string, detail: Record<string, unknown>) => void)[] = []
  const open = new Map<number, (answer: Answer) => void>()
  let asked = 0
  let ready: () => void = () => undefined
  let removed = false
  const loaded = new Promise<void>((resolve) => {
    ready = resolve
  })

  function post(ask: Ask): void {
    iframe.contentWindow?.postMessage(ask, origin)
  }

  function hear(message: MessageEvent<Tell>): void {
    if (
      message.origin !== origin ||
      message.source !== iframe.contentWindow ||
      message.data?.holdfast !== channel
    )
      return
    const tell = message.data
    if ('answer' in tell) {
      open.get(tell.id)?.(tell.answer)
      open.delete(tell.id)
      return
    }
    if (tell.event === 'loaded') {
      // A frame that was moved in the document loads again and must be told again what it is.
      post({ holdfast: channel, id: 0, action: 'init', payload: config() })
      ready()
      return
    }
    for (const listener of listeners) listener(tell.event, tell.detail)
  }
  window.addEventListener('message', hear)

  return {
    iframe,
    async ask(action, payload) {
      await loaded
      if (removed) return REMOVED
      const id = ++asked
      return new Promise((resolve) => {
        open.set(id, resolve)
        post({ holdfast: channel, id, action, payload })
      })
    },
    on: (listener) => void listeners.push(listener),
    destroy() {
      window.removeEventListener('message', hear)
      iframe.remove()
      removed = true
      ready()
      for (const resolve of open.values()) resolve(REMOVED)
    },
  }
}
