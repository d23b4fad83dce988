# Pays with a card and gives a part back: gem install stripe
require 'stripe'

Stripe.api_key = ENV.fetch('SANDBOX_KEY', 'sk_test_ruby')
Stripe.api_base = ENV.fetch('SANDBOX_URL', 'http://localhost:12111')

paid = Stripe::PaymentIntent.create(
  {
    amount: 2500,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    metadata: { order_id: '42' },
  },
  { idempotency_key: 'order-42-pay' },
)
puts "paid #{paid.id}"

refund = Stripe::Refund.create({ payment_intent: paid.id, amount: 500 })
puts "refund #{refund.status}"
