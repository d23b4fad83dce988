// When an account keeps too much in drafts.
import { quotas } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { type Drafts, refuseDrafts } from './quotas.ts'

const { draftsOfAccount, seatsOfDrafts } = quotas
const cases: [string, Drafts | undefined, Drafts, string | null][] = [
  ['the last draft', { drafts: draftsOfAccount - 1, seats: 0 }, { drafts: 1, seats: 0 }, null],
  ['one more', { drafts: draftsOfAccount, seats: 0 }, { drafts: 1, seats: 0 }, 'drafts; delete one'],
  ['an edit beside too many', { drafts: draftsOfAccount + 5, seats: 0 }, { drafts: 0, seats: 0 }, null],
  ['the last seat', { drafts: 3, seats: seatsOfDrafts - 9 }, { drafts: 1, seats: 9 }, null],
  ['one seat too many', { drafts: 3, seats: seatsOfDrafts - 9 }, { drafts: 0, seats: 10 }, 'seats together'],
  ['fewer seats of too many', { drafts: 3, seats: seatsOfDrafts + 9 }, { drafts: 0, seats: -1 }, null],
  ['anything where nothing limits', undefined, { drafts: 1_000_000, seats: 1_000_000 }, null],
]
test.each(cases)('%s', (_what, kept, more, expected) => {
  const refusal = refuseDrafts(kept, more)
  if (expected === null) expect(refusal).toBeNull()
  else expect(refusal).toContain(expected)
})
