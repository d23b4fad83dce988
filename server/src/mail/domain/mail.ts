// One mail to one recipient about one fact: its states, its commands, and when it is tried again.
// Pure.
import { addSeconds, epochMsOf, type FactOf, type Language, type MailKind } from '@holdfast/contract'
import type { Content } from './content.ts'

/** What is to be written to whom, and the fact that it tells of. */
export interface Draft {
  readonly kind: MailKind
  /** Names the fact for ever: with the recipient it is the key of the mail. */
  readonly fact: string
  readonly recipient: string
  readonly language: Language
  readonly orderId: string | null
  readonly showId: string | null
  readonly content: Content
}

interface Common extends Draft {
  readonly id: string
  readonly queuedAt: string
  readonly attempts: number
  /** Counts those who took it: only the last one may say that it failed. */
  readonly fence: number
  readonly version: number
}

export type Mail = Common &
  (
    | { readonly state: 'queued' | 'retrying'; readonly dueAt: string; readonly reason: string | null }
    /** Somebody sends it until `dueAt`; after that it is anybody's again. */
    | { readonly state: 'sending'; readonly dueAt: string; readonly reason: string | null }
    | { readonly state: Ended; readonly endedAt: string; readonly reason: string | null }
  )
type Ended = 'sent' | 'bounced' | 'given_up' | 'skipped'
export type MailState = Mail['state']

export type MailCommand =
  | {
      readonly type: 'QueueMail'
      readonly id: string
      readonly draft: Draft
      readonly occurredAt: string
      /** When mail began to hear of anything. */
      readonly beganAt?: string | null
    }
  /** `untrue` says why what it tells no longer holds. */
  | { readonly type: 'TakeMail'; readonly mailId: string; readonly untrue: string | null }
  | { readonly type: 'RecordSent'; readonly mailId: string; readonly fence: number }
  | {
      readonly type: 'RecordRefused'
      readonly mailId: string
      readonly fence: number
      readonly reason: string
    }
  | {
      readonly type: 'RecordDeferred'
      readonly mailId: string
      readonly fence: number
      readonly reason: string
    }

export type MailFact =
  | {
      readonly type: 'MailQueued'
      readonly data: { readonly mailId: string; readonly draft: Draft }
    }
  | { readonly type: 'MailSkipped'; readonly data: { readonly mailId: string; readonly reason: string } }
  | { readonly type: 'MailTaken'; readonly data: { readonly mailId: string; readonly until: string } }
  | {
      readonly type: 'MailDeferred'
      readonly data: { readonly mailId: string; readonly dueAt: string; readonly reason: string }
    }
  | { readonly type: 'MailEnded'; readonly data: { readonly mailId: string; readonly reason: string } }
  | FactOf<'MailSent' | 'MailFailed'>

/** News older than this is told to nobody: a shop that just got mail must not tell its history. */
export const staleAfterMs = 48 * 3_600_000
/** How long a mail is tried. */
const givenUpAfterMs = 48 * 3_600_000
/** A link to an account is of no use after its time. */
const linkUsefulMs = 30 * 60_000
/** Whoever takes a mail has this long; the slowest server is given up well before. */
export const leaseMs = 5 * 60_000
const firstDelayMs = 30_000
const longestDelayMs = 3_600_000

export const isEnded = (mail: Mail): mail is Extract<Mail, { endedAt: string }> => 'endedAt' in mail

const after = (instant: string, ms: number) => addSeconds(instant, ms / 1000)
const between = (from: string, to: string) => epochMsOf(to) - epochMsOf(from)

/** Waits twice as long each time, up to an hour. `attempts` counts from 1. */
export const delayMs = (attempts: number): number =>
  Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 16))

/**
 * Decides a command about one mail; `now` is the database's clock. Nothing is refused: what comes
 * late or twice has no effect.
 */
