// Charges as a view: they are made, captured and refunded through their payment intents.
import { badParamReference, invalidRequest } from '../core/errors.ts'
import {
  clearable,
  filled,
  given,
  hash,
  type MetadataChange,
  mergeMetadata,
  metadata,
  natural,
  oneOf,
  optionalText,
  positive,
  text,
} from '../core/params.ts'
import type { Charge } from '../objects/kinds.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { checkEmail } from './intent-checks.ts'
import { listRoute, loadObject, retrieveRoute } from './lists.ts'
import { type ShippingInput, shipping, shippingOf } from './methods.ts'
import { searchRoute } from './search.ts'
import { announceUpdate } from './updated.ts'

interface ChargeChange {
  customer?: string | undefined
  description?: string | null | undefined
  fraud_details?: { user_report?: 'fraudulent' | 'safe' | null | undefined } | undefined
  metadata?: MetadataChange | undefined
  receipt_email?: string | null | undefined
  shipping?: ShippingInput | undefined
  transfer_group?: string | undefined
}

function updateCharge(call: ApiCall, params: ChargeChange): Charge {
  const charge = loadObject(call, 'charge')
  const { customer, shipping: shipped, transfer_group: group } = params
  if (customer !== undefined && call.unit.find('customer', customer) === undefined)
    throw badParamReference('customer', customer, 'customer')
  if (customer !== undefined && charge.customer !== null && charge.customer !== customer)
    throw invalidRequest('You cannot change the customer of a charge that has one.', { param: 'customer' })
  if (group !== undefined && charge.transfer_group !== null && charge.transfer_group !== group)
    throw invalidRequest('You cannot change the transfer_group of a charge that has one.', {
      param: 'transfer_group',
    })
  checkEmail(params.receipt_email, 'receipt_email')
  const report = params.fraud_details?.user_report
  const after: Charge = {
    ...charge,
    customer: customer ?? charge.customer,
    description: given(params.description, charge.description),
    ...(report === undefined ? {} : { fraud_details: report === null ? {} : { user_report: report } }),
    metadata: mergeMetadata(charge.metadata, params.metadata),
    receipt_email: given(params.receipt_email, charge.receipt_email),
    shipping: shipped === undefined ? charge.shipping : shippingOf(shipped),
    transfer_group: group ?? charge.transfer_group,
  }
  call.unit.put('charge', after)
  announceUpdate(call.unit, 'charge.updated', charge, after)
  return after
}

export const chargeRoutes: RouteTable = {
  'GET /v1/charges': listRoute('charges.list', 'charge', ['payment_intent', 'customer', 'transfer_group']),
  'GET /v1/charges/search': searchRoute('charges.search', 'charge'),
  'GET /v1/charges/:id': retrieveRoute('charges.retrieve', 'charge'),
  'POST /v1/charges/:id': route(
    'charges.update',
    {
      customer: filled,
      description: optionalText,
      fraud_details: hash({ user_report: clearable(oneOf('fraudulent', 'safe')) }),
      metadata,
      receipt_email: optionalText,
      shipping,
      transfer_group: filled,
    },
    updateCharge,
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
      const charge = loadObject(call, 'charge')
      if (charge.captured)
        throw invalidRequest(`Charge ${charge.id} has already been captured.`, {
          code: 'charge_already_captured',
        })
      // Every charge here belongs to an intent, and two ways to take the same money would be one
      // too many.
      throw invalidRequest(
        `Charge ${charge.id} was created by PaymentIntent ${charge.payment_intent ?? ''}. Capture the PaymentIntent instead.`,
        { code: 'charge_invalid_parameter' },
      )
    },
  ),
  'GET /v1/charges/:id/refunds': listRoute('charges.refunds', 'refund', [], (call) => [
    ['charge', loadObject(call, 'charge').id],
  ]),
  'GET /v1/disputes': listRoute('disputes.list', 'dispute', ['charge', 'payment_intent']),
  'GET /v1/radar/early_fraud_warnings': listRoute('early_fraud_warnings.list', 'radar.early_fraud_warning', [
    'charge',
    'payment_intent',
  ]),
  'GET /v1/radar/early_fraud_warnings/:id': retrieveRoute(
    'early_fraud_warnings.retrieve',
    'radar.early_fraud_warning',
  ),
  'GET /v1/mandates/:id': retrieveRoute('mandates.retrieve', 'mandate'),
}
