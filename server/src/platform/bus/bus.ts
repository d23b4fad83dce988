// The bus as services see it: a port. Adapters differ in how they carry events, never in what they
// promise: at least once to every consumer, in order per aggregate, from the first event on; what
// keeps failing is set aside.
import type { Event, EventType } from '@holdfast/contract'

/** What a consumer says of one delivery. `retry` comes again later; `dead` waits for a person. */
export type Verdict =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'dead'; readonly reason: string }

export const ack: Verdict = { kind: 'ack' }

export interface Subscription {
  /** Names the consumer for ever: its position in the stream is kept under this name. */
  readonly consumer: string
  readonly types: readonly EventType[]
  /**
   * Asked after events of these types were handled: true when nobody waits for what comes next,
   * which is then gathered for longer, tens of milliseconds in a rush. Without it somebody always
   * does.
   */
  isUnhurried?(types: readonly EventType[]): boolean
  /**
   * Handles a batch in order and gives a verdict for each event. Throwing means that none was
   * handled. An event put off takes the later ones of its aggregate in the batch with it.
   */
  handle(events: readonly Event[]): Promise<readonly Verdict[]>
}

export interface DeadLetter {
  readonly consumer: string
  readonly eventId: string
  readonly type: string
  readonly subject: string
  readonly attempts: number
  readonly reason: string
  readonly parkedAt: string
}

export interface Bus {
  /** Registers a consumer, before `start`: delivery begins with it. Each name once. */
  subscribe(subscription: Subscription): void
  /**
   * Shows every event of these types committed from now on to this process, perhaps with a few from
   * just before. No retry and no memory of its own: for live views. Each call reads the stream by
   * itself, so call it once and fan out.
   */
  tail(types: readonly EventType[], onEvents: (events: readonly Event[]) => void): () => void
  start(): Promise<void>
  /** Ends delivery; what is being handled is finished first. */
  stop(): Promise<void>
  /**
   * These events (or some) were committed by this process: wake up. Only a hint; adapters find
   * events without it.
   */
  hint(events?: readonly Event[]): void
  listDeadLetters(consumer?: string): Promise<DeadLetter[]>
  /** Gives a dead letter another round of tries. False when there is none. */
  replay(consumer: string, eventId: string): Promise<boolean>
}

export interface RetryPolicy {
  /** Deliveries before an event is given up as a dead letter. */
  readonly maxAttempts: number
  /**
   * The same for one that this version cannot read. More: while two versions run, the newer one
   * tells of things that only it knows, and an upgrade may take its time.
   */
  readonly maxUnreadable: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

/** Three minutes for what fails, an hour for what cannot be read. */
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 12,
  maxUnreadable: 70,
  firstDelayMs: 50,
  maxDelayMs: 60_000,
}

/** Doubles from `firstDelayMs` up to `maxDelayMs`. `attempts` counts deliveries so far, from 1. */
export function retryDelayMs(policy: RetryPolicy, attempts: number): number {
  return Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempts - 1))
}
