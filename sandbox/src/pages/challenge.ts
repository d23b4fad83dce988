// The 3-D Secure page of the buyer's bank: shows what is paid, asks yes or no, and sends the buyer
// back.

import { followIntent } from '../api/checkout/complete.ts'
import { finishChallenge } from '../api/confirm.ts'
import { finishSetupChallenge } from '../api/setup-confirm.ts'
import { spoken } from '../core/currency.ts'
import { parseForm } from '../core/form.ts'
import type { Engine } from '../engine.ts'
import { type EdgeReply, type EdgeRequest, jsonReply } from '../http/request.ts'
import type { Kind, PaymentIntent, SetupIntent } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { type Html, html, pageHeaders } from './html.ts'
import { pageCall } from './page-call.ts'

type Intent = PaymentIntent | SetupIntent

interface Found {
  intent: Intent
  returnUrl: string | undefined
}

export const CHALLENGED: Kind[] = ['payment_intent', 'setup_intent']

function find(unit: Unit, id: string): Found | undefined {
  const payment = unit.find('payment_intent', id)
  if (payment !== undefined)
    return { intent: payment, returnUrl: unit.hidden('payment_intent', id)?.returnUrl }
  const setup = unit.find('setup_intent', id)
  return setup === undefined
    ? undefined
    : { intent: setup, returnUrl: unit.hidden('setup_intent', id)?.returnUrl }
}

function frame(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="stylesheet" href="/_sandbox/assets/challenge.css"></head>
<body><main><p class="bank">Test Bank</p>${body}</main></body>
</html>`.text
}

function amountLine(intent: Intent): string {
  return intent.object === 'payment_intent'
    ? `to pay ${spoken(intent.amount, intent.currency)}`
    : 'to save your card'
}

function question(intent: Intent): string {
  return frame(
    '3-D Secure',
    html`<h1>Confirm it’s you</h1>
<p>A shop asks your bank <strong>${amountLine(intent)}</strong>. This is a test page: choose how the bank responds.</p>
<form method="post" action="/_sandbox/3ds/${intent.id}">
<button class="yes" name="outcome" value="succeed">Complete authentication</button>
<button class="no" name="outcome" value="fail">Fail authentication</button>
</form>`,
  )
}

function verdict(intent: Intent): string {
  const ok = ['succeeded', 'requires_capture', 'requires_confirmation', 'processing'].includes(intent.status)
  return frame(
    '3-D Secure',
    html`<h1>${ok ? 'Authentication complete' : 'Authentication failed'}</h1><p>You can close this page and return to the shop.</p>`,
  )
}

function backTo(returnUrl: string, intent: Intent): string {
  const url = new URL(returnUrl)
  const name = intent.object
  url.searchParams.set(name, intent.id)
  url.searchParams.set(`${name}_client_secret`, intent.client_secret ?? '')
  url.searchParams.set('source_type', 'card')
  const ok = intent.status !== 'requires_payment_method' && intent.status !== 'canceled'
  url.searchParams.set(
    'redirect_status',
    intent.status === 'processing' ? 'pending' : ok ? 'succeeded' : 'failed',
  )
  return url.href
}

function settle(
  engine: Engine,
  id: string,
  passed: boolean,
): Promise<{ found: Found; intent: Intent } | undefined> {
  const account = engine.ownerOf(id, CHALLENGED)
  return engine.perform((unit) => {
    const found = find(unit, id)
    if (found === undefined) return undefined
    const call = pageCall(engine, unit, id)
    const { intent } = found
    const after =
      intent.object === 'payment_intent'
        ? finishChallenge(call, intent, passed)
        : finishSetupChallenge(call, intent, passed)
    followIntent(unit, after)
    return { found, intent: after }
  }, account)
}

export async function challengePage(engine: Engine, request: EdgeRequest, id: string): Promise<EdgeReply> {
  if (request.method === 'GET') {
    const found = await engine.look((unit) => find(unit, id), engine.ownerOf(id, CHALLENGED))
    if (found === undefined)
      return {
        status: 404,
        headers: pageHeaders(),
        body: frame(
          '3-D Secure',
          html`<h1>Nothing to confirm</h1><p>This payment doesn’t exist here. Go back to the shop and try again.</p>`,
        ),
      }
    // The SDK opens this page in a dialog on the shop's page, so any site may frame it.
    return {
      status: 200,
      headers: pageHeaders('*', '*'),
      body: found.intent.status === 'requires_action' ? question(found.intent) : verdict(found.intent),
    }
  }
  const fromJson = request.headers['content-type']?.startsWith('application/json') === true
  const outcome = fromJson
    ? (JSON.parse(request.body) as { outcome?: unknown }).outcome
    : parseForm(request.body === '' ? request.query : request.body)['outcome']
  if (outcome !== 'succeed' && outcome !== 'fail')
    return jsonReply(400, { error: 'outcome must be succeed or fail' })
  const settled = await settle(engine, id, outcome === 'succeed')
  if (settled === undefined) return jsonReply(404, { error: 'no such payment' })
  const { intent, found } = settled
  const wantsPage = request.headers.accept?.includes('text/html') === true
  if (!wantsPage) return jsonReply(200, { id: intent.id, object: intent.object, status: intent.status })
  if (found.returnUrl !== undefined && found.intent.next_action?.type === 'redirect_to_url')
    return {
      status: 303,
      headers: { ...pageHeaders('*', '*'), location: backTo(found.returnUrl, intent) },
      body: '',
    }
  return { status: 200, headers: pageHeaders('*', '*'), body: verdict(intent) }
}
