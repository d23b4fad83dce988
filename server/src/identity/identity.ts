// What identity does, step by step: limits, hashing, the account, the session. Decides nothing that
// the domain can.

import { normaliseEmail, quotas } from '@holdfast/contract'
import { endAccountLinks } from '../platform/http/links/links.ts'
import {
  beginSession,
  endSessionsOf,
  isLiveSession,
  noteBuyer,
  type Principal,
  type Sessions,
} from '../platform/http/sessions.ts'
import { countTokens } from '../platform/http/staff/personal-tokens.ts'
import type { Database } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import type { Attempts } from './attempts.ts'
import { type Begun, grantsOf, type Sender, sessionIn } from './begun.ts'
import { type PasswordRejection, refuseNewPassword } from './common-passwords.ts'
import { type Account, decideSignIn, decideSignUp, normalisePassword } from './domain/accounts.ts'
import type { Passwords } from './passwords.ts'
import {
  findAccount,
  insertAccount,
  isAccount,
  isKeyOfAnother,
  lockAccount,
  markProved,
  replacePassword,
  saveGuest,
} from './store/accounts.ts'

const apiTokenSeconds = 365 * 24 * 3600

export interface SignUp extends Sender {
  readonly email: string
  readonly password: string
  readonly key: string | undefined
  /** False in local mode: limits per network do not hold. */
  readonly limited?: boolean
  /** Who asks: a guest becomes the account, and keeps what they hold and bought. */
  readonly known?: Principal | null
}

export interface PasswordChange extends Sender {
  readonly user: Principal
  readonly currentPassword: string
  readonly newPassword: string
}

type Refused<Rejection extends string> = { readonly rejection: Rejection; readonly detail?: string }

type SignUpRejection = 'email_taken' | 'idempotency_key_reused'

export interface Identity {
  signUp(request: SignUp): Promise<Begun | Refused<SignUpRejection | PasswordRejection>>
  signIn(request: Omit<SignUp, 'key' | 'limited'>): Promise<Begun | Refused<'bad_credentials'>>
  /**
   * `known` is who asks: a guest stays who he is and keeps what he bought; the address is for what
   * he buys from now on.
   */
  beginGuest(request: Sender & { email: string; known: Principal | null; limited?: boolean }): Promise<Begun>
  /**
   * Takes the old password and ends every session and token of the account; the new session is the
   * only one left.
   */
  changePassword(request: PasswordChange): Promise<Begun | Refused<'bad_credentials' | PasswordRejection>>
  /**
   * `sessionToken` is what the user was recognised by: one that was ended meanwhile makes no
   * tokens.
   */
  makeApiToken(asked: TokenRequest): Promise<ApiToken | Refused<'unauthenticated' | 'quota_exceeded'>>
}

export interface TokenRequest {
  readonly user: Principal
  readonly sessionToken: string
  readonly address: string
  /** False in local mode: as for a sign-up. */
  readonly limited: boolean
}

type ApiToken = { readonly token: string; readonly expiresAt: string }

export interface IdentityParts {
  readonly db: Database
  readonly passwords: Passwords
  readonly attempts: Attempts
  readonly sessions: Pick<Sessions, 'forget'>
}

const tooManyTokens = `an account has at most ${quotas.tokensOfAccount} API tokens; sign out with one`

const userOf = ({ id, email, provedAt }: Account, known: Principal | null | undefined): Principal => ({
  id,
  kind: 'user',
  email,
  ...grantsOf(known, provedAt === null ? [] : [email]),
})
/** How somebody asks: in which language, and as whom. */
type Asking = Pick<SignUp, 'language' | 'known'>

const guestIn = (known: Principal | null | undefined) => (known?.kind === 'guest' ? known.id : null)
/** Who knows the password and reads the mail in one session is the person of both. */
const hasProved = (known: Principal | null | undefined, email: string) =>
  known?.kind === 'guest' && known.proved?.includes(email) === true

