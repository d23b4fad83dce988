// The rules of a setup intent: which command each status allows. Pure.

const ALLOWED = {
  confirm: ['requires_payment_method', 'requires_confirmation', 'requires_action'],
  cancel: ['requires_payment_method', 'requires_confirmation', 'requires_action'],
} as const

export function setupRefusal(command: keyof typeof ALLOWED, status: string): string | undefined {
  const allowed: readonly string[] = ALLOWED[command]
  if (allowed.includes(status)) return undefined
  if (command === 'cancel') {
    return `You cannot cancel this SetupIntent because it has a status of ${status}. Only a SetupIntent with one of the following statuses may be canceled: ${allowed.join(', ')}.`
  }
  return status === 'succeeded'
    ? 'You cannot confirm this SetupIntent because it has already succeeded.'
    : `You cannot confirm this SetupIntent because it has a status of ${status}.`
}
