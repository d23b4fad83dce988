// The words between a shop's page and the frames of the sandbox's origin. Card data never appears
// in them.

export type CardKind = 'payment' | 'card' | 'cardNumber' | 'cardExpiry' | 'cardCvc'
/** Elements that collect text beside the card. */
export type PlainKind = 'linkAuthentication' | 'address'
/** Elements of wallets, which no test machine has: they show nothing. */
export type EmptyKind = 'expressCheckout' | 'paymentRequestButton'
export type ElementKind = CardKind | PlainKind | EmptyKind
export type Field = 'number' | 'expiry' | 'cvc' | 'postal'

export interface Appearance {
  theme?: string
  variables?: Record<string, string>
  rules?: Record<string, Record<string, string>>
  labels?: 'auto' | 'above' | 'floating'
  disableAnimations?: boolean
}
/** Properties of one variant of the classic elements' style, with pseudo-classes nested in it. */
export type StyleVariant = Record<string, string | number | Record<string, string | number>>

export interface Layout {
  type: 'tabs' | 'accordion' | 'auto'
  defaultCollapsed: boolean
  radios: boolean
}
export interface PlainOptions {
  /** Of an address: where the goods go, or who pays. */
  mode: 'shipping' | 'billing'
  defaults: Record<string, string>
  phone: boolean
  countries: string[]
}
export interface PlainValue {
  complete: boolean
  empty: boolean
  value: Record<string, unknown>
}
export interface FormConfig {
  kind: ElementKind | 'controller'
  key: string
  /** The connected account that is paid directly; '' is the platform. */
  account: string
  /** What the frames of one `stripe.elements()` share, so that split fields find each other. */
  group: string
  locale: string
  appearance: Appearance
  /** Style of the classic elements. */
  style: Partial<Record<'base' | 'complete' | 'empty' | 'invalid', StyleVariant>>
  layout: Layout
  placeholder: string | undefined
  postalCode: string
  hidePostalCode: boolean
  showIcon: boolean
  disabled: boolean
  testCards: boolean
  plain?: PlainOptions
}
export interface StripeError {
  type: string
  code?: string
  message?: string
  [name: string]: unknown
}
export type Answer = { value: unknown } | { error: StripeError }

/** From the page to a frame. */
export interface Ask {
  holdfast: string
  id: number
  action:
    | 'init'
    | 'validate'
    | 'create'
    | 'api'
    | 'focus'
    | 'blur'
    | 'clear'
    | 'collapse'
    | 'update'
    | 'value'
  payload: unknown
}
/** From a frame to the page: an answer, or something that happened. */
export type Tell =
  | { holdfast: string; id: number; answer: Answer }
  | { holdfast: string; event: string; detail: Record<string, unknown> }

export interface ApiRequest {
  method: 'GET' | 'POST'
  path: string
  params: Record<string, unknown>
}
/** What the frame makes of the typed card. */
export interface CreateRequest {
  target: 'payment_methods' | 'confirmation_tokens' | 'tokens' | 'confirm'
  params: Record<string, unknown>
  /** For `confirm`: where to. */
  path?: string
  /** Fields that are typed in other frames of the same group. */
  elsewhere?: Field[]
}
