<?php
// Pays with a card and gives a part back: composer require stripe/stripe-php
require 'vendor/autoload.php';

$stripe = new \Stripe\StripeClient([
    'api_key' => getenv('SANDBOX_KEY') ?: 'sk_test_php',
    'api_base' => getenv('SANDBOX_URL') ?: 'http://localhost:12111',
]);

$paid = $stripe->paymentIntents->create([
    'amount' => 2500,
    'currency' => 'eur',
    'confirm' => true,
    'payment_method' => 'pm_card_visa',
    'automatic_payment_methods' => ['enabled' => true, 'allow_redirects' => 'never'],
    'metadata' => ['order_id' => '42'],
], ['idempotency_key' => 'order-42-pay']);
echo "paid {$paid->id}\n";

$refund = $stripe->refunds->create(['payment_intent' => $paid->id, 'amount' => 500]);
echo "refund {$refund->status}\n";
