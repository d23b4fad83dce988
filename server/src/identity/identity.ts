// What identity does, step by step: limits, hashing, the account, the session. Decides nothing that domain.ts can.
import { newId } from '../platform/clock.ts'
import type { Database } from '../platform/db.ts'
import { beginSession, type Principal } from '../platform/sessions.ts'
import type { Attempts } from './attempts.ts'
import { type Account, decideSignIn, decideSignUp, normaliseEmail, normalisePassword, refusePassword } from './domain.ts'
import type { Passwords } from './passwords.ts'
import { findAccount, insertAccount, insertGuest } from './store.ts'

export const sessionSeconds = 30 * 24 * 3600
const apiTokenSeconds = 365 * 24 * 3600

/** A session that was just begun; its token is stored nowhere else. */
export interface Begun {
  readonly principal: Principal
  readonly token: string
}

export interface SignUp {
  readonly email: string
  readonly password: string
  /** Where the request came from. */
  readonly address: string
  readonly key: string | undefined
}

type Refused<Rejection extends string> = { readonly rejection: Rejection; readonly detail?: string }

export interface Identity {
  signUp(request: SignUp): Promise<Begun | Refused<'email_taken' | 'invalid_request'>>
  signIn(request: Omit<SignUp, 'key'>): Promise<Begun | Refused<'bad_credentials'>>
  beginGuest(request: { email: string; address: string }): Promise<Begun>
  makeApiToken(user: Principal): Promise<{ token: string; expiresAt: string }>
}

export interface IdentityParts {
  readonly db: Database
  readonly passwords: Passwords
  readonly attempts: Attempts
}

const session = { purpose: 'session', ttlSeconds: sessionSeconds } as const
const userOf = ({ id, email }: Account): Principal => ({ id, kind: 'user', email })

export function makeIdentity({ db, passwords, attempts }: IdentityParts): Identity {
  const begin = async (principal: Principal): Promise<Begun> => {
    const { token } = await beginSession(db, principal, session)
    return { principal, token }
  }

  /** The account and its first session, or null when another request took the address first. */
  const create = (account: Account): Promise<Begun | null> =>
    db.transaction(async (tx) => {
      if (!(await insertAccount(tx, account))) return null
      const { token } = await beginSession(tx, userOf(account), session)
      return { principal: userOf(account), token }
    })

  const signUpAgainst = async (
    known: Account | null,
    { email, password, key }: Omit<SignUp, 'address'>,
  ): Promise<Begun | Refused<'email_taken'>> => {
    const decision = decideSignUp(known, key)
    switch (decision.kind) {
      case 'refuse':
        return { rejection: decision.rejection }
      case 'repeat': {
        const fits = await passwords.fits(password, decision.account.passwordHash)
        return fits ? begin(userOf(decision.account)) : { rejection: 'email_taken' }
      }
      case 'create': {
        const passwordHash = await passwords.hash(password)
        const begun = await create({ id: newId(), email, passwordHash, signUpKey: key ?? null })
        // Somebody was faster: now there is an account, and the same rules say what that means.
        return begun ?? signUpAgainst(await findAccount(db, email), { email, password, key })
      }
    }
  }

  return {
    async signUp(request) {
      await attempts.beginSignUp(request.address)
      const detail = refusePassword(request.password, request.email)
      if (detail !== null) return { rejection: 'invalid_request', detail }
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
      if (decision.kind === 'refuse') return { rejection: decision.rejection }
      await attempts.passSignIn(email, request.address)
      return begin(userOf(decision.account))
    },
    async beginGuest(request) {
      await attempts.beginGuest(request.address)
      const principal: Principal = { id: newId(), kind: 'guest', email: normaliseEmail(request.email) }
      return db.transaction(async (tx) => {
        await insertGuest(tx, principal)
        const { token } = await beginSession(tx, principal, session)
        return { principal, token }
      })
    },
    makeApiToken: (user) => beginSession(db, user, { purpose: 'api_token', ttlSeconds: apiTokenSeconds }),
  }
}
