// What a service tells the handler about itself: how it loads, decides, evolves and saves; and the
// words for what comes of it.
import type { Price, ServiceName } from '@holdfast/contract'
import type { BatchTx, Write } from '../postgres/database.ts'
import type { IdempotencyKey } from './idempotency.ts'
import type { Recorded } from './outbox.ts'

/**
 * What `decide` says: facts with an answer, or the reason why not. `Fact` is a fact of the deciding
 * service.
 */
export type Decision<Fact, Rejection extends string, Answer = undefined> =
  | { readonly facts: readonly Fact[]; readonly answer: Answer }
  | Refusal<Rejection>

/** The reason why not, and what the caller needs to go on. */
export interface Refusal<Rejection extends string> {
  readonly rejection: Rejection
  readonly detail?: string
  /** With `price_changed`: what it costs now. */
  readonly price?: Price
  /** With `not_on_sale`: when the sale begins, if it is still to begin. */
  readonly opensAt?: string
  /** With `limit_exceeded`: how many tickets it must and may be. */
  readonly least?: number
  readonly most?: number
  /** JSON pointer of the field that is wrong. */
  readonly field?: string
}

/**
 * A fact of any kind: an event of the contract, or a private one that changes this service only and
 * is not published.
 */
export interface AnyFact {
  readonly type: string
  readonly data: unknown
}

/**
 * How one service decides. `World` is all that one batch of commands may read and change, in
 * memory.
 */
export interface Model<Command, World, Fact extends AnyFact, Rejection extends string, Answer> {
  readonly service: ServiceName
  /** Reads and locks everything the commands need, in one fixed order. */
  load(tx: BatchTx, commands: readonly Command[]): Promise<World>
  decide(world: World, command: Command, now: string): Decision<Fact, Rejection, Answer>
  /**
   * Evolves the world by a fact and tells whose fact it was. What it says of a private fact is not
   * used.
   */
  apply(world: World, fact: Fact, now: string): Omit<Recorded, 'fact'>
  /**
   * The facts that follow from those of a command, once they were applied: for example, which call
   * comes next.
   */
  close?(world: World, command: Command, facts: readonly Fact[], now: string): readonly Fact[]
  /**
   * What is to be stored of the world. It travels with the commit, so nothing can be asked about
   * it.
   */
  save(world: World, now: string): readonly Write[]
  /**
   * Of it, what everybody changes at once: stored behind all else, so that it is locked for no
   * longer than the commit takes.
   */
  saveContested?(world: World): readonly Write[]
  /**
   * What is stored of an answer under its idempotency key, and given again as the answer of a
   * replay. All of it by default.
   */
  remember?(answer: Answer): Answer
  /**
   * The answer where it is what became of the world: asked for after the facts took effect, so that
   * each is evolved once.
   */
  answer?(world: World, command: Command): Answer
  /**
   * Told after the commit, with the world as it now stands: for caches and for waking workers. Must
   * not throw.
   */
  committed?(world: World): void
}

export type Outcome<Answer, Rejection extends string> =
  | { readonly ok: true; readonly answer: Answer; readonly replayed: boolean }
  | ({ readonly ok: false } & Refusal<Rejection | IdempotencyRejection>)

export type IdempotencyRejection = 'idempotency_key_reused' | 'idempotency_key_in_use'

/** Who or what caused a command. */
export interface Cause {
  readonly causationId?: string | null
  readonly idempotency?: IdempotencyKey
}

/** A foreign event and the commands it means here. */
export interface Translated<Command> {
  readonly eventId: string
  /** The foreign aggregate: when one of its events is put off, the later ones wait behind it. */
  readonly subject: string
  /** Whose the foreign event is: what it causes is theirs, too. */
  readonly organisationId?: string | null | undefined
  readonly commands: readonly Command[]
}

/**
 * What became of an event: its effect is in, or it was put off because a command was rejected as
 * `notYet`.
 */
export type Handled<Rejection> = { readonly ok: true } | { readonly ok: false; readonly rejection: Rejection }
