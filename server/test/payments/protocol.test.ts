// The protocol against models of the orders service and of the processor: messages are shuffled and
// repeated, calls are lost before and after they take effect, processes die between steps. When all
// is quiet, the invariants hold.
import { addSeconds, type EventType, type FactOf } from '@holdfast/contract'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Command } from '../../src/payments/domain/commands.ts'
import type { PaymentFact } from '../../src/payments/domain/facts.ts'
import { isOpen } from '../../src/payments/domain/payment.ts'
import { makeSteps } from '../../src/payments/processor/steps.ts'
import type { Work } from '../../src/payments/world.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { addOrders, type OrdersModel } from './fake-orders.ts'
import { type Card, type Mishap, makeProcessorModel } from './fake-processor.ts'
import { amount, apply, ids, now as start, worldOf } from './samples.ts'

type Action =
  | { readonly do: 'pay'; readonly card: Card }
  | { readonly do: 'deliver' | 'repeat'; readonly pick: number }
  | { readonly do: 'work'; readonly pick: number; readonly mishap: Mishap }
  | { readonly do: 'die' | 'expire' | 'cancel' | 'refund' | 'look' | 'wait' | 'challenge' | 'selfCapture' }

const pick = fc.nat(20)
const mishap = fc.constantFrom<Mishap>('none', 'none', 'none', 'lost_before', 'lost_after')
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      card: fc.constantFrom<Card>('good', 'good', 'good', 'declined', 'challenge', 'declined_at_capture'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('deliver' as const, 'deliver' as const, 'repeat' as const),
      pick,
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('work' as const), pick, mishap }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'die',
        'expire',
        'cancel',
        'refund',
        'look',
        'wait',
        'challenge',
        'selfCapture' as const,
      ),
    }),
  },
)

/** One order, its payments, and everything that is on its way between three parties. */
function makeShop() {
  const world = worldOf(null, null)
  const processor = makeProcessorModel()
  const perform = makeSteps(processor, makeMetrics({ defaults: false }))
  const orders: OrdersModel = addOrders(ids.order)
  let now = start
  let count = 0
  let toPayments: Command[] = [orders.created()]
  let toOrders: FactOf<EventType>[] = []
  let works: Work[] = []
  const newId = () => `new-${(count += 1)}`

  const run = (command: Command) => {
    world.siblingsByOrder.set(ids.order, [...world.payments.values()])
    world.idsByOrder.set(ids.order, [...world.payments.keys()])
    world.works.length = 0
    const decision = apply(world, command, now)
    works.push(...world.works)
    if ('facts' in decision) toOrders.push(...decision.facts.filter(isPublic))
    return decision
  }
  const take = <Item>(items: Item[], index: number): [Item | undefined, Item[]] => {
    const at = items.length === 0 ? 0 : index % items.length
    return [items[at], items.filter((_, position) => position !== at)]
  }
  const deliver = (index: number, keep: boolean) => {
    const all = toPayments.length + toOrders.length
    if (all === 0) return
    if (index % all < toPayments.length) {
      const [command, rest] = take(toPayments, index % all)
      if (!keep) toPayments = rest
      if (command) run(command)
      return
    }
    const [event, rest] = take(toOrders, (index % all) - toPayments.length)
    if (!keep) toOrders = rest
    if (event) toPayments.push(...orders.hear(event))
  }
  const work = async (index: number, mishap: Mishap) => {
    const [chosen, rest] = take(works, index)
    works = rest
    if (!chosen) return
    processor.next(mishap)
    run((await perform(chosen, { now, newId })).command)
    processor.next('none')
  }
  const paymentIds = () => [...world.payments.keys()]

  return {
    world,
    orders,
    processor,
    quiet: () => toPayments.length + toOrders.length + works.length === 0,
    async act(step: Action) {
      switch (step.do) {
        case 'pay':
          processor.card = step.card
          run({
            type: 'StartPayment',
            paymentId: newId(),
            orderId: ids.order,
            buyerId: ids.buyer,
            paymentMethod: step.card,
          })
          return
        case 'deliver':
        case 'repeat':
          return deliver(step.pick, step.do === 'repeat')
        case 'work':
          return work(step.pick, step.mishap)
        case 'die':
          works = []
          return
        case 'expire':
        case 'cancel':
          toPayments.push(...orders.cancel())
          return
        case 'refund':
          run({
            type: 'RequestRefund',
            refundId: newId(),
            orderId: ids.order,
            organiserId: ids.organiser,
            amountMinor: 1_500,
            reason: null,
          })
          return
        case 'look':
          for (const paymentId of paymentIds()) run({ type: 'TakeLease', paymentId, look: true })
          return
        case 'wait':
          now = addSeconds(now, 3_700)
          for (const paymentId of paymentIds()) run({ type: 'TakeLease', paymentId, look: false })
          return
        case 'challenge':
          return processor.finishChallenges()
        case 'selfCapture':
          return processor.captureByItself()
      }
    },
  }
}

