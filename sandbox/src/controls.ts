// The sandbox's own controls under /_sandbox/: clock, faults, resending, disputes, secrets,
// emptying the store.

import { openDispute, warnOfFraud } from './api/open-dispute.ts'
import { rotateSecret } from './api/webhook-endpoints.ts'
import { spoken } from './core/currency.ts'
import { ApiError, noSuch } from './core/errors.ts'
import type { Engine } from './engine.ts'
import { BadFault, type FaultRule, isWebhookKind, type NewRule } from './faults/faults.ts'
import { FAULT_KINDS, WEBHOOK_FAULTS } from './faults/kinds.ts'
import { type EdgeReply, type EdgeRequest, jsonReply } from './http/request.ts'
import { runDueJobs } from './jobs.ts'
import { overview } from './pages/overview.ts'

type Input = Record<string, unknown>

function textOf(input: Input, name: string): string | undefined {
  const value = input[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(input: Input, name: string): number | undefined {
  const value = input[name]
  if (value === undefined || value === '') return undefined
  const read = Number(value)
  if (!Number.isFinite(read) || read < 0) throw new BadFault(`${name} must be a number of at least 0`)
  return read
}

/** Reads a rule as documented in the README; a wrong word names the right ones. */
export function readRule(input: Input): NewRule {
  const kind = textOf(input, 'kind') ?? ''
  const known = FAULT_KINDS.find((name) => name === kind)
  if (known === undefined && !isWebhookKind(kind))
    throw new BadFault(`kind must be one of ${[...FAULT_KINDS, ...WEBHOOK_FAULTS].join(', ')}`)
  const when = textOf(input, 'when') ?? 'before'
  if (when !== 'before' && when !== 'after') throw new BadFault('when must be before or after')
  const probability = numberOf(input, 'probability') ?? 1
  const metadata = input['metadata']
  return {
    target: known === undefined ? 'webhook' : 'api',
    kind: known ?? (kind as FaultRule['kind']),
    when,
    delayMs: numberOf(input, 'delay_ms') ?? 1000,
    match: textOf(input, 'op') ?? textOf(input, 'event') ?? '*',
    metadata: typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, string>) : {},
    probability,
    timesLeft:
      input['times'] === 'always' || input['times'] === null ? null : (numberOf(input, 'times') ?? 1),
  }
}

function showRule(rule: FaultRule): object {
  const { id, target, kind, when, delayMs, match, metadata, probability, timesLeft, hits } = rule
  return {
    id,
    target,
    kind,
    when,
    delay_ms: delayMs,
    match,
    metadata,
    probability,
    times_left: timesLeft ?? 'always',
    hits,
  }
}

async function advanceClock(engine: Engine, input: Input): Promise<EdgeReply> {
  const to = numberOf(input, 'to')
  const seconds =
    numberOf(input, 'advance_seconds') ?? (to === undefined ? undefined : to - engine.clock.now())
  if (seconds === undefined || seconds < 0)
    throw new BadFault('advance_seconds (or to) must be given, and time only goes forward')
  await engine.perform(() => engine.clock.advance(Math.floor(seconds)))
  const moved = await runDueJobs(engine)
  return jsonReply(200, { now: engine.clock.now(), offset_seconds: engine.clock.offsetSeconds(), moved })
}

async function resend(engine: Engine, eventId: string, endpoint: string | undefined): Promise<EdgeReply> {
  const event = engine.store.event(eventId)
  if (event === undefined) throw noSuch('event', eventId)
  const only = endpoint === undefined ? '' : ' and endpoint = ?'
  // Each time an earlier next_at, so that the outcome of a sending under way finds that it is no
  // longer the last word.
  const deliveries = await engine.commit.run(() =>
    engine.store.execute(
      `update deliveries set state = 'waiting', next_at = min(next_at - 1, ?), fault = null where event_seq = ?${only}`,
      Date.now(),
      event.seq,
      ...(endpoint === undefined ? [] : [endpoint]),
    ),
  )
  engine.dispatcher.wake()
  return jsonReply(200, { event: eventId, deliveries })
}

async function dispute(engine: Engine, input: Input): Promise<EdgeReply> {
  const named = textOf(input, 'charge') ?? textOf(input, 'payment_intent')
  if (named === undefined)
    throw new ApiError(400, {
      type: 'invalid_request_error',
      message: 'charge or payment_intent must be given',
    })
  const account = engine.ownerOf(named, ['payment_intent', 'charge'])
  const opened = await engine.perform((unit) => {
    const id = unit.find('payment_intent', named)?.latest_charge ?? named
    const charge = unit.find('charge', id)
    if (charge === undefined) throw noSuch('charge', named)
    if (!charge.captured)
      throw new ApiError(400, {
        type: 'invalid_request_error',
        message: `${id} has not been captured (${spoken(charge.amount, charge.currency)} authorized), so nobody can dispute it`,
      })
    if (input['early_fraud_warning'] === 'true' || input['early_fraud_warning'] === true) {
      warnOfFraud(unit, charge)
      return { charge: id, warned: true }
    }
    const amount = numberOf(input, 'amount')
    return openDispute(unit, charge, {
      reason: textOf(input, 'reason') ?? 'fraudulent',
      inquiry: input['inquiry'] === 'true' || input['inquiry'] === true,
      ...(amount === undefined ? {} : { amount }),
    })
  }, account)
  return jsonReply(200, opened)
}

async function rotate(engine: Engine, id: string, input: Input): Promise<EdgeReply> {
  const secret = await engine.perform((unit) =>
    rotateSecret(unit, id, numberOf(input, 'overlap_seconds') ?? 86_400, Math.floor(Date.now() / 1000)),
  )
  engine.forgetEndpoints()
  return jsonReply(200, { id, secret })
}

async function reset(engine: Engine): Promise<EdgeReply> {
  await engine.commit.run(() => {
    for (const table of ['objects', 'refs', 'events', 'deliveries', 'idempotency', 'balances'])
      engine.store.execute(
        `delete from ${table} where ${table === 'objects' ? "kind <> 'webhook_endpoint'" : 'true'}`,
      )
  })
  engine.faults.clear()
  return jsonReply(200, { reset: true })
}

async function faultControl(
  engine: Engine,
  request: EdgeRequest,
  id: string | undefined,
  input: Input,
): Promise<EdgeReply> {
  if (request.method === 'POST') {
    const rule = readRule(input)
    if (rule.kind === 'crash' && !engine.mayCrash)
      throw new BadFault('a sandbox that runs inside another program cannot crash alone')
    return jsonReply(200, showRule(engine.faults.add(rule)))
  }
  if (request.method === 'DELETE') {
    if (id === undefined) engine.faults.clear()
    else if (!engine.faults.remove(id)) throw noSuch('fault', id)
    return jsonReply(200, { deleted: id ?? 'all' })
  }
  return jsonReply(200, { data: engine.faults.list().map(showRule), struck: engine.faults.counts() })
}

export async function controls(engine: Engine, request: EdgeRequest, input: Input): Promise<EdgeReply> {
  const [, , area = '', id, action] = request.path.split('/')
  const post = request.method === 'POST'
  if (area === 'faults') return faultControl(engine, request, id, input)
  if (area === 'clock')
    return post
      ? advanceClock(engine, input)
      : jsonReply(200, { now: engine.clock.now(), offset_seconds: engine.clock.offsetSeconds() })
  if (area === 'events' && action === 'resend' && id !== undefined && post)
    return resend(engine, id, textOf(input, 'endpoint'))
  if (area === 'disputes' && id === 'open' && post) return dispute(engine, input)
  if (area === 'webhook_endpoints' && action === 'rotate' && id !== undefined && post)
    return rotate(engine, id, input)
  if (area === 'reset' && post) return reset(engine)
  if (area === 'overview' && request.method === 'GET') return jsonReply(200, await overview(engine))
  return jsonReply(404, {
    error: { type: 'invalid_request_error', message: `nothing at ${request.method} ${request.path}` },
  })
}
