// Every state of a mail against every command, cell by cell, and a day without a mail server.
import { describe, expect, test } from 'vitest'
import type { Content } from './content.ts'
import {
  type Draft,
  decideMail,
  delayMs,
  evolveMail,
  leaseMs,
  type Mail,
  type MailCommand,
  type MailFact,
  type MailState,
  staleAfterMs,
} from './mail.ts'

const mailId = '00000000-0000-8000-8000-000000000001'
const start = '2030-01-01T10:00:00.000Z'
const at = (ms: number) => new Date(Date.parse(start) + ms).toISOString()
const hour = 3_600_000
const money = { amountMinor: 4_500, currency: 'EUR' }
const content: Content = {
  show: { title: 'A show', startsAt: at(1_000 * hour), timeZone: 'UTC', venue: null },
  order: { id: mailId, lines: [], total: money },
}
const draft: Draft = {
  kind: 'order_confirmed',
  fact: `order_confirmed:${mailId}`,
  recipient: 'ann@example.com',
  language: 'de',
  orderId: mailId,
  showId: null,
  content,
}
const common = { ...draft, id: mailId, queuedAt: start, attempts: 1, fence: 2, version: 3 }
type Live = Extract<MailState, 'queued' | 'retrying' | 'sending'>
const live = (state: Live, dueMs = 0): Mail => ({ ...common, state, dueAt: at(dueMs), reason: 'silence' })
const over = (state: Exclude<MailState, Live>): Mail => ({ ...common, state, endedAt: start, reason: null })

const states: Record<'none' | MailState, Mail | undefined> = {
  none: undefined,
  queued: live('queued'),
  retrying: live('retrying'),
  sending: live('sending'),
  sent: over('sent'),
  bounced: over('bounced'),
  given_up: over('given_up'),
  skipped: over('skipped'),
}

const queue = (ageMs: number): MailCommand => ({
  type: 'QueueMail',
  id: mailId,
  draft,
  occurredAt: at(-ageMs),
})
const take = (untrue: string | null): MailCommand => ({ type: 'TakeMail', mailId, untrue })
const cases = {
  QueueMail: {
    news: { now: start, command: queue(0) },
    'old news': { now: start, command: queue(staleAfterMs + 1) },
  },
  TakeMail: {
    'before it is due': { now: at(-1), command: take(null) },
    'when it is due': { now: start, command: take(null) },
    'when it is untrue': { now: start, command: take('show_changed') },
    'after two days': { now: at(48 * hour + 1), command: take(null) },
  },
  RecordSent: {
    'by the last one': { now: start, command: { type: 'RecordSent', mailId, fence: 2 } },
    'by one before': { now: start, command: { type: 'RecordSent', mailId, fence: 1 } },
  },
  RecordRefused: {
    'by the last one': { now: start, command: { type: 'RecordRefused', mailId, fence: 2, reason: '550' } },
    'by one before': { now: start, command: { type: 'RecordRefused', mailId, fence: 1, reason: '550' } },
  },
  RecordDeferred: {
    'by the last one': { now: start, command: { type: 'RecordDeferred', mailId, fence: 2, reason: '451' } },
    'by one before': { now: start, command: { type: 'RecordDeferred', mailId, fence: 1, reason: '451' } },
    'after two days': {
      now: at(48 * hour),
      command: { type: 'RecordDeferred', mailId, fence: 2, reason: '451' },
    },
  },
} as const satisfies Record<MailCommand['type'], Record<string, { now: string; command: MailCommand }>>

type Cell = readonly MailFact[]
type Row = { [Type in keyof typeof cases]: { [Case in keyof (typeof cases)[Type]]: Cell } }

const told = { mailId, kind: 'order_confirmed', orderId: mailId } as const
const nothing: Cell = []
const queued: MailFact = { type: 'MailQueued', data: { mailId, draft } }
const skipped = (reason: string): MailFact => ({ type: 'MailSkipped', data: { mailId, reason } })
const failed = (outcome: 'bounced' | 'given_up', reason: string): Cell => [
  { type: 'MailEnded', data: { mailId, reason } },
  { type: 'MailFailed', data: { ...told, reason: outcome } },
]
const sent: Cell = [{ type: 'MailSent', data: told }]
const known: Row['QueueMail'] = { news: nothing, 'old news': nothing }
const taken = (nowMs: number): Cell => [{ type: 'MailTaken', data: { mailId, until: at(nowMs + leaseMs) } }]
const takes: Row['TakeMail'] = {
  'before it is due': nothing,
  'when it is due': taken(0),
  'when it is untrue': [skipped('show_changed')],
  'after two days': failed('given_up', 'silence'),
}
const silent: Row = {
  QueueMail: known,
  TakeMail: {
    'before it is due': nothing,
    'when it is due': nothing,
    'when it is untrue': nothing,
    'after two days': nothing,
  },
  RecordSent: { 'by the last one': nothing, 'by one before': nothing },
  RecordRefused: { 'by the last one': nothing, 'by one before': nothing },
  RecordDeferred: { 'by the last one': nothing, 'by one before': nothing, 'after two days': nothing },
}
const waiting: Row = {
  ...silent,
  TakeMail: takes,
  // Its sender was slow and another may take it any moment: it did arrive.
  RecordSent: { 'by the last one': sent, 'by one before': sent },
}

