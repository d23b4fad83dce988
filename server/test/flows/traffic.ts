// Buyers who hold, pay and cancel all the time at whichever process answers, while a test does
// something to the shop. A call without a certain answer is asked again with the same key; every
// answer is written down with its time.
import type { OrderView, ShowView } from '@holdfast/contract'
import { makeCaller, settlePayment } from '../chaos/caller.ts'
import { type Journal, makeJournal } from '../chaos/journal.ts'
import { makeRandom } from '../chaos/random.ts'

export interface Traffic {
  readonly journal: Journal
  /** Orders that somebody was told of. */
  readonly placed: number
  /** Ends when every call is certain. */
  stop(): Promise<void>
}

export interface TrafficOptions {
  readonly show: ShowView
  readonly buyers: number
  /** Addresses of the processes that are up. */
  readonly addresses: () => readonly string[]
}

export function startTraffic({ show, buyers, addresses }: TrafficOptions): Traffic {
  const journal = makeJournal()
  const givenUp = new AbortController()
  let stopped = false
  for (const { id, priceMinor } of show.ticketTypes) journal.prices.set(id, new Set([priceMinor]))

  const buy = async (name: string, seed: number) => {
    const random = makeRandom(seed)
    const caller = makeCaller({ journal, random, addressesFor: addresses, givenUp: givenUp.signal })
    const body = { email: `${name}@example.com` }
    const guest = await caller.settle<{ id: string }>({
      operation: 'guest',
      method: 'POST',
      path: '/api/users/guest',
      body,
    })
    if (guest?.status !== 201) throw new Error(`${name} is nobody: ${guest?.status} ${guest?.code}`)
    const buyerId = guest.body.id
    while (!stopped) {
      const hold = {
        operation: 'hold',
        method: 'POST',
        path: '/api/orders',
        body: { showId: show.id, lines: [{ ticketTypeId: show.ticketTypes[0]?.id, quantity: 1 }] },
        key: crypto.randomUUID(),
      }
      const held = await caller.settle<OrderView>(hold)
      if (held?.status !== 201) {
        journal.breach(`a hold was refused: ${held?.status} ${held?.code}`)
        continue
      }
      const { startedMs, endedMs } = held
      journal.placed(held.body, { buyerId, startedMs, endedMs })
      const orderId = held.body.id
      const mood = random.next()
      if (mood < 0.7) {
        const paid = await settlePayment(
          caller,
          { orderId, paymentMethod: 'pm_card_visa' },
          crypto.randomUUID(),
        )
        if (paid?.status === 201) journal.paid(paid.body)
        else journal.breach(`a payment was refused: ${paid?.status} ${paid?.code} for ${orderId}`)
      } else if (mood < 0.9) {
        const cancelled = await caller.settle<OrderView>({
          operation: 'cancel',
          method: 'DELETE',
          path: `/api/orders/${orderId}`,
        })
        if (cancelled?.status === 200) journal.cancelled(orderId)
        else journal.breach(`a cancellation was refused: ${cancelled?.status} ${cancelled?.code}`)
      }
      for (const path of [`/api/orders/${orderId}`, `/api/orders/${orderId}/timeline`]) {
        const seen = await caller.ask({
          operation: `read ${path.split('/')[4] ?? 'order'}`,
          method: 'GET',
          path,
        })
        if (seen && seen.status !== 200) journal.breach(`${path} answered ${seen.status} ${seen.code}`)
      }
    }
  }
  const buying = Promise.all(
    Array.from({ length: buyers }, (_, index) => buy(`traffic${index + 1}`, index + 1)),
  )

  return {
    journal,
    get placed() {
      return journal.orders.size
    },
    async stop() {
      stopped = true
      const deadline = setTimeout(() => givenUp.abort(), 60_000)
      await buying
      clearTimeout(deadline)
    },
  }
}
