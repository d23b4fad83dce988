// How timers are decided in batches. No HTTP, no bus.

import { type Handler, type HandlerOptions, makeHandler } from '../platform/commands/handle.ts'
import type { BatchTx } from '../platform/postgres/database.ts'
import { makeFailpoint } from '../platform/process/failpoint.ts'
import { decide, evolve, type Timer, type TimerCommand, type TimerFact } from './domain/timer.ts'
import * as store from './store/timers.ts'

/** Fires what is due, up to `limit` timers. */
export interface FireDue {
  readonly type: 'FireDue'
  readonly limit: number
}

export type ExpirationCommand = Exclude<TimerCommand, { type: 'FireTimer' }> | FireDue

interface World {
  readonly timers: Map<string, Timer>
  readonly due: readonly string[]
  /** To be saved: new ones, and those that were loaded. */
  readonly created: Set<string>
  readonly changed: Set<string>
}

/** How many timers a command fired, or undefined for other commands. */
export type ExpirationHandler = Handler<ExpirationCommand, never, number | undefined>

async function load(tx: BatchTx, commands: readonly ExpirationCommand[]): Promise<World> {
  const orderIds = new Set<string>()
  let limit = 0
  for (const command of commands) {
    if (command.type === 'FireDue') limit = Math.max(limit, command.limit)
    else orderIds.add(command.orderId)
  }
  const [known, due] = await Promise.all([
    orderIds.size > 0 ? store.loadTimers(tx, [...orderIds]) : [],
    limit > 0 ? store.loadDueTimers(tx, limit) : [],
  ])
  return {
    timers: new Map([...known, ...due].map((timer) => [timer.orderId, timer])),
    due: due.map((timer) => timer.orderId),
    created: new Set(),
    changed: new Set(),
  }
}

function decideInWorld(world: World, command: ExpirationCommand, now: string) {
  if (command.type !== 'FireDue')
    return { facts: decide(world.timers.get(command.orderId), command, now), answer: undefined }
  const facts = world.due.flatMap((orderId) =>
    decide(world.timers.get(orderId), { type: 'FireTimer', orderId }, now),
  )
  return { facts, answer: facts.length }
}

function apply(world: World, fact: TimerFact) {
  const { orderId } = fact.data
  const before = world.timers.get(orderId)
  const timer = evolve(before, fact)
  world.timers.set(orderId, timer)
  if (before) world.changed.add(orderId)
  else world.created.add(orderId)
  return { subject: orderId, version: timer.version, correlationId: orderId }
}

function pick(timers: ReadonlyMap<string, Timer>, orderIds: ReadonlySet<string>): Timer[] {
  return [...orderIds].flatMap((orderId) => timers.get(orderId) ?? [])
}

export function makeExpirationHandler(options: HandlerOptions): ExpirationHandler {
  const midBatch = makeFailpoint('expiration.mid_batch')
  const save = (world: World) => {
    if (world.due.length > 0) midBatch()
    const { timers, created, changed } = world
    return [
      ...store.insertTimers(pick(timers, created)),
      ...store.updateTimers(pick(timers, changed.difference(created))),
    ]
  }
  return makeHandler({ service: 'expiration', load, decide: decideInWorld, apply, save }, options)
}