const matrix: Record<'none' | MailState, Row> = {
  none: { ...silent, QueueMail: { news: [queued], 'old news': [queued, skipped('old_news')] } },
  queued: waiting,
  retrying: waiting,
  sending: {
    ...waiting,
    RecordRefused: { 'by the last one': failed('bounced', '550'), 'by one before': nothing },
    RecordDeferred: {
      'by the last one': [{ type: 'MailDeferred', data: { mailId, dueAt: at(delayMs(1)), reason: '451' } }],
      'by one before': nothing,
      'after two days': failed('given_up', '451'),
    },
  },
  sent: silent,
  bounced: silent,
  given_up: silent,
  skipped: silent,
}

const stateAfter: Partial<Record<MailFact['type'], MailState>> = {
  MailQueued: 'queued',
  MailTaken: 'sending',
  MailDeferred: 'retrying',
  MailSkipped: 'skipped',
  MailSent: 'sent',
}

describe('a mail in every state, told every command', () => {
  for (const [stateName, row] of Object.entries(matrix)) {
    for (const [commandName, cells] of Object.entries(row)) {
      for (const [caseName, expected] of Object.entries(cells as Record<string, Cell>)) {
        test(`${stateName}: ${commandName} ${caseName}`, () => {
          const named: Record<string, { now: string; command: MailCommand }> =
            cases[commandName as keyof typeof cases]
          const { now, command } = named[caseName] as { now: string; command: MailCommand }
          let mail = states[stateName as MailState]
          expect(decideMail(mail, command, now)).toEqual(expected)
          for (const fact of expected) {
            const before = mail?.version ?? 0
            mail = evolveMail(mail, fact, now)
            expect(mail.version).toBe(before + 1)
            const state = stateAfter[fact.type]
            if (state) expect(mail.state).toBe(state)
          }
          const end = expected.at(-1)
          if (end?.type === 'MailFailed') expect(mail).toMatchObject({ state: end.data.reason, endedAt: now })
        })
      }
    }
  }
})

const after = (mail: Mail | undefined, command: MailCommand, now: string): Mail => {
  let next = mail
  for (const fact of decideMail(mail, command, now)) next = evolveMail(next, fact, now)
  if (!next) throw new Error('there is no mail')
  return next
}

/** Tries again and again until the server is back, on a clock of its own. */
function tryUntil(backAfterMs: number) {
  let mail = after(undefined, queue(0), start)
  let attempts = 0
  while ('dueAt' in mail) {
    const now: string = mail.dueAt
    mail = after(mail, take(null), now)
    if (mail.state !== 'sending') continue
    attempts += 1
    const { fence } = mail
    const isBack = Date.parse(now) >= Date.parse(start) + backAfterMs
    mail = after(
      mail,
      isBack
        ? { type: 'RecordSent', mailId, fence }
        : { type: 'RecordDeferred', mailId, fence, reason: 'ECONNREFUSED' },
      now,
    )
  }
  return { mail, attempts }
}

test('a mail server that is away for a day delays a mail by an hour at most after its return', () => {
  const { mail, attempts } = tryUntil(24 * hour)
  expect(mail).toMatchObject({ state: 'sent' })
  expect('endedAt' in mail && Date.parse(mail.endedAt) - Date.parse(start)).toBeLessThanOrEqual(25 * hour)
  expect(attempts).toBeLessThan(40)
})

test('after two days a mail is given up, with what was heard last', () => {
  expect(tryUntil(72 * hour).mail).toMatchObject({ state: 'given_up', reason: 'ECONNREFUSED' })
})

test('back-off only grows, up to an hour', () => {
  const delays = Array.from({ length: 40 }, (_, index) => delayMs(index + 1))
  expect(delays).toEqual(delays.toSorted((one, other) => one - other))
  expect([delays[0], delays.at(-1)]).toEqual([30_000, hour])
})

describe('a mail that brings a link', () => {
  const minutes = (count: number) => at(count * 60_000)
  const withLink: Mail = { ...live('sending'), content: { linkId: mailId } }
  const ofLink: MailCommand = {
    type: 'QueueMail',
    id: mailId,
    draft: { ...draft, content: { linkId: mailId } },
    occurredAt: start,
  }
  const kindsOf = (mail: Mail | undefined, command: MailCommand, now: string) =>
    decideMail(mail, command, now).map(({ type }) => type)
  const deferred: MailCommand = { type: 'RecordDeferred', mailId, fence: 2, reason: '451' }

  test('is written within half an hour of the request, and not after', () => {
    expect(kindsOf(undefined, ofLink, minutes(30))).toEqual(['MailQueued'])
    expect(kindsOf(undefined, ofLink, minutes(31))).toEqual(['MailQueued', 'MailSkipped'])
  })
  test('is tried for half an hour', () => {
    expect(kindsOf(withLink, take(null), minutes(30))).toEqual(['MailTaken'])
    expect(kindsOf(withLink, take(null), minutes(31))).toEqual(['MailEnded', 'MailFailed'])
    expect(kindsOf(withLink, deferred, minutes(29))).toEqual(['MailDeferred'])
    expect(kindsOf(withLink, deferred, minutes(30))).toEqual(['MailEnded', 'MailFailed'])
  })
})
