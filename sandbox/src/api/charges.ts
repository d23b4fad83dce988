// Charges as a view: they are made, captured and refunded through their payment intents.
import { invalidRequest, noSuch } from '../core/errors.ts'
import { anything, clearable, mergeMetadata, metadata, natural, positive, text } from '../core/params.ts'
import { type RouteTable, route } from './call.ts'
import { listRoute, retrieveRoute } from './lists.ts'
import { searchRoute } from './search.ts'

export const chargeRoutes: RouteTable = {
  'GET /v1/charges': listRoute('charges.list', 'charge', ['payment_intent', 'customer', 'transfer_group']),
  'GET /v1/charges/search': searchRoute('charges.search', 'charge'),
  'GET /v1/charges/:id': retrieveRoute('charges.retrieve', 'charge'),
  'POST /v1/charges/:id': route(
    'charges.update',
    { metadata, description: text, receipt_email: clearable(text), fraud_details: anything },
    (call, params) => {
      const charge = call.unit.find('charge', call.id)
      if (charge === undefined) throw noSuch('charge', call.id)
      const after = {
        ...charge,
        metadata: mergeMetadata(charge.metadata, params.metadata),
        description: params.description ?? charge.description,
        receipt_email: params.receipt_email === undefined ? charge.receipt_email : params.receipt_email,
      }
      call.unit.put('charge', after)
      call.unit.emit('charge.updated', after, { metadata: charge.metadata })
      return after
    },
  ),
  'POST /v1/charges/:id/capture': route(
    'charges.capture',
    {
      amount: positive,
      application_fee_amount: natural,
      receipt_email: text,
      statement_descriptor: text,
      statement_descriptor_suffix: text,
    },
    (call) => {
      const charge = call.unit.find('charge', call.id)
      if (charge === undefined) throw noSuch('charge', call.id)
      if (charge.captured)
        throw invalidRequest(`Charge ${charge.id} has already been captured.`, { code: 'charge_already_captured' })
      // Every charge here belongs to an intent, and two ways to take the same money would be one too many.
      throw invalidRequest(
        `Charge ${charge.id} was created by PaymentIntent ${charge.payment_intent ?? ''}. Capture the PaymentIntent instead.`,
        { code: 'charge_invalid_parameter' },
      )
    },
  ),
  'GET /v1/charges/:id/refunds': listRoute('charges.refunds', 'refund', [], (call) => [['charge', call.id]]),
  'GET /v1/disputes': listRoute('disputes.list', 'dispute', ['charge', 'payment_intent']),
  'GET /v1/radar/early_fraud_warnings': listRoute('early_fraud_warnings.list', 'radar.early_fraud_warning', [
    'charge',
    'payment_intent',
  ]),
  'GET /v1/radar/early_fraud_warnings/:id': retrieveRoute('early_fraud_warnings.retrieve', 'radar.early_fraud_warning'),
  'GET /v1/mandates/:id': retrieveRoute('mandates.retrieve', 'mandate'),
}
