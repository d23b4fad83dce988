# Pays with a card and gives a part back: pip install stripe
import os

import stripe

stripe.api_key = os.environ.get("SANDBOX_KEY", "sk_test_python")
stripe.api_base = os.environ.get("SANDBOX_URL", "http://localhost:12111")

paid = stripe.PaymentIntent.create(
    amount=2500,
    currency="eur",
    confirm=True,
    payment_method="pm_card_visa",
    automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
    metadata={"order_id": "42"},
    idempotency_key="order-42-pay",
)
print("paid", paid.id)

refund = stripe.Refund.create(payment_intent=paid.id, amount=500)
print("refund", refund.status)
