// What a failure of the database means: it cannot work now, somebody came first, or nobody knows.

/**
 * The commit was sent and no answer came: the transaction may or may not have happened. Only asking
 * tells.
 */
export class UnknownCommit extends Error {
  override readonly name = 'UnknownCommit'
}

const systemFailures =
  'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN ENOENT'.split(' ')
const serverFailures = [
  // ended by an administrator, a crash, a start under way, or for having idled inside a transaction
  ...'57P01 57P02 57P03 57P05 25P03'.split(' '),
  // a read-only server: a failover is under way
  '25006',
  // the server took too long and was told to give up
  '57014',
]
const connectionFailures = new Set([...systemFailures, ...serverFailures])
/**
 * Whole classes: connection lost, resources used up (disk full, too many connections), failures of
 * the system below.
 */
const failureClasses = /^(08|53|58)...$/

/**
 * True when the database could not be reached, went away or cannot work now: the same work may
 * succeed later.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof UnknownCommit) return true
  const { code, message } = error as Error & { code?: string }
  if (typeof code === 'string' && (connectionFailures.has(code) || failureClasses.test(code))) return true
  return /Connection terminated|timeout exceeded|timeout expired|Query read timeout|Client has encountered/.test(
    message,
  )
}

/**
 * Another transaction came first: it holds our locks crosswise, stored a row with the same key, or
 * took what a table has no more of. Decided anew, we see what it did.
 */
const raceCodes = new Set(['40001', '40P01', '23505', '23514'])

/**
 * True when the same work, decided anew, may go another way. The transaction that met it is over.
 */
export function lostRace(error: unknown): boolean {
  return error instanceof Error && raceCodes.has((error as Error & { code?: string }).code ?? '')
}

/**
 * Ended connections, whatever the server calls that in its language: shut down, dropped, timed out,
 * or something internal.
 */
const lastWords = /^(57P|25P0[34]|XX)/

/**
 * True when the server itself failed a statement and lives: it has undone that one, and runs no
 * other of the transaction. It tells how grave that is in its own language; where that is not
 * English, its code must do.
 */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code = '', severity } = error as Error & { code?: string; severity?: string }
  if (severity === undefined || severity === 'FATAL' || severity === 'PANIC') return false
  return severity === 'ERROR' || !(isUnavailable(error) || lastWords.test(code))
}

/**
 * True when the server said no at a commit, and nothing of it was done. Silence, and a last word,
 * prove nothing.
 */
export function wasRefused(error: unknown): boolean {
  return isRefusal(error) && !isUnavailable(error)
}
