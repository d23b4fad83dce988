// The fields of the card form as page elements, labelled and described for assistive technology.
import { brandOf, cvcLengthOf, type Field, groupDigits, groupExpiry, lengthOf, type Typed } from './card.ts'
import type { Texts } from './texts.ts'

export interface View {
  typed(): Typed
  show(field: Field, message: string): void
  set(values: Typed): void
  focus(field: Field): void
  relabel(texts: Texts): void
}

interface Parts {
  wrap: HTMLDivElement
  label: HTMLLabelElement
  input: HTMLInputElement
  error: HTMLParagraphElement
}

const AUTOCOMPLETE = { number: 'cc-number', expiry: 'cc-exp', cvc: 'cc-csc' }
const SAMPLES = [
  ['4242424242424242', 'succeeds'],
  ['4000002760003184', 'challenge'],
  ['4000000000000002', 'declined'],
  ['4000000000009995', 'funds'],
] as const
const BADGES = { visa: 'VISA', mastercard: 'MASTERCARD', amex: 'AMEX', discover: 'DISCOVER', jcb: 'JCB', unknown: '' }

function makeField(field: Field, wide: boolean): Parts {
  const wrap = document.createElement('div')
  wrap.className = `field ${field}${wide ? ' wide' : ''}`
  const label = document.createElement('label')
  label.htmlFor = field
  const box = document.createElement('div')
  box.className = 'box'
  const input = document.createElement('input')
  input.id = field
  input.name = AUTOCOMPLETE[field]
  input.type = 'text'
  input.inputMode = 'numeric'
  input.setAttribute('autocomplete', AUTOCOMPLETE[field])
  input.setAttribute('aria-describedby', `${field}-error`)
  input.spellcheck = false
  const error = document.createElement('p')
  error.className = 'error'
  error.id = `${field}-error`
  error.setAttribute('role', 'alert')
  box.append(input)
  wrap.append(label, box, error)
  return { wrap, label, input, error }
}

/** Formats what was typed without throwing the caret to the end while somebody corrects the middle. */
function reformat(input: HTMLInputElement, format: (typed: string) => string): void {
  const atEnd = input.selectionStart === input.value.length
  const before = input.value.slice(0, input.selectionStart ?? 0).replace(/\D/g, '').length
  const next = format(input.value)
  if (next === input.value) return
  input.value = next
  if (atEnd) return
  let caret = 0
  for (let seen = 0; caret < next.length && seen < before; caret++) if (/\d/.test(next[caret] ?? '')) seen++
  input.setSelectionRange(caret, caret)
}

export function makeView(
  root: HTMLElement,
  kind: 'payment' | 'card',
  withSamples: boolean,
  changed: (field: Field) => void,
  left: (field: Field) => void,
): View {
  const parts: Record<Field, Parts> = {
    number: makeField('number', kind === 'payment'),
    expiry: makeField('expiry', false),
    cvc: makeField('cvc', false),
  }
  const brand = document.createElement('span')
  brand.className = 'brand'
  brand.setAttribute('aria-hidden', 'true')
  const line = document.createElement('div')
  line.className = kind
  line.append(...(kind === 'card' ? [brand] : []), parts.number.wrap, parts.expiry.wrap, parts.cvc.wrap)
  if (kind === 'payment') parts.number.input.parentElement?.append(brand)

  const summary = document.createElement('summary')
  const note = document.createElement('p')
  note.className = 'note'
  const buttons = SAMPLES.map(([number, name]) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'sample'
    button.addEventListener('click', () => {
      view.set({ number, expiry: `12 / ${String((new Date().getFullYear() + 3) % 100)}`, cvc: '123' })
      changed('number')
    })
    return { button, name }
  })
  if (kind === 'payment' && withSamples) {
    const details = document.createElement('details')
    details.className = 'wide'
    const list = document.createElement('div')
    list.className = 'samples'
    list.append(...buttons.map(({ button }) => button))
    details.append(summary, list, note)
    line.append(details)
  }
  root.replaceChildren(line)

  function format(field: Field): void {
    const digits = parts.number.input.value.replace(/\D/g, '')
    const known = brandOf(digits)
    if (field === 'number') {
      reformat(parts.number.input, (typed) => groupDigits(typed.replace(/\D/g, '').slice(0, lengthOf(known))))
      brand.textContent = BADGES[known]
    } else if (field === 'expiry') reformat(parts.expiry.input, groupExpiry)
    else reformat(parts.cvc.input, (typed) => typed.replace(/\D/g, '').slice(0, cvcLengthOf(known)))
  }

  for (const field of ['number', 'expiry', 'cvc'] as const) {
    const { input } = parts[field]
    input.addEventListener('input', (event) => {
      const erasing = event instanceof InputEvent && event.inputType.startsWith('delete')
      if (field !== 'expiry' || !erasing) format(field)
      changed(field)
    })
    input.addEventListener('blur', () => left(field))
  }

  const view: View = {
    typed: () => ({ number: parts.number.input.value, expiry: parts.expiry.input.value, cvc: parts.cvc.input.value }),
    show(field, message) {
      const { input, error } = parts[field]
      if (error.textContent !== message) error.textContent = message
      if (message === '') input.removeAttribute('aria-invalid')
      else input.setAttribute('aria-invalid', 'true')
    },
    set(values) {
      for (const field of ['number', 'expiry', 'cvc'] as const) {
        parts[field].input.value = values[field]
        format(field)
        view.show(field, '')
      }
    },
    focus: (field) => parts[field].input.focus(),
    relabel(texts) {
      for (const field of ['number', 'expiry', 'cvc'] as const) parts[field].label.textContent = texts[field]
      parts.number.input.placeholder = kind === 'card' ? texts.number : '1234 1234 1234 1234'
      parts.expiry.input.placeholder = texts.expiryHint
      parts.cvc.input.placeholder = 'CVC'
      summary.textContent = texts.testCards
      note.textContent = texts.secure
      for (const { button, name } of buttons) button.textContent = texts.samples[name]
    },
  }
  return view
}
