// What Stripe.js makes of a card without paying: payment methods and tokens, in the signatures of
// today and of the first years.
import type { Answer, CreateRequest, StripeError } from '../protocol.ts'
import type { StripeElement } from './element.ts'
import type { Elements } from './elements.ts'

type Params = Record<string, unknown>
type Failure = { error: StripeError }
type Outcome = Params | Failure

export function isElement(value: unknown): value is StripeElement {
  return typeof value === 'object' && value !== null && '_frame' in value
}

export function named(answer: Answer, name: string): Outcome {
  return 'error' in answer ? answer : { [name]: answer.value }
}

interface NewMethod {
  elements?: Elements
  params?: Params
  type?: string
  card?: unknown
  billing_details?: Params
  metadata?: Params
}
export interface CardDeps {
  create(element: StripeElement | undefined, request: CreateRequest): Promise<Answer>
  problem(message: string): Failure
}

export function makeCardCalls({ create, problem }: CardDeps) {
  async function methodOf({ type = 'card', card, billing_details, metadata }: NewMethod): Promise<Outcome> {
    if (type !== 'card') return problem(`createPaymentMethod: the sandbox takes cards, not "${type}".`)
    if (!isElement(card)) return problem('card must be a Card Element.')
    const given = Object.entries({ billing_details, metadata }).filter(([, value]) => value !== undefined)
    return named(
      await create(card, { target: 'payment_methods', params: Object.fromEntries(given) }),
      'paymentMethod',
    )
  }

  return {
    createPaymentMethod: async (
      data: NewMethod | string,
      card?: unknown,
      more: Params = {},
    ): Promise<Outcome> => {
      // The signature of the first years: the type, the element, and the rest.
      if (typeof data === 'string') return methodOf({ ...more, type: data, card })
      if (data.elements === undefined) return methodOf(data)
      const { elements, params = {} } = data
      const { billing } = await elements._collected()
      const details = { ...billing, ...((params['billing_details'] ?? {}) as Params) }
      const full = Object.keys(details).length === 0 ? params : { ...params, billing_details: details }
      return named(
        await create(elements._chief(), { target: 'payment_methods', params: full }),
        'paymentMethod',
      )
    },
    async createToken(element: unknown, data: Params = {}): Promise<Outcome> {
      if (isElement(element)) return named(await create(element, { target: 'tokens', params: data }), 'token')
      if (typeof element === 'string')
        return problem(`createToken: the sandbox makes no token of type "${element}".`)
      return problem('createToken needs a Card Element.')
    },
  }
}
