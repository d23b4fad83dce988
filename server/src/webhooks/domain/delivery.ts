// A delivery of one event to one endpoint: its states, commands and facts, and what a fact makes of it
// and of its endpoint. Pure.
//
//   waiting ⇄ sending → delivered | given_up      replay: delivered | given_up → waiting
//
// A failure sets the endpoint's one clock: while it fails, one delivery at a time is tried, the one
// whose last try is the longest ago. So what one event breaks holds up its own order only, and one
// answer shows that the endpoint is back.
import { addSeconds, type DeliveryState, type DisabledBecause, epochMsOf } from '@holdfast/contract'

export interface Endpoint {
  readonly id: string
  readonly state: 'active' | 'disabled'
  readonly disabledBecause: DisabledBecause | null
  readonly failures: number
  readonly failingSince: string | null
  readonly retryAt: string | null
}

export interface Delivery {
  readonly id: string
  readonly position: number
  /** The order, else the show. */
  readonly about: string
  readonly state: DeliveryState
  readonly attempts: number
  readonly fence: number
  readonly leasedUntil: string | null
  readonly firstTriedAt: string | null
  readonly triedAt: string | null
  readonly retryAt: string | null
}

/** What came of a try; without a status there was no answer. */
export interface Answer {
  readonly status: number | null
  /** The first kilobyte of it, or why there is none. */
  readonly text: string
}

export type DeliveryCommand =
  | { readonly type: 'Take' }
  | { readonly type: 'Record'; readonly fence: number; readonly answer: Answer }
  | { readonly type: 'Replay' }

export type DeliveryFact =
  | { readonly type: 'Taken'; readonly fence: number; readonly leasedUntil: string }
  | { readonly type: 'Delivered'; readonly answer: Answer }
  | { readonly type: 'Failed'; readonly answer: Answer; readonly retryAt: string }
  | { readonly type: 'GivenUp'; readonly answer: Answer }
  | { readonly type: 'Replayed' }
  | { readonly type: 'EndpointFailed'; readonly retryAt: string }
  | { readonly type: 'EndpointAnswered' }
  | { readonly type: 'EndpointDisabled'; readonly because: DisabledBecause }

export type DeliveryRejection = 'webhook_disabled' | 'delivery_under_way' | 'not_due' | 'stale'
type Decided = readonly DeliveryFact[] | { readonly rejection: DeliveryRejection }

export const leaseSeconds = 60
/** Down for so long, an endpoint is disabled, and a delivery that alone fails is given up. */
export const downSeconds = 5 * 24 * 3_600
const firstWaitSeconds = 5
const longestWaitSeconds = 2 * 3_600
/** Under way at once to one endpoint. */
export const mostUnderWay = 4

/** 5 s, 10 s, 20 s, … up to two hours. */
export const waitSeconds = (failures: number): number =>
  Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** Math.min(failures - 1, 20))

const isOver = (instant: string | null, now: string) =>
  instant === null || epochMsOf(instant) <= epochMsOf(now)
const isOlder = (since: string | null, seconds: number, now: string) =>
  since !== null && epochMsOf(since) + seconds * 1_000 <= epochMsOf(now)
const isSuccess = ({ status }: Answer) => status !== null && status >= 200 && status < 300

/** It may be tried now: nobody is at it, as far as its own row tells. */
export const isDue = ({ state, leasedUntil, retryAt }: Delivery, now: string): boolean =>
  state === 'sending' ? isOver(leasedUntil, now) : state === 'waiting' && isOver(retryAt, now)

export const isUp = ({ state, retryAt }: Endpoint, now: string): boolean =>
  state === 'active' && isOver(retryAt, now)

export function decide(
  { endpoint, delivery }: { readonly endpoint: Endpoint; readonly delivery: Delivery },
  command: DeliveryCommand,
  now: string,
): Decided {
  switch (command.type) {
    case 'Take':
      if (endpoint.state === 'disabled') return { rejection: 'webhook_disabled' }
      if (!isUp(endpoint, now) || !isDue(delivery, now)) return { rejection: 'not_due' }
      return [{ type: 'Taken', fence: delivery.fence + 1, leasedUntil: addSeconds(now, leaseSeconds) }]
    case 'Record':
      if (delivery.state !== 'sending' || delivery.fence !== command.fence) return { rejection: 'stale' }
      return isSuccess(command.answer)
        ? [{ type: 'Delivered', answer: command.answer }, { type: 'EndpointAnswered' }]
        : decideFailure(endpoint, delivery, command.answer, now)
    case 'Replay':
      if (endpoint.state === 'disabled') return { rejection: 'webhook_disabled' }
      if (delivery.state === 'sending') return { rejection: 'delivery_under_way' }
      return [{ type: 'Replayed' }]
  }
}

