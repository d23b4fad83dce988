// Which request is admitted while how many others are: a table.
import { expect, test } from 'vitest'
import { makeRequestCounts } from './requests.ts'

const limits = { total: 30, reserved: 10, perNetwork: 12, perNetworkInReserve: 3 }

/** `a3` are three requests of the network `a`; `*` has no limits per network. */
function counts(text: string) {
  const requests = makeRequestCounts(limits)
  for (const [, network = '', count] of text.matchAll(/([a-z*])(\d+)/g))
    for (let index = 0; index < Number(count); index += 1) requests.enter(network === '*' ? null : network)
  return requests
}

test.each<[string, string, [string | null, boolean], string | null]>([
  ['the first', '', ['a', false], null],
  ['a network with its share', 'a12', ['a', false], 'network'],
  ['another beside it', 'a12', ['b', false], null],
  ['a network with its share that pays', 'a12', ['a', true], null],
  ['a network with its share that pays too often', 'a15', ['a', true], 'network'],
  ['one more than there may be', 'a12b8', ['c', false], 'total'],
  ['who pays then', 'a12b8', ['c', true], null],
  ['who pays then, with others already', 'a12b8', ['b', true], 'network'],
  ['who pays with a few', 'a12b6c2', ['c', true], null],
  ['who pays when even the reserve is taken', 'a12b10c8', ['d', true], 'total'],
  ['local mode has no share', '*19', [null, false], null],
  ['local mode has the total', '*20', [null, false], 'total'],
  ['local mode has the reserve', '*29', [null, true], null],
])('%s', (_what, text, [network, vital], refusal) => {
  expect(counts(text).refusalOf(network, vital)).toBe(refusal)
})

test('who has gone is forgotten', () => {
  const requests = counts('a12b8')
  for (let index = 0; index < 12; index += 1) requests.leave('a')
  expect(requests.refusalOf('a', false)).toBeNull()
  expect(requests.refusalOf('b', false)).toBeNull()
})
