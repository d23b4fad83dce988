// The names of payment methods that the processor knows; the sandbox itself takes cards only.
// Source:
// https://docs.stripe.com/api/payment_intents/create#create_payment_intent-excluded_payment_method_types
import { invalidRequest } from './errors.ts'
import { filled, listOf, oneOf, type Reader } from './params.ts'

const NAMES =
  'acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie bizum blik ' +
  'boleto card cashapp crypto customer_balance eps fpx giropay grabpay ideal kakao_pay klarna konbini kr_card link ' +
  'mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto pix ' +
  'promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish twint upi ' +
  'us_bank_account wechat_pay zip'

export const METHOD_NAMES: readonly string[] = NAMES.split(' ')
export const methodNames: Reader<string[]> = listOf((value, name) =>
  oneOf(...METHOD_NAMES)(filled(value, name), name),
)

/** An intent that leaves no method which could be paid with is refused. */
export function checkCardsLeft(allowed: readonly string[] | null, excluded: readonly string[] | null): void {
  const left =
    (allowed === null || allowed.length === 0 || allowed.includes('card')) &&
    excluded?.includes('card') !== true
  if (left) return
  throw invalidRequest(
    'No valid payment method types for this Payment Intent. Please ensure that you have activated payment methods compatible with your chosen currency in your dashboard (https://dashboard.stripe.com/settings/payment_methods) and that at least one of them is allowed.',
    {
      param:
        excluded?.includes('card') === true
          ? 'excluded_payment_method_types'
          : 'allowed_payment_method_types',
    },
  )
}
