// Identifiers in the processor's style: a prefix, then letters and digits that grow with time.
// Growing ids keep every index append-only; sixteen random characters keep them unguessable.
import { randomFillSync } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const pool = Buffer.alloc(8192)
let poolOffset = pool.length

/** Random letters and digits; bytes of 248 and above are skipped so that no letter is favoured. */
export function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    if (poolOffset === pool.length) {
      randomFillSync(pool)
      poolOffset = 0
    }
    const byte = pool[poolOffset++] ?? 255
    if (byte < 248) text += ALPHABET[byte % 62]
  }
  return text
}

let lastStamp = 0

function timeText(): string {
  // Strictly growing even within a millisecond and when the machine's clock steps back.
  lastStamp = Math.max(lastStamp + 1, Date.now() * 64)
  let rest = lastStamp
  let text = ''
  for (let place = 0; place < 9; place++) {
    text = ALPHABET[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}

export function newId(prefix: string): string {
  return `${prefix}_${timeText()}${randomText(16)}`
}

export function newSecret(id: string): string {
  return `${id}_secret_${randomText(25)}`
}
