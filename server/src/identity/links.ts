// Links by mail, step by step: made for whoever asks, redeemed by a press of a button, and what each
// of them opens. A mail goes to the address that is stored, which the one asked for is equal to.
import { type Language, normaliseEmail, type RequestedPurpose, type Role } from '@holdfast/contract'
import { appendToOutbox, seal } from '../platform/commands/outbox.ts'
import {
  endAccountLinks,
  findLinkForUpdate,
  type LinkRow,
  markLinkUsed,
  storeLink,
} from '../platform/http/links/links.ts'
import type { LinkTokens } from '../platform/http/links/tokens.ts'
import {
  beginSession,
  continueSession,
  endSessionsOf,
  type Grants,
  hasBuyers,
  noteBuyer,
  type Principal,
  type Sessions,
} from '../platform/http/sessions.ts'
import { readInvitation } from '../platform/http/staff/invitations.ts'
import { readOrganisations } from '../platform/http/staff/organisations.ts'
import type { Database, Tx } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import type { Attempts } from './attempts.ts'
import { type Begun, grantsOf, type Sender, sessionIn, sessionSeconds } from './begun.ts'
import { type PasswordRejection, refuseNewPassword } from './common-passwords.ts'
import { type Account, decideProof, normalisePassword } from './domain/accounts.ts'
import { readName } from './organisations.ts'
import type { Passwords } from './passwords.ts'
import { findAccount, findAccountForUpdate, markProved, saveGuest, setPassword } from './store/accounts.ts'

export interface LinkParts {
  readonly db: Database
  readonly tokens: LinkTokens
  readonly passwords: Passwords
  readonly attempts: Attempts
  readonly sessions: Pick<Sessions, 'forget'>
  readonly onCommitted: () => void
}

/** Who presses the button of a link, in a browser. */
export interface Visitor {
  readonly principal: Principal | null
  readonly sessionToken: string | null
  readonly language: Language
}

export interface LinkAsked extends Sender {
  readonly email: string
  readonly purpose: RequestedPurpose
  /** False in local mode: limits per network do not hold. */
  readonly limited: boolean
}

type Unusable = { readonly rejection: 'link_expired' | 'link_used' }

export interface Opened {
  readonly purpose: LinkRow['purpose']
  readonly orderId?: string
  readonly invitation?: { readonly organisation: string; readonly role: Role; readonly email: string }
  /** The account had a password that somebody else may have chosen. It is gone. */
  readonly passwordRemoved?: true
  /** The visitor's session from now on. */
  readonly begun?: Begun
}
type Entered = Omit<Opened, 'passwordRemoved'> & { readonly removedFrom?: string }

export interface Links {
  /** False for tokens that are not made here. */
  isOurs(token: string): boolean
  request(asked: LinkAsked): Promise<void>
  redeem(token: string, visitor: Visitor): Promise<Opened | Unusable>
  /** Takes a new password for the one that was forgotten. Ends every session of the account. */
  resetPassword(
    token: string,
    password: string,
  ): Promise<Unusable | { readonly rejection: PasswordRejection; readonly detail?: string } | null>
}