function decideFailure(endpoint: Endpoint, delivery: Delivery, answer: Answer, now: string): Decided {
  const failed: DeliveryFact = {
    type: 'Failed',
    answer,
    retryAt: addSeconds(now, waitSeconds(delivery.attempts)),
  }
  if (answer.status === 410) return [failed, { type: 'EndpointDisabled', because: 'gone' }]
  const retryAt = addSeconds(now, waitSeconds(endpoint.failures + 1))
  if (isOlder(endpoint.failingSince, downSeconds, now))
    return [failed, { type: 'EndpointDisabled', because: 'down' }]
  const isLost = isOlder(delivery.firstTriedAt, downSeconds, now)
  const ended: DeliveryFact = isLost ? { type: 'GivenUp', answer } : failed
  // It rests already: what was under way when it failed says nothing new.
  return isUp(endpoint, now) ? [ended, { type: 'EndpointFailed', retryAt }] : [ended]
}

export function evolveDelivery(delivery: Delivery, fact: DeliveryFact, now: string): Delivery {
  switch (fact.type) {
    case 'Taken': {
      const { fence, leasedUntil } = fact
      const firstTriedAt = delivery.firstTriedAt ?? now
      const attempts = delivery.attempts + 1
      return { ...delivery, state: 'sending', attempts, fence, leasedUntil, firstTriedAt, triedAt: now }
    }
    case 'Delivered':
      return { ...delivery, state: 'delivered', leasedUntil: null, retryAt: null }
    case 'Failed':
      return { ...delivery, state: 'waiting', leasedUntil: null, retryAt: fact.retryAt }
    case 'GivenUp':
      return { ...delivery, state: 'given_up', leasedUntil: null, retryAt: null }
    case 'Replayed':
      return { ...delivery, state: 'waiting', attempts: 0, firstTriedAt: null, retryAt: null }
    default:
      return delivery
  }
}

export function evolveEndpoint(endpoint: Endpoint, fact: DeliveryFact, now: string): Endpoint {
  switch (fact.type) {
    case 'EndpointFailed': {
      const failingSince = endpoint.failingSince ?? now
      return { ...endpoint, failures: endpoint.failures + 1, failingSince, retryAt: fact.retryAt }
    }
    case 'EndpointAnswered':
    case 'Replayed':
      // Whoever asks for a replay says that it is worth a try.
      return { ...endpoint, failures: 0, failingSince: null, retryAt: null }
    case 'EndpointDisabled':
      return endpoint.state === 'disabled'
        ? endpoint
        : { ...endpoint, state: 'disabled', disabledBecause: fact.because, retryAt: null }
    default:
      return endpoint
  }
}

/**
 * Which of an endpoint's open deliveries, in the order of their positions, are sent now: the first of
 * each order, and of a failing endpoint one alone.
 */
export function chooseDue(endpoint: Endpoint, open: readonly Delivery[], now: string): Delivery[] {
  if (!isUp(endpoint, now)) return []
  const heads = new Map<string, Delivery>()
  const busy = new Set<string>()
  for (const delivery of open) {
    if (!heads.has(delivery.about)) heads.set(delivery.about, delivery)
    if (delivery.state === 'sending' && !isDue(delivery, now)) busy.add(delivery.about)
  }
  const most = endpoint.failures > 0 ? 1 : mostUnderWay
  const triedMs = ({ triedAt }: Delivery) => (triedAt === null ? 0 : epochMsOf(triedAt))
  return [...heads.values()]
    .filter((delivery) => !busy.has(delivery.about) && isDue(delivery, now))
    .toSorted((one, other) => triedMs(one) - triedMs(other) || one.position - other.position)
    .slice(0, Math.max(0, most - busy.size))
}

/** The clock of an endpoint that its owner enables begins anew. */
export const enabled = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  state: 'active',
  disabledBecause: null,
  failures: 0,
  failingSince: null,
  retryAt: null,
})
