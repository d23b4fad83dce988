// `holdfast admin operator …`: the link that makes the first operator, who operates, and taking
// that right away.
import { normaliseEmail } from '@holdfast/contract'
import { findAccount, readEmails } from '../identity/store/accounts.ts'
import {
  addressOfLink,
  offerOperatorLink,
  operatorLinkMinutes,
} from '../platform/http/links/operator-link.ts'
import { listOperators, removeOperator } from '../platform/http/operators.ts'
import { makeLog } from '../platform/process/log.ts'
import { makeMetrics } from '../platform/process/metrics.ts'
import { makeSecurityLog } from '../platform/process/security-log.ts'
import type { Context, Result } from './output.ts'
import { withDatabase } from './with-database.ts'

export const operatorLinkCommand = (context: Context) =>
  withDatabase(context, async (db): Promise<Result> => {
    const token = await offerOperatorLink(db)
    if (token === null) {
      const text =
        'The shop has an operator. `admin operator list` shows who, and `admin operator remove` makes room.'
      return { code: 1, text, json: { link: null } }
    }
    const link = addressOfLink(context.config.publicUrl, token)
    const text = `${link}\nWorks once, within ${operatorLinkMinutes} minutes. A link that was printed before no longer works.`
    return { code: 0, text, json: { link, expiresInMinutes: operatorLinkMinutes } }
  })

export const operatorListCommand = (context: Context) =>
  withDatabase(context, async (db): Promise<Result> => {
    const found = await listOperators(db)
    const ids = found.map(({ id }) => id)
    const emails = await readEmails(db, ids)
    const operators = found.map((operator) => ({ ...operator, email: emails.get(operator.id) ?? null }))
    const lines = operators.map(({ id, email, since }) => `${email ?? id}  since ${since}`)
    return { code: 0, text: lines.join('\n') || 'The shop has no operator.', json: { operators } }
  })

/** For whoever collects the logs of this machine: on the way of errors, beside the answer. */
function noteRemoval(accountId: string): void {
  const log = makeLog('warn', process.stderr)
  makeSecurityLog({ log, metrics: makeMetrics({ defaults: false }) }).note('operator_removed', { accountId })
}

export const operatorRemoveCommand = (context: Context, email: string) =>
  withDatabase(context, async (db): Promise<Result> => {
    const account = await findAccount(db, normaliseEmail(email))
    const removed = account !== null && (await removeOperator(db, account.id))
    if (removed) noteRemoval(account.id)
    const text = removed ? `${email} is no operator any more.` : `No operator has the address ${email}.`
    return { code: removed ? 0 : 1, text, json: { removed } }
  })
