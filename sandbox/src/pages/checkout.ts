// The hosted page of a Checkout Session, what its script asks for, and the same for a test without
// a browser.
import type { ApiCall } from '../api/call.ts'
import { completeSession, expireSession, type Payer } from '../api/checkout/complete.ts'
import { loadSession } from '../api/checkout/sessions.ts'
import { type ErrorBody, noSuch } from '../core/errors.ts'
import type { FormRecord, FormValue } from '../core/form.ts'
import { filled, hash, integer, readAll, text } from '../core/params.ts'
import type { Engine } from '../engine.ts'
import { type EdgeReply, type EdgeRequest, jsonReply } from '../http/request.ts'
import { successAddress } from '../objects/checkout-session.ts'
import type { CheckoutSession } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { buyerMessage, type CheckoutTexts, textsFor } from './checkout-texts.ts'
import { checkoutBody, messageBody } from './checkout-view.ts'
import { pageHeaders } from './html.ts'
import { pageCall } from './page-call.ts'

const payer = {
  payment_method: filled,
  email: filled,
  name: text,
  card: hash({ number: text, exp_month: integer, exp_year: integer, cvc: text }),
}

/** JSON as the readers of parameters want it: text at every end. */
function asForm(input: Record<string, unknown>): FormRecord {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]): [string, FormValue] => [
      name,
      typeof value === 'object' && value !== null ? asForm(value as Record<string, unknown>) : String(value),
    ]),
  )
}

function readPayer(input: Record<string, unknown>): Payer {
  const { card, email = 'buyer@example.com', name, payment_method } = readAll(payer, asForm(input))
  if (card === undefined) return { email, name, payment_method: payment_method ?? 'pm_card_visa' }
  return { email, name, payment_method_data: { type: 'card', card, billing_details: { email, name } } }
}

interface Intent {
  id: string
  status: string
  error: ErrorBody | null
}

function intentOf(unit: Unit, session: CheckoutSession): Intent | undefined {
  const payment =
    session.payment_intent === null ? undefined : unit.find('payment_intent', session.payment_intent)
  if (payment !== undefined) return { ...payment, error: payment.last_payment_error as ErrorBody | null }
  const setup = session.setup_intent === null ? undefined : unit.find('setup_intent', session.setup_intent)
  return setup === undefined ? undefined : { ...setup, error: setup.last_setup_error as ErrorBody | null }
}

/** How the session stands: where the buyer goes next, or what is wrong with the card. */
function standing(
  engine: Engine,
  unit: Unit,
  session: CheckoutSession,
  texts: CheckoutTexts,
): Record<string, unknown> {
  const intent = intentOf(unit, session)
  const open = session.status === 'open'
  const error = open && intent?.status === 'requires_payment_method' ? intent.error : null
  return {
    id: session.id,
    status: session.status,
    payment_status: session.payment_status,
    payment_intent: session.payment_intent,
    setup_intent: session.setup_intent,
    redirect_url: session.status === 'complete' ? successAddress(session) : null,
    challenge_url:
      open && intent?.status === 'requires_action' ? `${engine.baseUrl}/_sandbox/3ds/${intent.id}` : null,
    ...(error === null ? {} : { error: { ...plain(error), buyer_message: buyerMessage(error, texts) } }),
  }
}

function plain({ type, code, decline_code, message, param }: ErrorBody): object {
  return { type, code, decline_code, message, param }
}

function act(
  engine: Engine,
  call: ApiCall,
  action: string,
  input: Record<string, unknown>,
  texts: CheckoutTexts,
): EdgeReply {
  const session = loadSession(call, call.id)
  if (action === 'expire')
    return jsonReply(200, standing(engine, call.unit, expireSession(call.unit, session), texts))
  const done = completeSession(call, session, readPayer(input))
  return jsonReply(done.error === null ? 200 : 402, standing(engine, call.unit, done.session, texts))
}

export interface CheckoutRequest {
  id: string
  action: string | undefined
  input: Record<string, unknown>
}

export async function checkoutPage(
  engine: Engine,
  request: EdgeRequest,
  asked: CheckoutRequest,
): Promise<EdgeReply> {
  const { id, action, input } = asked
  const account = engine.ownerOf(id, ['checkout.session'])
  const language = request.headers['accept-language']
  if (request.method === 'POST') {
    if (action !== 'complete' && action !== 'expire') throw noSuch('action', action ?? '')
    return engine.perform((unit) => {
      const call = pageCall(engine, unit, id)
      return act(engine, call, action, input, textsFor(loadSession(call, id).locale, language).texts)
    }, account)
  }
  return engine.look((unit) => {
    const session = unit.find('checkout.session', id)
    const { texts, locale } = textsFor(session?.locale ?? null, language)
    if (action === 'state') {
      const known = loadSession({ unit }, id)
      return jsonReply(200, standing(engine, unit, known, texts))
    }
    const headers = pageHeaders()
    if (session === undefined || action !== undefined)
      return { status: 404, headers, body: messageBody(texts.unknown, texts, locale, null) }
    if (session.status === 'expired') {
      const { title, payment, setup } = texts.expired
      const over = { title, text: session.mode === 'setup' ? setup : payment }
      return { status: 200, headers, body: messageBody(over, texts, locale, session.cancel_url) }
    }
    if (session.status === 'complete')
      return {
        status: 200,
        headers,
        body: messageBody(texts.complete, texts, locale, successAddress(session)),
      }
    const items = unit.hidden('checkout.session', id)?.items ?? []
    const customer = session.customer === null ? undefined : unit.find('customer', session.customer)
    const email = session.customer_email ?? customer?.email ?? null
    return { status: 200, headers, body: checkoutBody({ session, items, email, texts, locale }) }
  }, account)
}
