// What the Payment Element has around its fields: the list of test cards, and the accordion item.
// No card is read here.
import type { Layout } from '../protocol.ts'
import type { Texts } from './texts.ts'

export interface Frameless {
  element: HTMLElement
  relabel(texts: Texts): void
}

const SAMPLES = [
  ['4242424242424242', 'succeeds'],
  ['4000002760003184', 'challenge'],
  ['4000000000000002', 'declined'],
  ['4000000000009995', 'funds'],
] as const

export function makeSamples(choose: (number: string) => void): Frameless {
  const element = document.createElement('details')
  element.className = 'wide'
  const summary = document.createElement('summary')
  const list = document.createElement('div')
  list.className = 'samples'
  const note = document.createElement('p')
  note.className = 'note'
  const buttons = SAMPLES.map(([number, name]) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'sample'
    button.addEventListener('click', () => choose(number))
    return { button, name }
  })
  list.append(...buttons.map(({ button }) => button))
  element.append(summary, list, note)
  return {
    element,
    relabel(texts) {
      summary.textContent = texts.testCards
      note.textContent = texts.secure
      for (const { button, name } of buttons) button.textContent = texts.samples[name]
    },
  }
}

/** The only payment method as an item that opens and closes. */
export function makeAccordion(
  inside: HTMLElement,
  layout: Layout,
  toggled: () => void,
): Frameless & { close(): void } {
  const element = document.createElement('section')
  element.className = 'accordion AccordionItem'
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'AccordionButton'
  button.setAttribute('aria-controls', 'card-panel')
  const radio = document.createElement('span')
  radio.className = 'RadioIcon'
  radio.setAttribute('aria-hidden', 'true')
  radio.hidden = !layout.radios
  const name = document.createElement('span')
  button.append(radio, name)
  inside.id = 'card-panel'
  element.append(button, inside)

  function open(is: boolean): void {
    inside.hidden = !is
    button.setAttribute('aria-expanded', String(is))
    button.classList.toggle('AccordionButton--selected', is)
    element.classList.toggle('AccordionItem--selected', is)
  }

  button.addEventListener('click', () => {
    open(inside.hidden !== false || layout.radios)
    toggled()
  })
  open(!layout.defaultCollapsed)
  return {
    element,
    close: () => open(false),
    relabel(texts) {
      name.textContent = texts.card
    },
  }
}
