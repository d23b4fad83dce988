// The receipt that a charge's `receipt_url` points at.
import { spoken } from '../core/currency.ts'
import type { Engine } from '../engine.ts'
import type { EdgeReply } from '../http/request.ts'
import { html, pageHeaders } from './html.ts'

export async function receiptPage(engine: Engine, id: string): Promise<EdgeReply> {
  const charge = await engine.look((unit) => unit.find('charge', id), engine.ownerOf(id, ['charge']))
  if (charge === undefined) return { status: 404, headers: pageHeaders(), body: 'Receipt not found.' }
  const card = charge.payment_method_details?.card
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Receipt</title><link rel="stylesheet" href="/_sandbox/assets/challenge.css"></head>
<body><main><p class="bank">Receipt (test)</p><h1>${spoken(charge.amount_captured, charge.currency)}</h1>
<p>${charge.description ?? 'Payment'}</p><p>${card?.brand ?? 'card'} ending in ${card?.last4 ?? '????'}, ${new Date(charge.created * 1000).toISOString().slice(0, 10)}</p>
<p>${charge.amount_refunded > 0 ? `${spoken(charge.amount_refunded, charge.currency)} refunded` : 'Nothing refunded'}</p></main></body></html>`
  return { status: 200, headers: pageHeaders(), body: body.text }
}
