// The long form of the tests: `npm run proof` tries all cases (`vitest --mode long`), `npm test` the
// sharpest ones.
import { it } from 'vitest'

/** A test of the long form only. */
export const itLong: (title: string, run: () => unknown) => void =
  process.env.MODE === 'long' ? it : () => undefined
