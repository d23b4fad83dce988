// Deliveries: every state × every command, what that makes of the endpoint, and what is sent next.
import { addSeconds } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import {
  type Answer,
  chooseDue,
  type Delivery,
  type DeliveryCommand,
  decide,
  downSeconds,
  type Endpoint,
  enabled,
  evolveDelivery,
  evolveEndpoint,
  leaseSeconds,
  mostUnderWay,
  waitSeconds,
} from './delivery.ts'

const now = '2031-05-01T18:00:00.000Z'
const later = (seconds: number) => addSeconds(now, seconds)
const long = -downSeconds - 1

const up: Endpoint = {
  id: 'endpoint',
  state: 'active',
  disabledBecause: null,
  failures: 0,
  failingSince: null,
  retryAt: null,
}
const endpoints: Record<string, Endpoint> = {
  up,
  resting: { ...up, failures: 3, failingSince: later(-60), retryAt: later(10) },
  probed: { ...up, failures: 3, failingSince: later(-60), retryAt: later(-1) },
  down: { ...up, failures: 70, failingSince: later(long), retryAt: later(-1) },
  disabled: { ...up, state: 'disabled', disabledBecause: 'gone' },
}

const fresh: Delivery = {
  id: 'delivery',
  position: 1,
  about: 'order',
  state: 'waiting',
  attempts: 0,
  fence: 0,
  leasedUntil: null,
  firstTriedAt: null,
  triedAt: null,
  retryAt: null,
}
const tried = { attempts: 2, fence: 2, firstTriedAt: later(-60), triedAt: later(-30) }
const deliveries: Record<string, Delivery> = {
  fresh,
  put_off: { ...fresh, ...tried, retryAt: later(30) },
  sending: { ...fresh, ...tried, state: 'sending', leasedUntil: later(30) },
  abandoned: { ...fresh, ...tried, state: 'sending', leasedUntil: later(-1) },
  old_sending: {
    ...fresh,
    ...tried,
    state: 'sending',
    firstTriedAt: later(long),
    leasedUntil: later(30),
  },
  delivered: { ...fresh, ...tried, state: 'delivered' },
  given_up: { ...fresh, ...tried, state: 'given_up' },
}

const answered = (status: number | null): Answer => ({ status, text: 'said' })
const recorded = (status: number | null, fence = 2): DeliveryCommand => ({
  type: 'Record',
  fence,
  answer: answered(status),
})
const commands: Record<string, DeliveryCommand> = {
  take: { type: 'Take' },
  ok: recorded(204),
  error: recorded(500),
  redirect: recorded(302),
  silence: recorded(null),
  gone: recorded(410),
  late: recorded(204, 1),
  replay: { type: 'Replay' },
}

/** What the cell makes of delivery and endpoint, or why not. */
function outcome(endpoint: Endpoint, delivery: Delivery, command: DeliveryCommand): string {
  const facts = decide({ endpoint, delivery }, command, now)
  if ('rejection' in facts) return facts.rejection
  const after = facts.reduce((each, fact) => evolveDelivery(each, fact, now), delivery)
  const place = facts.reduce<Endpoint>((each, fact) => evolveEndpoint(each, fact, now), endpoint)
  return `${after.state}, ${place.disabledBecause ?? (place.failures === 0 ? 'up' : `failed ${place.failures}`)}`
}

/** Every state of a delivery × every command, at an endpoint that works. */
const table: Record<string, Record<string, string>> = {
  fresh: { take: 'sending, up', replay: 'waiting, up' },
  put_off: { take: 'not_due', replay: 'waiting, up' },
  sending: {
    take: 'not_due',
    ok: 'delivered, up',
    error: 'waiting, failed 1',
    redirect: 'waiting, failed 1',
    silence: 'waiting, failed 1',
    gone: 'waiting, gone',
    replay: 'delivery_under_way',
  },
  abandoned: {
    take: 'sending, up',
    ok: 'delivered, up',
    error: 'waiting, failed 1',
    redirect: 'waiting, failed 1',
    silence: 'waiting, failed 1',
    gone: 'waiting, gone',
    replay: 'delivery_under_way',
  },
  old_sending: {
    take: 'not_due',
    ok: 'delivered, up',
    error: 'given_up, failed 1',
    redirect: 'given_up, failed 1',
    silence: 'given_up, failed 1',
    gone: 'waiting, gone',
    replay: 'delivery_under_way',
  },
  delivered: { take: 'not_due', replay: 'waiting, up' },
  given_up: { take: 'not_due', replay: 'waiting, up' },
}

const cells = Object.entries(deliveries).flatMap(([state, delivery]) =>
  Object.entries(commands).map(([name, command]) => {
    const expected = table[state]?.[name] ?? 'stale'
    return { state, name, delivery, command, expected }
  }),
)
test.each(cells)('a delivery that is $state: $name → $expected', ({ delivery, command, expected }) => {
  expect(outcome(up, delivery, command)).toBe(expected)
})

