// A shop's page as the processor's own guide writes it, with React. It knows nothing of the
// sandbox, and must never have to.
import {
  CardCvcElement,
  CardElement,
  CardExpiryElement,
  CardNumberElement,
  Elements,
  PaymentElement,
  useElements,
  useStripe,
} from '@stripe/react-stripe-js'
import { loadStripe, type StripeElementsOptions } from '@stripe/stripe-js'
import { type FormEvent, type ReactNode, StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

const query = new URLSearchParams(location.search)
const clientSecret = query.get('secret') ?? ''
const stripePromise = loadStripe('pk_test_holdfast')
const heard: string[] = []
Object.assign(window, { heard })

function Form({ children, pay }: { children: ReactNode; pay: () => Promise<unknown> }) {
  const [result, setResult] = useState('')
  async function submit(event: FormEvent) {
    event.preventDefault()
    setResult(JSON.stringify(await pay()))
  }
  return (
    <form onSubmit={submit}>
      {children}
      <button type="submit">Pay</button>
      <output>{result}</output>
    </form>
  )
}

const note = (name: string) => () => void heard.push(name)

function ConfirmForm() {
  const stripe = useStripe()
  const elements = useElements()
  async function pay() {
    if (stripe === null || elements === null) return 'not loaded'
    return stripe.confirmPayment({
      elements,
      confirmParams: { return_url: location.href },
      redirect: 'if_required',
    })
  }
  return (
    <Form pay={pay}>
      <PaymentElement
        onReady={(element) => void heard.push(`ready ${typeof element.focus}`)}
        onChange={(event) => void heard.push(`change ${event.value.type} ${event.complete}`)}
        onFocus={note('focus')}
        onBlur={note('blur')}
        onEscape={note('escape')}
        onLoaderStart={note('loaderstart')}
      />
    </Form>
  )
}

interface Paid {
  status: string
  clientSecret: string
}

function TokenForm() {
  const stripe = useStripe()
  const elements = useElements()
  async function pay() {
    if (stripe === null || elements === null) return 'not loaded'
    const { error: wrong } = await elements.submit()
    if (wrong !== undefined) return { wrong }
    const { error, confirmationToken } = await stripe.createConfirmationToken({
      elements,
      params: { payment_method_data: { billing_details: { name: 'Ada' } }, return_url: location.href },
    })
    if (error !== undefined) return { error }
    const answer = await fetch('/pay', { method: 'POST', body: confirmationToken.id })
    const paid = (await answer.json()) as Paid
    return paid.status === 'requires_action'
      ? stripe.handleNextAction({ clientSecret: paid.clientSecret })
      : paid
  }
  return (
    <Form pay={pay}>
      <PaymentElement options={{ layout: 'accordion' }} />
    </Form>
  )
}

function CardForm() {
  const stripe = useStripe()
  const elements = useElements()
  async function pay() {
    const card = elements?.getElement(CardElement)
    if (stripe === null || card == null) return 'not loaded'
    return stripe.confirmCardPayment(clientSecret, {
      payment_method: { card, billing_details: { name: 'Ada' } },
    })
  }
  return (
    <Form pay={pay}>
      <CardElement
        onChange={(event) => void heard.push(`${event.brand} ${event.value.postalCode} ${event.complete}`)}
      />
    </Form>
  )
}

function SplitForm() {
  const stripe = useStripe()
  const elements = useElements()
  const [size, setSize] = useState('16px')
  async function pay() {
    const card = elements?.getElement(CardNumberElement)
    if (stripe === null || card == null) return 'not loaded'
    const { error, paymentMethod } = await stripe.createPaymentMethod({ type: 'card', card })
    if (error !== undefined) return { error }
    return stripe.confirmCardPayment(clientSecret, { payment_method: paymentMethod.id })
  }
  const options = {
    style: {
      base: { fontSize: size, '::placeholder': { color: 'rgb(1, 2, 3)' } },
      invalid: { color: 'rgb(200, 0, 0)' },
    },
  }
  return (
    <Form pay={pay}>
      <label htmlFor="number">Number</label>
      <CardNumberElement
        id="number"
        options={{ ...options, showIcon: true }}
        onChange={(event) => void heard.push(`number ${event.brand} ${event.complete}`)}
      />
      <CardExpiryElement
        options={options}
        onChange={(event) => void heard.push(`expiry ${event.complete} ${event.error?.code}`)}
      />
      <CardCvcElement
        options={{ ...options, placeholder: 'three digits' }}
        onChange={(event) => void heard.push(`cvc ${event.complete}`)}
      />
      <button type="button" onClick={() => setSize('22px')}>
        Larger
      </button>
    </Form>
  )
}

const deferred: StripeElementsOptions = { mode: 'payment', amount: 2500, currency: 'eur' }

function Page() {
  switch (query.get('form')) {
    case 'confirm':
      return (
        <Elements
          stripe={stripePromise}
          options={{ clientSecret, appearance: { theme: 'stripe', rules: RULES }, locale: 'de' }}
          children={<ConfirmForm />}
        />
      )
    case 'token':
      return <Elements stripe={stripePromise} options={deferred} children={<TokenForm />} />
    case 'card':
      return <Elements stripe={stripePromise} children={<CardForm />} />
    default:
      return <Elements stripe={stripePromise} children={<SplitForm />} />
  }
}

const RULES = {
  '.Input': { borderRadius: '3px', backgroundColor: 'rgb(250, 250, 200)' },
  '.Input:focus': { borderColor: 'rgb(0, 120, 0)' },
  '.Label': { textTransform: 'uppercase' },
  'body .Input': { color: 'rgb(255, 0, 0)' },
  '.Error': { position: 'fixed' },
}

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<StrictMode children={<Page />} />)
