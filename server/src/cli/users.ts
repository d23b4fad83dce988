// `holdfast admin user …`: who has an account, and a way in for a person who gets no mail.
import { normaliseEmail } from '@holdfast/contract'
import { secretSourceOf } from '../config/local-mode.ts'
import { findAccount } from '../identity/store/accounts.ts'
import { listAccounts } from '../identity/store/list-accounts.ts'
import { linkMinutes, storeLink } from '../platform/http/links/links.ts'
import { addressOfLink } from '../platform/http/links/operator-link.ts'
import { makeLinkTokens } from '../platform/http/links/tokens.ts'
import { listOperators } from '../platform/http/operators.ts'
import { newId } from '../platform/process/clock.ts'
import { openSecrets, secretsOfLinks } from '../platform/secrets/keep.ts'
import type { Context, Result } from './output.ts'
import { withDatabase } from './with-database.ts'

const shownMax = 200

export const userListCommand = (context: Context, part = '') =>
  withDatabase(context, async (db): Promise<Result> => {
    const found = await listAccounts(db, normaliseEmail(part), shownMax + 1)
    const operators = new Set((await listOperators(db)).map(({ id }) => id))
    const users = found.slice(0, shownMax).map((user) => ({ ...user, operator: operators.has(user.id) }))
    const more = found.length > shownMax
    const lines = users.map(
      ({ email, createdAt, operator }) => `${email}  since ${createdAt}${operator ? '  operator' : ''}`,
    )
    if (more) lines.push('… and more. Name a part of the address: admin user list @example.com')
    return { code: 0, text: lines.join('\n') || 'No account has such an address.', json: { users, more } }
  })

/** The link of a forgotten password, printed instead of sent. */
export const userResetCommand = (context: Context, typed: string) =>
  withDatabase(context, async (db): Promise<Result> => {
    const account = await findAccount(db, normaliseEmail(typed))
    if (!account) return { code: 1, text: `No account has the address ${typed}.`, json: { link: null } }
    const id = newId()
    await storeLink(db, { id, purpose: 'reset_password', email: account.email })
    const tokens = makeLinkTokens(secretsOfLinks(await openSecrets(db, secretSourceOf(context.config))))
    const link = addressOfLink(context.config.publicUrl, tokens.make('reset_password', id))
    const text = `${link}\nWorks once, within ${linkMinutes} minutes, and ends every session of the account. Whoever has it has the account: give it to nobody else.`
    return { code: 0, text, json: { link, expiresInMinutes: linkMinutes } }
  })
