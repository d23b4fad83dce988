// Every id has a code, and a code as people type it finds the id again.
import { describe, expect, it } from 'vitest'
import { endingsOfCode, orderCodeOf } from './order-code.ts'

const fullCode = 'ZZZZZ-ZZZZZ'

describe('the code of an order', () => {
  it.each([
    ['the least id', '00000000-0000-0000-0000-000000000000', '00000-00000'],
    ['the greatest id', 'ffffffff-ffff-ffff-ffff-ffffffffffff', fullCode],
    ['one in the last place', '01a2281c-3211-7400-8c98-000000000001', '00000-00001'],
    ['the first bit that counts', '01a2281c-3211-7400-8c92-000000000000', 'G0000-00000'],
    ['bits above it do not', '01a2281c-3211-7400-8c9c-000000000000', '00000-00000'],
    ['letters of the alphabet', '01a2281c-3211-7400-8c99-1a40048a114c', '8T802-8M4AC'],
    ['an id in capitals', '01A2281C-3211-7400-8C99-1A40048A114C', '8T802-8M4AC'],
  ])('of %s', (_what, id, code) => {
    expect(orderCodeOf(id)).toBe(code)
  })
  it('finds its order again, and hardly another', () => {
    for (let count = 0; count < 1_000; count += 1) {
      const id = crypto.randomUUID()
      expect(endingsOfCode(orderCodeOf(id)).filter((ending) => id.endsWith(ending))).toHaveLength(1)
    }
  })
})

describe('a code as people type it', () => {
  const code = '8T802-8M4AC'
  const endings = ['1-1a40048a114c', '5-1a40048a114c', '9-1a40048a114c', 'd-1a40048a114c']
  it.each([
    ['as it is shown', code],
    ['in lower case', '8t802-8m4ac'],
    ['without the dash', '8T8028M4AC'],
    ['in other groups, with spaces around', ' 8T8 028 M4AC '],
    ['with an O for a zero', '8T8O2-8M4AC'],
  ])('%s', (_what, typed) => {
    expect(endingsOfCode(typed)).toEqual(endings)
  })
  it('with I and L for ones', () => {
    expect(endingsOfCode('iIlL1-00000')).toEqual(endingsOfCode('11111-00000'))
  })
  it.each([
    ['nothing', ''],
    ['a part of it', '8T802'],
    ['more than it', '8T802-8M4AC0'],
    ['a letter that no code has', 'UT802-8M4AC'],
    ['an address', 'ann@b.shop'],
    ['an id', '01a2281c-3211-7400-8c99-1a40048a114c'],
  ])('%s is none', (_what, typed) => {
    expect(endingsOfCode(typed)).toEqual([])
  })
})