export function decideMail(mail: Mail | undefined, command: MailCommand, now: string): readonly MailFact[] {
  if (command.type === 'QueueMail') return queue(mail, command, now)
  if (!mail || isEnded(mail)) return []
  const { mailId } = command
  switch (command.type) {
    case 'TakeMail':
      if (mail.dueAt > now) return []
      if (command.untrue !== null) return [{ type: 'MailSkipped', data: { mailId, reason: command.untrue } }]
      if (between(mail.queuedAt, now) > triedFor(mail))
        return fail(mail, 'given_up', mail.reason ?? 'timeout')
      return [{ type: 'MailTaken', data: { mailId, until: after(now, leaseMs) } }]
    case 'RecordSent':
      // Also from one whose time was over: it did arrive, and need not go out again.
      return [{ type: 'MailSent', data: told(mail) }]
    case 'RecordRefused':
      return holds(mail, command.fence) ? fail(mail, 'bounced', command.reason) : []
    case 'RecordDeferred': {
      if (!holds(mail, command.fence)) return []
      const dueAt = after(now, delayMs(mail.attempts))
      if (between(mail.queuedAt, dueAt) > triedFor(mail)) return fail(mail, 'given_up', command.reason)
      return [{ type: 'MailDeferred', data: { mailId, dueAt, reason: command.reason } }]
    }
  }
}

const triedFor = ({ kind, content }: Draft) =>
  content.linkId === undefined || kind === 'invitation' ? givenUpAfterMs : linkUsefulMs

const holds = (mail: Mail, fence: number) => mail.state === 'sending' && mail.fence === fence

function queue(
  mail: Mail | undefined,
  { id, draft, occurredAt, beganAt = null }: MailCommand & { type: 'QueueMail' },
  now: string,
): readonly MailFact[] {
  if (mail) return []
  const queued: MailFact = { type: 'MailQueued', data: { mailId: id, draft } }
  const isInTime = between(occurredAt, now) <= triedFor(draft)
  if (isInTime && isNews({ occurredAt, beganAt, now })) return [queued]
  return [queued, { type: 'MailSkipped', data: { mailId: id, reason: 'old_news' } }]
}

/**
 * What happened long ago is told to nobody, and neither is what happened before mail was there: a shop
 * that gets mail later reads all its past.
 */
export function isNews(when: {
  readonly occurredAt: string
  readonly beganAt: string | null
  readonly now: string
}): boolean {
  const { occurredAt, beganAt, now } = when
  const isOurs = beganAt === null || epochMsOf(occurredAt) >= epochMsOf(beganAt)
  return isOurs && between(occurredAt, now) <= staleAfterMs
}

const told = ({ id, kind, orderId }: Mail) => ({
  mailId: id,
  kind,
  ...(orderId === null ? {} : { orderId }),
})

function fail(mail: Mail, outcome: 'bounced' | 'given_up', reason: string): readonly MailFact[] {
  return [
    // What the server said stays with the mail: an event is read by more people than may see it.
    { type: 'MailEnded', data: { mailId: mail.id, reason } },
    { type: 'MailFailed', data: { ...told(mail), reason: outcome } },
  ]
}

export function evolveMail(mail: Mail | undefined, fact: MailFact, now: string): Mail {
  if (fact.type === 'MailQueued') {
    const { mailId: id, draft } = fact.data
    const begun = { queuedAt: now, attempts: 0, fence: 0, version: 1 }
    return { ...draft, id, ...begun, state: 'queued', dueAt: now, reason: null }
  }
  if (!mail) throw new Error(`${fact.type} of a mail that was not queued`)
  const next = commonOf(mail)
  switch (fact.type) {
    case 'MailTaken':
      return {
        ...next,
        state: 'sending',
        fence: mail.fence + 1,
        attempts: mail.attempts + 1,
        dueAt: fact.data.until,
        reason: mail.reason,
      }
    case 'MailDeferred':
      return { ...next, state: 'retrying', dueAt: fact.data.dueAt, reason: fact.data.reason }
    case 'MailSkipped':
      return { ...next, state: 'skipped', endedAt: now, reason: fact.data.reason }
    case 'MailEnded':
      return { ...mail, version: next.version, reason: fact.data.reason }
    case 'MailSent':
      return { ...next, state: 'sent', endedAt: now, reason: null }
    case 'MailFailed':
      return { ...next, state: fact.data.reason, endedAt: now, reason: mail.reason }
  }
}

function commonOf(mail: Mail): Common {
  const { id, kind, fact, recipient, language, orderId, showId, content } = mail
  const { queuedAt, attempts, fence, version } = mail
  const draft = { kind, fact, recipient, language, orderId, showId, content }
  return { ...draft, id, queuedAt, attempts, fence, version: version + 1 }
}
