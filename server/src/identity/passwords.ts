// Hashing of passwords: argon2id in PHC strings, two at a time, so that a crowd signing in leaves
// threads for others. Never stores, logs or compares a password as text.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { ProblemError } from '../platform/http/problem.ts'

export interface Passwords {
  hash(password: string): Promise<string>
  /** Whether the password fits. Without a hash it does the same work and says no. */
  fits(password: string, phc: string | null): Promise<boolean>
}

interface Parameters {
  readonly memoryKib: number
  readonly passes: number
  readonly parallelism: number
}

export interface PasswordOptions {
  readonly parameters?: Parameters
  /**
   * How many are hashed at once. The thread pool has four threads, which files and DNS need too.
   */
  readonly lanes?: number
  /** How many may wait; one more is told to come again, rather than to wait past its time-out. */
  readonly maxWaiting?: number
}

/** OWASP's recommendation for argon2id. */
const recommended: Parameters = { memoryKib: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const hashBytes = 32
const retryAfterSeconds = 5

export function makePasswords(options: PasswordOptions = {}): Passwords {
  const { parameters = recommended, lanes = 2, maxWaiting = 300 } = options
  const inLane = makeLanes(lanes, maxWaiting)
  const nobody = formatPhc(parameters, randomBytes(saltBytes), randomBytes(hashBytes))
  return {
    async hash(password) {
      const salt = randomBytes(saltBytes)
      return formatPhc(parameters, salt, await inLane(() => derive(password, salt, parameters)))
    },
    async fits(password, phc) {
      const { salt, hash, ...stored } = parsePhc(phc ?? nobody)
      const derived = await inLane(() => derive(password, salt, stored))
      return timingSafeEqual(derived, hash) && phc !== null
    },
  }
}

function derive(
  password: string,
  salt: Buffer,
  { memoryKib, passes, parallelism }: Parameters,
): Promise<Buffer> {
  const input = {
    message: password,
    nonce: salt,
    memory: memoryKib,
    passes,
    parallelism,
    tagLength: hashBytes,
  }
  return new Promise((resolve, reject) => {
    argon2('argon2id', input, (error, derived) => (error ? reject(error) : resolve(derived)))
  })
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

function formatPhc({ memoryKib, passes, parallelism }: Parameters, salt: Buffer, hash: Buffer): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`
}

function parsePhc(phc: string): Parameters & { salt: Buffer; hash: Buffer } {
  const [, memory, passes, parallelism, salt, hash] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/.exec(phc) ?? []
  if (!memory || !salt || !hash) throw new Error('a stored password is not an argon2id PHC string')
  return {
    memoryKib: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

/** At most `lanes` works at once; the others wait in order, up to `maxWaiting` of them. */
function makeLanes(lanes: number, maxWaiting: number) {
  let busy = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy >= lanes) {
      if (waiting.length >= maxWaiting) throw new ProblemError('overloaded', { retryAfterSeconds })
      // Whoever leaves a lane hands it on, so that nobody slips in between.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else busy += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else busy -= 1
    }
  }
}
