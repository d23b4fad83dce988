// Limits on guessing and on mass sign-ups. A stranger's failures count against him and the account
// he tries, never against the account alone: nobody can lock somebody else out.
import { attemptLimits } from '@holdfast/contract'
import type { Limits } from '../platform/http/limits.ts'
import { networkOf } from '../platform/http/network.ts'
import { noSecurityLog, type SecurityLog } from '../platform/process/security-log.ts'

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
  beginToken(address: string): Promise<void>
  /**
   * A mail to somebody: few, whoever asks. `address` is null where limits per network do not hold. False when this address had enough of them; the answer
   * does not tell, since a stranger may have asked.
   */
  beginLink(email: string, address: string | null): Promise<boolean>
}

export function makeAttempts(limits: Limits, security: SecurityLog = noSecurityLog): Attempts {
  return {
    failSignIn: (accountId, address) =>
      security.note('sign_in_failed', { accountId, network: networkOf(address) }),
    async beginSignIn(email, address) {
      await limits.consume(attemptLimits.signInOfAccount, pairKey(email, address))
      await limits.consume(attemptLimits.signInOfNetwork, networkOf(address))
    },
    async passSignIn(email, address) {
      await limits.reset(attemptLimits.signInOfAccount, pairKey(email, address))
      await limits.giveBack(attemptLimits.signInOfNetwork, networkOf(address))
    },
    beginSignUp: (address) => limits.consume(attemptLimits.signUpOfNetwork, networkOf(address)),
    forgiveSignUp: (address) => limits.giveBack(attemptLimits.signUpOfNetwork, networkOf(address)),
    async beginGuest(address) {
      await limits.consume(attemptLimits.guestsOfNetwork, networkOf(address))
      await limits.consume(attemptLimits.guestsOfNetworkInDay, networkOf(address))
    },
    beginToken: (address) => limits.consume(attemptLimits.tokensOfNetwork, networkOf(address)),
    async beginLink(email, address) {
      if (address !== null) await limits.consume(attemptLimits.linksOfNetwork, networkOf(address))
      return (
        (await limits.count(attemptLimits.linksOfAddress, email)) <= attemptLimits.linksOfAddress.attempts
      )
    },
  }
}

const pairKey = (email: string, address: string) => `${email}\n${networkOf(address)}`
