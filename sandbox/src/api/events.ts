// Events as the API shows them, their pages and filters; a body is put together here for both API
// and webhooks.
import type { SQLInputValue } from 'node:sqlite'
import { DAY_SECONDS } from '../core/clock.ts'
import { invalidRequest, noSuch } from '../core/errors.ts'
import { filled, flag, listOf } from '../core/params.ts'
import type { EventRow, Store } from '../store/store.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { createdRange, type PageParams, pageSpec } from './lists.ts'

export const API_VERSION = '2026-10-28.endive'
/** Older events are not shown, and in time not kept. */
export const EVENT_DAYS = 30

/** The JSON of an event, assembled from stored text without parsing the object again. */
export function eventText(row: EventRow, pendingWebhooks: number, account = ''): string {
  const previous = row.previous === null ? '' : `,"previous_attributes":${row.previous}`
  const request = JSON.stringify({ id: row.request, idempotency_key: row.idempotency_key })
  const owner = account === '' ? '' : `,"account":${JSON.stringify(account)}`
  return `{"id":"${row.id}","object":"event"${owner},"api_version":"${API_VERSION}","created":${row.created},"data":{"object":${row.object}${previous}},"livemode":false,"pending_webhooks":${pendingWebhooks},"request":${request},"type":"${row.type}"}`
}

export function pendingOf(store: Store, eventSeq: number): number {
  return (
    store.query<{ n: number }>(
      "select count(*) as n from deliveries where event_seq = ? and state <> 'delivered'",
      eventSeq,
    )[0]?.n ?? 0
  )
}

function bodyOf(store: Store, row: EventRow): object {
  return JSON.parse(eventText(row, pendingOf(store, row.seq), row.account)) as object
}

interface EventParams extends PageParams {
  type?: string | undefined
  types?: string[] | undefined
  delivery_success?: boolean | undefined
}

function listEvents(call: ApiCall, params: EventParams): object {
  const { store, account } = call.unit
  if (params.type !== undefined && params.types !== undefined)
    throw invalidRequest('You may only specify one of these parameters: type, types.', {
      code: 'parameters_exclusive',
    })
  const where = ['account = ? and created >= ?']
  const values: SQLInputValue[] = [account, call.unit.now - EVENT_DAYS * DAY_SECONDS]
  const types = params.types ?? (params.type === undefined ? [] : [params.type])
  if (types.length > 20) throw invalidRequest('You may specify up to 20 types.', { param: 'types' })
  if (types.length > 0) {
    where.push(`(${types.map((type) => (type.endsWith('*') ? 'type glob ?' : 'type = ?')).join(' or ')})`)
    values.push(...types)
  }
  if (params.created !== undefined) {
    where.push('created >= ? and created <= ?')
    values.push(params.created.from, params.created.to)
  }
  if (params.delivery_success === false)
    where.push("seq in (select event_seq from deliveries where state <> 'delivered')")
  if (params.delivery_success === true)
    where.push("seq not in (select event_seq from deliveries where state <> 'delivered')")
  const cursorId = params.starting_after ?? params.ending_before
  const backwards = params.ending_before !== undefined
  if (cursorId !== undefined) {
    const cursor = store.event(cursorId)
    if (cursor === undefined || cursor.account !== account)
      throw noSuch('event', cursorId, backwards ? 'ending_before' : 'starting_after')
    where.push(`(created, seq) ${backwards ? '>' : '<'} (?, ?)`)
    values.push(cursor.created, cursor.seq)
  }
  const limit = params.limit ?? 10
  const order = backwards ? 'asc' : 'desc'
  const rows = store.events(
    `select * from events where ${where.join(' and ')} order by created ${order}, seq ${order} limit ?`,
    [...values, limit + 1],
  )
  const shown = rows.slice(0, limit)
  if (backwards) shown.reverse()
  return {
    object: 'list',
    data: shown.map((row) => bodyOf(store, row)),
    has_more: rows.length > limit,
    url: call.path,
  }
}

export const eventRoutes: RouteTable = {
  'GET /v1/events': route(
    'events.list',
    { ...pageSpec, created: createdRange, type: filled, types: listOf(filled), delivery_success: flag },
    listEvents,
  ),
  'GET /v1/events/:id': route('events.retrieve', {}, (call) => {
    const row = call.unit.store.event(call.id)
    const known = row !== undefined && row.account === call.unit.account
    if (!known || row.created < call.unit.now - EVENT_DAYS * DAY_SECONDS) throw noSuch('event', call.id)
    return bodyOf(call.unit.store, row)
  }),
}
