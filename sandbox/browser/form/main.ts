// The card form inside its frame: shows the fields, checks them, and alone sends the card to the
// API of its own origin. The page around it gets events, errors and finished objects, never a
// digit.
import type { Answer, ApiRequest, Ask, CreateRequest, FormConfig, StripeError, Tell } from '../protocol.ts'
import { type Caller, callApi } from './api.ts'
import { type Brand, brandOf, digitsOf, type Field, NOTHING, problemOf, type Typed } from './card.ts'
import { isPlain, makePlain, type Plain } from './plain.ts'
import { makeSiblings, type Siblings } from './siblings.ts'
import { applyLook } from './style.ts'
import { type Texts, textsFor } from './texts.ts'
import { fieldsOf, makeView, type View } from './view.ts'

const channel = location.hash.slice(1)
const SHARED_API = /^\/(v1\/|_sandbox\/3ds\/)/
let config: FormConfig | undefined
let texts: Texts = textsFor('en')
let view: View | undefined
/** In the frame of an element that has no card. */
let plain: Plain | undefined
let siblings: Siblings | undefined
/** The brand of a number that is typed in another frame. */
let foreignBrand: Brand = 'unknown'
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

function brandNow(): Brand {
  return view?.fields.includes('number') === true ? brandOf(digitsOf(view.typed().number)) : foreignBrand
}

function wrongIn(field: Field): string | undefined {
  return view === undefined ? undefined : problemOf(field, view.typed(), brandNow(), new Date())
}

function announce(): void {
  if (view === undefined || config === undefined) return
  const { kind } = config
  const { fields } = view
  const typed = view.typed()
  const complete = fields.every((field) => wrongIn(field) === undefined)
  const empty = fields.every((field) => typed[field] === '')
  const wrong = fields.map(wrongIn).find((code) => code?.startsWith('invalid'))
  view.setState({ empty, complete, invalid: wrong !== undefined })
  happen('change', {
    empty,
    complete,
    ...(kind === 'payment'
      ? { value: { type: 'card' }, collapsed: false }
      : { error: wrong === undefined ? undefined : problem(wrong) }),
    ...(fields.includes('number') && kind !== 'payment' ? { brand: brandNow() } : {}),
    ...(kind === 'card' ? { value: { postalCode: typed.postal } } : {}),
  })
}

function check(field: Field, whenEmpty: boolean): StripeError | undefined {
  if (view === undefined) return undefined
  const code = view.typed()[field] === '' && !whenEmpty ? undefined : wrongIn(field)
  view.show(field, code === undefined ? '' : (texts.errors[code] ?? code))
  return code === undefined ? undefined : problem(code)
}

function validate(): StripeError | undefined {
  const problems = (view?.fields ?? [])
    .map((field) => ({ field, error: check(field, true) }))
    .filter((each) => each.error !== undefined)
  const [first] = problems
  if (first !== undefined) view?.focus(first.field)
  return first?.error
}

function onChanged(field: Field): void {
  if (view === undefined) return
  // A mistake disappears while it is being corrected; a new one is shown when the field is left.
  const wrong = wrongIn(field)
  if (wrong === undefined) view.show(field, '')
  if (field === 'number') {
    siblings?.tellBrand(brandNow())
    if (
      document.activeElement?.id === 'number' &&
      wrong === undefined &&
      view.fields.includes('expiry') &&
      view.typed().expiry === ''
    )
      view.focus('expiry')
  }
  announce()
}

function startSiblings(next: FormConfig): Siblings {
  return makeSiblings(next.group, {
    answer: (field) =>
      view?.fields.includes(field) === true
        ? { value: view.typed()[field], problem: check(field, true)?.code }
        : undefined,
    brandChanged(brand) {
      if (view?.fields.includes('number') === true) return
      foreignBrand = brand
      view?.setBrand(brand)
    },
  })
}

function watchedRoot(): HTMLElement {
  const root = document.getElementById('form')
  if (root === null) throw new Error("the form's page has lost its root")
  if (view === undefined && plain === undefined)
    new ResizeObserver(() =>
      happen('height', { height: Math.ceil(root.getBoundingClientRect().height) }),
    ).observe(root)
  return root
}

function build(next: FormConfig): View {
  const root = watchedRoot()
  if (next.kind.startsWith('card') && next.kind !== 'card') siblings ??= startSiblings(next)
  const typed = view?.typed()
  const made = makeView(root, next, { changed: onChanged, left: leave, toggled: announce })
  made.set(typed ?? { ...NOTHING, postal: next.postalCode })
  return made
}

function leave(field: Field): void {
  check(field, false)
  announce()
}

