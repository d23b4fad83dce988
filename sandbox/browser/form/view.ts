// The fields of the card form as page elements, labelled and described for assistive technology.
import type { FormConfig } from '../protocol.ts'
import {
  type Brand,
  brandOf,
  cvcLengthOf,
  digitsOf,
  type Field,
  groupDigits,
  groupExpiry,
  lengthOf,
  NOTHING,
  type Typed,
} from './card.ts'
import { type Frameless, makeAccordion, makeSamples } from './parts.ts'
import type { Texts } from './texts.ts'

export interface View {
  fields: readonly Field[]
  typed(): Typed
  show(field: Field, message: string): void
  set(values: Partial<Typed>): void
  focus(field: Field): void
  /** Texts, placeholder, disabled fields: all that may change while somebody types. */
  refresh(texts: Texts, config: FormConfig): void
  setBrand(brand: Brand): void
  setState(state: { empty: boolean; complete: boolean; invalid: boolean }): void
  collapse(): void
}

interface Parts {
  wrap: HTMLDivElement
  label: HTMLLabelElement
  input: HTMLInputElement
  error: HTMLParagraphElement
}
export interface ViewEvents {
  changed(field: Field): void
  left(field: Field): void
  toggled(): void
}

const AUTOCOMPLETE = { number: 'cc-number', expiry: 'cc-exp', cvc: 'cc-csc', postal: 'postal-code' }
const BADGES: Record<Brand, string> = {
  visa: 'VISA',
  mastercard: 'MASTERCARD',
  amex: 'AMEX',
  discover: 'DISCOVER',
  diners: 'DINERS',
  jcb: 'JCB',
  unionpay: 'UNIONPAY',
  unknown: '',
}

export function fieldsOf(config: FormConfig): Field[] {
  switch (config.kind) {
    case 'payment':
      return ['number', 'expiry', 'cvc']
    case 'card':
      return config.hidePostalCode ? ['number', 'expiry', 'cvc'] : ['number', 'expiry', 'cvc', 'postal']
    case 'cardNumber':
      return ['number']
    case 'cardExpiry':
      return ['expiry']
    case 'cardCvc':
      return ['cvc']
    default:
      return []
  }
}

function makeField(field: Field, wide: boolean): Parts {
  const wrap = document.createElement('div')
  wrap.className = `field ${field}${wide ? ' wide' : ''}`
  const label = document.createElement('label')
  label.className = 'Label'
  label.htmlFor = field
  const box = document.createElement('div')
  box.className = 'box'
  const input = document.createElement('input')
  input.className = 'Input Input--empty'
  input.id = field
  input.name = AUTOCOMPLETE[field]
  input.type = 'text'
  input.inputMode = field === 'postal' ? 'text' : 'numeric'
  input.setAttribute('autocomplete', AUTOCOMPLETE[field])
  input.setAttribute('aria-describedby', `${field}-error`)
  input.spellcheck = false
  const error = document.createElement('p')
  error.className = 'error Error'
  error.id = `${field}-error`
  error.setAttribute('role', 'alert')
  box.append(input)
  wrap.append(label, box, error)
  return { wrap, label, input, error }
}

/**
 * Formats what was typed without throwing the caret to the end while somebody corrects the middle.
 */
function reformat(input: HTMLInputElement, format: (typed: string) => string): void {
  const atEnd = input.selectionStart === input.value.length
  const before = digitsOf(input.value.slice(0, input.selectionStart ?? 0)).length
  const next = format(input.value)
  if (next === input.value) return
  input.value = next
  if (atEnd) return
  let caret = 0
  for (let seen = 0; caret < next.length && seen < before; caret++) if (/\d/.test(next[caret] ?? '')) seen++
  input.setSelectionRange(caret, caret)
}

