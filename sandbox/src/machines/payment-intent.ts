// The rules of a payment intent: which command each status allows, in the processor's words. Pure.
import type { PaymentIntent } from '../objects/kinds.ts'

export type IntentCommand = 'confirm' | 'capture' | 'cancel' | 'update_amount'

const ALLOWED: Record<IntentCommand, readonly string[]> = {
  confirm: ['requires_payment_method', 'requires_confirmation', 'requires_action'],
  capture: ['requires_capture'],
  cancel: [
    'requires_payment_method',
    'requires_capture',
    'requires_confirmation',
    'requires_action',
    'processing',
  ],
  update_amount: ['requires_payment_method', 'requires_confirmation', 'requires_action'],
}

/** The reason why the command is refused, or undefined when it may go on. */
export function refusal(
  command: IntentCommand,
  intent: Pick<PaymentIntent, 'status' | 'payment_method'>,
): string | undefined {
  const { status } = intent
  const allowed = ALLOWED[command]
  if (allowed.includes(status)) return undefined
  const list = allowed.join(', ')
  switch (command) {
    case 'capture':
      return status === 'succeeded'
        ? 'This PaymentIntent could not be captured because it has already been captured.'
        : `This PaymentIntent could not be captured because it has a status of ${status}. Only a PaymentIntent with one of the following statuses may be captured: ${list}.`
    case 'cancel':
      return `You cannot cancel this PaymentIntent because it has a status of ${status}. Only a PaymentIntent with one of the following statuses may be canceled: ${list}.`
    case 'update_amount':
      return `This PaymentIntent's amount could not be updated because it has a status of ${status}. You may only update the amount of a PaymentIntent with one of the following statuses: ${list}.`
    case 'confirm':
      return status === 'succeeded' || status === 'requires_capture'
        ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
        : `You cannot confirm this PaymentIntent because it has a status of ${status}. Only a PaymentIntent with one of the following statuses may be confirmed: ${list}.`
  }
}

export const NO_METHOD =
  "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken."

export function noReturnUrl(object: 'PaymentIntent' | 'SetupIntent'): string {
  return `This ${object} is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a \`return_url\`. If you don't want to accept redirect-based payment methods, set \`automatic_payment_methods[enabled]\` to \`true\` and \`automatic_payment_methods[allow_redirects]\` to \`never\` when creating Setup Intents and Payment Intents.`
}

export const AUTHENTICATION_FAILED =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.'
