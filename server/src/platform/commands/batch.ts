// One transaction of the walk of a command: what many jobs decided together, and what is stored
// with it. Opens none itself.
import { type Event, type EventType, type FactOf, isEventType } from '@holdfast/contract'
import type { BatchTx, Write } from '../postgres/database.ts'
import {
  findAnswers,
  type IdempotencyKey,
  indexOfKey,
  type StoredAnswer,
  storeAnswers,
} from './idempotency.ts'
import { readHandled, recordHandled } from './inbox.ts'
import type { AnyFact, Handled, Model, Outcome, Translated } from './model.ts'
import { appendToOutbox, seal } from './outbox.ts'

export interface Item<Command> {
  readonly command: Command
  readonly causationId: string | null
  readonly organisationId?: string | null | undefined
}

/**
 * The commands of one caller. They share one fate: a consumer's events, or one request's command.
 */
export interface Job<Command, Rejection extends string, Answer> {
  readonly items: readonly Item<Command>[]
  readonly idempotency?: IdempotencyKey
  readonly inbox?: {
    consumer: string
    events: readonly Translated<Command>[]
    notYet: (r: Rejection) => boolean
  }
  settle(result: JobResult<Rejection, Answer>): void
  fail(error: unknown): void
}

export interface JobResult<Rejection extends string, Answer> {
  readonly outcomes: Outcome<Answer, Rejection>[]
  readonly handled: Handled<Rejection>[]
}

/** By the contract's table of names; each service is typed to make only its own. */
function isPublished(fact: AnyFact): fact is FactOf<EventType> {
  return isEventType(fact.type)
}

/**
 * The state of one transaction: the world, what was decided so far, and what is to be stored with
 * it.
 */
export function makeBatch<Command, World, Fact extends AnyFact, Rejection extends string, Answer>(
  model: Model<Command, World, Fact, Rejection, Answer>,
  tx: BatchTx,
) {
  const events: Event[] = []
  const answers: StoredAnswer[] = []
  const handledBy = new Map<string, string[]>()
  let known = new Map<string, StoredAnswer>()
  const seenBy = new Map<string, Set<string>>()
  const putOff = new Map<string, Rejection>()
  let world: World
  let now: string

  const applyAll = (facts: readonly Fact[], cause: Omit<Item<Command>, 'command'>): void => {
    for (const fact of facts) {
      const recorded = model.apply(world, fact, now)
      const organisationId = recorded.organisationId ?? cause.organisationId
      if (isPublished(fact))
        events.push(seal(model.service, { fact, ...recorded, organisationId }, now, cause.causationId))
    }
  }

  const decideOne = ({ command, ...cause }: Item<Command>): Outcome<Answer, Rejection> => {
    const decision = model.decide(world, command, now)
    if ('rejection' in decision) return { ok: false, ...decision }
    applyAll(decision.facts, cause)
    if (model.close) applyAll(model.close(world, command, decision.facts, now), cause)
    return {
      ok: true,
      answer: model.answer ? model.answer(world, command) : decision.answer,
      replayed: false,
    }
  }

  const decideRequest = (item: Item<Command>, key: IdempotencyKey): Outcome<Answer, Rejection> => {
    const before = known.get(indexOfKey(key))
    if (before) {
      if (before.fingerprint !== key.fingerprint) return { ok: false, rejection: 'idempotency_key_reused' }
      return { ok: true, answer: before.answer as Answer, replayed: true }
    }
    const outcome = decideOne(item)
    if (outcome.ok) {
      const stored = { ...key, answer: model.remember ? model.remember(outcome.answer) : outcome.answer }
      known.set(indexOfKey(key), stored)
      answers.push(stored)
    }
    return outcome
  }

  const decideEvent = (
    event: Translated<Command>,
    job: Required<Job<Command, Rejection, Answer>>['inbox'],
  ) => {
    const seen = seenBy.get(job.consumer)
    if (seen?.has(event.eventId)) return { ok: true } as const
    const blockedBy = putOff.get(event.subject)
    if (blockedBy !== undefined) return { ok: false, rejection: blockedBy } as const
    let changed = false
    for (const command of event.commands) {
      const outcome = decideOne({ command, causationId: event.eventId, organisationId: event.organisationId })
      if (outcome.ok) changed = true
      else if (job.notYet(outcome.rejection as Rejection)) {
        // What its earlier commands changed must not be stored: tried again, it would take effect
        // twice.
        if (changed) throw new Error(`an event was put off in the middle: ${outcome.rejection}`)
        putOff.set(event.subject, outcome.rejection as Rejection)
        return { ok: false, rejection: outcome.rejection as Rejection } as const
      }
    }
    seen?.add(event.eventId)
    const handled = handledBy.get(job.consumer)
    if (handled) handled.push(event.eventId)
    else handledBy.set(job.consumer, [event.eventId])
    return { ok: true } as const
  }

  return {
    async begin(jobs: readonly Job<Command, Rejection, Answer>[]): Promise<World> {
      const keys = jobs.flatMap((job) => (job.idempotency ? [job.idempotency] : []))
      const readInbox = async ({ inbox }: Job<Command, Rejection, Answer>) => {
        if (!inbox) return
        const before = await readHandled(
          tx,
          inbox.consumer,
          inbox.events.map((event) => event.eventId),
        )
        seenBy.set(inbox.consumer, new Set([...(seenBy.get(inbox.consumer) ?? []), ...before]))
      }
      // Asked for together, so that they travel together.
      const loading = model.load(
        tx,
        jobs.flatMap((job) => job.items.map((item) => item.command)),
      )
      ;[world, known, now] = await allOf([loading, findAnswers(tx, keys), tx.begun, ...jobs.map(readInbox)])
      return world
    },
    decide(job: Job<Command, Rejection, Answer>): JobResult<Rejection, Answer> {
      const { inbox, idempotency } = job
      if (inbox) return { outcomes: [], handled: inbox.events.map((event) => decideEvent(event, inbox)) }
      const outcomes = job.items.map((item) =>
        idempotency ? decideRequest(item, idempotency) : decideOne(item),
      )
      return { outcomes, handled: [] }
    },
    /** Everything that is to be stored. */
    writes(): readonly Write[] {
      const inboxes = [...handledBy].flatMap(([consumer, ids]) => recordHandled(consumer, ids))
      const contested = model.saveContested?.(world) ?? []
      return [
        ...model.save(world, now),
        ...appendToOutbox(events),
        ...storeAnswers(answers),
        ...inboxes,
        ...contested,
      ]
    },
    /** The events that were decided. */
    events,
  }
}

/**
 * Waits for all. Statements behind the one that failed are refused because of it: its own failure
 * is told, not theirs.
 */
async function allOf<const Parts extends readonly Promise<unknown>[]>(
  parts: Parts,
): Promise<{ -readonly [Index in keyof Parts]: Awaited<Parts[Index]> }> {
  const ends = await Promise.allSettled(parts)
  const failures = ends.flatMap((end) =>
    end.status === 'rejected' ? [end.reason as Error & { code?: string }] : [],
  )
  const [first] = failures
  if (first) throw failures.find(({ code }) => code !== transactionAborted) ?? first
  return ends.map((end) => (end as PromiseFulfilledResult<unknown>).value) as {
    -readonly [Index in keyof Parts]: Awaited<Parts[Index]>
  }
}
const transactionAborted = '25P02'
