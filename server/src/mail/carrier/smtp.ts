// Sends mails to a mail server with nodemailer: a pool of few connections, and bounds on every wait.
// The only place that speaks SMTP.
import { createTransport } from 'nodemailer'
import MailComposer from 'nodemailer/lib/mail-composer'
import { type Answer, answerOf, type SmtpFailure } from '../domain/answers.ts'
import type { Carrier, Message } from './carrier.ts'

export interface SmtpOptions {
  readonly url: string
  /** An address, or a name with one: `Theatre <tickets@theatre.example>`. */
  readonly from: string
  /** For tests; a server that is silent for longer is given up. */
  readonly silenceMs?: number
}

const connections = 4
const defaultSilenceMs = 30_000

/** The domain of the sender: that of each Message-ID. */
export const domainOf = (from: string): string => /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'localhost'

/** A message as nodemailer takes it. */
export function envelopeOf(message: Message, from: string) {
  const { id, to, subject, text, html, language, writtenAt, attachments } = message
  return {
    from,
    to,
    subject,
    text,
    html,
    messageId: `<${id}@${domainOf(from)}>`,
    date: new Date(writtenAt),
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    attachments: attachments.map(({ name, contentType, content }) => ({
      filename: name,
      contentType,
      content,
    })),
    // Nothing is fetched for a mail, whatever stands in it.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** The message as it travels. */
export async function sourceOf(message: Message, from: string): Promise<string> {
  return (await new MailComposer(envelopeOf(message, from)).compile().build()).toString('utf8')
}

export function makeSmtpCarrier({ url, from, silenceMs = defaultSilenceMs }: SmtpOptions): Carrier {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    maxMessages: 100,
    connectionTimeout: silenceMs,
    greetingTimeout: silenceMs,
    socketTimeout: silenceMs,
    dnsTimeout: silenceMs,
  })
  // An idle connection that the server ends is no news: the next mail opens one.
  transport.on('error', () => undefined)
  return {
    async send(message): Promise<Answer> {
      try {
        await transport.sendMail(envelopeOf(message, from))
        return { kind: 'accepted' }
      } catch (error) {
        return answerOf(error as SmtpFailure)
      }
    },
    close: () => transport.close(),
  }
}