function apply(next: FormConfig): void {
  const shape = ({ kind, hidePostalCode, layout }: FormConfig): string =>
    JSON.stringify([kind, hidePostalCode, layout])
  const first = view === undefined
  const rebuilt = config === undefined || shape(config) !== shape(next)
  config = next
  texts = textsFor(next.locale)
  document.documentElement.lang = next.locale.slice(0, 2)
  if (next.kind === 'controller') return
  const refused = applyLook(next)
  if (refused.length > 0) happen('refused', { refused })
  if (isPlain(next)) return applyPlain(next)
  if (rebuilt || view === undefined) view = build(next)
  view.refresh(texts, next)
  if (first) {
    view.setState({ empty: true, complete: false, invalid: false })
    happen('ready')
  }
}

function applyPlain(next: FormConfig): void {
  const first = plain === undefined
  plain ??= makePlain(watchedRoot(), next, (value) => happen('change', { ...value }))
  plain.refresh(next)
  if (first) happen('ready')
}

function callerNow(): Caller {
  return { key: config?.key ?? '', account: config?.account ?? '', offline: texts.errors['network'] ?? '' }
}

async function typedHereAndElsewhere(elsewhere: Field[]): Promise<Typed | StripeError> {
  const typed = view?.typed() ?? NOTHING
  const others = await Promise.all(
    elsewhere.map(async (field) => ({ field, ...(await siblings?.read(field, brandNow())) })),
  )
  const wrong = others.find((other) => other.problem !== undefined)
  if (wrong?.problem !== undefined) return problem(wrong.problem)
  return { ...typed, ...Object.fromEntries(others.map(({ field, value }) => [field, value ?? ''])) }
}

function cardOf(typed: Typed): Record<string, unknown> {
  const [month = '', year = ''] = typed.expiry.split(' / ')
  return {
    number: digitsOf(typed.number),
    exp_month: Number(month),
    exp_year: 2000 + Number(year),
    ...(typed.cvc === '' ? {} : { cvc: typed.cvc }),
  }
}

type Hash = Record<string, unknown>

/** What the form collected goes over what the page passed. */
function withPostal(billing: unknown, postal: string): Hash {
  const given = (billing ?? {}) as Hash
  if (postal === '') return given
  return { ...given, address: { ...((given['address'] ?? {}) as Hash), postal_code: postal } }
}

async function create({ target, params, path, elsewhere = [] }: CreateRequest): Promise<Answer> {
  const wrong = validate()
  if (wrong !== undefined) return { error: wrong }
  const typed = await typedHereAndElsewhere(elsewhere)
  if ('type' in typed) return { error: typed }
  const card = cardOf(typed)
  const send = (to: string, body: Hash): Promise<Answer> => callApi(callerNow(), 'POST', to, body)
  const given = (params['payment_method_data'] ?? {}) as Hash
  const data = {
    ...given,
    type: 'card',
    card,
    billing_details: withPostal(given['billing_details'], typed.postal),
  }
  switch (target) {
    case 'tokens':
      return send('/v1/tokens', {
        card: { ...params, ...card, ...(typed.postal === '' ? {} : { address_zip: typed.postal }) },
      })
    case 'payment_methods':
      return send('/v1/payment_methods', {
        ...params,
        type: 'card',
        card,
        billing_details: withPostal(params['billing_details'], typed.postal),
      })
    case 'confirmation_tokens':
      return send('/v1/confirmation_tokens', { ...params, payment_method_data: data })
    case 'confirm':
      return send(path ?? '', { ...params, payment_method_data: data })
  }
}

async function respond(ask: Ask): Promise<Answer> {
  switch (ask.action) {
    case 'init':
    case 'update':
      apply(ask.payload as FormConfig)
      return { value: null }
    case 'value':
      return { value: plain?.value() ?? null }
    case 'validate': {
      const error = plain === undefined ? validate() : plain.validate()
      return error === undefined ? { value: null } : { error }
    }
    case 'create':
      return create(ask.payload as CreateRequest)
    case 'api': {
      const { method, path, params } = ask.payload as ApiRequest
      if (!SHARED_API.test(path))
        return { error: { type: 'invalid_request_error', message: 'not a path of the API' } }
      return callApi(callerNow(), method, path, params)
    }
    case 'focus':
      plain?.focus()
      if (config !== undefined) view?.focus(fieldsOf(config)[0] ?? 'number')
      break
    case 'blur':
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      break
    case 'collapse':
      view?.collapse()
      break
    case 'clear':
      plain?.clear()
      view?.set({})
      announce()
  }
  return { value: null }
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
