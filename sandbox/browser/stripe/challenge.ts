// The 3-D Secure dialog: the bank's page in a frame, above the shop's. Closing it counts as a
// failed authentication. A page in the frame says nothing to us: whenever one has loaded, be it a
// broken one, the API is asked whether the challenge is over.

const CLOSE = { en: 'Cancel authentication', de: 'Bestätigung abbrechen' }

function styled<T extends HTMLElement>(element: T, style: Record<string, string>): T {
  for (const [name, value] of Object.entries(style))
    element.style.setProperty(
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    )
  return element
}

const ASK_AGAIN_MS = 1000

/**
 * Settles when the challenge is over, with whether the buyer finished it. `isOver` tells
 * `undefined` when it could not learn it.
 */
export function showChallenge(
  url: string,
  isOver: () => Promise<boolean | undefined>,
  locale: string,
): Promise<'finished' | 'closed'> {
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
  const frame = styled(document.createElement('iframe'), {
    border: '0',
    width: '100%',
    height: '100%',
    display: 'block',
  })
  frame.title = '3-D Secure'
  frame.src = url
  dialog.append(frame, close)
  document.body.append(dialog)
  const { promise, resolve } = Promise.withResolvers<'finished' | 'closed'>()
  const look = async (): Promise<void> => {
    const over = await isOver()
    if (over === true) resolve('finished')
    if (over === undefined && dialog.open) setTimeout(() => void look(), ASK_AGAIN_MS)
  }
  frame.addEventListener('load', () => void look())
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    resolve('closed')
  })
  close.addEventListener('click', () => resolve('closed'))
  dialog.showModal()
  return promise.finally(() => {
    dialog.close()
    dialog.remove()
  })
}
