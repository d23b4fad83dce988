// Statements of the platform and the bus, by name.
import { only, type View } from './engine.ts'
import type { Row } from './schema.ts'
import { by, byColumn, columnsOf, copyInto, recordsOf, type StatementTwins, shape } from './statement.ts'

const outbox = 'platform.outbox'
const parked = 'platform.parked_deliveries'
const outboxColumns =
  'seq id type source subject version occurred_at causation_id correlation_id organisation_id data'
const toEvent = shape(outboxColumns)
const toPlace = shape('seq id')
const isoOf = (ms: number) => new Date(ms).toISOString()

function eventsBetween(view: View, from: number, to: number, types: readonly string[]): Row[] {
  // Most looks find nothing.
  if (view.greatest(outbox) < from) return []
  const wanted = new Set(types)
  const rows = view.all(outbox).filter((row) => {
    const xid = row['settled_xid'] as number
    return xid >= from && xid < to && wanted.has(row['type'] as string)
  })
  return rows.toSorted(by('seq'))
}

function waiting(view: View, consumer: unknown): Row[] {
  return view
    .all(parked)
    .filter((row) => row['consumer'] === consumer && row['dead'] === false)
    .toSorted(by('subject', 'seq'))
}

/** The first of each subject. */
function heads(rows: readonly Row[]): Row[] {
  return rows.filter((row, index) => rows[index - 1]?.['subject'] !== row['subject'])
}

export const busStatements: StatementTwins = {
  // Everybody sells for the organisation of their own account here, which needs no row.
  'platform.make_own_organisation': () => [],
  'bus.read_horizon': (view) => [{ horizon: view.horizon }],
  'bus.read_first_page': (view, [from, types, limit]) => {
    const rows = eventsBetween(view, from as number, view.horizon, types as string[]).slice(
      0,
      limit as number,
    )
    if (rows.length > 0) return rows.map((row) => ({ horizon: view.horizon, ...toPlace(row) }))
    return [{ horizon: view.horizon, ...toPlace({}) }]
  },
  'bus.read_later_page': (view, [after, from, to, types, limit]) =>
    eventsBetween(view, from as number, to as number, types as string[])
      .filter((row) => (row['seq'] as number) > (after as number))
      .slice(0, limit as number)
      .map(toPlace),
  'bus.read_events': (view, [seqs]) =>
    (seqs as number[])
      .toSorted((a, b) => a - b)
      .flatMap((seq) => only(view.get(outbox, String(seq))))
      .map(toEvent),
  'bus.read_cursor': (view, [consumer]) => {
    const row = view.get('platform.cursors', consumer as string)
    return row ? [shape('windowFrom=window_from windowTo=window_to afterSeq=after_seq')(row)] : []
  },
  'bus.save_cursor': (view, [consumer, window_from, window_to, after_seq]) => {
    const next = { window_from, window_to, after_seq, updated_at: isoOf(view.nowMs) }
    view.insert('platform.cursors', { consumer, ...next }, (old) =>
      by('window_from', 'after_seq')(old, next) <= 0 ? next : null,
    )
    return []
  },
  'bus.note_return': (view, [consumer]) => {
    const row = view.get('platform.cursors', consumer as string)
    if (!row || row['passed_over_at'] === null) return []
    view.update('platform.cursors', consumer as string, { passed_over_at: null }, () => true)
    return [shape('passedOverAt=passed_over_at')(row)]
  },
  'bus.read_heard': (view, [consumer]) => {
    const row = view.get('platform.cursors', consumer as string)
    return row ? [{ heard: row['heard'] ?? null }] : []
  },
  'bus.save_heard': (view, [consumer, json]) => {
    const heard: unknown = JSON.parse(json as string)
    view.insert('platform.cursors', { consumer, heard }, () => ({ heard, window_to: null, after_seq: 0 }))
    return []
  },
  'bus.park': (view, [consumer, json]) => {
    for (const record of recordsOf(json)) {
      const { delay_ms: delayMs, attempts } = record
      const next = {
        ...columnsOf(record, 'attempts reason dead'),
        due_at: isoOf(view.nowMs + (delayMs as number)),
      }
      view.insert(parked, { consumer, ...columnsOf(record, 'seq subject'), ...next }, (old) =>
        (attempts as number) > (old['attempts'] as number) ? next : null,
      )
    }
    return []
  },
  'bus.read_due': (view, [consumer, limit]) => {
    const rows = waiting(view, consumer)
    const now = isoOf(view.nowMs)
    const due = new Set(
      heads(rows).flatMap((row) => ((row['due_at'] as string) <= now ? [row['subject']] : [])),
    )
    return rows
      .filter((row) => due.has(row['subject']))
      .toSorted(by('seq'))
      .slice(0, limit as number)
      .map((row) => ({ ...toEvent(view.get(outbox, String(row['seq'])) ?? {}), attempts: row['attempts'] }))
  },
  'bus.read_waiting': (view, [consumer]) =>
    heads(waiting(view, consumer)).map((row) => ({
      subject: row['subject'],
      dueInMs: Date.parse(row['due_at'] as string) - view.nowMs,
    })),
  'bus.unpark': (view, [consumer, seqs]) => {
    for (const seq of seqs as number[])
      view.remove(parked, `${consumer}\n${seq}`, (row) => row['dead'] === false)
    return []
  },
  'bus.read_set_aside': (view, [consumer, after, reason, limit]) =>
    view
      .all(parked)
      .filter((row) => row['consumer'] === consumer && (row['seq'] as number) > (after as number))
      .filter((row) => (row['reason'] as string).startsWith(reason as string))
      .toSorted(by('seq'))
      .slice(0, limit as number)
      .map((row) => toEvent(view.get(outbox, String(row['seq'])) ?? {})),
  'bus.revive': (view, [consumer, seqs]) => {
    const changes = { dead: false, attempts: 0, due_at: isoOf(view.nowMs) }
    for (const seq of seqs as number[]) view.update(parked, `${consumer}\n${seq}`, changes, () => true)
    return []
  },
  'bus.list_dead': (view, [consumer]) =>
    view
      .all(parked)
      .filter((row) => row['dead'] === true && (consumer === null || row['consumer'] === consumer))
      .toSorted(by('parked_at'))
      .map((row) => {
        const event = view.get(outbox, String(row['seq'])) ?? {}
        return {
          ...shape('consumer subject attempts reason parkedAt=parked_at')(row),
          eventId: event['id'],
          type: event['type'],
        }
      }),
  'bus.replay': (view, [consumer, eventId]) => {
    const event = view.all(outbox).find((row) => row['id'] === eventId)
    if (!event) return []
    const changes = { dead: false, attempts: 0, due_at: isoOf(view.nowMs) }
    const found = view.update(parked, `${consumer}\n${event['seq']}`, changes, (row) => row['dead'] === true)
    return found ? [{ seq: event['seq'] }] : []
  },
}