export function makeLinks({ db, tokens, passwords, attempts, sessions, onCommitted }: LinkParts): Links {
  const open = async (tx: Tx, token: string): Promise<LinkRow | Unusable> => {
    const id = tokens.idIn(token)
    const link = id === null ? null : await findLinkForUpdate(tx, id)
    if (!link || !tokens.isGenuine(token, link.purpose)) return { rejection: 'link_expired' }
    if (link.used) return { rejection: 'link_used' }
    return link.expired ? { rejection: 'link_expired' } : link
  }
  const openReset = async (tx: Tx, token: string): Promise<LinkRow | Unusable> => {
    const link = await open(tx, token)
    return 'rejection' in link || link.purpose === 'reset_password' ? link : { rejection: 'link_expired' }
  }

  return {
    isOurs: (token) => tokens.idIn(token) !== null,

    /** The same work for every address. Only the mail is not written where nobody asked for it. */
    async request({ purpose, email: typed, address, limited, language = 'en' }) {
      const email = normaliseEmail(typed)
      const mayWrite = await attempts.beginLink(email, limited ? address : null)
      await db.transaction(async (tx) => {
        const hasAccount = (await findAccount(tx, email)) !== null
        const hasBought = await hasBuyers(tx, email)
        const isWanted = mayWrite && (hasAccount || (hasBought && purpose !== 'reset_password'))
        const id = newId()
        await storeLink(tx, { id, purpose, email })
        const data = { linkId: id, purpose, email: isWanted ? email : null, language }
        const fact = { type: 'LinkRequested', data } as const
        const event = seal('identity', { fact, subject: id, version: 1, correlationId: id }, tx.now, null)
        for (const { statement, values } of appendToOutbox([event])) await tx.query(statement, values)
      })
      onCommitted()
    },

    async redeem(token, visitor) {
      const { removedFrom, ...opened } = await db.transaction(
        async (tx): Promise<Entered | (Unusable & { removedFrom?: never })> => {
          const link = await open(tx, token)
          if ('rejection' in link) return link
          if (link.purpose === 'reset_password') return { purpose: link.purpose }
          if (link.purpose === 'invitation') return showInvitation(tx, link)
          if (link.purpose === 'order') return openOrder(tx, link, visitor)
          await markLinkUsed(tx, link.id)
          return openAddress(tx, link, visitor)
        },
      )
      if (removedFrom === undefined) return opened
      sessions.forget(removedFrom)
      return { ...opened, passwordRemoved: true }
    },

    async resetPassword(token, password) {
      // Hashing costs: only a link that works may ask for it.
      const link = await db.transaction((tx) => openReset(tx, token))
      if ('rejection' in link) return link
      const refusal = await refuseNewPassword(password, link.email)
      if (refusal !== null) return refusal
      const passwordHash = await passwords.hash(normalisePassword(password))
      const changed = await db.transaction(async (tx): Promise<Account | Unusable> => {
        const again = await openReset(tx, token)
        if ('rejection' in again) return again
        const account = await findAccountForUpdate(tx, again.email)
        if (!account) return { rejection: 'link_expired' }
        await setPassword(tx, account.id, passwordHash)
        await markProved(tx, account.id)
        await endSessionsOf(tx, account.id)
        await endAccountLinks(tx, account.email)
        return account
      })
      if ('rejection' in changed) return changed
      sessions.forget(changed.id)
      return null
    },
  }
}

async function beginFor(tx: Tx, principal: Principal, language: Language): Promise<Begun> {
  const { token } = await beginSession(tx, principal, sessionIn(language))
  return { principal, token }
}

/** Adds to the visitor's session; null when there is none. It stays whose it is. */
async function addTo(tx: Tx, { principal, sessionToken }: Visitor, grants: Grants): Promise<Begun | null> {
  if (!principal || sessionToken === null) return null
  return continueSession(tx, { token: sessionToken, principal, ttlSeconds: sessionSeconds }, grants)
}

/** Tells what it is for, and opens nothing: an account accepts it. */
async function showInvitation(tx: Tx, { id, purpose, email }: LinkRow): Promise<Entered | Unusable> {
  const invitation = await readInvitation(tx, id)
  const [organisation] = invitation ? await readOrganisations(tx, [invitation.organisationId]) : []
  if (!invitation || !organisation) return { rejection: 'link_expired' }
  const name = await readName(tx, organisation)
  return { purpose, invitation: { organisation: name, role: invitation.role, email } }
}

/** The link of an order opens this one, however often it is pressed. */
async function openOrder(tx: Tx, { email, orderId }: LinkRow, visitor: Visitor): Promise<Entered> {
  if (orderId === null) throw new Error('the link of an order names none')
  const grants: Grants = { orders: [orderId] }
  const added = await addTo(tx, visitor, grants)
  if (added) return { purpose: 'order', orderId, begun: added }
  const guest: Principal = { id: newId(), kind: 'guest', email, ...grants }
  await saveGuest(tx, guest)
  return { purpose: 'order', orderId, begun: await beginFor(tx, guest, visitor.language) }
}

/** A mail was read: its address is proved, in this session and, the first time, of the account. */
async function openAddress(tx: Tx, { email, purpose }: LinkRow, visitor: Visitor): Promise<Entered> {
  const { principal, language } = visitor
  const account = await findAccountForUpdate(tx, email)
  const proof = decideProof(account, principal)
  if (account && proof.removesPassword) {
    await setPassword(tx, account.id, null)
    await endSessionsOf(tx, account.id)
  }
  if (account) await markProved(tx, account.id)
  const removed = account && proof.removesPassword ? { removedFrom: account.id } : {}
  const opened = { purpose, ...removed }
  if (account && purpose === 'sign_in' && principal?.kind !== 'user') {
    if (principal && proof.takesGuestOver) await noteBuyer(tx, account.id, principal.id)
    const user: Principal = { id: account.id, kind: 'user', email, ...grantsOf(principal, [email]) }
    return { ...opened, begun: await beginFor(tx, user, language) }
  }
  const added = await addTo(tx, visitor, { proved: [email] })
  if (added) return { ...opened, begun: added }
  const guest: Principal = { id: newId(), kind: 'guest', email, proved: [email] }
  await saveGuest(tx, guest)
  await noteBuyer(tx, email, guest.id)
  return { ...opened, begun: await beginFor(tx, guest, language) }
}