describe('the endpoint', () => {
  const { sending = fresh, delivered = fresh } = deliveries
  const rows: readonly (readonly [string, keyof typeof commands, Delivery, string])[] = [
    ['resting', 'take', fresh, 'not_due'],
    ['resting', 'ok', sending, 'delivered, up'],
    // Several were under way when it failed: its clock moves once.
    ['resting', 'error', sending, 'waiting, failed 3'],
    ['probed', 'error', sending, 'waiting, failed 4'],
    ['resting', 'replay', delivered, 'waiting, up'],
    ['probed', 'take', fresh, 'sending, failed 3'],
    ['down', 'take', fresh, 'sending, failed 70'],
    ['down', 'error', sending, 'waiting, down'],
    ['down', 'silence', sending, 'waiting, down'],
    ['down', 'ok', sending, 'delivered, up'],
    ['disabled', 'take', fresh, 'webhook_disabled'],
    ['disabled', 'replay', delivered, 'webhook_disabled'],
    // What was under way when it was disabled still counts.
    ['disabled', 'ok', sending, 'delivered, gone'],
    ['disabled', 'error', sending, 'waiting, gone'],
  ]
  test.each(rows)('%s: %s', (name, command, delivery, expected) => {
    expect(outcome(endpoints[name] ?? up, delivery, commands[command] ?? { type: 'Take' })).toBe(expected)
  })

  test('is tried again after 5 seconds, then twice as long, at most two hours', () => {
    expect([1, 2, 3, 4].map(waitSeconds)).toEqual([5, 10, 20, 40])
    expect(waitSeconds(100)).toBe(7_200)
    const facts = decide({ endpoint: up, delivery: sending }, recorded(500), now)
    expect(facts).toContainEqual({ type: 'EndpointFailed', retryAt: later(5) })
  })

  test('that is enabled begins with a clean slate', () => {
    expect(enabled({ ...up, state: 'disabled', disabledBecause: 'down', failures: 9 })).toEqual(up)
  })

  test('lends a delivery for longer than a message takes', () => {
    const facts = decide({ endpoint: up, delivery: fresh }, { type: 'Take' }, now)
    expect(facts).toEqual([{ type: 'Taken', fence: 1, leasedUntil: later(leaseSeconds) }])
  })
})

describe('what is sent now', () => {
  const of = (position: number, about: string, more: Partial<Delivery> = {}): Delivery => ({
    ...fresh,
    id: `${position}`,
    position,
    about,
    ...more,
  })
  const chosen = (endpoint: Endpoint, open: readonly Delivery[]) =>
    chooseDue(endpoint, open, now).map(({ id }) => id)
  const underWay = { state: 'sending', leasedUntil: later(30) } as const

  test('is the first of each order', () => {
    expect(chosen(up, [of(1, 'a'), of(2, 'a'), of(3, 'b'), of(4, 'b')])).toEqual(['1', '3'])
  })
  test('is nothing of an order of which something is under way, also when that is a later event', () => {
    expect(chosen(up, [of(1, 'a', underWay), of(2, 'a'), of(3, 'b')])).toEqual(['3'])
    expect(chosen(up, [of(1, 'a'), of(2, 'a', underWay), of(3, 'b')])).toEqual(['3'])
  })
  test('is nothing of an order whose first event is put off', () => {
    expect(chosen(up, [of(1, 'a', { retryAt: later(9) }), of(2, 'a'), of(3, 'b')])).toEqual(['3'])
  })
  test('is taken from a process that died', () => {
    expect(chosen(up, [of(1, 'a', { state: 'sending', leasedUntil: later(-1) }), of(2, 'a')])).toEqual(['1'])
  })
  test('is no more than a few at once', () => {
    const open = Array.from({ length: 9 }, (_, index) => of(index, `order ${index}`))
    expect(chosen(up, open)).toHaveLength(mostUnderWay)
    expect(chosen(up, [of(10, 'x', underWay), ...open])).toHaveLength(mostUnderWay - 1)
  })
  test('is one alone to an endpoint that fails: that which waited longest since its last try', () => {
    const failing = endpoints['probed'] ?? up
    const open = [of(1, 'a', { triedAt: later(-5) }), of(2, 'b', { triedAt: later(-50) }), of(3, 'c')]
    expect(chosen(failing, open)).toEqual(['3'])
    expect(chosen(failing, open.slice(0, 2))).toEqual(['2'])
    expect(chosen(failing, [of(4, 'd', underWay), ...open])).toEqual([])
  })
  test('is nothing to one that rests or is disabled', () => {
    for (const name of ['resting', 'disabled'])
      expect(chosen(endpoints[name] ?? up, [of(1, 'a')])).toEqual([])
  })
})