const answerColumns = 'scope key fingerprint answer'

export const platformStatements: StatementTwins = {
  'platform.append_events': copyInto(outbox, outboxColumns.replace('seq ', ''), (view) => ({
    settled_xid: Math.max(view.xid(), view.newestEnded),
  })),
  'platform.read_process': (view, [correlationId, limit]) =>
    view
      .all(outbox)
      .filter((row) => row['correlation_id'] === correlationId)
      .toSorted(by('seq'))
      .slice(0, limit as number)
      .map(toEvent),
  'platform.read_inbox': (view, [consumer, ids]) =>
    (ids as string[]).flatMap((id) => {
      const row = view.get('platform.inbox', `${consumer}\n${id}`)
      return row ? [{ event_id: id }] : []
    }),
  'platform.record_inbox': (view, [consumer, ids]) => {
    for (const event_id of ids as string[]) view.insert('platform.inbox', { consumer, event_id }, 'refuse')
    return []
  },
  'platform.read_answers': (view, [scopes, keys]) =>
    (scopes as string[]).flatMap((scope, index) => {
      const row = view.get('platform.idempotency_keys', `${scope}\n${(keys as string[])[index]}`)
      return row ? [shape(answerColumns)(row)] : []
    }),
  'platform.store_answers': copyInto('platform.idempotency_keys', answerColumns),
  'platform.read_particulars': byColumn(
    'platform.particulars',
    'order_id',
    'orderId=order_id unit holderName=holder_name holderEmail=holder_email answers',
  ),
  'platform.notify_hint': () => [],
  'platform.ping': () => [{ one: 1 }],
}