export function makeView(root: HTMLElement, config: FormConfig, events: ViewEvents): View {
  const whole = config.kind === 'payment'
  const fields = fieldsOf(config)
  const parts = new Map(fields.map((field) => [field, makeField(field, whole && field === 'number')]))
  let brand: Brand = 'unknown'
  const badge = document.createElement('span')
  badge.className = 'brand'
  badge.setAttribute('aria-hidden', 'true')
  const line = document.createElement('div')
  line.className = whole ? 'payment' : `bare ${config.kind}`
  const wraps = [...parts.values()].map(({ wrap }) => wrap)
  line.append(...(whole ? wraps : [badge, ...wraps]))
  if (whole) parts.get('number')?.input.parentElement?.append(badge)
  const extras: Frameless[] = []
  if (whole && config.testCards) {
    const samples = makeSamples((number) => {
      view.set({ number, expiry: `12 / ${String((new Date().getFullYear() + 3) % 100)}`, cvc: '123' })
      events.changed('number')
    })
    extras.push(samples)
    line.append(samples.element)
  }
  const accordion =
    whole && config.layout.type === 'accordion'
      ? makeAccordion(line, config.layout, events.toggled)
      : undefined
  if (accordion !== undefined) extras.push(accordion)
  root.replaceChildren(accordion?.element ?? line)

  function format(field: Field): void {
    const input = parts.get(field)?.input
    if (input === undefined) return
    if (field === 'number') {
      brand = brandOf(digitsOf(input.value))
      reformat(input, (typed) => groupDigits(digitsOf(typed).slice(0, lengthOf(brand))))
      badge.textContent = BADGES[brand]
    } else if (field === 'expiry') reformat(input, groupExpiry)
    else if (field === 'cvc') reformat(input, (typed) => digitsOf(typed).slice(0, cvcLengthOf(brand).most))
    input.classList.toggle('Input--empty', input.value === '')
  }

  for (const [field, { input }] of parts) {
    input.addEventListener('input', (event) => {
      const erasing = event instanceof InputEvent && event.inputType.startsWith('delete')
      if (field !== 'expiry' || !erasing) format(field)
      events.changed(field)
    })
    input.addEventListener('blur', () => {
      // Of a number with little room the last digits are what the buyer looks for.
      if (field === 'number') requestAnimationFrame(() => input.scrollTo(input.scrollWidth, 0))
      events.left(field)
    })
  }

  const view: View = {
    fields,
    typed: () => ({
      ...NOTHING,
      ...Object.fromEntries([...parts].map(([field, { input }]) => [field, input.value])),
    }),
    show(field, message) {
      const part = parts.get(field)
      if (part === undefined) return
      if (part.error.textContent !== message) part.error.textContent = message
      part.input.classList.toggle('Input--invalid', message !== '')
      if (message === '') part.input.removeAttribute('aria-invalid')
      else part.input.setAttribute('aria-invalid', 'true')
    },
    set(values) {
      for (const [field, { input }] of parts) {
        input.value = values[field] ?? ''
        format(field)
        view.show(field, '')
      }
    },
    focus: (field) => (parts.get(field) ?? [...parts.values()][0])?.input.focus(),
    refresh(texts, { kind, placeholder, disabled, showIcon }) {
      for (const [field, { label, input }] of parts) {
        label.textContent = texts[field]
        input.disabled = disabled
        input.placeholder = {
          number: kind === 'card' ? texts.number : '1234 1234 1234 1234',
          expiry: texts.expiryHint,
          cvc: 'CVC',
          postal: texts.postalHint,
        }[field]
        if (parts.size === 1 && placeholder !== undefined) input.placeholder = placeholder
      }
      badge.hidden = !showIcon
      for (const extra of extras) extra.relabel(texts)
    },
    setBrand(next) {
      brand = next
      badge.textContent = BADGES[next]
    },
    setState({ empty, complete, invalid }) {
      line.classList.toggle('is-empty', empty)
      line.classList.toggle('is-complete', complete)
      line.classList.toggle('is-invalid', invalid)
    },
    collapse: () => accordion?.close(),
  }
  return view
}
