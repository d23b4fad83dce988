// Waiting for orders: told by this process, found by asking, or not there.
import { describe, expect, it } from 'vitest'
import type { Bus, Subscription } from '../platform/bus/bus.ts'
import { systemClock } from '../platform/process/clock.ts'
import { makeArrivals } from './arrivals.ts'
import { subscribe } from './consumers.ts'
import type { PaymentsHandler } from './model.ts'

/**
 * Arrivals on a clock that moves when it is told to, and a database whose answers are given one by
 * one.
 */
function makeRig() {
  let nowMs = 0
  const sleepers: (() => void)[] = []
  const questions: { ids: readonly string[]; answer(known: readonly string[] | Error): void }[] = []
  let asked = Promise.withResolvers<void>()
  const arrivals = makeArrivals({
    clock: {
      ...systemClock,
      elapsedMs: () => nowMs,
      sleep: () => new Promise((resolve) => sleepers.push(resolve)),
    },
    areKnown: (ids) =>
      new Promise((resolve, reject) => {
        const answer = (known: readonly string[] | Error) =>
          known instanceof Error ? reject(known) : resolve(ids.map((id) => known.includes(id)))
        questions.push({ ids, answer })
        asked.resolve()
        asked = Promise.withResolvers()
      }),
  })
  return {
    arrivals,
    questions,
    /** Passes this time and gives the next question. */
    async pass(ms: number) {
      nowMs += ms
      const next = asked.promise
      sleepers.shift()?.()
      await next
      return questions.at(-1)
    },
    slept: () => sleepers.length > 0,
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('an order that is paid before payments has heard of it', () => {
  it('is there as soon as this process commits it, and from then on', async () => {
    const { arrivals, questions } = makeRig()
    const waits = [arrivals.wait('a'), arrivals.wait('a')]
    arrivals.arrived('a')
    expect(await Promise.all(waits)).toEqual([true, true])
    expect(await arrivals.wait('a')).toBe(true)
    expect(questions.map(({ ids }) => ids)).toEqual([['a']])
  })

  it('is asked for at once, and then together with all others', async () => {
    const { arrivals, questions, pass } = makeRig()
    const a = arrivals.wait('a')
    const [b, c] = [arrivals.wait('b'), arrivals.wait('c')]
    questions[0]?.answer([])
    await turn()
    const second = await pass(50)
    expect(second?.ids).toEqual(['a', 'b', 'c'])
    second?.answer(['a', 'c'])
    expect([await a, await c]).toEqual([true, true])
    await turn()
    const third = await pass(50)
    expect(third?.ids).toEqual(['b'])
    third?.answer(['b'])
    expect(await b).toBe(true)
  })

  it('is not there when it does not come in time, and may be asked for anew', async () => {
    const { arrivals, questions, pass } = makeRig()
    const wait = arrivals.wait('a')
    questions[0]?.answer([])
    await turn()
    const last = await pass(3_000)
    const late = arrivals.wait('b')
    last?.answer([])
    expect(await wait).toBe(false)
    const again = arrivals.wait('a')
    await turn()
    const next = await pass(50)
    expect(next?.ids).toEqual(['b', 'a'])
    next?.answer(['a', 'b'])
    expect(await Promise.all([late, again])).toEqual([true, true])
  })

  it('is unknown when the database cannot be asked: nobody is told that it is not there', async () => {
    const { arrivals, questions, pass, slept } = makeRig()
    const wait = arrivals.wait('a')
    questions[0]?.answer(new Error('away'))
    await expect(wait).rejects.toThrow('away')
    expect(slept()).toBe(true)
    const again = arrivals.wait('a')
    const next = await pass(50)
    next?.answer(['a'])
    expect(await again).toBe(true)
  })
})

describe('taking in what orders tell', () => {
  it('is in no hurry while places are only held, and in one for who pays or waits', async () => {
    const { arrivals } = makeRig()
    let subscription: Subscription | undefined
    const bus = { subscribe: (given) => void (subscription = given) } as Pick<Bus, 'subscribe'> as Bus
    subscribe(bus, {} as PaymentsHandler, arrivals)
    expect(subscription?.isUnhurried?.(['OrderCreated', 'OrderCreated'])).toBe(true)
    expect(subscription?.isUnhurried?.(['OrderCreated', 'OrderClaimed'])).toBe(false)
    const waits = arrivals.wait('a')
    expect(subscription?.isUnhurried?.(['OrderCreated'])).toBe(false)
    arrivals.arrived('a')
    await waits
    expect(subscription?.isUnhurried?.(['OrderCreated'])).toBe(true)
  })
})
