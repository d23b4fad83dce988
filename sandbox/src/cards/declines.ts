// What each kind of decline says: to the buyer (message), to the caller (code) and to staff
// (decline code). Lost, stolen and fraudulent cards share the generic message so that a thief
// learns nothing.

export interface Decline {
  code: string
  declineCode?: string
  message: string
  advice?: string
  networkCode?: string
  /** Stopped before it reached the card network. */
  blocked?: 'highest_risk_level' | 'rule'
}

const DECLINED = 'Your card was declined.'

export const DECLINES = {
  generic: {
    code: 'card_declined',
    declineCode: 'generic_decline',
    message: DECLINED,
    advice: 'try_again_later',
    networkCode: '01',
  },
  insufficientFunds: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
    advice: 'try_again_later',
    networkCode: '51',
  },
  lost: {
    code: 'card_declined',
    declineCode: 'lost_card',
    message: DECLINED,
    advice: 'do_not_try_again',
    networkCode: '41',
  },
  stolen: {
    code: 'card_declined',
    declineCode: 'stolen_card',
    message: DECLINED,
    advice: 'do_not_try_again',
    networkCode: '43',
  },
  expired: {
    code: 'expired_card',
    declineCode: 'expired_card',
    message: 'Your card has expired.',
    advice: 'do_not_try_again',
    networkCode: '54',
  },
  incorrectCvc: {
    code: 'incorrect_cvc',
    declineCode: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
    advice: 'confirm_card_data',
    networkCode: 'N7',
  },
  processing: {
    code: 'processing_error',
    declineCode: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
    advice: 'try_again_later',
    networkCode: '96',
  },
  velocity: {
    code: 'card_declined',
    declineCode: 'card_velocity_exceeded',
    message:
      'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    advice: 'try_again_later',
    networkCode: '65',
  },
  blocked: {
    code: 'card_declined',
    declineCode: 'fraudulent',
    message: DECLINED,
    advice: 'do_not_try_again',
    blocked: 'rule',
  },
  highestRisk: {
    code: 'card_declined',
    declineCode: 'fraudulent',
    message: DECLINED,
    advice: 'do_not_try_again',
    blocked: 'highest_risk_level',
  },
  authenticationRequired: {
    code: 'authentication_required',
    declineCode: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
    networkCode: '1A',
  },
  liveCard: {
    code: 'card_declined',
    declineCode: 'test_mode_live_card',
    message:
      'Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
  },
} as const satisfies Record<string, Decline>
