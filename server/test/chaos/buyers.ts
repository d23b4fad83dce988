// The buyers of the driver: each holds, and then does what people do, at the worst moment when it
// can. Writes everything into the journal.
import type { OrderView, PaymentView, ShowView } from '@holdfast/contract'
import type { BoxOffice } from './box-office.ts'
import { type Caller, type CallerOptions, makeCaller, settlePayment } from './caller.ts'
import type { Random } from './random.ts'

export interface BuyerOptions extends CallerOptions {
  readonly boxOffice: BoxOffice
  readonly sandboxUrl: string
  readonly stopped: () => boolean
  /** The longest pause between two things that a buyer does. */
  readonly thinkMs: number
  /** Told of each story begun, for the count. */
  readonly onStory: (name: string) => void
}

interface Buyer {
  readonly options: BuyerOptions
  readonly random: Random
  readonly caller: Caller
  readonly id: string
}

const faultCards = [
  'pm_card_faultResetBefore',
  'pm_card_faultResetAfter',
  'pm_card_faultTruncated',
  'pm_card_faultServerErrorAfter',
  'pm_card_faultBadGatewayBefore',
  'pm_card_faultBadGatewayAfter',
  'pm_card_faultSlow',
] as const
const declinedCards = [
  'pm_card_visa_chargeDeclined',
  'pm_card_visa_chargeDeclinedInsufficientFunds',
  'pm_card_radarBlock',
] as const
const ordersPerGuest = 12

export async function runBuyer(options: BuyerOptions, name: string): Promise<void> {
  const random = options.random.fork(name)
  const pause = () => sleep(random.skewed(1, options.thinkMs))
  while (!options.stopped()) {
    const caller = makeCaller({ ...options, random })
    const body = { email: `${name}@example.com` }
    // A lost answer is a lost cookie: another guest is as good.
    const guest = await caller.ask<{ id: string }>({
      operation: 'guest',
      method: 'POST',
      path: '/api/users/guest',
      body,
    })
    if (guest?.status !== 201) {
      await sleep(50)
      continue
    }
    const buyer = { options, random, caller, id: guest.body.id }
    for (let count = 0; count < ordersPerGuest && !options.stopped(); count += 1) {
      const order = await hold(buyer)
      if (order?.status === 'created') await live(buyer, order)
      await pause()
    }
  }
}

async function hold({ options, random, caller, id }: Buyer): Promise<OrderView | null> {
  const show = options.boxOffice.pick(random)
  const body = { showId: show.id, lines: [lineOf(random, show)] }
  const key = crypto.randomUUID()
  const answer = await caller.settle<OrderView>({
    operation: 'hold',
    method: 'POST',
    path: '/api/orders',
    body,
    key,
  })
  if (!answer) return null
  if (answer.status !== 201) {
    if (answer.wasUnknown) options.journal.heldPerhaps(id)
    return null
  }
  options.journal.placed(answer.body, { buyerId: id, startedMs: answer.startedMs, endedMs: answer.endedMs })
  if (answer.wasUnknown || random.chance(0.03))
    await repeatHold({ options, random, caller, id }, { body, key, orderId: answer.body.id })
  return answer.body
}

/** One key is one order, whoever is asked and however often. */
async function repeatHold(
  { options, caller }: Buyer,
  first: { body: unknown; key: string; orderId: string },
): Promise<void> {
  const { body, key, orderId } = first
  const again = await caller.ask<OrderView>({
    operation: 'hold again',
    method: 'POST',
    path: '/api/orders',
    body,
    key,
  })
  if (again?.status === 201 && again.body.id !== orderId)
    options.journal.breach(`one key gave orders ${orderId} and ${again.body.id}`)
}

function lineOf(random: Random, show: ShowView) {
  const type = random.chance(0.9) ? show.ticketTypes[0] : show.ticketTypes.at(-1)
  if (!type) throw new Error('a show without ticket types')
  if (!type.seats) return { ticketTypeId: type.id, quantity: random.skewed(1, 6) }
  const count = random.between(1, Math.min(3, type.seats.length))
  return { ticketTypeId: type.id, seatIds: random.shuffled(type.seats.map(({ id }) => id)).slice(0, count) }
}

type Story = (buyer: Buyer, order: OrderView) => Promise<unknown>

