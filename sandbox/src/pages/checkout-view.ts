// The hosted page of a Checkout Session as HTML. The card's fields are made by its script, which
// the sandbox's form shares.
import { decimalsOf } from '../core/currency.ts'
import type { CheckoutSession, LineItem } from '../objects/kinds.ts'
import type { CheckoutTexts } from './checkout-texts.ts'
import { Html, html } from './html.ts'

type Locale = 'en' | 'de'

interface Shown {
  session: CheckoutSession
  items: LineItem[]
  email: string | null
  texts: CheckoutTexts
  locale: Locale
}

function money(amount: number, currency: string, locale: Locale): string {
  const digits = decimalsOf(currency)
  const format = {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  } as const
  return new Intl.NumberFormat(locale, format).format(amount / 10 ** digits)
}

function frame(title: string, locale: Locale, body: Html, script: boolean): string {
  return html`<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="stylesheet" href="/_sandbox/assets/card-form.css"><link rel="stylesheet" href="/_sandbox/assets/checkout.css"></head>
<body>${body}${script ? new Html('<script src="/_sandbox/assets/checkout.js"></script>') : new Html('')}</body>
</html>`.text
}

const NONE = new Html('')

export function messageBody(
  { title, text }: { title: string; text: string },
  texts: CheckoutTexts,
  locale: Locale,
  link: string | null,
): string {
  const back = link === null ? NONE : html`<p><a class="button" href="${link}">${texts.shop}</a></p>`
  return frame(
    title,
    locale,
    html`<main class="message"><h1>${title}</h1><p>${text}</p>${back}</main>`,
    false,
  )
}

function lineOf(item: LineItem, { texts, locale }: Shown): Html {
  const { description, amount_total: total, currency, quantity, price } = item
  const each = price.unit_amount
  const detail =
    each === null || (quantity ?? 1) === 1
      ? NONE
      : html`<span class="detail">${texts.quantity(quantity ?? 1, money(each, currency, locale))}</span>`
  return html`<li><span class="name">${description ?? ''}</span><span class="amount">${money(total, currency, locale)}</span>${detail}</li>`
}

function summary(shown: Shown): Html {
  const { session, items, texts, locale } = shown
  const back =
    session.cancel_url === null ? NONE : html`<a class="back" href="${session.cancel_url}">${texts.back}</a>`
  const top = html`<p class="top">${back}<span class="badge">${texts.testMode}</span></p>`
  if (session.mode === 'setup')
    return html`<section class="summary">${top}<h1>${texts.title.setup}</h1><p>${texts.saving}</p></section>`
  const total = money(session.amount_total ?? 0, session.currency ?? 'usd', locale)
  return html`<section class="summary">${top}<h1>${texts.title.payment}</h1><p class="sum">${total}</p>
<ul class="lines">${items.map((item) => lineOf(item, shown))}</ul>
<p class="total"><span>${texts.total}</span><span>${total}</span></p></section>`
}

function submitText({ session, texts, locale }: Shown): string {
  if (session.mode === 'setup') return texts.save
  if (session.amount_total === 0) return texts.free
  const sum = money(session.amount_total ?? 0, session.currency ?? 'usd', locale)
  const kind = session.submit_type
  if (kind === 'book') return texts.submit.book(sum)
  return kind === 'donate' ? texts.submit.donate(sum) : texts.submit.pay(sum)
}

function contact({ email, texts }: Shown): Html {
  const known = email !== null
  const input = known
    ? html`<input id="email" name="email" type="email" autocomplete="email" value="${email}" readonly>`
    : html`<input id="email" name="email" type="email" autocomplete="email" required aria-describedby="email-error">`
  return html`<div class="field"><label for="email">${texts.email}</label>${input}<p class="error" id="email-error" role="alert"></p></div>`
}

export function checkoutBody(shown: Shown): string {
  const { session, texts, locale } = shown
  const card =
    session.mode === 'payment' && session.amount_total === 0
      ? NONE
      : html`<h2>${texts.payWith}</h2><div id="card"></div>
<div class="field"><label for="holder">${texts.holder}</label><input id="holder" name="holder" autocomplete="cc-name"></div>`
  const form = html`<section class="pay"><form novalidate data-locale="${locale}" data-working="${texts.working}" data-email-missing="${texts.emailMissing}" data-unreachable="${texts.unreachable}">
<h2>${texts.contact}</h2>${contact(shown)}${card}
<p class="problem" id="problem" role="alert" tabindex="-1"></p>
<button class="button" type="submit">${submitText(shown)}</button>
<p class="note">${texts.testNote}</p></form></section>`
  return frame(
    session.mode === 'setup' ? texts.title.setup : texts.title.payment,
    locale,
    html`<main>${summary(shown)}${form}</main>`,
    true,
  )
}
