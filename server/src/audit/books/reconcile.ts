// The reconciliation: payments, ledger and processor, both ways. Each difference is a row with an
// owner and an age; what may only be under way is asked again at the processor first, and is not
// shown before it is old. Changes no payment.
import type { Books, BooksAnswer, ListedDispute } from '../../payments/processor/books.ts'
import type { Queryable } from '../../platform/postgres/database.ts'
import { isId } from '../ids.ts'
import type { Finding } from '../invariants.ts'
import { readMark, saveMark } from '../store.ts'
import {
  type Compared,
  type Difference,
  differenceOfDispute,
  differencesOf,
  isBreach,
} from './differences.ts'
import { readPart, readWhole } from './list.ts'
import {
  compareBooks,
  dropIntent,
  keepDifferences,
  keepIntents,
  listOpenDifferences,
  readNextPayments,
  readPaymentsOf,
  resolveDifferences,
  type StoredDifference,
} from './store.ts'

export interface Comparison {
  readonly books: 'read' | 'unreachable'
  readonly checked: number
  /** Differences that mean that somebody is charged for what the shop does not know of. */
  readonly breaches: readonly Finding[]
}

export interface Reconciliation {
  compare(what: { readonly orderIds: readonly string[]; readonly everything: boolean }): Promise<Comparison>
}

const slicePayments = 500
const page = 2_000
const openMax = 500
/** Intents asked for one by one in a run. The others' turn comes in the next ones. */
const askedMax = 50
const askedOfAllMax = 1_000
const disputePages = 20
const firstId = '00000000-0000-0000-0000-000000000000'

export function makeReconciliation({
  db,
  books,
  shownAfterSeconds,
}: {
  readonly db: Queryable
  readonly books: Books
  readonly shownAfterSeconds: number
}): Reconciliation {
  /** Asks the processor about each of these now; tells whose answer came. */
  const askAgain = async (rows: readonly Compared[]): Promise<Compared[]> => {
    const asked: Compared[] = []
    for (const row of rows) {
      if (row.intentId === null) continue
      const answer = await books.readIntent(row.intentId)
      if (answer.kind === 'unreachable') break
      if (answer.kind === 'ok') await keepIntents(db, [answer.value])
      else await dropIntent(db, row.intentId)
      asked.push(row)
    }
    const intentIds = asked.flatMap(({ intentId }) => intentId ?? [])
    const paymentIds = asked.flatMap(({ paymentId }) =>
      paymentId !== null && isId(paymentId) ? [paymentId] : [],
    )
    return asked.length === 0 ? [] : compareBooks(db, paymentIds, intentIds)
  }

  /**
   * What differs between the two sides, once the processor was asked about each difference by
   * itself.
   */
  const compareSome = async (paymentIds: readonly string[], intentIds: readonly string[], most: number) => {
    const rows = await compareBooks(db, paymentIds, intentIds)
    const compared = new Set<string>()
    const found: Difference[] = []
    const doubtful: Compared[] = []
    for (const row of rows) {
      const differences = differencesOf(row)
      if (differences.some(needsProcessor)) doubtful.push(row)
      else {
        found.push(...differences)
        for (const name of namesOf(row)) compared.add(name)
      }
    }
    // Ours first: however many strangers there are.
    doubtful.sort((one, other) => Number(other.ours) - Number(one.ours))
    for (const row of await askAgain(doubtful.slice(0, most))) {
      found.push(...differencesOf(row))
      for (const name of namesOf(row)) compared.add(name)
    }
    return { found, compared, checked: rows.length }
  }

  const compareAll = async (intentIds: readonly string[]) => {
    const total = { found: [] as Difference[], compared: new Set<string>(), checked: 0 }
    const add = (part: Awaited<ReturnType<typeof compareSome>>) => {
      total.found.push(...part.found)
      for (const name of part.compared) total.compared.add(name)
      total.checked += part.checked
    }
    for (let after = firstId, ids: string[] = []; ; after = ids.at(-1) ?? after) {
      ids = await readNextPayments(db, after, page)
      add(await compareSome(ids, [], askedOfAllMax))
      if (ids.length < page) break
    }
    for (let from = 0; from < intentIds.length; from += page)
      add(await compareSome([], intentIds.slice(from, from + page), askedOfAllMax))
    return total
  }

  const comparePart = async (
    orderIds: readonly string[],
    intentIds: readonly string[],
    open: readonly StoredDifference[],
  ) => {
    const slice = await readNextPayments(db, (await readMark(db, 'payments')) ?? firstId, slicePayments)
    await saveMark(db, 'payments', slice.length < slicePayments ? firstId : (slice.at(-1) ?? firstId))
    const opened = open.flatMap(({ paymentId }) => (paymentId !== null && isId(paymentId) ? [paymentId] : []))
    const paymentIds = new Set([...(await readPaymentsOf(db, orderIds)), ...slice, ...opened])
    const both = new Set([...intentIds, ...open.flatMap(({ intentId }) => intentId ?? [])])
    return compareSome([...paymentIds], [...both], askedMax)
  }

  return {
    async compare({ orderIds, everything }) {
      const open = await listOpenDifferences(db, openMax)
      const listed = everything ? await readWhole(db, books) : await readPart(db, books)
      const part = everything
        ? await compareAll(listed.intentIds)
        : await comparePart(orderIds, listed.intentIds, open)
      const disputes = await readDisputes(books)
      const found = [
        ...part.found,
        ...(disputes ?? []).flatMap((dispute) => differenceOfDispute(dispute) ?? []),
      ]
      await keepDifferences(db, unique(found))
      const isOver = (difference: StoredDifference) => {
        if (found.some(({ id }) => id === difference.id)) return false
        if (difference.kind.startsWith('dispute_')) return disputes !== null
        return part.compared.has(difference.paymentId ?? '') || part.compared.has(difference.intentId ?? '')
      }
      await resolveDifferences(
        db,
        open.filter(isOver).map(({ id }) => id),
      )
      const old = (await listOpenDifferences(db, openMax)).filter(
        ({ ageSeconds }) => ageSeconds >= shownAfterSeconds,
      )
      return {
        books: listed.reachable ? 'read' : 'unreachable',
        checked: part.checked,
        breaches: old.filter(isBreach).map(toFinding),
      }
    },
  }
}

const namesOf = ({ paymentId, intentId }: Compared) => [paymentId, intentId].filter((name) => name !== null)
const ofShopAlone = new Set(['ledger_differs', 'refund_failed', 'refund_slow', 'payment_without_order'])
const needsProcessor = ({ kind }: Difference) => !ofShopAlone.has(kind)
const unique = (found: readonly Difference[]) => [
  ...new Map(found.map((difference) => [difference.id, difference])).values(),
]

function toFinding(difference: StoredDifference): Finding {
  return {
    invariant: 'charges_have_an_order',
    key: difference.id,
    orderIds: difference.orderId === null ? [] : [difference.orderId],
    explanation: `${difference.explanation} (${difference.processorMinor ?? 0} there, ${difference.shopMinor ?? 0} here)`,
  }
}

/** All disputes, or null when the list was not read to its end. */
async function readDisputes(books: Books): Promise<ListedDispute[] | null> {
  const all: ListedDispute[] = []
  for (let pages = 0; pages < disputePages; pages += 1) {
    const answer: BooksAnswer<readonly ListedDispute[]> = await books.listDisputes(all.at(-1)?.disputeId)
    if (answer.kind !== 'ok') return null
    all.push(...answer.value)
    if (answer.value.length < 100) return all
  }
  return null
}
