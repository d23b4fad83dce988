// Named places at which the process can be told to die at once, as by a power cut: between two
// steps that must both be survived. Off, and free, unless FAILPOINT names one. Never a way to do
// anything else than to die.

/** `orders.after_commit:3` is the third time that this process comes by there. */
export const failpointNames = [
  'orders.before_commit',
  'orders.after_commit',
  'orders.after_hold',
  'orders.after_inbox',
  'orders.before_mark',
  'payments.before_commit',
  'payments.after_commit',
  'payments.before_effect',
  'payments.after_effect',
  'payments.after_inbox',
  'payments.before_mark',
  'expiration.before_commit',
  'expiration.after_commit',
  'expiration.mid_batch',
  'expiration.after_inbox',
  'expiration.before_mark',
  'tickets.before_commit',
  'tickets.after_commit',
  'tickets.after_inbox',
  'tickets.before_mark',
  'mail.before_commit',
  'mail.after_commit',
  'mail.before_send',
  'mail.after_send',
  'mail.after_inbox',
  'mail.before_mark',
  'webhooks.before_commit',
  'webhooks.after_commit',
  'webhooks.before_send',
  'webhooks.after_send',
  'webhooks.after_inbox',
  'webhooks.before_mark',
] as const

/** How often each armed place is passed before the process dies there. */
const armed = new Map<string, number>()

/** Tells what is wrong with a value of FAILPOINT, or null. */
export function problemOfFailpoints(text: string): string | null {
  const wrong = text.split(',').filter((part) => {
    const [name = '', hit = '1', ...more] = part.split(':')
    return !failpointNames.some((known) => known === name) || !/^[1-9]\d{0,6}$/.test(hit) || more.length > 0
  })
  return wrong.length > 0
    ? `unknown ${wrong.join(', ')}; there are ${failpointNames.join(', ')}, each with :n if wanted`
    : null
}

/** Before anything that has failpoints is made. */
export function armFailpoints(text: string): void {
  for (const part of text.split(',').filter(Boolean)) {
    const [name = '', hit = '1'] = part.split(':')
    armed.set(name, Number(hit))
  }
}

const passOn = () => undefined

/** What to call at the place. Made once, so that a place that is not armed costs nothing. */
export function makeFailpoint(name: string): () => void {
  if (!armed.has(name)) return passOn
  return () => {
    const left = (armed.get(name) ?? 0) - 1
    armed.set(name, left)
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
