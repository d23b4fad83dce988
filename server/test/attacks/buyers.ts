// Honest buyers while others attack: each comes from an address of their own, holds, pays, and waits
// for the order to be complete; who is turned away comes back, as the pages of the shop do.
import { addressOf, type Caller, callerFrom, pause, type Reply } from './http-from.ts'

export interface Crowd {
  readonly port: number
  readonly showId: string
  readonly ticketTypeId: string
  readonly buyers: number
  readonly seconds: number
}

export interface Bought {
  readonly orders: number
  readonly perSecond: number
  /** From the first call to the complete order. */
  readonly p95Ms: number
  /** What kept a buyer from their tickets in the end. */
  readonly failures: readonly string[]
}

const buyersBlock = 50
const thinkMs = 300
const triesMax = 20
const againMs = 300
const completeWithinMs = 30_000

let people = 0

export async function buyFor({ seconds, buyers, ...sale }: Crowd): Promise<Bought> {
  const startedMs = performance.now()
  const endMs = startedMs + seconds * 1_000
  const tookMs: number[] = []
  const failures: string[] = []
  const act = async (index: number) => {
    await pause((thinkMs / buyers) * index)
    while (performance.now() < endMs) {
      const beganMs = performance.now()
      const caller = callerFrom(addressOf(buyersBlock, index), sale.port)
      const failure = await buyOnce(caller, sale)
      caller.close()
      if (failure !== null) failures.push(failure)
      // What ends after the time does not count for it.
      else if (performance.now() <= endMs) tookMs.push(performance.now() - beganMs)
      await pause(thinkMs)
    }
  }
  await Promise.all(Array.from({ length: buyers }, (_, index) => act(index)))
  const sorted = tookMs.toSorted((one, other) => one - other)
  return {
    orders: tookMs.length,
    perSecond: tookMs.length / seconds,
    p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
    failures,
  }
}

/** Null, or what went wrong for good. */
export async function buyOnce(
  caller: Caller,
  { showId, ticketTypeId }: Pick<Crowd, 'showId' | 'ticketTypeId'>,
): Promise<string | null> {
  people += 1
  const email = `buyer${people}.${Date.now()}@example.com`
  const guest = await insist(() => caller.call('POST', '/api/users/guest', { email }))
  if (guest.status !== 201) return `guest ${guest.status} ${String(guest.body['code'])}`
  const key = { 'idempotency-key': `key-${people}-${Date.now()}` }
  const lines = [{ ticketTypeId, quantity: 1 }]
  const held = await insist(() => caller.call('POST', '/api/orders', { showId, lines }, key))
  if (held.status !== 201) return `hold ${held.status} ${String(held.body['code'])}`
  const orderId = String(held.body['id'])
  const card = { orderId, paymentMethod: 'pm_card_visa' }
  const paid = await insist(() => caller.call('POST', '/api/payments', card, key))
  if (paid.status !== 201) return `pay ${paid.status} ${String(paid.body['code'])}`
  const endMs = performance.now() + completeWithinMs
  while (performance.now() < endMs) {
    const order = await insist(() => caller.call('GET', `/api/orders/${orderId}`))
    if (order.body['status'] === 'complete') return null
    await pause(50)
  }
  return 'not complete'
}

async function insist(ask: () => Promise<Reply>): Promise<Reply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await ask()
    // A 404 with a time to come back: payments has not heard of the order yet.
    const mayPass =
      reply.status === 0 || reply.status === 503 || (reply.status === 404 && reply.retryAfterMs > 0)
    if (!mayPass || tries === triesMax) return reply
    await pause(Math.max(againMs, Math.min(reply.retryAfterMs, 2_000)))
  }
}
