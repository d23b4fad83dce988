// The card form inside its frame: shows the fields, checks them, and alone sends the card to the API of its own origin.
// The page around it gets events, errors and finished objects, never a digit.
import type { Answer, ApiRequest, Ask, CreateRequest, FormConfig, StripeError, Tell } from '../protocol.ts'
import { callApi } from './api.ts'
import { brandOf, type Field, problemOf } from './card.ts'
import { type Texts, textsFor } from './texts.ts'
import { makeView, type View } from './view.ts'

const channel = location.hash.slice(1)
const FIELDS = ['number', 'expiry', 'cvc'] as const
const SHARED_API = /^\/(v1\/|_sandbox\/3ds\/)/
let config: FormConfig | undefined
let texts: Texts = textsFor('en')
let view: View | undefined
let parentOrigin = '*'

function tell(message: Tell): void {
  window.parent.postMessage(message, parentOrigin)
}

function happen(event: string, detail: Record<string, unknown> = {}): void {
  tell({ holdfast: channel, event, detail })
}

function problem(code: string): StripeError {
  return { type: 'validation_error', code, message: texts.errors[code] ?? code }
}

function announce(): void {
  if (view === undefined || config === undefined) return
  const typed = view.typed()
  const now = new Date()
  const complete = FIELDS.every((field) => problemOf(field, typed, now) === undefined)
  const empty = FIELDS.every((field) => typed[field] === '')
  const brand = brandOf(typed.number.replace(/\D/g, ''))
  const wrong = FIELDS.map((field) => problemOf(field, typed, now)).find((code) => code?.startsWith('invalid'))
  happen('change', {
    empty,
    complete,
    ...(config.kind === 'card'
      ? { brand, value: { postalCode: '' }, error: wrong === undefined ? undefined : problem(wrong) }
      : { value: { type: 'card' }, collapsed: false }),
  })
}

function check(field: Field, whenEmpty: boolean): StripeError | undefined {
  if (view === undefined) return undefined
  const typed = view.typed()
  const code = typed[field] === '' && !whenEmpty ? undefined : problemOf(field, typed, new Date())
  view.show(field, code === undefined ? '' : (texts.errors[code] ?? code))
  return code === undefined ? undefined : problem(code)
}

function validate(): StripeError | undefined {
  const problems = FIELDS.map((field) => ({ field, error: check(field, true) })).filter((each) => each.error !== undefined)
  const [first] = problems
  if (first !== undefined) view?.focus(first.field)
  return first?.error
}

function onChanged(field: Field): void {
  // A mistake disappears while it is being corrected; a new one is shown when the field is left.
  if (view !== undefined && problemOf(field, view.typed(), new Date()) === undefined) view.show(field, '')
  if (view !== undefined && field === 'number') {
    const typed = view.typed()
    if (document.activeElement?.id === 'number' && problemOf('number', typed, new Date()) === undefined && typed.expiry === '')
      view.focus('expiry')
  }
  announce()
}

function apply(next: FormConfig): void {
  const rebuilt = config?.kind !== next.kind || view === undefined
  config = next
  texts = textsFor(next.locale)
  document.documentElement.lang = next.locale.slice(0, 2)
  if (next.kind === 'controller') return
  const root = document.getElementById('form')
  if (root === null) throw new Error("the form's page has lost its root")
  const { style, classList } = document.documentElement
  classList.toggle('night', next.appearance.theme === 'night')
  classList.toggle('flat', next.appearance.theme === 'flat')
  for (const [name, value] of Object.entries(next.appearance.variables ?? {}))
    if (/^[A-Za-z]+$/.test(name)) style.setProperty(`--${name}`, value)
  const { base = {} } = next.style
  if (base['color'] !== undefined) style.setProperty('--colorText', base['color'])
  if (base['fontSize'] !== undefined) style.setProperty('--fontSizeBase', base['fontSize'])
  if (base['fontFamily'] !== undefined) style.setProperty('--fontFamily', base['fontFamily'])
  if (rebuilt) {
    view = makeView(root, next.kind, next.testCards, onChanged, (field) => {
      check(field, false)
      announce()
    })
    new ResizeObserver(() => happen('height', { height: Math.ceil(root.getBoundingClientRect().height) })).observe(root)
  }
  view?.relabel(texts)
  if (rebuilt) happen('ready')
}

function cardData(): Record<string, unknown> {
  const typed = view?.typed() ?? { number: '', expiry: '', cvc: '' }
  const [month = '', year = ''] = typed.expiry.split(' / ')
  return { number: typed.number.replace(/\D/g, ''), exp_month: Number(month), exp_year: 2000 + Number(year), cvc: typed.cvc }
}

async function create(request: CreateRequest): Promise<Answer> {
  const wrong = validate()
  if (wrong !== undefined) return { error: wrong }
  const key = config?.key ?? ''
  const card = cardData()
  const given = (request.params['payment_method_data'] ?? {}) as Record<string, unknown>
  const send = (path: string, params: Record<string, unknown>): Promise<Answer> =>
    callApi(key, 'POST', path, params, texts.errors['network'] ?? '')
  switch (request.target) {
    case 'tokens':
      return send('/v1/tokens', { card })
    case 'payment_methods':
      return send('/v1/payment_methods', { ...request.params, type: 'card', card })
    case 'confirmation_tokens':
      return send('/v1/confirmation_tokens', { ...request.params, payment_method_data: { ...given, type: 'card', card } })
    case 'confirm':
      return send(request.path ?? '', { ...request.params, payment_method_data: { ...given, type: 'card', card } })
  }
}

async function respond(ask: Ask): Promise<Answer> {
  switch (ask.action) {
    case 'init':
    case 'update':
      apply(ask.payload as FormConfig)
      return { value: null }
    case 'validate': {
      const error = validate()
      return error === undefined ? { value: null } : { error }
    }
    case 'create':
      return create(ask.payload as CreateRequest)
    case 'api': {
      const { method, path, params } = ask.payload as ApiRequest
      if (!SHARED_API.test(path)) return { error: { type: 'invalid_request_error', message: 'not a path of the API' } }
      return callApi(config?.key ?? '', method, path, params, texts.errors['network'] ?? '')
    }
    case 'focus':
      view?.focus('number')
      return { value: null }
    case 'blur':
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      return { value: null }
    case 'clear':
      view?.set({ number: '', expiry: '', cvc: '' })
      announce()
      return { value: null }
  }
}

window.addEventListener('message', (message: MessageEvent<Ask>) => {
  if (message.source !== window.parent || message.data?.holdfast !== channel) return
  parentOrigin = message.origin
  void respond(message.data).then((answer) => tell({ holdfast: channel, id: message.data.id, answer }))
})
window.addEventListener('focus', () => happen('focus'))
window.addEventListener('blur', () => happen('blur'))
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') happen('escape')
})
happen('loaded')
