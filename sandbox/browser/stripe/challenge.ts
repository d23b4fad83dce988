// The 3-D Secure dialog: the bank's page in a frame, above the shop's. Closing it counts as a failed authentication.

const CLOSE = { en: 'Cancel authentication', de: 'Authentifizierung abbrechen' }

function styled<T extends HTMLElement>(element: T, style: Record<string, string>): T {
  for (const [name, value] of Object.entries(style))
    element.style.setProperty(
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    )
  return element
}

/** Settles when the challenge is over, with whether the buyer finished it. */
export function showChallenge(origin: string, url: string, intentId: string, locale: string): Promise<'finished' | 'closed'> {
  const dialog = styled(document.createElement('dialog'), {
    border: '0',
    padding: '0',
    borderRadius: '14px',
    width: 'min(480px, calc(100vw - 24px))',
    height: 'min(520px, calc(100vh - 48px))',
    maxWidth: 'none',
    maxHeight: 'none',
    overflow: 'hidden',
    background: '#eef1f6',
    boxShadow: '0 24px 80px rgba(10, 20, 50, 0.35)',
  })
  dialog.setAttribute('aria-label', '3-D Secure')
  const close = styled(document.createElement('button'), {
    position: 'absolute',
    top: '10px',
    right: '10px',
    width: '40px',
    height: '40px',
    padding: '0',
    border: '0',
    borderRadius: '20px',
    background: 'rgba(255,255,255,0.9)',
    color: '#1a2233',
    font: '20px/1 system-ui, sans-serif',
    cursor: 'pointer',
  })
  close.type = 'button'
  close.textContent = '✕'
  close.setAttribute('aria-label', locale.startsWith('de') ? CLOSE.de : CLOSE.en)
  const frame = styled(document.createElement('iframe'), { border: '0', width: '100%', height: '100%', display: 'block' })
  frame.title = '3-D Secure'
  frame.src = url
  dialog.append(frame, close)
  document.body.append(dialog)
  const { promise, resolve } = Promise.withResolvers<'finished' | 'closed'>()
  const hear = (message: MessageEvent<{ holdfastChallenge?: string } | null>): void => {
    if (message.origin === origin && message.source === frame.contentWindow && message.data?.holdfastChallenge === intentId)
      resolve('finished')
  }
  window.addEventListener('message', hear)
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    resolve('closed')
  })
  close.addEventListener('click', () => resolve('closed'))
  dialog.showModal()
  return promise.finally(() => {
    window.removeEventListener('message', hear)
    dialog.close()
    dialog.remove()
  })
}
