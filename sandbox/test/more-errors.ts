// Parameters that exclude each other, exceed what is there or belong to the server, and the answers
// they get.
import type { ErrorCase } from './error-case.ts'

const PAY =
  'amount=1000&currency=eur&confirm=true&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never'
const CREATE = 'POST /v1/payment_intents'

const rows: [title: string, call: string, form: string, code: string | null, param: string | null][] = [
  [
    'two ways to name the card',
    CREATE,
    `${PAY}&payment_method=pm_card_visa&confirmation_token={token}`,
    'parameters_exclusive',
    null,
  ],
  ['confirmation token used twice', CREATE, `${PAY}&confirmation_token={token}`, null, 'confirmation_token'],
  [
    'unknown confirmation token',
    CREATE,
    `${PAY}&confirmation_token=ctoken_none`,
    'resource_missing',
    'confirmation_token',
  ],
  [
    'application fee with nobody to pay',
    CREATE,
    `${PAY}&payment_method=pm_card_visa&application_fee_amount=5`,
    null,
    'application_fee_amount',
  ],
  [
    'statement descriptor for a card',
    CREATE,
    `${PAY}&payment_method=pm_card_visa&statement_descriptor=SHOP`,
    null,
    'statement_descriptor',
  ],
  [
    'statement descriptor suffix of 23 characters',
    CREATE,
    `${PAY}&payment_method=pm_card_visa&statement_descriptor_suffix=${'A'.repeat(23)}`,
    null,
    'statement_descriptor_suffix',
  ],
  [
    'e-mail address that is none',
    CREATE,
    `${PAY}&payment_method=pm_card_visa&receipt_email=ada`,
    'email_invalid',
    'receipt_email',
  ],
  [
    'capture in several parts',
    'POST /v1/payment_intents/{held}/capture',
    'final_capture=false',
    null,
    'final_capture',
  ],
  [
    'capture while the bank thinks',
    'POST /v1/payment_intents/{processing}/capture',
    '',
    'payment_intent_unexpected_state',
    null,
  ],
  [
    'capture by charge, captured already',
    'POST /v1/charges/{refunded}/capture',
    '',
    'charge_already_captured',
    null,
  ],
  [
    'capture by charge instead of by its intent',
    'POST /v1/charges/{heldCharge}/capture',
    '',
    'charge_invalid_parameter',
    null,
  ],
  ['refund after a lost dispute', 'POST /v1/refunds', 'payment_intent={lost}', 'charge_disputed', null],
  [
    'setup that may redirect, without a return address',
    'POST /v1/setup_intents',
    'confirm=true&payment_method=pm_card_visa',
    null,
    'return_url',
  ],
  [
    'list in both directions',
    'GET /v1/charges?starting_after=ch_a&ending_before=ch_b',
    '',
    'parameters_exclusive',
    null,
  ],
  [
    'events by type and by types',
    'GET /v1/events?type=charge.failed&types[0]=charge.failed',
    '',
    'parameters_exclusive',
    null,
  ],
]

export const MORE_ERRORS: ErrorCase[] = [
  ...rows.map(([title, call, form, code, param]) => ({
    title,
    call,
    form,
    status: 400,
    type: 'invalid_request_error',
    ...(code === null ? {} : { code }),
    ...(param === null ? {} : { param }),
  })),
  {
    title: 'browser that decides about the capture',
    call: 'POST /v1/payment_intents/{fresh}/confirm',
    form: 'client_secret={secret}&payment_method=pm_card_visa&capture_method=manual',
    key: 'pk_test_holdfast',
    status: 400,
    type: 'invalid_request_error',
    code: 'secret_key_required',
    param: 'capture_method',
  },
]
