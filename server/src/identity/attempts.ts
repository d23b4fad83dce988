// Limits on guessing and on mass sign-ups. A stranger's failures count against him and the account
// he tries, never against the account alone: nobody can lock somebody else out.
import type { Limit, Limits } from '../platform/http/limits.ts'
import { networkOf } from '../platform/http/network.ts'
import { noSecurityLog, type SecurityLog } from '../platform/process/security-log.ts'

const guessesPerAccount: Limit = { name: 'sign_in_pair', attempts: 10, perSeconds: 15 * 60 }
const guessesPerAddress: Limit = { name: 'sign_in_address', attempts: 200, perSeconds: 15 * 60 }
/** Buying needs no account, so that a network seldom makes many. */
const signUpsPerAddress: Limit = { name: 'sign_up_address', attempts: 5, perSeconds: 3_600 }
/** A queue at the box office may share one address. */
const guestsPerAddress: Limit = { name: 'guest_address', attempts: 1_000, perSeconds: 60 }

export interface Attempts {
  /** Counts a sign-in before its password is looked at, so that guesses in parallel count too. */
  beginSignIn(email: string, address: string): Promise<void>
  /**
   * The password was right: the account's guesses are forgotten, and the address gets this one
   * back.
   */
  passSignIn(email: string, address: string): Promise<void>
  /** Notes it in the security log: the account, if there is one, and the network. */
  failSignIn(accountId: string | null, address: string): void
  beginSignUp(address: string): Promise<void>
  /** The sign-up was refused for its own password: it does not count. */
  forgiveSignUp(address: string): Promise<void>
  beginGuest(address: string): Promise<void>
}

export function makeAttempts(limits: Limits, security: SecurityLog = noSecurityLog): Attempts {
  return {
    failSignIn: (accountId, address) =>
      security.note('sign_in_failed', { accountId, network: networkOf(address) }),
    async beginSignIn(email, address) {
      await limits.consume(guessesPerAccount, pairKey(email, address))
      await limits.consume(guessesPerAddress, networkOf(address))
    },
    async passSignIn(email, address) {
      await limits.reset(guessesPerAccount, pairKey(email, address))
      await limits.giveBack(guessesPerAddress, networkOf(address))
    },
    beginSignUp: (address) => limits.consume(signUpsPerAddress, networkOf(address)),
    forgiveSignUp: (address) => limits.giveBack(signUpsPerAddress, networkOf(address)),
    beginGuest: (address) => limits.consume(guestsPerAddress, networkOf(address)),
  }
}

const pairKey = (email: string, address: string) => `${email}\n${networkOf(address)}`
