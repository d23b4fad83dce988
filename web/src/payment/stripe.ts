// The part of Stripe.js that the checkout uses, and how it is loaded: from the address the shop
// names, never bundled, never ours.

export interface StripeFailure {
  readonly type?: string
  readonly code?: string
  readonly decline_code?: string
  readonly message?: string
}

export interface StripeElement {
  mount(target: HTMLElement): void
  destroy(): void
  on(event: 'ready' | 'loaderror', listener: (event: { readonly error?: StripeFailure }) => void): unknown
  on(event: 'change', listener: (event: { readonly complete: boolean }) => void): unknown
}

export interface StripeElements {
  create(type: 'payment', options: Record<string, unknown>): StripeElement
  submit(): Promise<{ readonly error?: StripeFailure }>
}

export interface StripeJs {
  elements(options: Record<string, unknown>): StripeElements
  createConfirmationToken(options: {
    readonly elements: StripeElements
    readonly params: Record<string, unknown>
  }): Promise<{ readonly confirmationToken?: { readonly id: string }; readonly error?: StripeFailure }>
  handleNextAction(options: { readonly clientSecret: string }): Promise<{ readonly error?: StripeFailure }>
}

declare global {
  interface Window {
    Stripe?: (publishableKey: string, options?: Record<string, unknown>) => StripeJs
  }
}

let loading: Promise<void> | null = null
let pending: HTMLScriptElement | null = null

/** Loads the script once. A failed load may be tried again: the reader may have been off line. */
function loadScript(url: string): Promise<void> {
  if (window.Stripe) return Promise.resolve()
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = url
    script.async = true
    pending = script
    script.onload = () => resolve()
    script.onerror = () => {
      forgetScript()
      reject(new Error(`the card processor's script could not be loaded`))
    }
    document.head.append(script)
  })
  return loading
}

/** The next try asks for the script again, also when the answer to this one still hangs. */
export function forgetScript(): void {
  if (window.Stripe) return
  pending?.remove()
  pending = null
  loading = null
}

export async function loadStripe(
  processor: { readonly scriptUrl: string; readonly publishableKey: string },
  locale: string,
): Promise<StripeJs> {
  await loadScript(processor.scriptUrl)
  if (!window.Stripe) {
    // Something else came in its place, such as the page of a filter.
    forgetScript()
    throw new Error(`the card processor's script did not start`)
  }
  return window.Stripe(processor.publishableKey, { locale })
}

/** The card form in our colours, read from the design so that it follows light and dark. */
export function appearance(): Record<string, unknown> {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  return {
    theme: dark ? 'night' : 'stripe',
    variables: {
      colorPrimary: token('--accent'),
      colorBackground: token('--surface'),
      colorText: token('--ink'),
      colorTextSecondary: token('--ink-soft'),
      colorDanger: token('--danger'),
      borderRadius: '10px',
      fontSizeBase: '16px',
    },
  }
}
