// The queue of group commit: what waits together goes together, bounded, and nothing is left
// behind.
import { expect, test } from 'vitest'
import { makeCoalescer } from './coalesce.ts'

/** A coalescer whose batches end when the test says so. */
function makeGated({
  lanes = 1,
  maxWeight = 10,
  weigh = () => 1,
}: {
  lanes?: number
  maxWeight?: number
  weigh?: (job: number) => number
} = {}) {
  const batches: number[][] = []
  const gates: (() => void)[] = []
  const coalescer = makeCoalescer<number>({
    lanes,
    maxWeight,
    weigh,
    run: (jobs) =>
      new Promise((resolve) => {
        batches.push(jobs)
        gates.push(resolve)
      }),
  })
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  return { coalescer, batches, turn, finish: () => gates.shift()?.() }
}

test('jobs of one turn go together, and those that come while it runs are the next batch', async () => {
  const { coalescer, batches, turn, finish } = makeGated()
  for (const job of [1, 2, 3]) coalescer.submit(job)
  await turn()
  for (const job of [4, 5]) coalescer.submit(job)
  await turn()
  expect(batches).toEqual([[1, 2, 3]])
  expect(coalescer.waiting).toBe(2)
  finish()
  await turn()
  expect(batches).toEqual([
    [1, 2, 3],
    [4, 5],
  ])
  finish()
  await coalescer.drain()
})

test('a batch carries no more weight than it may, and a heavier job goes alone', async () => {
  const { coalescer, batches, turn, finish } = makeGated({ maxWeight: 10, weigh: (job) => job })
  for (const job of [4, 6, 1, 50, 2]) coalescer.submit(job)
  for (let round = 0; round < 4; round += 1) {
    await turn()
    finish()
  }
  await coalescer.drain()
  expect(batches).toEqual([[4, 6], [1], [50], [2]])
})

test('no more batches run at once than there are lanes', async () => {
  const { coalescer, batches, turn, finish } = makeGated({ lanes: 2, maxWeight: 1 })
  for (const job of [1, 2, 3]) coalescer.submit(job)
  await turn()
  expect(batches).toEqual([[1], [2]])
  finish()
  await turn()
  expect(batches).toEqual([[1], [2], [3]])
  finish()
  finish()
  await coalescer.drain()
})

test('drain waits for what runs and what waits, and is done at once when there is nothing', async () => {
  const { coalescer, turn, finish } = makeGated({ maxWeight: 1 })
  await coalescer.drain()
  coalescer.submit(1)
  coalescer.submit(2)
  let drained = false
  const done = coalescer.drain().then(() => (drained = true))
  await turn()
  finish()
  await turn()
  expect(drained).toBe(false)
  finish()
  await done
})

test('drain waits for every lane, and can be asked for again', async () => {
  const { coalescer, turn, finish } = makeGated({ lanes: 2, maxWeight: 1 })
  for (let round = 0; round < 2; round += 1) {
    coalescer.submit(1)
    coalescer.submit(2)
    await turn()
    let drained = false
    const done = coalescer.drain().then(() => (drained = true))
    finish()
    await turn()
    expect(drained).toBe(false)
    finish()
    await done
  }
})
