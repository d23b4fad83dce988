// Shops as the processor's samples build them, with their older SDK and the vendor's address for
// the script; only for tests.
import { createServer, type IncomingMessage } from 'node:http'
import { listenLocally, type ShopPage } from './browser-page.ts'
import type { Answer, OldStripe } from './old-sdks.ts'

const pick = ({ id, status, client_secret }: Answer) => ({ id, status, clientSecret: client_secret })

/** What the shops' servers do. */
const CALLS: Record<
  string,
  (stripe: OldStripe, input: Record<string, string>, home: string) => Promise<object>
> = {
  '/create-payment-intent': async (stripe, { types = 'card' }) =>
    pick(
      await stripe.paymentIntents.create({
        amount: 1999,
        currency: 'usd',
        payment_method_types: types.split(','),
      }),
    ),
  '/create-setup-intent': async (stripe) => {
    const customer = await stripe.customers.create({ email: 'saved@example.com' })
    return pick(await stripe.setupIntents.create({ customer: customer.id, payment_method_types: ['card'] }))
  },
  '/pay': async (stripe, { paymentMethodId, paymentIntentId }) => {
    if (paymentIntentId !== undefined) return pick(await stripe.paymentIntents.confirm(paymentIntentId))
    return pick(
      await stripe.paymentIntents.create({
        amount: 1099,
        currency: 'usd',
        payment_method: paymentMethodId,
        confirmation_method: 'manual',
        confirm: true,
      }),
    )
  },
  '/create-checkout-session': (stripe, _input, home) =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      payment_method_types: ['card'],
      line_items: [
        { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'Photo' } } },
      ],
      success_url: `${home}/?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${home}/?canceled=true`,
    }),
}

const HTML = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sample</title>
<style>body{font:16px system-ui;margin:16px}.box{border:1px solid #ccc;padding:12px}</style><script src="https://js.stripe.com/v3/"></script></head>
<body><div id="link"></div><div id="address"></div><div id="express"></div><div id="payment"></div><div id="card" class="box"></div>
<form action="/create-checkout-session" method="post"><button>Buy</button></form></body></html>`

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, string>) : {}
}

export async function startSampleShop(stripe: OldStripe): Promise<ShopPage> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const call = CALLS[path]
    if (call === undefined)
      return void response.setHeader('content-type', 'text/html; charset=utf-8').end(HTML)
    const home = `http://${request.headers.host ?? ''}`
    void bodyOf(request)
      .then((input) => call(stripe, input, home))
      .then(
        (made) => {
          // A form is led on; a script gets what it asked for.
          const asForm =
            request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
          if (asForm && 'url' in made) response.writeHead(303, { location: String(made.url) }).end()
          else response.end(JSON.stringify(made))
        },
        (error: unknown) => response.writeHead(400).end(JSON.stringify({ error: String(error) })),
      )
  })
  return listenLocally(server)
}
