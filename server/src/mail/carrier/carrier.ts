// What carries a mail to its recipient: a mail server, or the built-in mailbox.
import type { Answer } from '../domain/answers.ts'

export interface Attachment {
  readonly name: string
  readonly contentType: string
  readonly content: Buffer
}

export interface Message {
  /** The id of the mail: also its Message-ID. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly language: string
  readonly writtenAt: string
  readonly attachments: readonly Attachment[]
}

export interface Carrier {
  /** Never throws for what a mail server says or does not say. */
  send(message: Message): Promise<Answer>
  close(): void
}
