// The memory of sold-out pools: refuses for a moment, never longer, whatever any clock does; and
// the wait for news.
import { describe, expect, test } from 'vitest'
import { makeSale, numbered, poolIdOf, typeOf } from '../../test/sale.ts'
import type { Clock } from '../platform/process/clock.ts'
import { saleOf } from './domain/stock.ts'
import { makeWaiter } from './routes/waiter.ts'
import { makeStockMemory } from './stock-memory.ts'
import { noCodesTouched, nothingChanged, type World } from './world.ts'

const sample = makeSale({ capacities: [2, 2] })
const told = '“Standing 1” is sold out'
const [first, second] = [typeOf(sample, 0), typeOf(sample, 1)]
const body = { showId: sample.show.id, lines: [numbered(first)] }

/** Time that passes only when it is told to. `setBack` moves the wall clock and nothing else. */
function makeTestClock() {
  let elapsedMs = 1_000
  let wallMs = Date.parse('2030-01-01T00:00:00.000Z')
  const pass = (ms: number) => {
    elapsedMs += ms
    wallMs += ms
  }
  const slept: number[] = []
  const clock: Clock = {
    nowMs: () => wallMs,
    elapsedMs: () => elapsedMs,
    async sleep(delayMs) {
      slept.push(delayMs)
      pass(delayMs)
    },
  }
  const setBack = (ms: number) => {
    wallMs -= ms
  }
  return { clock, pass, setBack, slept }
}

function worldWith(held: number, changes: { status?: 'closed' } = {}): World {
  const sale = { ...saleOf(sample.show, 1), ...changes }
  const pools = sample.show.pools.map(
    ({ id, capacity }) =>
      [
        id,
        {
          id,
          showId: sale.showId,
          capacity,
          held: id === poolIdOf(first) ? held : 0,
          sold: 0,
          withheld: 0,
          latch: false,
          closed: false,
        },
      ] as const,
  )
  return {
    sales: new Map([[sale.showId, sale]]),
    pools: new Map(pools),
    seats: new Map(),
    codes: noCodesTouched(),
    absentSeats: new Set(),
    orders: new Map(),
    ...nothingChanged(),
  }
}

describe('the memory of sold-out pools', () => {
  test('knows nothing until it learns', () => {
    expect(makeStockMemory(makeTestClock().clock).knowsSoldOut(body)).toBeNull()
  })

  test('refuses a pool that was just seen full, and only that one, and only for its show', () => {
    const memory = makeStockMemory(makeTestClock().clock)
    memory.learn(worldWith(2))
    expect(memory.knowsSoldOut(body)).toBe(told)
    expect(memory.knowsSoldOut({ ...body, lines: [numbered(second)] })).toBeNull()
    expect(memory.knowsSoldOut({ ...body, lines: [numbered(second), numbered(first)] })).toBe(told)
    expect(memory.knowsSoldOut({ ...body, showId: first.id })).toBeNull()
  })

  test('does not refuse while one place is left', () => {
    const memory = makeStockMemory(makeTestClock().clock)
    memory.learn(worldWith(1))
    expect(memory.knowsSoldOut(body)).toBeNull()
  })

  test('lets one request through when the moment is over, to look again', () => {
    const { clock, pass } = makeTestClock()
    const memory = makeStockMemory(clock)
    memory.learn(worldWith(2))
    pass(20)
    expect([memory.knowsSoldOut(body), memory.knowsSoldOut(body)]).toEqual([null, told])
  })

  test.each([
    ['more than an order may have', { ...body, lines: [numbered(first, 11)] }, null],
    ['another price', { ...body, expectedTotalMinor: 4_499 }, null],
    ['today’s price', { ...body, expectedTotalMinor: 4_500 }, told],
    [
      'the price of all lines',
      { ...body, lines: [numbered(second), numbered(first)], expectedTotalMinor: 9_000 },
      told,
    ],
    [
      'a type that is not there',
      {
        ...body,
        lines: [numbered(first), { ticketTypeId: sample.show.id, quantity: 1 }],
        expectedTotalMinor: 9_000,
      },
      null,
    ],
  ])('says nothing where something else is to be said first: %s', (_what, asked, refuses) => {
    const memory = makeStockMemory(makeTestClock().clock)
    memory.learn(worldWith(2))
    expect(memory.knowsSoldOut(asked)).toBe(refuses)
  })

  test('forgets when a place came back or the sale was closed', () => {
    const memory = makeStockMemory(makeTestClock().clock)
    memory.learn(worldWith(2))
    memory.learn(worldWith(1))
    expect(memory.knowsSoldOut(body)).toBeNull()
    memory.learn(worldWith(2))
    memory.learn(worldWith(2, { status: 'closed' }))
    expect(memory.knowsSoldOut(body)).toBeNull()
  })

  test('a wall clock that is set back by a day does not refuse for a day', () => {
    const { clock, pass, setBack } = makeTestClock()
    const memory = makeStockMemory(clock)
    memory.learn(worldWith(2))
    setBack(86_400_000)
    pass(20)
    expect(memory.knowsSoldOut(body)).toBeNull()
  })
})

describe('waiting for what may be on its way', () => {
  test('asks again until it is known', async () => {
    const { clock, slept } = makeTestClock()
    const answers = [null, null, 'known']
    expect(
      await makeWaiter(clock)(
        async () => answers.shift() ?? null,
        (answer) => answer !== null,
      ),
    ).toBe('known')
    expect(slept).toHaveLength(2)
  })

  test('ends after a bounded time and few questions, also when the wall clock is set back meanwhile', async () => {
    const { clock, setBack, slept } = makeTestClock()
    let asked = 0
    const ask = async () => {
      asked += 1
      setBack(3_600_000)
      return null
    }
    expect(await makeWaiter(clock)(ask, (answer) => answer !== null)).toBeNull()
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(1_500)
    expect(asked).toBeLessThan(15)
  })

  test('a crowd that is too large is answered at once', async () => {
    const { clock } = makeTestClock()
    const open: (() => void)[] = []
    const stuck: Clock = { ...clock, sleep: () => new Promise((resolve) => open.push(resolve)) }
    const wait = makeWaiter(stuck)
    let known = false
    const waiting = Array.from({ length: 500 }, () =>
      wait(
        async () => known,
        (answer) => answer,
      ),
    )
    // Nothing is asked again for this one: were it to wait, it would wait for ever.
    await new Promise((resolve) => setImmediate(resolve))
    expect(
      await wait(
        async () => known,
        (answer) => answer,
      ),
    ).toBe(false)
    known = true
    for (const wake of open) wake()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]))
  })
})
