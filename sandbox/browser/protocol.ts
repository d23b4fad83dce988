// The words between a shop's page and the frames of the sandbox's origin. Card data never appears in them.

export interface Appearance {
  theme?: string
  variables?: Record<string, string>
  labels?: 'above' | 'floating'
}
export interface FormConfig {
  kind: 'payment' | 'card' | 'controller'
  key: string
  locale: string
  appearance: Appearance
  /** Style of the classic Card Element. */
  style: Record<string, Record<string, string>>
  hidePostalCode: boolean
  testCards: boolean
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
  action: 'init' | 'validate' | 'create' | 'api' | 'focus' | 'blur' | 'clear' | 'update'
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
}
