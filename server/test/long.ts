// The long form of the tests: `npm run proof` tries all cases (`vitest --mode long`), `npm test` the
// sharpest ones.
import { it } from 'vitest'

export const isLong = process.env.MODE === 'long'

/** All cases in the long form, the first `count` in the short one. */
export const sharpest = <T>(cases: readonly T[], count = 1): readonly T[] =>
  isLong ? cases : cases.slice(0, count)

/** A test of the long form only. */
export const itLong: (title: string, run: () => unknown) => void = isLong ? it : () => undefined
