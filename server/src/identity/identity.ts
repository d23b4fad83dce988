// What identity does, step by step: limits, hashing, the account, the session. Decides nothing that
// the domain can.

import { type Language, normaliseEmail, quotas } from '@holdfast/contract'
import {
  beginSession,
  countTokens,
  endSessionsOf,
  isLiveSession,
  type Principal,
  type Sessions,
} from '../platform/http/sessions.ts'
import type { Database } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import type { Attempts } from './attempts.ts'
import { isCommonPassword } from './common-passwords.ts'
import {
  type Account,
  decideSignIn,
  decideSignUp,
  normalisePassword,
  refusePassword,
} from './domain/accounts.ts'
import type { Passwords } from './passwords.ts'
import {
  findAccount,
  insertAccount,
  isKeyOfAnother,
  lockAccount,
  replacePassword,
  saveGuest,
} from './store/accounts.ts'

export const sessionSeconds = 30 * 24 * 3600
/**
 * As long as a browser keeps a cookie at most: a guest's session lives on until their show is over,
 * and the shop decides when that is.
 */
export const guestCookieSeconds = 400 * 24 * 3600
const apiTokenSeconds = 365 * 24 * 3600

/** A session that was just begun; its token is stored nowhere else. */
export interface Begun {
  readonly principal: Principal
  readonly token: string
}

/** Where a request came from, and the language that its sender reads. */
export interface Sender {
  readonly address: string
  readonly language?: Language
}

export interface SignUp extends Sender {
  readonly email: string
  readonly password: string
  readonly key: string | undefined
  /** False in local mode: limits per network do not hold. */
  readonly limited?: boolean
}

export interface PasswordChange extends Sender {
  readonly user: Principal
  readonly currentPassword: string
  readonly newPassword: string
}

type Refused<Rejection extends string> = { readonly rejection: Rejection; readonly detail?: string }

type SignUpRejection = 'email_taken' | 'idempotency_key_reused'

type PasswordRejection = 'invalid_request' | 'password_common'

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

const sessionIn = (language: Language | undefined) =>
  ({ purpose: 'session', ttlSeconds: sessionSeconds, language: language ?? null }) as const
const userOf = ({ id, email }: Account): Principal => ({ id, kind: 'user', email })

async function refuseNewPassword(
  password: string,
  email: string,
): Promise<Refused<PasswordRejection> | null> {
  const detail = refusePassword(password, email)
  if (detail !== null) return { rejection: 'invalid_request', detail }
  const isCommon = await isCommonPassword(normalisePassword(password), normaliseEmail(email))
  return isCommon ? { rejection: 'password_common' } : null
}

export function makeIdentity({ db, passwords, attempts, sessions }: IdentityParts): Identity {
  /**
   * A session for whoever knew the password, or null when it was changed while it was being
   * checked.
   */
  const begin = (account: Account, language: Language | undefined): Promise<Begun | null> =>
    db.transaction(async (tx) => {
      if ((await lockAccount(tx, account.id)) !== account.passwordHash) return null
      const { token } = await beginSession(tx, userOf(account), sessionIn(language))
      return { principal: userOf(account), token }
    })

  /** The account and its first session, or null when another request took the address first. */
  const create = (
    account: Account,
    language: Language | undefined,
  ): Promise<Begun | Refused<'idempotency_key_reused'> | null> =>
    db.transaction(async (tx) => {
      const { signUpKey, email } = account
      if (signUpKey !== null && (await isKeyOfAnother(tx, signUpKey, email)))
        return { rejection: 'idempotency_key_reused' }
      if (!(await insertAccount(tx, account))) return null
      const { token } = await beginSession(tx, userOf(account), sessionIn(language))
      return { principal: userOf(account), token }
    })

  const signUpAgainst = async (
    known: Account | null,
    { email, password, key, language }: Omit<SignUp, 'address'>,
  ): Promise<Begun | Refused<SignUpRejection>> => {
    const decision = decideSignUp(known, key)
    switch (decision.kind) {
      case 'refuse':
        return { rejection: decision.rejection }
      case 'repeat': {
        const fits = await passwords.fits(password, decision.account.passwordHash)
        return (fits ? await begin(decision.account, language) : null) ?? { rejection: 'email_taken' }
      }
      case 'create': {
        const passwordHash = await passwords.hash(password)
        const spoken = language === undefined ? {} : { language }
        const begun = await create({ id: newId(), email, passwordHash, signUpKey: key ?? null }, language)
        // Somebody was faster: now there is an account, and the same rules say what that means.
        return begun ?? signUpAgainst(await findAccount(db, email), { email, password, key, ...spoken })
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
      return (await begin(decision.account, request.language)) ?? { rejection: 'bad_credentials' }
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
      const to = await passwords.hash(normalisePassword(newPassword))
      const begun = await db.transaction(async (tx) => {
        if (!(await replacePassword(tx, id, { from, to }))) return null
        await endSessionsOf(tx, id)
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
      const principal: Principal = { id, kind: 'guest', email: normaliseEmail(request.email) }
      return db.transaction(async (tx) => {
        await saveGuest(tx, principal)
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
        return beginSession(tx, user, { purpose: 'api_token', ttlSeconds: apiTokenSeconds })
      })
    },
  }
}
