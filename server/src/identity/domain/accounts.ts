// The rules of identity: what an address and a password are, and what becomes of a sign-up or a
// sign-in. Pure.
import { normaliseEmail } from '@holdfast/contract'

export interface Account {
  readonly id: string
  readonly email: string
  /** Null: it has none, and is entered by a link. */
  readonly passwordHash: string | null
  readonly signUpKey: string | null
  /** When somebody first showed that they read its mail. */
  readonly provedAt: string | null
}

/**
 * One password typed on two keyboards may arrive as different code points; this form is the one
 * that is hashed.
 */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC')
}

/**
 * Why a password cannot be taken for a new account, or null. Its length is the schema's business.
 */
export function refusePassword(password: string, email: string): string | null {
  const plain = normalisePassword(password)
  if (plain.trim().length === 0) return 'the password must not be only spaces'
  if (normaliseEmail(plain) === normaliseEmail(email)) return 'the password must not be the email address'
  return null
}

export type SignUpDecision =
  | { readonly kind: 'create' }
  /** The same request once more: it gets its session when the password is right. */
  | { readonly kind: 'repeat'; readonly account: Account }
  | { readonly kind: 'refuse'; readonly rejection: 'email_taken' }

/** `known` is the account that has the address, `key` the Idempotency-Key of the request. */
export function decideSignUp(known: Account | null, key: string | undefined): SignUpDecision {
  if (!known) return { kind: 'create' }
  if (known.signUpKey === key) return { kind: 'repeat', account: known }
  return { kind: 'refuse', rejection: 'email_taken' }
}

export type SignInDecision =
  | { readonly kind: 'enter'; readonly account: Account }
  | { readonly kind: 'refuse'; readonly rejection: 'bad_credentials' }

/**
 * An unknown address and a wrong password get the same answer: nobody learns here who has an
 * account.
 */
export function decideSignIn(known: Account | null, passwordFits: boolean): SignInDecision {
  return known && passwordFits
    ? { kind: 'enter', account: known }
    : { kind: 'refuse', rejection: 'bad_credentials' }
}

export interface Proof {
  /** Somebody else may have chosen it, and would share the account with the person of the address. */
  readonly removesPassword: boolean
  /** The guest who asks becomes the account's: what they bought is theirs in both. */
  readonly takesGuestOver: boolean
}

/**
 * What follows when `visitor` shows that they read the mail of an address, and `account` has it. A
 * guest with another address stays out of the account: the link may have been sent to them by its
 * owner, who would see what they bought.
 */
export function decideProof(
  account: Pick<Account, 'id' | 'email' | 'provedAt'> | null,
  visitor: { readonly id: string; readonly kind: 'user' | 'guest'; readonly email: string } | null,
): Proof {
  return {
    removesPassword: account !== null && account.provedAt === null && account.id !== visitor?.id,
    takesGuestOver: account !== null && visitor?.kind === 'guest' && visitor.email === account.email,
  }
}
