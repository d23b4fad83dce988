// HTTP of the built-in mailbox: for everybody on the machine of a local shop, elsewhere for
// operators.
import {
  MailboxFaultBody,
  MailboxFaults,
  MailboxItem,
  MailboxQuery,
  normaliseEmail,
  Page,
} from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { IsLocal } from '../../config/local-mode.ts'
import type { RequireOperator } from '../../platform/http/operators.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { sourceOf } from '../carrier/smtp.ts'
import { findInMailbox, listFaults, listMailbox, type Received, saveFault } from '../read/mailbox.ts'
import type { Writer } from '../read/messages.ts'

export interface MailboxRoutes {
  readonly db: Database
  readonly isLocal: IsLocal
  /** Who mails come from. */
  readonly from: string
  readonly requireOperator: RequireOperator
  readonly write: Writer
}

const tags = ['mailbox']
const idParams = Type.Object({ id: Type.String({ pattern: '^[1-9]\\d{0,15}$' }) })
/** A mail is shown in a frame of ours, runs nothing and fetches nothing. */
const mailPolicy = `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox`
const attachmentParams = Type.Object({
  ...idParams.properties,
  name: Type.String({ maxLength: 100 }),
})

export function mailboxRoutes(app: Http, { db, isLocal, from, requireOperator, write }: MailboxRoutes): void {
  const guard = async (request: FastifyRequest) => {
    if (!isLocal(request.raw)) await requireOperator(request)
  }
  const view = async ({ receivedId, receivedAt, mail }: Received): Promise<MailboxItem> => {
    const { to, subject, text, html, attachments } = await write(mail)
    return {
      id: String(receivedId),
      messageId: mail.id,
      to,
      kind: mail.kind,
      subject,
      text,
      html,
      attachments: attachments.map(({ name, contentType, content }) => ({
        name,
        contentType,
        bytes: content.length,
      })),
      ...(mail.orderId === null ? {} : { orderId: mail.orderId }),
      createdAt: receivedAt,
    }
  }

  const found = async (request: FastifyRequest<{ Params: { id: string } }>) => {
    await guard(request)
    const mail = await findInMailbox(db, Number(request.params.id))
    if (!mail) throw new ProblemError('mail_unknown')
    return write(mail)
  }

  app.get(
    '/api/mailbox',
    {
      schema: {
        tags,
        summary: 'List mails of the built-in mailbox, newest first',
        description:
          'Without SMTP_URL every mail arrives here. In local mode for everybody, else for operators.',
        querystring: MailboxQuery,
        response: { 200: Page(MailboxItem) },
      },
    },
    async (request) => {
      await guard(request)
      const { to, cursor, limit = 20 } = request.query
      const found = await listMailbox(db, {
        to: to === undefined ? null : normaliseEmail(to),
        beforeId: cursor === undefined ? null : Number(cursor),
        limit: limit + 1,
      })
      const items = await Promise.all(found.slice(0, limit).map(view))
      return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
    },
  )

  app.get(
    '/api/mailbox/:id/attachments/:name',
    { schema: { tags, summary: 'Get an attachment of a mail in the mailbox', params: attachmentParams } },
    async (request, reply) => {
      const { attachments } = await found(request)
      const attachment = attachments.find(({ name }) => name === request.params.name)
      if (!attachment) throw new ProblemError('mail_unknown')
      return reply
        .type(attachment.contentType)
        .header('content-disposition', `inline; filename="${attachment.name}"`)
        .send(attachment.content)
    },
  )

  app.get(
    '/api/mailbox/:id/message.html',
    { schema: { tags, summary: 'Get a mail of the mailbox as its reader sees it', params: idParams } },
    async (request, reply) => {
      const { html } = await found(request)
      return reply
        .header('content-security-policy', mailPolicy)
        .type('text/html; charset=utf-8')
        .send(html.replace('<head>', '<head><base target="_blank">'))
    },
  )

  app.get(
    '/api/mailbox/:id/source.eml',
    { schema: { tags, summary: 'Get a mail of the mailbox as it is sent', params: idParams } },
    async (request, reply) => {
      const source = await sourceOf(await found(request), from)
      return reply.type('text/plain; charset=utf-8').send(source)
    },
  )

  app.get(
    '/api/mailbox/faults',
    { schema: { tags, summary: 'List the faults of the mailbox', response: { 200: MailboxFaults } } },
    async (request) => {
      await guard(request)
      return { items: await listFaults(db) }
    },
  )

  app.post(
    '/api/mailbox/faults',
    {
      schema: {
        tags,
        summary: 'Make the mailbox refuse, delay, or lose its answer',
        body: MailboxFaultBody,
        response: { 200: MailboxFaults },
      },
    },
    async (request) => {
      await guard(request)
      await saveFault(db, request.body)
      return { items: await listFaults(db) }
    },
  )
}