export function makeIdentity({ db, passwords, attempts, sessions }: IdentityParts): Identity {
  /**
   * A session for whoever knew the password, or null when it was changed while it was being
   * checked.
   */
  const begin = (account: Account, { language, known }: Asking): Promise<Begun | null> =>
    db.transaction(async (tx) => {
      if ((await lockAccount(tx, account.id)) !== account.passwordHash) return null
      const guestId = guestIn(known)
      // What they hold and bought as a guest is the account's from now on.
      if (guestId !== null && guestId !== account.id) await noteBuyer(tx, account.id, guestId)
      if (hasProved(known, account.email)) await markProved(tx, account.id)
      const principal = userOf(account, known)
      const { token } = await beginSession(tx, principal, sessionIn(language))
      return { principal, token }
    })

  /** The account and its first session, or null when another request took the address first. */
  const create = async (
    asked: Omit<Account, 'id' | 'provedAt'>,
    { language, known }: Asking,
  ): Promise<Begun | Refused<'idempotency_key_reused'> | null> => {
    const created = await db.transaction(async (tx) => {
      const { signUpKey, email } = asked
      if (signUpKey !== null && (await isKeyOfAnother(tx, signUpKey, email)))
        return { rejection: 'idempotency_key_reused' } as const
      const guestId = guestIn(known)
      const isFree = guestId !== null && !(await isAccount(tx, guestId))
      const account = { ...asked, id: isFree ? guestId : newId() }
      if (!(await insertAccount(tx, account))) return null
      if (hasProved(known, email)) await markProved(tx, account.id)
      await noteBuyer(tx, email, account.id)
      // The guest's other sessions would see what the account buys.
      if (isFree) await endSessionsOf(tx, account.id)
      const principal = userOf({ ...account, provedAt: null }, known)
      const { token } = await beginSession(tx, principal, sessionIn(language))
      return { principal, token }
    })
    if (created && 'principal' in created && created.principal.id === guestIn(known))
      sessions.forget(created.principal.id)
    return created
  }

  const signUpAgainst = async (
    known: Account | null,
    { email, password, key, ...asking }: Omit<SignUp, 'address'>,
  ): Promise<Begun | Refused<SignUpRejection>> => {
    const decision = decideSignUp(known, key)
    switch (decision.kind) {
      case 'refuse':
        return { rejection: decision.rejection }
      case 'repeat': {
        const fits = await passwords.fits(password, decision.account.passwordHash)
        return (fits ? await begin(decision.account, asking) : null) ?? { rejection: 'email_taken' }
      }
      case 'create': {
        const passwordHash = await passwords.hash(password)
        const begun = await create({ email, passwordHash, signUpKey: key ?? null }, asking)
        // Somebody was faster: now there is an account, and the same rules say what that means.
        return begun ?? signUpAgainst(await findAccount(db, email), { email, password, key, ...asking })
      }
    }
  }

  return {
    async signUp(request) {
      const limited = request.limited !== false
      if (limited) await attempts.beginSignUp(request.address)
      const refusal = await refuseNewPassword(request.password, request.email)
      if (refusal !== null) {
        // A person who looks for a password that is taken makes no accounts by it.
        if (limited) await attempts.forgiveSignUp(request.address)
        return refusal
      }
      const email = normaliseEmail(request.email)
      const password = normalisePassword(request.password)
      return signUpAgainst(await findAccount(db, email), { ...request, email, password })
    },
    async signIn(request) {
      const email = normaliseEmail(request.email)
      await attempts.beginSignIn(email, request.address)
      const account = await findAccount(db, email)
      const fits = await passwords.fits(normalisePassword(request.password), account?.passwordHash ?? null)
      const decision = decideSignIn(account, fits)
      if (decision.kind === 'refuse') {
        attempts.failSignIn(account?.id ?? null, request.address)
        return { rejection: decision.rejection }
      }
      await attempts.passSignIn(email, request.address)
      return (await begin(decision.account, request)) ?? { rejection: 'bad_credentials' }
    },
    async changePassword({ user, currentPassword, newPassword, address, language }) {
      const refusal = await refuseNewPassword(newPassword, user.email)
      if (refusal !== null) return refusal
      // A stolen session must not become a place to guess at: tries count like those of a sign-in,
      // by the same work.
      await attempts.beginSignIn(user.email, address)
      const account = await findAccount(db, user.email)
      const fits = await passwords.fits(normalisePassword(currentPassword), account?.passwordHash ?? null)
      const decision = decideSignIn(account, fits)
      if (decision.kind === 'refuse') {
        attempts.failSignIn(user.id, address)
        return { rejection: decision.rejection }
      }
      const { id, passwordHash: from } = decision.account
      if (from === null) return { rejection: 'bad_credentials' }
      const to = await passwords.hash(normalisePassword(newPassword))
      const begun = await db.transaction(async (tx) => {
        if (!(await replacePassword(tx, id, { from, to }))) return null
        await endSessionsOf(tx, id)
        await endAccountLinks(tx, user.email)
        const { token } = await beginSession(tx, user, sessionIn(language))
        return { principal: user, token }
      })
      if (!begun) return { rejection: 'bad_credentials' }
      sessions.forget(id)
      await attempts.passSignIn(user.email, address)
      return begun
    },
    async beginGuest(request) {
      if (request.limited !== false) await attempts.beginGuest(request.address)
      const id = request.known?.kind === 'guest' ? request.known.id : newId()
      const email = normaliseEmail(request.email)
      const principal: Principal = { id, kind: 'guest', email, ...grantsOf(request.known) }
      return db.transaction(async (tx) => {
        await saveGuest(tx, principal)
        await noteBuyer(tx, principal.email, principal.id)
        const { token } = await beginSession(tx, principal, sessionIn(request.language))
        return { principal, token }
      })
    },
    async makeApiToken({ user, sessionToken, address, limited }) {
      if (limited) await attempts.beginToken(address)
      return db.transaction(async (tx) => {
        await lockAccount(tx, user.id)
        if (!(await isLiveSession(tx, sessionToken, user.id))) return { rejection: 'unauthenticated' }
        if (limited && (await countTokens(tx, user.id)) >= quotas.tokensOfAccount)
          return { rejection: 'quota_exceeded', detail: tooManyTokens }
        // What a session has proved is not a program's.
        const { id, kind, email } = user
        return beginSession(tx, { id, kind, email }, { purpose: 'api_token', ttlSeconds: apiTokenSeconds })
      })
    },
  }
}
