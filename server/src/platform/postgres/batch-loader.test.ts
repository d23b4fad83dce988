// Lookups that travel together: one statement for a turn of the event loop, each asker its own
// answer, no asker forgotten.
import { expect, test } from 'vitest'
import { makeBatchLoader } from './batch-loader.ts'

/** A loader of squares, with what it was asked for each time. */
function makeSquares(load?: (keys: readonly number[]) => Promise<number[]>) {
  const asked: (readonly number[])[] = []
  const square = makeBatchLoader<number, number>((keys) => {
    asked.push(keys)
    return load ? load(keys) : Promise.resolve(keys.map((key) => key * key))
  })
  return { square, asked }
}

test('lookups of one turn are one statement, and each asker gets the value of its own key', async () => {
  const { square, asked } = makeSquares()
  expect(await Promise.all([square(2), square(3), square(2)])).toEqual([4, 9, 4])
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toEqual([[2, 3, 2]])
})

test('a lookup of a later turn is a statement of its own, also while the first is under way', async () => {
  let finish: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (finish = resolve))
  const { square, asked } = makeSquares(async (keys) => {
    await gate
    return keys.map((key) => key * key)
  })
  const first = square(2)
  await new Promise((resolve) => setImmediate(resolve))
  const second = square(3)
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toEqual([[2], [3]])
  finish()
  expect(await Promise.all([first, second])).toEqual([4, 9])
})

test('a statement that fails fails all who asked, and nobody after them', async () => {
  let broken = true
  const { square, asked } = makeSquares((keys) =>
    broken ? Promise.reject(new Error('no connection')) : Promise.resolve(keys.map((key) => key * key)),
  )
  const outcomes = await Promise.allSettled([square(2), square(3)])
  expect(outcomes).toMatchObject([
    { reason: { message: 'no connection' } },
    { reason: { message: 'no connection' } },
  ])
  broken = false
  expect(await square(4)).toBe(16)
  expect(asked).toEqual([[2, 3], [4]])
})
