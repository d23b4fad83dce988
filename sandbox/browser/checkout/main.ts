// The script of the hosted checkout page: the card's fields, checking them, paying, the bank's
// question, and where to go then.
import { brandOf, digitsOf, type Field, problemOf } from '../form/card.ts'
import { textsFor } from '../form/texts.ts'
import { makeView, type View } from '../form/view.ts'
import type { FormConfig } from '../protocol.ts'
import { showChallenge } from '../stripe/challenge.ts'

interface Standing {
  status?: string
  redirect_url?: string | null
  challenge_url?: string | null
  payment_intent?: string | null
  setup_intent?: string | null
  error?: { message: string; buyer_message?: string; param?: string }
}

function find<T extends HTMLElement>(selector: string, kind: abstract new () => T): T {
  const found = document.querySelector(selector)
  if (!(found instanceof kind)) throw new Error(`the page has lost ${selector}`)
  return found
}

const form = find('form', HTMLFormElement)
const button = find('button[type=submit]', HTMLButtonElement)
const email = find('#email', HTMLInputElement)
const problem = find('#problem', HTMLElement)
const slot = document.querySelector('#card')
const { locale = 'en', working = '', emailMissing = '', unreachable = '' } = form.dataset
const submitText = button.textContent
const texts = textsFor(locale)

const config: FormConfig = {
  kind: 'payment',
  key: '',
  account: '',
  group: '',
  locale,
  appearance: {},
  style: {},
  layout: { type: 'tabs', defaultCollapsed: false, radios: false },
  placeholder: undefined,
  postalCode: '',
  hidePostalCode: true,
  showIcon: true,
  disabled: false,
  testCards: true,
}

function makeCard(root: HTMLElement): View {
  const view = makeView(root, config, {
    changed: (field) => {
      if (wrongIn(view, field) === undefined) view.show(field, '')
    },
    left: (field) => {
      if (view.typed()[field] !== '') check(view, field)
    },
    toggled: () => undefined,
  })
  view.refresh(texts, config)
  return view
}

function wrongIn(view: View, field: Field): string | undefined {
  const typed = view.typed()
  return problemOf(field, typed, brandOf(digitsOf(typed.number)), new Date())
}

function check(view: View, field: Field): boolean {
  const code = wrongIn(view, field)
  view.show(field, code === undefined ? '' : (texts.errors[code] ?? code))
  return code === undefined
}

const card = slot instanceof HTMLElement ? makeCard(slot) : undefined

function checkEmail(): boolean {
  const fine = email.readOnly || (email.value.trim() !== '' && email.validity.valid)
  find('#email-error', HTMLElement).textContent = fine ? '' : emailMissing
  if (fine) email.removeAttribute('aria-invalid')
  else email.setAttribute('aria-invalid', 'true')
  return fine
}

/** All mistakes are shown at once, and the first field that has one is focused. */
function isComplete(): boolean {
  const emailFine = checkEmail()
  const wrong = (card?.fields ?? []).filter((field) => card !== undefined && !check(card, field))
  if (!emailFine) email.focus()
  else if (wrong[0] !== undefined) card?.focus(wrong[0])
  return emailFine && wrong.length === 0
}

function say(message: string): void {
  problem.textContent = message
  if (message !== '') problem.focus()
}

function setBusy(busy: boolean): void {
  form.setAttribute('aria-busy', String(busy))
  button.disabled = busy
  button.textContent = busy ? working : submitText
}

function fields(): URLSearchParams {
  const sent = new URLSearchParams({ email: email.value })
  const holder = document.querySelector('#holder')
  if (holder instanceof HTMLInputElement && holder.value !== '') sent.set('name', holder.value)
  if (card === undefined) return sent
  const { number, expiry, cvc } = card.typed()
  const [month = '', year = ''] = expiry.split(' / ')
  sent.set('card[number]', digitsOf(number))
  sent.set('card[exp_month]', String(Number(month)))
  sent.set('card[exp_year]', `20${year}`)
  sent.set('card[cvc]', cvc)
  return sent
}

/**
 * Whatever went wrong on the way, the state tells what happened: it is asked before the buyer may
 * try again.
 */
async function ask(path: string, body?: URLSearchParams): Promise<Standing | undefined> {
  try {
    const response = await fetch(path, body === undefined ? {} : { method: 'POST', body })
    return (await response.json()) as Standing
  } catch {
    return undefined
  }
}

const state = (): Promise<Standing | undefined> => ask(`${location.pathname}/state`)

async function follow(standing: Standing): Promise<void> {
  if (standing.redirect_url != null) return location.assign(standing.redirect_url)
  if (standing.status === 'expired' || standing.status === 'complete') return location.reload()
  if (standing.challenge_url != null) {
    const isOver = async (): Promise<boolean | undefined> => {
      const now = await state()
      return now === undefined ? undefined : now.challenge_url == null
    }
    // The frame belongs to this page's own origin, whatever name the buyer reached it by.
    const { pathname } = new URL(standing.challenge_url)
    const ended = await showChallenge(pathname, isOver, locale)
    if (ended === 'closed') await ask(pathname, new URLSearchParams({ outcome: 'fail' }))
    return follow((await state()) ?? {})
  }
  say(standing.error?.buyer_message ?? standing.error?.message ?? unreachable)
}

async function pay(): Promise<void> {
  say('')
  if (!isComplete()) return
  setBusy(true)
  try {
    const paid = await ask(`${location.pathname}/complete`, fields())
    // A lost answer, or a refusal that says nothing of the session, which may be over.
    await follow(paid?.status === undefined ? { ...(await state()), ...paid } : paid)
  } finally {
    setBusy(false)
  }
}

email.addEventListener('blur', () => {
  if (email.value !== '') checkEmail()
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (!button.disabled) void pay()
})
