// What a mail server's answer, or its silence, means for a mail. Pure.

export type Answer =
  | { readonly kind: 'accepted' }
  /** The server takes this mail never. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Not now, or nobody knows: the same mail is sent again. */
  | {
      readonly kind: 'deferred'
      readonly reason: string
      /** No word came at all: other mails would not come through either. */
      readonly isAway?: true
    }

export interface SmtpFailure {
  readonly message: string
  readonly code?: string | undefined
  readonly responseCode?: number | undefined
  /** What the server was told when it said no. */
  readonly command?: string | undefined
}

/** Here a refusal is of this mail. Anywhere else it is of us: of our name, key or sender. */
const commandsAboutTheMail = new Set(['RCPT TO', 'DATA', 'API'])
const reasonLengthMax = 300

export function answerOf({ message, code, responseCode, command }: SmtpFailure): Answer {
  const reason = `${code ?? 'error'}: ${message}`.replaceAll(/\s+/g, ' ').slice(0, reasonLengthMax)
  const isFinal = responseCode !== undefined && responseCode >= 500 && responseCode <= 599
  return isFinal && commandsAboutTheMail.has(command ?? '')
    ? { kind: 'refused', reason }
    : { kind: 'deferred', reason, ...(responseCode === undefined ? { isAway: true } : {}) }
}
