// News for everybody who holds tickets of a show: a long flow that goes through the orders by their
// ids, some at a time. Pure.
import type { Content } from './content.ts'
import { draftFor, type Telling as Kind, type KnownOrder, type KnownShow, movedFrom } from './known.ts'
import type { Draft } from './mail.ts'

export interface Telling {
  readonly id: string
  readonly showId: string
  readonly kind: Kind
  /** Names the fact; no two tellings tell the same. */
  readonly fact: string
  readonly content: Partial<Content>
  /** The last order that was written to. */
  readonly afterId: string | null
  readonly ended: boolean
  readonly told: number
}

export type TellingStart = Pick<Telling, 'showId' | 'kind' | 'fact' | 'content'>

/** What the news of a show begins; nothing when it only has another price or title. */
export function tellingOfChange(before: KnownShow | undefined, show: KnownShow): TellingStart | null {
  const moved = movedFrom(before, show)
  if (!moved) return null
  const fact = `show_changed:${show.id}:${show.version}`
  return { showId: show.id, kind: 'show_changed', fact, content: { before: moved } }
}

export function tellingOfEnd(showId: string): TellingStart {
  return { showId, kind: 'show_cancelled', fact: `show_cancelled:${showId}`, content: {} }
}

export const remindBeforeMs = 24 * 3_600_000

/** A reminder is for one start: a show that is moved gets another. */
export function tellingOfReminder({ id, startsAt }: KnownShow): TellingStart {
  return { showId: id, kind: 'reminder', fact: `reminder:${id}:${startsAt}`, content: {} }
}

export interface Step {
  readonly telling: Telling
  readonly drafts: readonly Draft[]
}

/** The next step: a mail to each of these orders. Fewer than were asked for are the last ones. */
export function advanceTelling(
  telling: Telling,
  { show, orders, asked }: { show: KnownShow; orders: readonly KnownOrder[]; asked: number },
): Step {
  const { kind, fact, content } = telling
  const drafts = orders
    .filter(({ status }) => status === 'complete')
    .flatMap((order) => draftFor(order, show, { kind, fact: `${fact}:${order.id}`, more: content }) ?? [])
  return {
    drafts,
    telling: {
      ...telling,
      afterId: orders.at(-1)?.id ?? telling.afterId,
      ended: orders.length < asked,
      told: telling.told + drafts.length,
    },
  }
}
