// The mail server's part of the environment. Without one every mail goes to the built-in mailbox.
import { isEmailAddress } from '@holdfast/contract'
import type { Reader } from './reader.ts'

export interface MailConfig {
  /** Null: the built-in mailbox. */
  readonly smtpUrl: string | null
  /** An address, or a name with one in angle brackets. */
  readonly from: string
}

const addressIn = (from: string): string => /^[^<>]*<([^<>]+)>$/.exec(from)?.[1] ?? from

export function readMail(read: Reader, publicUrl: string): MailConfig {
  const smtpUrl = read.optionalUrl('SMTP_URL', ['smtp:', 'smtps:'])
  const name = URL.canParse(publicUrl) ? new URL(publicUrl).hostname : 'localhost'
  const from = read.open('MAIL_FROM', '')
  if (from === '') {
    if (smtpUrl !== null) read.problem('MAIL_FROM: required with SMTP_URL: the sender’s address')
    return { smtpUrl, from: `tickets@${name}` }
  }
  if (/[\r\n]/.test(from) || !isEmailAddress(addressIn(from)))
    read.problem('MAIL_FROM: expected an address, as in tickets@example.com or Theatre <tickets@example.com>')
  return { smtpUrl, from }
}
