// Charges as a view: they are made, captured and refunded through their payment intents.
import { noSuch } from '../core/errors.ts'
import { anything, clearable, mergeMetadata, metadata, text } from '../core/params.ts'
import { type RouteTable, route } from './call.ts'
import { listRoute, retrieveRoute, searchRoute } from './lists.ts'

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
  'GET /v1/charges/:id/refunds': listRoute('charges.refunds', 'refund', [], (call) => [['charge', call.id]]),
  'GET /v1/disputes': listRoute('disputes.list', 'dispute', ['charge', 'payment_intent']),
  'GET /v1/radar/early_fraud_warnings': listRoute('early_fraud_warnings.list', 'radar.early_fraud_warning', ['charge']),
  'GET /v1/radar/early_fraud_warnings/:id': retrieveRoute('early_fraud_warnings.retrieve', 'radar.early_fraud_warning'),
  'GET /v1/mandates/:id': retrieveRoute('mandates.retrieve', 'mandate'),
}