const published = new Set<string>([
  'PaymentStarted',
  'PaymentAuthorized',
  'ChargeCreated',
  'ChargeFailed',
  'PaymentVoided',
  'ChargeRefunded',
])
function isPublic(fact: PaymentFact): fact is FactOf<EventType> & PaymentFact {
  return published.has(fact.type)
}

type ShopModel = ReturnType<typeof makeShop>

/**
 * The faults are over: everything arrives, every step is done, and time passes until nothing is
 * due.
 */
async function settle(shop: ShopModel): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    while (!shop.quiet()) {
      await shop.act({ do: 'deliver', pick: 0 })
      await shop.act({ do: 'work', pick: 0, mishap: 'none' })
    }
    const restless = [...shop.world.payments.values()].some(({ nextAttemptAt }) => nextAttemptAt !== null)
    if (!restless) return
    // Nobody finishes a challenge any more: the order's deadline ends it.
    if (round === 5) await shop.act({ do: 'expire' })
    await shop.act({ do: 'wait' })
  }
  throw new Error('the shop does not come to rest')
}

function check({ world, orders, processor }: ShopModel): void {
  const payments = [...world.payments.values()]
  const net = payments.reduce(
    (sum, { capturedMinor, refundedMinor }) => sum + capturedMinor - refundedMinor,
    0,
  )
  const refundedByOrganiser = [...world.refundsByPayment.values()]
    .flat()
    .filter(({ origin, status }) => origin === 'organiser' && status === 'succeeded')
  const returned = refundedByOrganiser.reduce((sum, refund) => sum + refund.amount.amountMinor, 0)
  expect(payments.filter(isOpen), 'nothing is open at rest').toEqual([])
  expect(
    payments.reduce((sum, { authorizedMinor }) => sum + authorizedMinor, 0),
    'nothing is set aside at rest',
  ).toBe(0)
  expect(net, 'the order and its money agree').toBe(
    orders.status === 'complete' ? amount.amountMinor - returned : 0,
  )
  expect(
    payments.filter(({ claim, capturedMinor }) => claim === 'won' && capturedMinor > 0).length,
  ).toBeLessThanOrEqual(1)
  expect(processor.netMinor(), 'the processor agrees').toBe(net)
  expect(processor.heldMinor(), 'the processor holds nothing').toBe(0)
  expect(balances(world.entries), 'the ledger agrees').toEqual({
    processor_balance: [net, 0],
    'organiser_payable:organiser': [0 - net, 0],
    'clearing:late_money': [0, 0],
    'clearing:refunds': [0, 0],
  })
  const keys = world.entries.map(({ sourceId, kind }) => `${sourceId} ${kind}`)
  expect(new Set(keys).size, 'each entry once').toBe(keys.length)
}

function balances(
  entries: readonly { debit: string; credit: string; postedMinor: number; pendingMinor: number }[],
) {
  const sums: Record<string, [number, number]> = {}
  const add = (account: string, posted: number, pending: number) => {
    const [before, held] = sums[account] ?? [0, 0]
    sums[account] = [before + posted, held + pending]
  }
  for (const account of [
    'processor_balance',
    'organiser_payable:organiser',
    'clearing:late_money',
    'clearing:refunds',
  ])
    add(account, 0, 0)
  for (const { debit, credit, postedMinor, pendingMinor } of entries) {
    add(debit, postedMinor, pendingMinor)
    add(credit, -postedMinor, -pendingMinor)
  }
  return sums
}

it('whatever is shuffled, repeated, lost or killed: no money without an order, no order without its money', async () => {
  let completed = 0
  let cancelledWithMoney = 0
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const shop = makeShop()
      await shop.act({ do: 'deliver', pick: 0 })
      for (const step of actions) await shop.act(step)
      await settle(shop)
      check(shop)
      if (shop.orders.status === 'complete') completed += 1
      else if (shop.processor.touchedMinor() > 0) cancelledWithMoney += 1
    }),
    { numRuns: 1_500 },
  )
  // The property would hold of a shop that never sells: both ends must have been seen.
  expect(completed).toBeGreaterThan(50)
  expect(cancelledWithMoney).toBeGreaterThan(50)
})
