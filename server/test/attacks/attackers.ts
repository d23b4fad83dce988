// What strangers do to a shop, from one address or from many: connections that say little, streams,
// holds that are never paid, cards that are declined. Bounded in number and rate, and only against
// this machine. Runs in a process of its own with low priority: its work is to stand for other
// machines, and must not slow the buyers who are measured.
import { connect, type Socket } from 'node:net'
import { setPriority } from 'node:os'
import { addressOf, type Caller, callerFrom, pause } from './http-from.ts'

export const attackKinds = ['bodies', 'streams', 'headers', 'holds', 'declines'] as const
export type AttackKind = (typeof attackKinds)[number]

export interface Attack {
  readonly kind: AttackKind
  readonly addresses: number
  /** Connections held open, or calls a second. */
  readonly count: number
  readonly port: number
  readonly showId: string
  readonly ticketTypeId: string
}

/** Said when as many connections were opened as the attack wants. */
export const allOpened = 'all opened'

export interface AttackReport {
  /** What was tried, and how it was answered: a status, `open` or `closed`. */
  readonly answers: Readonly<Record<string, number>>
}

const attackBlock = 100
const opensPerSecond = 1_000
const lowPriority = 15
const tickMs = 50

const heads: Readonly<Record<'bodies' | 'streams' | 'headers', (attack: Attack) => string>> = {
  bodies: () =>
    'POST /api/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{',
  streams: ({ showId }) => `GET /api/shows/${showId}/availability/stream HTTP/1.1\r\nhost: x\r\n\r\n`,
  headers: () => 'GET /api/shows HTTP/1.1\r\nhost: x\r\nx-slow: ',
}

type Count = (answer: string) => void

/** Keeps so many connections open, opening each again that the shop closed, for as long as it goes on. */
async function holdConnections(attack: Attack, goesOn: () => boolean, count: Count): Promise<void> {
  const open = new Set<Socket>()
  let connected = 0
  const bytes = heads[attack.kind as keyof typeof heads](attack)
  let next = 0
  while (goesOn()) {
    const most = Math.min(attack.count - open.size, (opensPerSecond * tickMs) / 1_000)
    for (let index = 0; index < most; index += 1) {
      const localAddress = addressOf(attackBlock, next++ % attack.addresses)
      const socket = connect({ port: attack.port, host: '127.0.0.1', localAddress })
      open.add(socket)
      let answer = ''
      socket.on('connect', () => {
        socket.write(bytes)
        connected += 1
        if (connected === attack.count) process.send?.(allOpened)
      })
      socket.on('data', (chunk: Buffer) => (answer ||= chunk.toString('latin1', 9, 12)))
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        count(answer || 'closed')
      })
    }
    await pause(tickMs)
  }
  for (const socket of open) {
    socket.removeAllListeners('close')
    count('open')
    socket.destroy()
  }
}

/** So many calls a second, each by the next address, whatever the shop answers. */
async function callOften(attack: Attack, goesOn: () => boolean, count: Count): Promise<void> {
  const callers = new Map<number, Caller>()
  const underWay = new Set<Promise<void>>()
  const startedMs = performance.now()
  let calls = 0
  while (goesOn()) {
    const due = ((performance.now() - startedMs) / 1_000) * attack.count
    for (; calls < due && underWay.size < attack.count; calls += 1) {
      const index = calls % attack.addresses
      const caller = callers.get(index) ?? callerFrom(addressOf(attackBlock, index), attack.port)
      const isNew = !callers.has(index)
      callers.set(index, caller)
      const act = actOnce(attack, caller, isNew)
        .then(count)
        .finally(() => underWay.delete(act))
      underWay.add(act)
    }
    calls = Math.max(calls, Math.floor(due) - attack.count)
    await pause(tickMs)
  }
  await Promise.all(underWay)
  for (const caller of callers.values()) caller.close()
}

async function actOnce(
  { kind, showId, ticketTypeId }: Attack,
  caller: Caller,
  isNew: boolean,
): Promise<string> {
  if (isNew) {
    const email = `stranger${Math.random().toString(36).slice(2)}@example.com`
    const guest = await caller.call('POST', '/api/users/guest', { email })
    if (guest.status !== 201) return `guest ${guest.status}`
  }
  const lines = [{ ticketTypeId, quantity: kind === 'holds' ? 10 : 1 }]
  const held = await caller.call('POST', '/api/orders', { showId, lines })
  if (kind === 'holds' || held.status !== 201) return `hold ${held.status}`
  const paid = await caller.call('POST', '/api/payments', {
    orderId: held.body['id'],
    paymentMethod: 'pm_card_visa_chargeDeclined',
  })
  return `pay ${paid.status}`
}

async function run(attack: Attack): Promise<void> {
  setPriority(lowPriority)
  const answers: Record<string, number> = {}
  let stopped = false
  process.on('message', () => (stopped = true))
  // Never longer than the one who asked for it.
  process.on('disconnect', () => process.exit(0))
  const act = attack.kind in heads ? holdConnections : callOften
  await act(
    attack,
    () => !stopped,
    (answer) => (answers[answer] = (answers[answer] ?? 0) + 1),
  )
  process.send?.({ answers } satisfies AttackReport)
}

const [asked] = process.argv.slice(2)
if (asked !== undefined && process.send) await run(JSON.parse(asked) as Attack)