const stories: readonly (readonly [name: string, weight: number, story: Story])[] = [
  ['pays', 40, (buyer, order) => pay(buyer, order)],
  ['pays, then is refunded', 8, payAndRefund],
  [
    'is declined, then pays',
    7,
    (buyer, order) => pay(buyer, order, buyer.random.pick(declinedCards)).then(() => pay(buyer, order)),
  ],
  ['is asked by the bank', 9, challenge],
  ['is declined at capture', 5, (buyer, order) => pay(buyer, order, 'pm_card_declinedAtCapture')],
  ['has trouble at the processor', 8, (buyer, order) => pay(buyer, order, buyer.random.pick(faultCards))],
  ['clicks twice', 6, clickTwice],
  [
    'pays with two cards at once',
    6,
    (buyer, order) => Promise.all([pay(buyer, order), pay(buyer, order, 'pm_card_mastercard')]),
  ],
  ['cancels', 4, cancel],
  ['pays and cancels at once', 5, (buyer, order) => Promise.all([pay(buyer, order), cancel(buyer, order)])],
  ['pays at the deadline', 6, payAtDeadline],
  ['walks away', 4, async () => undefined],
]
const totalWeight = stories.reduce((sum, [, weight]) => sum + weight, 0)

async function live(buyer: Buyer, order: OrderView): Promise<void> {
  let left = buyer.random.between(1, totalWeight)
  const [name, , story] = stories.find(([, weight]) => (left -= weight) <= 0) ?? stories[0] ?? []
  if (!name || !story) return
  buyer.options.onStory(name)
  await sleep(buyer.random.skewed(1, buyer.options.thinkMs))
  await story(buyer, order)
  await look(buyer, order.id)
}

async function pay(
  buyer: Buyer,
  order: OrderView,
  paymentMethod = 'pm_card_visa',
  key: string = crypto.randomUUID(),
) {
  const answer = await settlePayment(buyer.caller, { orderId: order.id, paymentMethod }, key)
  if (answer?.status !== 201) return null
  buyer.options.journal.paid(answer.body)
  return answer.body
}

async function payAndRefund(buyer: Buyer, order: OrderView): Promise<void> {
  await pay(buyer, order)
  for (let looks = 0; looks < 20; looks += 1) {
    const seen = await look(buyer, order.id)
    if (seen?.status === 'complete') {
      const part = buyer.random.chance(0.3) ? Math.ceil(order.total.amountMinor / 3) : null
      const twice = buyer.random.chance(0.3) ? [part, part] : [part]
      await Promise.all(twice.map((amountMinor) => buyer.options.boxOffice.refund(order.id, amountMinor)))
      return
    }
    if (seen && seen.status !== 'created' && seen.status !== 'claimed') return
    await sleep(100)
  }
}

async function challenge(buyer: Buyer, order: OrderView): Promise<void> {
  const payment = await pay(buyer, order, 'pm_card_threeDSecure2Required')
  const intentId = payment?.clientSecret?.split('_secret_')[0]
  if (!payment || !intentId || buyer.random.chance(0.2)) return
  await sleep(buyer.random.skewed(5, 3_000))
  const outcome = buyer.random.chance(0.8) ? 'succeed' : 'fail'
  // The bank may be away at this moment too; then the challenge stays open and the hold runs out.
  await fetch(`${buyer.options.sandboxUrl}/_sandbox/3ds/${intentId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `outcome=${outcome}`,
    redirect: 'manual',
    signal: AbortSignal.timeout(5_000),
  }).catch(() => null)
  if (buyer.random.chance(0.3)) return
  const path = `/api/payments/${payment.id}/advance`
  const answer = await buyer.caller.settle<PaymentView>({
    operation: 'advance',
    method: 'POST',
    path,
    body: {},
  })
  if (answer?.status === 200) buyer.options.journal.paid(answer.body)
}

async function clickTwice(buyer: Buyer, order: OrderView): Promise<void> {
  const key = crypto.randomUUID()
  const [first, second] = await Promise.all([
    pay(buyer, order, 'pm_card_visa', key),
    pay(buyer, order, 'pm_card_visa', key),
  ])
  if (first && second && first.id !== second.id)
    buyer.options.journal.breach(`one key gave payments ${first.id} and ${second.id}`)
}

async function cancel(buyer: Buyer, order: OrderView): Promise<void> {
  const path = `/api/orders/${order.id}`
  const answer = await buyer.caller.settle<OrderView>({ operation: 'cancel', method: 'DELETE', path })
  if (answer?.status !== 200) return
  buyer.options.journal.cancelled(order.id)
  buyer.options.journal.observed(answer.body, answer)
}

async function payAtDeadline(buyer: Buyer, order: OrderView): Promise<void> {
  await sleep(Math.max(0, Date.parse(order.expiresAt) - Date.now() - 400 + buyer.random.between(0, 500)))
  await pay(buyer, order)
}

async function look(buyer: Buyer, orderId: string): Promise<OrderView | null> {
  const path = `/api/orders/${orderId}`
  const answer = await buyer.caller.ask<OrderView>({ operation: 'read', method: 'GET', path })
  if (answer?.status === 404)
    buyer.options.journal.breach(`order ${orderId} was acknowledged and answers 404`)
  if (answer?.status !== 200) return null
  buyer.options.journal.observed(answer.body, answer)
  return answer.body
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}
