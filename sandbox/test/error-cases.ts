// Wrong input and the answer it gets, as one table: the test sends each, the README shows each.

export interface ErrorCase {
  title: string;
  /** Method and path; {held}, {paid}, {fresh}, {charge}, {refunded} stand for payments in that state. */
  call: string;
  form?: string;
  key?: string | null;
  status: number;
  type: string;
  code?: string;
  param?: string;
}

const CARD = "payment_method_data[type]=card&payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2032&payment_method_data[card][cvc]=123&payment_method_data[card][number]=";
const PAY = "amount=1000&currency=eur&confirm=true&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never";
const INVALID = "invalid_request_error";

export const ERROR_CASES: ErrorCase[] = [
  { title: "no API key", call: "GET /v1/charges", key: null, status: 401, type: INVALID },
  { title: "wrong API key", call: "GET /v1/charges", key: "sk_test_wrong", status: 401, type: INVALID },
  { title: "publishable key for a secret call", call: "GET /v1/charges", key: "pk_test_holdfast", status: 403, type: INVALID, code: "secret_key_required" },
  { title: "unknown route", call: "GET /v1/nothing", status: 404, type: INVALID },
  { title: "known path, wrong method", call: "DELETE /v1/payment_intents/{fresh}", status: 404, type: INVALID },
  { title: "unknown parameter", call: "POST /v1/payment_intents", form: "amount=1000&currency=eur&colour=red", status: 400, type: INVALID, code: "parameter_unknown", param: "colour" },
  { title: "`payment_method_types`, gone since endive", call: "POST /v1/payment_intents", form: "amount=1000&currency=eur&payment_method_types[0]=card", status: 400, type: INVALID, code: "parameter_unknown", param: "payment_method_types" },
  { title: "unknown nested parameter", call: "POST /v1/payment_intents", form: "amount=1000&currency=eur&automatic_payment_methods[on]=true", status: 400, type: INVALID, code: "parameter_unknown", param: "automatic_payment_methods[on]" },
  { title: "amount missing", call: "POST /v1/payment_intents", form: "currency=eur", status: 400, type: INVALID, code: "parameter_missing", param: "amount" },
  { title: "currency missing", call: "POST /v1/payment_intents", form: "amount=1000", status: 400, type: INVALID, code: "parameter_missing", param: "currency" },
  { title: "amount not an integer", call: "POST /v1/payment_intents", form: "amount=10.5&currency=eur", status: 400, type: INVALID, code: "parameter_invalid_integer", param: "amount" },
  { title: "amount negative", call: "POST /v1/payment_intents", form: "amount=-5&currency=eur", status: 400, type: INVALID, code: "parameter_invalid_integer", param: "amount" },
  { title: "amount below the smallest charge", call: "POST /v1/payment_intents", form: "amount=49&currency=usd", status: 400, type: INVALID, code: "amount_too_small", param: "amount" },
  { title: "amount of nine digits", call: "POST /v1/payment_intents", form: "amount=100000000&currency=usd", status: 400, type: INVALID, code: "amount_too_large", param: "amount" },
  { title: "three-decimal amount that cards cannot take", call: "POST /v1/payment_intents", form: "amount=1001&currency=kwd", status: 400, type: INVALID, param: "amount" },
  { title: "unknown currency", call: "POST /v1/payment_intents", form: "amount=1000&currency=xxx", status: 400, type: INVALID, param: "currency" },
  { title: "empty string for a parameter that cannot be unset", call: "POST /v1/payment_intents", form: "amount=1000&currency=eur&payment_method=", status: 400, type: INVALID, code: "parameter_invalid_empty", param: "payment_method" },
  { title: "wrong word for an enumeration", call: "POST /v1/payment_intents", form: "amount=1000&currency=eur&capture_method=later", status: 400, type: INVALID, param: "capture_method" },
  { title: "metadata key of 41 characters", call: "POST /v1/payment_intents", form: `amount=1000&currency=eur&metadata[${"k".repeat(41)}]=1`, status: 400, type: INVALID, param: "metadata" },
  { title: "metadata value of 501 characters", call: "POST /v1/payment_intents", form: `amount=1000&currency=eur&metadata[k]=${"v".repeat(501)}`, status: 400, type: INVALID, param: "metadata[k]" },
  { title: "confirm-only parameter without confirm", call: "POST /v1/payment_intents", form: "amount=1000&currency=eur&off_session=true", status: 400, type: INVALID, param: "off_session" },
  { title: "redirects allowed but no return address", call: "POST /v1/payment_intents", form: "amount=1000&currency=eur&confirm=true&payment_method=pm_card_visa", status: 400, type: INVALID, param: "return_url" },
  { title: "unknown payment method", call: "POST /v1/payment_intents", form: `${PAY}&payment_method=pm_none`, status: 400, type: INVALID, code: "resource_missing", param: "payment_method" },
  { title: "unknown customer", call: "POST /v1/payment_intents", form: "amount=1000&currency=eur&customer=cus_none", status: 400, type: INVALID, code: "resource_missing", param: "customer" },
  { title: "confirm without a payment method", call: "POST /v1/payment_intents/{fresh}/confirm", form: "return_url=https%3A%2F%2Fshop.example", status: 400, type: INVALID, code: "payment_intent_unexpected_state" },
  { title: "confirm what is already paid", call: "POST /v1/payment_intents/{paid}/confirm", form: "payment_method=pm_card_visa", status: 400, type: INVALID, code: "payment_intent_unexpected_state" },
  { title: "capture before confirmation", call: "POST /v1/payment_intents/{fresh}/capture", status: 400, type: INVALID, code: "payment_intent_unexpected_state" },
  { title: "capture twice", call: "POST /v1/payment_intents/{paid}/capture", status: 400, type: INVALID, code: "payment_intent_unexpected_state" },
  { title: "capture more than was held", call: "POST /v1/payment_intents/{held}/capture", form: "amount_to_capture=5001", status: 400, type: INVALID, code: "amount_too_large", param: "amount_to_capture" },
  { title: "cancel what is paid", call: "POST /v1/payment_intents/{paid}/cancel", status: 400, type: INVALID, code: "payment_intent_unexpected_state" },
  { title: "change the amount of held money", call: "POST /v1/payment_intents/{held}", form: "amount=900", status: 400, type: INVALID, code: "payment_intent_unexpected_state", param: "amount" },
  { title: "unknown payment intent", call: "GET /v1/payment_intents/pi_none", status: 404, type: INVALID, code: "resource_missing", param: "intent" },
  { title: "unknown charge", call: "GET /v1/charges/ch_none", status: 404, type: INVALID, code: "resource_missing", param: "id" },
  { title: "refund of a fully refunded charge", call: "POST /v1/refunds", form: "charge={refunded}", status: 400, type: INVALID, code: "charge_already_refunded" },
  { title: "refund above what is left", call: "POST /v1/refunds", form: "payment_intent={paid}&amount=5001", status: 400, type: INVALID, param: "amount" },
  { title: "refund of held money by its intent", call: "POST /v1/refunds", form: "payment_intent={held}", status: 400, type: INVALID, code: "payment_intent_unexpected_state" },
  { title: "refund of nothing", call: "POST /v1/refunds", form: "", status: 400, type: INVALID },
  { title: "refund of zero", call: "POST /v1/refunds", form: "payment_intent={paid}&amount=0", status: 400, type: INVALID, code: "parameter_invalid_integer", param: "amount" },
  { title: "list limit of 101", call: "GET /v1/charges?limit=101", status: 400, type: INVALID, param: "limit" },
  { title: "unknown cursor", call: "GET /v1/charges?starting_after=ch_none", status: 404, type: INVALID, code: "resource_missing", param: "starting_after" },
  { title: "field that cannot be expanded", call: "GET /v1/payment_intents/{paid}?expand[]=amount", status: 400, type: INVALID, param: "expand" },
  { title: "expansion deeper than four levels", call: "GET /v1/payment_intents/{paid}?expand[]=latest_charge.payment_intent.latest_charge.payment_intent.latest_charge", status: 400, type: INVALID, param: "expand" },
  { title: "search that cannot be parsed", call: "GET /v1/payment_intents/search?query=%3F%3F", status: 400, type: INVALID, param: "query" },
  { title: "webhook endpoint without a scheme", call: "POST /v1/webhook_endpoints", form: "url=shop.example&enabled_events[0]=*", status: 400, type: INVALID, code: "url_invalid", param: "url" },
  { title: "card declined", call: "POST /v1/payment_intents", form: `${PAY}&${CARD}4000000000000002`, status: 402, type: "card_error", code: "card_declined" },
  { title: "card expired", call: "POST /v1/payment_intents", form: `${PAY}&${CARD}4000000000000069`, status: 402, type: "card_error", code: "expired_card", param: "exp_month" },
  { title: "wrong security code", call: "POST /v1/payment_intents", form: `${PAY}&${CARD}4000000000000127`, status: 402, type: "card_error", code: "incorrect_cvc", param: "cvc" },
  { title: "processing error", call: "POST /v1/payment_intents", form: `${PAY}&${CARD}4000000000000119`, status: 402, type: "card_error", code: "processing_error" },
  { title: "number that fails its check digit", call: "POST /v1/payment_intents", form: `${PAY}&${CARD}4242424242424241`, status: 402, type: "card_error", code: "incorrect_number", param: "number" },
  { title: "valid number that is no test card", call: "POST /v1/payment_intents", form: `${PAY}&${CARD}4111111111111111`, status: 402, type: "card_error", code: "card_declined", param: "number" },
  { title: "month 13", call: "POST /v1/payment_methods", form: "type=card&card[number]=4242424242424242&card[exp_month]=13&card[exp_year]=2032", status: 402, type: "card_error", code: "invalid_expiry_month", param: "exp_month" },
  { title: "year in the past", call: "POST /v1/payment_methods", form: "type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2020", status: 402, type: "card_error", code: "invalid_expiry_year", param: "exp_year" },
  { title: "security code of two digits", call: "POST /v1/payment_methods", form: "type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2032&card[cvc]=99", status: 402, type: "card_error", code: "invalid_cvc", param: "cvc" },
  { title: "publishable key without the client secret", call: "GET /v1/payment_intents/{paid}", key: "pk_test_holdfast", status: 400, type: INVALID, code: "parameter_missing", param: "client_secret" },
  { title: "client secret of another payment", call: "GET /v1/payment_intents/{paid}?client_secret=pi_x_secret_y", key: "pk_test_holdfast", status: 400, type: INVALID, code: "payment_intent_invalid_parameter", param: "client_secret" },
  { title: "percent sign without digits", call: "POST /v1/payment_intents", form: "amount=%ZZ", status: 400, type: INVALID },
  { title: "parameter given as a value and as a hash", call: "POST /v1/payment_intents", form: "metadata=1&metadata[a]=2", status: 400, type: INVALID },
];

export function tableRow({ title, status, type, code, param }: ErrorCase): string {
  return `| ${title} | ${status} | ${type} | ${code ?? ""} | ${param ?? ""} |`;
}
