// Whoever tries stolen cards, or makes the shop ask the card processor without end: what it took
// before, and what it takes now. With the real sandbox.
import type { PaymentView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callerLimits, makeCallerLimits } from '../../src/payments/routes/caller-limits.ts'
import { makeLimits } from '../../src/platform/http/limits.ts'
import { systemClock } from '../../src/platform/process/clock.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { expectStatus } from '../client.ts'
import { type PaymentsRig, startPaymentsRig } from '../payments-rig.ts'

let rig: PaymentsRig
beforeAll(async () => {
  rig = await startPaymentsRig({ environment: { RATE_LIMITS: 'on' }, webhooks: false })
})
afterAll(() => rig.stop())

async function callsOf(operation: string): Promise<number> {
  const { values } = await rig.platform.metrics.processorCalls.get()
  return values
    .filter(({ labels }) => labels.operation === operation)
    .reduce((sum, { value }) => sum + value, 0)
}

it('300 looks at a payment are 300 answers, and few questions to the processor (they were 101)', async () => {
  const order = await rig.order()
  const { id } = expectStatus(await rig.pay(order, 'pm_card_threeDSecure2Required'), 201)
  const before = await callsOf('retrieve')
  const answers = await Promise.all(
    Array.from({ length: 300 }, () => rig.buyer.call<PaymentView>('POST', `/api/payments/${id}/advance`)),
  )
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.status}`))).toEqual(
    new Set(['200 requires_action']),
  )
  // One a second, for as long as these took.
  const asked = (await callsOf('retrieve')) - before
  process.stdout.write(`card testing: 300 looks asked the processor ${asked} times\n`)
  expect(asked).toBeLessThanOrEqual(callerLimits.looksPerBuyer.attempts)
})

it('a buyer whose cards were declined ten times in an hour waits, and no further card is tried', async () => {
  const { attempts } = callerLimits.declinesPerBuyer
  const statuses: number[] = []
  for (let card = 0; card < attempts + 3; card += 1) {
    // Of an order of its own each: the limit of an order is another one.
    const answer = await rig.pay(await rig.order(), 'pm_card_visa_chargeDeclined')
    statuses.push(answer.status)
  }
  expect(statuses).toEqual([...Array(attempts).fill(402), 429, 429, 429])
  const before = await callsOf('create')
  const refused = await rig.pay(await rig.order(), 'pm_card_visa')
  expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
  expect(await callsOf('create')).toBe(before)
})

describe('limits of callers', () => {
  const make = () =>
    makeCallerLimits(makeLimits(rig.db), {
      clock: systemClock,
      log: makeLog('silent'),
      metrics: makeMetrics({ defaults: false }),
    })
  const declines = async (
    count: number,
    callerOf: (index: number) => { buyerId: string; network: string | null },
  ) => {
    const callers = make()
    for (let index = 0; index < count; index += 1) await callers.noteDecline(callerOf(index))
    return callers
  }
  const refused = { code: 'too_many_requests' }

  it('a network with too many declines waits, however many buyers it sends; its neighbours do not', async () => {
    const network = '192.0.2.1'
    const { attempts } = callerLimits.declinesPerNetwork
    const callers = await declines(attempts, (index) => ({ buyerId: `n${index}`, network }))
    await expect(callers.mayPay({ buyerId: 'fresh', network, isUnknown: false })).rejects.toMatchObject(
      refused,
    )
    await callers.mayPay({ buyerId: 'fresh', network: '192.0.2.2', isUnknown: false })
    await callers.mayPay({ buyerId: 'fresh', network: null, isUnknown: false })
  })

  it('one decline fewer refuses nobody', async () => {
    const network = '192.0.2.3'
    const callers = await declines(callerLimits.declinesPerNetwork.attempts - 1, (index) => ({
      buyerId: `m${index}`,
      network,
    }))
    await callers.mayPay({ buyerId: 'honest', network, isUnknown: false })
  })

  it('once too many cards of the shop were declined, unknown guests are asked for proof, and nobody else is refused', async () => {
    const unknown = { buyerId: 'unknown', network: '198.51.100.1', isUnknown: true }
    await makeLimits(rig.db).reset(callerLimits.declinesOfShop, 'shop')
    await make().mayPay(unknown)
    const callers = await declines(callerLimits.declinesOfShop.attempts + 1, (index) => ({
      buyerId: `s${index}`,
      network: null,
    }))
    await callers.mayPay({ buyerId: 'honest', network: '198.51.100.1', isUnknown: false })
    await expect(callers.mayPay(unknown)).rejects.toMatchObject({ code: 'email_unverified' })
  })

  it('a buyer looks thirty times a minute, at one payment once a second', async () => {
    const callers = make()
    const look = (payment: string, buyerId = 'looker') => callers.mayLook({ buyerId, network: null }, payment)
    expect([await look('p'), await look('p')]).toEqual([true, false])
    const { attempts } = callerLimits.looksPerBuyer
    const answers: boolean[] = []
    for (let index = 1; index < attempts + 5; index += 1) answers.push(await look(`p${index}`))
    expect(answers.filter(Boolean)).toHaveLength(attempts - 1)
    expect(await look('p', 'other')).toBe(false)
    expect(await look('q', 'other')).toBe(true)
  })
})
