// Payments of buyers who are not there, and what of a confirmation may be said without one.
import { METHODS, parity, type Row, refused } from './rows.ts'

const ABSENT: Row[] = [
  {
    what: 'an absent buyer needs no address to come back to',
    docs: 'payments/save-and-reuse#charge-saved-payment-method',
    ask: ({ stripe }) =>
      stripe.paymentIntents.create({
        amount: 5000,
        currency: 'eur',
        confirm: true,
        off_session: true,
        payment_method: 'pm_card_visa',
        automatic_payment_methods: { enabled: true },
      }),
    answer: { status: 'succeeded' },
  },
  {
    what: 'a present one does',
    docs: 'api/payment_intents/create#create_payment_intent-return_url',
    ask: ({ stripe }) =>
      refused(
        stripe.paymentIntents.create({
          amount: 5000,
          currency: 'eur',
          confirm: true,
          payment_method: 'pm_card_visa',
        }),
      ),
    answer: { status: 400, param: 'return_url' },
  },
  {
    what: 'saying that nothing is confirmed and nobody is absent changes nothing',
    docs: 'api/payment_intents/create#create_payment_intent-off_session',
    ask: ({ stripe }) =>
      stripe.paymentIntents.create({ amount: 5000, currency: 'eur', off_session: false, confirm: false }),
    answer: { status: 'requires_payment_method' },
  },
  {
    what: 'an absent buyer without a confirmation is refused',
    docs: 'api/payment_intents/create#create_payment_intent-off_session',
    ask: ({ stripe }) =>
      refused(stripe.paymentIntents.create({ amount: 5000, currency: 'eur', off_session: true })),
    answer: { status: 400, param: 'off_session' },
  },
  {
    what: 'an absent buyer’s bank may want them',
    docs: 'testing#regulatory-cards',
    ask: ({ stripe }) =>
      refused(
        stripe.paymentIntents.create({
          amount: 5000,
          currency: 'eur',
          confirm: true,
          off_session: 'recurring',
          payment_method: 'pm_card_authenticationRequired',
          automatic_payment_methods: METHODS,
        }),
      ),
    answer: { status: 402, code: 'authentication_required' },
  },
]
parity('off session', ABSENT)
