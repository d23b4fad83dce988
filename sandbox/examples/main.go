// Pays with a card and gives a part back: go get github.com/stripe/stripe-go/v82
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/stripe/stripe-go/v82"
	"github.com/stripe/stripe-go/v82/paymentintent"
	"github.com/stripe/stripe-go/v82/refund"
)

func env(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func main() {
	stripe.Key = env("SANDBOX_KEY", "sk_test_go")
	stripe.SetBackend(stripe.APIBackend, stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: stripe.String(env("SANDBOX_URL", "http://localhost:12111")),
	}))

	params := &stripe.PaymentIntentParams{
		Amount:        stripe.Int64(2500),
		Currency:      stripe.String("eur"),
		Confirm:       stripe.Bool(true),
		PaymentMethod: stripe.String("pm_card_visa"),
		AutomaticPaymentMethods: &stripe.PaymentIntentAutomaticPaymentMethodsParams{
			Enabled:        stripe.Bool(true),
			AllowRedirects: stripe.String("never"),
		},
	}
	params.SetIdempotencyKey("order-42-pay")
	paid, err := paymentintent.New(params)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("paid", paid.ID)

	given, err := refund.New(&stripe.RefundParams{PaymentIntent: stripe.String(paid.ID), Amount: stripe.Int64(500)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("refund", given.Status)
}
