// The deadline of one order: a timer that waits, is stopped, or fires. It decides nothing about the
// order. Pure.
import type { FactOf } from '@holdfast/contract'

export interface Timer {
  readonly orderId: string
  readonly status: 'waiting' | 'stopped' | 'fired'
  /** Null in a tombstone: the order ended before we heard that it began. */
  readonly expiresAt: string | null
  /** The newest version of the order we heard of; older news is ignored. */
  readonly orderVersion: number
  readonly version: number
}

export type TimerCommand =
  | {
      readonly type: 'SetTimer'
      readonly orderId: string
      readonly expiresAt: string
      readonly orderVersion: number
    }
  | { readonly type: 'StopTimer'; readonly orderId: string; readonly orderVersion: number }
  | { readonly type: 'FireTimer'; readonly orderId: string }

export type TimerFact =
  | {
      readonly type: 'TimerSet'
      readonly data: { readonly orderId: string; readonly expiresAt: string; readonly orderVersion: number }
    }
  | {
      readonly type: 'TimerStopped'
      readonly data: { readonly orderId: string; readonly orderVersion: number }
    }
  | FactOf<'ExpirationComplete'>

/**
 * Decides a command about one timer; `now` is the database's clock. There is nothing to refuse:
 * what is late is ignored.
 */
export function decide(timer: Timer | undefined, command: TimerCommand, now: string): readonly TimerFact[] {
  if (command.type === 'FireTimer') {
    if (timer?.status !== 'waiting' || timer.expiresAt === null || timer.expiresAt > now) return []
    return [{ type: 'ExpirationComplete', data: { orderId: timer.orderId, expiresAt: timer.expiresAt } }]
  }
  if (timer && command.orderVersion <= timer.orderVersion) return []
  const { orderId, orderVersion } = command
  if (command.type === 'StopTimer') return [{ type: 'TimerStopped', data: { orderId, orderVersion } }]
  return [{ type: 'TimerSet', data: { orderId, expiresAt: command.expiresAt, orderVersion } }]
}

export function evolve(timer: Timer | undefined, fact: TimerFact): Timer {
  const version = (timer?.version ?? 0) + 1
  switch (fact.type) {
    case 'TimerSet':
      return { ...fact.data, status: 'waiting', version }
    case 'TimerStopped':
      return { ...fact.data, status: 'stopped', expiresAt: timer?.expiresAt ?? null, version }
    case 'ExpirationComplete':
      if (!timer) throw new Error('a timer fired that was never set')
      return { ...timer, status: 'fired', version }
  }
}
