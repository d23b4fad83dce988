// What a call under an idempotency key was answered, found again and stored.
import { createHash } from 'node:crypto'
import { DAY_SECONDS } from '../core/clock.ts'
import { ApiError } from '../core/errors.ts'
import type { FormRecord } from '../core/form.ts'
import type { Engine } from '../engine.ts'
import type { Fault } from '../faults/faults.ts'
import type { EdgeRequest } from '../http/request.ts'
import type { Unit } from '../store/unit.ts'
import type { Caller } from './auth.ts'
import type { FoundRoute } from './routes.ts'

export interface Plan {
  found: FoundRoute
  caller: Caller
  version: string
  form: FormRecord
  params: Record<string, unknown>
  expands: string[]
  key: string | undefined
  digest: string
  requestId: string
  request: EdgeRequest
}
export interface Run {
  status: number
  text: string
  /** A fault that strikes now; its effects are stored unless it strikes before. */
  fault?: Fault | undefined
  replayOf?: string
}

/** Parameters in any order are the same request. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text.split('&').toSorted().join('&')).digest('base64url')
}

export function findReplay(engine: Engine, { caller, key, digest, request }: Plan): Run | undefined {
  if (key === undefined) return undefined
  const row = engine.store.idempotency(caller.account, key)
  if (row === undefined || row.created < engine.clock.now() - DAY_SECONDS) return undefined
  if (row.path !== request.path) {
    throw new ApiError(400, {
      type: 'idempotency_error',
      message: `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${request.path}' vs '${row.path}'). Try using a key other than '${key}' if you meant to execute a different request.`,
    })
  }
  if (row.digest !== digest) {
    throw new ApiError(400, {
      type: 'idempotency_error',
      message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    })
  }
  const text =
    row.body ?? (row.event_seq === null ? undefined : engine.store.eventBySeq(row.event_seq)?.object)
  if (text === undefined) throw new Error(`the stored answer of ${key} is missing`)
  return { status: row.status, text, replayOf: row.request }
}

export function remember(
  engine: Engine,
  unit: Unit,
  { caller, key, digest, request, requestId }: Plan,
  status: number,
  text: string,
): void {
  if (key === undefined) return
  const eventSeq = unit.eventWith(text)
  engine.store.putIdempotency(caller.account, key, {
    created: unit.now,
    path: request.path,
    digest,
    request: requestId,
    status,
    body: eventSeq === null ? text : null,
    event_seq: eventSeq,
  })
}
