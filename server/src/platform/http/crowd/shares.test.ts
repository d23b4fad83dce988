// Who gets in and who has to go, as tables: the accounting alone, without sockets.
import { describe, expect, test } from 'vitest'
import { fairShare, type Holding, makeShares, type ShareLimits } from './shares.ts'

test.each<[string, number[], number, number]>([
  ['nobody', [], 10, Number.POSITIVE_INFINITY],
  ['all fit', [1, 2, 3], 6, Number.POSITIVE_INFINITY],
  ['one has more than there is', [10], 4, 4],
  ['one large, many small', [100, 1, 1, 1], 13, 10],
  ['two large share what the small leave', [50, 70, 2], 22, 10],
  ['all alike', [5, 5, 5, 5], 8, 2],
  ['more networks than places', [1, 1, 1, 1], 2, 0.5],
  ['no room at all', [3, 3], 0, 0],
  ['less than none', [3, 3], -5, 0],
])('an equal share: %s', (_what, sizes, target, share) => {
  expect(fairShare(sizes, target)).toBe(share)
  const kept = sizes.reduce((sum, size) => sum + Math.min(size, share), 0)
  expect(kept).toBeLessThanOrEqual(Math.max(target, 0))
})

interface Thing extends Holding {
  readonly name: string
  rank?: number | null
}

const limits: ShareLimits = { total: 20, reserved: 0, perNetwork: 10 }

/** `a3` are three things of the network `a`, of size 1. */
function fill(text: string, changes: Partial<ShareLimits> = {}) {
  const shares = makeShares<Thing>({ ...limits, ...changes })
  const things: Thing[] = []
  for (const [, network = '', count] of text.matchAll(/([a-z*])(\d+)/g)) {
    for (let index = 0; index < Number(count); index += 1) {
      const thing = { network: network === '*' ? null : network, size: 1, name: `${network}${index}` }
      things.push(thing)
      shares.add(thing)
    }
  }
  return { shares, things }
}

describe('who gets in', () => {
  test.each<[string, string, [string | null, boolean, reserved?: number], string | null]>([
    ['the first', '', ['a', false], null],
    ['up to the limit of a network', 'a9', ['a', false], null],
    ['not above it', 'a10', ['a', false], 'network'],
    ['others are not hindered by it', 'a10', ['b', false], null],
    ['not even by vital things', 'a10', ['a', true], 'network'],
    ['the last of all', 'a10b9', ['c', false], null],
    ['nobody when all is taken', 'a10b10', ['c', false], 'total'],
    ['the reserve is not for everything', 'a10b5', ['c', false, 5], 'total'],
    ['the reserve is for what is vital', 'a10b5', ['c', true, 5], null],
    ['a reserve ends too', 'a10b10', ['c', true, 5], 'total'],
    ['who is not counted has no limit of his own', '*15', [null, false], null],
    ['but takes of the total', '*20', [null, false], 'total'],
  ])('%s', (_what, text, [network, vital, reserved = 0], refusal) => {
    expect(fill(text, { reserved }).shares.refusalOf({ network, size: 1, vital })).toBe(refusal)
  })

  test('what has gone makes room, once', () => {
    const { shares, things } = fill('a10b10')
    const [first] = things
    if (!first) throw new Error('nothing there')
    shares.remove(first)
    shares.remove(first)
    expect(shares.used).toBe(19)
    expect(shares.refusalOf({ network: 'a', size: 1 })).toBeNull()
    expect(shares.refusalOf({ network: 'a', size: 2 })).toBe('total')
  })
})

describe('who has to go', () => {
  const goingOf = (text: string, changes: Partial<ShareLimits> = {}) =>
    fill(text, changes)
      .shares.excess(({ rank }) => (rank === undefined ? 0 : rank))
      .map(({ name }) => name)

  test.each<[string, string, string[]]>([
    ['nobody while there is room', 'a9b9', []],
    ['the oldest of the one with most', 'a17b1c1d1', ['a0']],
    ['both with most, alike', 'a9b9c1d1', ['a0', 'b0']],
    ['never the one thing of a network', 'a1b1c1d1e1f1g1h1i1j1k1l1m1n1o1p1q1r1s1t1', []],
    ['of those who are not counted none', '*19a1', []],
    ['those who are counted, for those who are not', '*10a8b2', ['a0']],
  ])('%s', (_what, text, going) => {
    expect(goingOf(text)).toEqual(going)
  })

  test('an attacker with a thousand addresses loses, whoever has less keeps what he has', () => {
    const shares = makeShares<Thing>({ total: 9_000, reserved: 0, perNetwork: 2_000 })
    const put = (network: string, count: number) => {
      for (let index = 0; index < count; index += 1) shares.add({ network, size: 1, name: network })
    }
    for (let address = 0; address < 1_000; address += 1) put(`127.0.${address >> 8}.${address & 255}`, 9)
    put('honest', 6)
    expect(shares.hasItsShare('honest')).toBe(false)
    expect(shares.hasItsShare('127.0.0.1')).toBe(true)
    const going = shares.excess(() => 0)
    expect(going.length).toBeGreaterThanOrEqual(456)
    expect(going.some(({ name }) => name === 'honest')).toBe(false)
    for (const thing of going) shares.remove(thing)
    expect(shares.used).toBeLessThanOrEqual(9_000 * 0.95)
  })

  test('the lowest rank first, whatever its age; what is kept is kept even if nobody else has anything', () => {
    const { shares, things } = fill('a20')
    for (const [index, thing] of things.entries()) thing.rank = index < 10 ? null : index < 15 ? 1 : 0
    const names = (count: number) =>
      shares
        .excess(({ rank = 0 }) => rank)
        .map(({ name }) => name)
        .slice(0, count)
    expect(names(3)).toEqual(['a15'])
    for (const thing of things) thing.rank = null
    expect(names(3)).toEqual([])
  })

  test('sizes count, and not numbers: one with a large body goes before many with small ones', () => {
    const shares = makeShares<Thing>({ total: 100, reserved: 0, perNetwork: 50 })
    const large = { network: 'a', size: 0, name: 'large' }
    shares.add(large)
    for (let index = 0; index < 10; index += 1) {
      const small = { network: `b${index}`, size: 0, name: 'small' }
      shares.add(small)
      expect(shares.grow(small, 4)).toBe(true)
    }
    expect(shares.grow(large, 60)).toBe(true)
    expect(shares.grow(large, 1)).toBe(false)
    const going = shares.excess(() => 0)
    expect(going.map(({ name }) => name)).toEqual(['large'])
    for (const thing of going) shares.remove(thing)
    expect(shares.used).toBe(40)
    expect(shares.grow(large, 1_000)).toBe(true)
    expect(shares.used).toBe(40)
  })
})
