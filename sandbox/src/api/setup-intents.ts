// Setup intents: saving a card for later, with authentication where its bank wants it.
import { badParamReference, invalidRequest, noSuch } from '../core/errors.ts'
import { checkCardsLeft } from '../core/method-names.ts'
import { filled, given, mergeMetadata, oneOf, type Read } from '../core/params.ts'
import { setupRefusal } from '../machines/setup-intent.ts'
import type { SetupIntent } from '../objects/kinds.ts'
import { newSetupIntent, publicSetupView } from '../objects/setup-intent.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { checkOneMethod, checkPublishable } from './intent-checks.ts'
import { listRoute } from './lists.ts'
import { chooseTypes } from './method-types.ts'
import { cancelSetup, choose, confirmSetup, unexpected } from './setup-confirm.ts'
import { confirm, create, type SetupChange, update } from './setup-intent-params.ts'

function checkReferences(
  { unit }: ApiCall,
  params: SetupChange & { on_behalf_of?: string | undefined },
): void {
  const { customer, on_behalf_of: behalf, payment_method_configuration: configuration } = params
  if (customer !== undefined && unit.find('customer', customer) === undefined)
    throw badParamReference('customer', customer, 'customer')
  if (behalf !== undefined && unit.find('account', behalf) === undefined)
    throw badParamReference('account', behalf, 'on_behalf_of')
  if (configuration !== undefined)
    throw badParamReference('payment_method_configuration', configuration, 'payment_method_configuration')
}

type Options = NonNullable<SetupIntent['payment_method_options']>

function changedOptions(
  before: SetupIntent['payment_method_options'],
  change: SetupChange['payment_method_options'],
): Options {
  const card = before?.card ?? { mandate_options: null, network: null, request_three_d_secure: 'automatic' }
  const { network, request_three_d_secure: threeDs } = change?.card ?? {}
  return {
    card: {
      ...card,
      network: given(network, card.network),
      request_three_d_secure: threeDs ?? card.request_three_d_secure,
    },
  }
}

/** The parameters that creating, updating and confirming share, applied to a setup. */
function applied(intent: SetupIntent, params: SetupChange): SetupIntent {
  const changed: SetupIntent = {
    ...intent,
    allowed_payment_method_types: given(
      params.allowed_payment_method_types,
      intent.allowed_payment_method_types,
    ),
    customer: params.customer ?? intent.customer,
    description: given(params.description, intent.description),
    excluded_payment_method_types: given(
      params.excluded_payment_method_types,
      intent.excluded_payment_method_types,
    ),
    flow_directions: given(params.flow_directions, intent.flow_directions ?? null),
    metadata: mergeMetadata(intent.metadata ?? {}, params.metadata),
    payment_method_options: changedOptions(intent.payment_method_options, params.payment_method_options),
    payment_method_types: params.payment_method_types ?? intent.payment_method_types,
  }
  checkCardsLeft(changed.allowed_payment_method_types, changed.excluded_payment_method_types)
  return changed
}

function createSetup(call: ApiCall, params: Read<typeof create>): SetupIntent {
  const { unit } = call
  checkReferences(call, params)
  checkOneMethod(params)
  if (params.confirm !== true && params.mandate_data != null)
    throw invalidRequest('This parameter can only be used when `confirm=true`: mandate_data.', {
      param: 'mandate_data',
    })
  const empty = newSetupIntent(
    {
      ...chooseTypes(call, params),
      customer: params.customer ?? null,
      onBehalfOf: params.on_behalf_of ?? null,
      usage: params.usage ?? 'off_session',
    },
    unit.now,
  )
  const intent = applied(empty, params)
  const named =
    params.payment_method === undefined && params.payment_method_data === undefined
      ? undefined
      : choose(call, intent, params)
  const ready: SetupIntent =
    named === undefined
      ? intent
      : { ...intent, payment_method: named.method.id, status: 'requires_confirmation' }
  unit.put('setup_intent', ready)
  unit.emit('setup_intent.created', ready)
  return params.confirm === true ? confirmSetup(call, ready, params) : ready
}

function load(call: ApiCall, clientSecret?: string): SetupIntent {
  const intent = call.unit.find('setup_intent', call.id)
  if (intent === undefined) throw noSuch('setup_intent', call.id)
  if (call.publishable && clientSecret !== intent.client_secret) {
    throw invalidRequest(
      'The client_secret provided does not match any associated SetupIntent on this account.',
      {
        code: 'setup_intent_invalid_parameter',
        param: 'client_secret',
      },
    )
  }
  return intent
}

function shown(call: ApiCall, intent: SetupIntent): object {
  return call.publishable ? publicSetupView(intent) : intent
}

export const setupIntentRoutes: RouteTable = {
  'POST /v1/setup_intents': route('setup_intents.create', create, createSetup),
  'GET /v1/setup_intents': listRoute('setup_intents.list', 'setup_intent', ['customer', 'payment_method']),
  'GET /v1/setup_attempts': listRoute('setup_attempts.list', 'setup_attempt', ['setup_intent'], undefined, [
    'setup_intent',
  ]),
  'GET /v1/setup_intents/:id': route(
    'setup_intents.retrieve',
    { client_secret: filled },
    (call, params) => shown(call, load(call, params.client_secret)),
    {
      publishable: true,
    },
  ),
  'POST /v1/setup_intents/:id': route('setup_intents.update', update, (call, params) => {
    const intent = load(call)
    checkReferences(call, params)
    const named =
      params.payment_method === undefined && params.payment_method_data === undefined
        ? undefined
        : choose(call, intent, params)
    const after: SetupIntent = {
      ...applied(intent, params),
      ...(named === undefined
        ? {}
        : { payment_method: named.method.id, status: 'requires_confirmation' as const }),
    }
    call.unit.put('setup_intent', after)
    return after
  }),
  'POST /v1/setup_intents/:id/confirm': route(
    'setup_intents.confirm',
    confirm,
    (call, params) => {
      const intent = load(call, params.client_secret)
      checkPublishable(call, params)
      checkOneMethod(params)
      return shown(call, confirmSetup(call, applied(intent, params), params))
    },
    { publishable: true },
  ),
  'POST /v1/setup_intents/:id/cancel': route(
    'setup_intents.cancel',
    { cancellation_reason: oneOf('abandoned', 'requested_by_customer', 'duplicate') },
    (call, params) => {
      const intent = load(call)
      const refused = setupRefusal('cancel', intent.status)
      if (refused !== undefined) throw unexpected(intent, refused)
      return cancelSetup(call.unit, intent, params.cancellation_reason ?? null)
    },
  ),
}
