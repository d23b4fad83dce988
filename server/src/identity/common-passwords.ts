// Passwords that guessing finds first: lists of leaked ones, keyboard rows, dates, the own address.
// The dictionary is loaded for the first new password: it takes half a second and some memory.
import { normaliseEmail } from '@holdfast/contract'
import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { normalisePassword, refusePassword } from './domain/accounts.ts'

export type PasswordRejection = 'invalid_request' | 'password_common'

/** Below 2, a million guesses are enough: an attacker online gets that far in weeks. */
const leastScore = 2
/** Judging takes longer the longer a password is; nobody guesses what is behind this. */
const judgedLetters = 64

let loading: Promise<ZxcvbnFactory> | undefined

async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
}

/** Whether a password is too easy to guess for this address. */
export async function isCommonPassword(password: string, email: string): Promise<boolean> {
  loading ??= load()
  const judge = await loading
  const words = ['holdfast', 'tickets', email, ...email.split(/[@.+_-]/)].filter((word) => word.length > 2)
  return judge.check(password.slice(0, judgedLetters), words).score < leastScore
}

/** Why a new password is not taken, or null. */
export async function refuseNewPassword(
  password: string,
  email: string,
): Promise<{ readonly rejection: PasswordRejection; readonly detail?: string } | null> {
  const detail = refusePassword(password, email)
  if (detail !== null) return { rejection: 'invalid_request', detail }
  const isCommon = await isCommonPassword(normalisePassword(password), normaliseEmail(email))
  return isCommon ? { rejection: 'password_common' } : null
}
