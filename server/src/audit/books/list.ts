// Keeps a copy of the processor's list: what is new since the last time, and page by page
// everything else, round and round.
import { type Books, booksPage, type ListedIntent } from '../../payments/processor/books.ts'
import type { Queryable } from '../../platform/postgres/database.ts'
import { readMark, saveMark } from '../store.ts'
import { dropIntents, keepIntents } from './store.ts'

export interface Listed {
  readonly reachable: boolean
  /** The intents that were read. */
  readonly intentIds: readonly string[]
}

const none = ''
const newestMark = 'books.newest'
const roundMark = 'books.round'

/**
 * Pages of new intents, and of old ones, in one run. A processor allows some dozens of reads a
 * second.
 */
const newPages = 10
const oldPages = 2

/** Reads what was made since the last time, then a part of the round. */
export async function readPart(db: Queryable, books: Books): Promise<Listed> {
  const intentIds: string[] = []
  const take = async (intents: readonly ListedIntent[]) => {
    await keepIntents(db, intents)
    intentIds.push(...intents.map(({ intentId }) => intentId))
  }
  let newest = (await readMark(db, newestMark)) || null
  for (let page = 0; page < newPages; page += 1) {
    const answer = await books.listIntents(newest === null ? {} : { newerThan: newest })
    if (answer.kind === 'unreachable') return { reachable: false, intentIds }
    if (answer.kind === 'absent') {
      await beginAnew(db)
      newest = null
      continue
    }
    await take(answer.value)
    const first = newest === null
    newest = answer.value[0]?.intentId ?? newest
    if (newest !== null) await saveMark(db, newestMark, newest)
    // The first page of all is the newest one; what is older comes in the round.
    if (first || answer.value.length < booksPage) break
  }
  for (let page = 0; page < oldPages; page += 1) {
    const olderThan = (await readMark(db, roundMark)) || undefined
    const answer = await books.listIntents(olderThan === undefined ? {} : { olderThan })
    if (answer.kind === 'unreachable') return { reachable: false, intentIds }
    if (answer.kind === 'absent') {
      await saveMark(db, roundMark, none)
      continue
    }
    await take(answer.value)
    const ended = answer.value.length < booksPage
    await saveMark(db, roundMark, ended ? none : (answer.value.at(-1)?.intentId ?? none))
    if (ended) break
  }
  return { reachable: true, intentIds: [...new Set(intentIds)] }
}

/** Reads the whole list, newest first. */
export async function readWhole(db: Queryable, books: Books): Promise<Listed> {
  const intentIds: string[] = []
  let olderThan: string | undefined
  for (;;) {
    const answer = await books.listIntents(olderThan === undefined ? {} : { olderThan })
    if (answer.kind !== 'ok') return { reachable: false, intentIds }
    await keepIntents(db, answer.value)
    intentIds.push(...answer.value.map(({ intentId }) => intentId))
    olderThan = answer.value.at(-1)?.intentId
    if (answer.value.length < booksPage) return { reachable: true, intentIds }
  }
}

/** The processor does not know where we were: it is another one, or it was emptied. */
async function beginAnew(db: Queryable): Promise<void> {
  await dropIntents(db)
  await saveMark(db, newestMark, none)
  await saveMark(db, roundMark, none)
}
