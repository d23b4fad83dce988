#!/bin/sh
# Pays with a card and gives a part back.
set -eu
url=${SANDBOX_URL:-http://localhost:12111}
key=${SANDBOX_KEY:-sk_test_curl}

field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }

paid=$(curl -sS --fail-with-body -u "$key:" "$url/v1/payment_intents" \
  -H 'Idempotency-Key: order-42-pay' \
  -d amount=2500 -d currency=eur -d confirm=true -d payment_method=pm_card_visa \
  -d 'automatic_payment_methods[enabled]=true' -d 'automatic_payment_methods[allow_redirects]=never' \
  -d 'metadata[order_id]=42')
id=$(printf '%s' "$paid" | sed 's/,/\n/g' | sed -n 's/^{"id":"\(pi_[^"]*\)".*/\1/p' | head -n 1)
echo "paid $id"

refund=$(curl -sS --fail-with-body -u "$key:" "$url/v1/refunds" -d payment_intent="$id" -d amount=500)
echo "refund $(printf '%s' "$refund" | sed 's/,/\n/g' | field status)"
