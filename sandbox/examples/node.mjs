// Pays with a card and gives a part back: npm install stripe
import Stripe from 'stripe'

const { hostname, port, protocol } = new URL(process.env.SANDBOX_URL ?? 'http://localhost:12111')
const stripe = new Stripe(process.env.SANDBOX_KEY ?? 'sk_test_node', {
  host: hostname,
  port: Number(port),
  protocol: protocol.replace(':', ''),
  telemetry: false,
})

const paid = await stripe.paymentIntents.create(
  {
    amount: 2500,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    metadata: { order_id: '42' },
  },
  { idempotencyKey: 'order-42-pay' },
)
console.log('paid', paid.id)

const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 500 })
console.log('refund', refund.status)
