// What news of a show makes of its sale: new, repeated, late, out of order, and after the show was
// called off.
import { expect, test } from 'vitest'
import { makeSale } from '../../../test/sale.ts'
import { decideSale, evolveSale, type SaleCommand } from './sale.ts'
import { type Sale, saleOf } from './stock.ts'

const { show } = makeSale()
const known = (version: number, status: Sale['status'] = 'on_sale'): Sale => ({
  ...saleOf(show, version),
  status,
})
const know = (version: number): SaleCommand => ({ type: 'KnowShow', show, version })
const end = (version: number): SaleCommand => ({ type: 'EndSale', showId: show.id, version })

test.each<
  [what: string, before: Sale | undefined, command: SaleCommand, after: Sale | 'nothing' | 'show_unknown']
>([
  ['the first news brings the sale', undefined, know(3), known(3)],
  ['newer news changes it', known(2), know(3), known(3)],
  ['newer news opens one that was closed', known(2, 'closed'), know(3), known(3)],
  ['the same news again changes nothing', known(3), know(3), 'nothing'],
  ['older news changes nothing', known(3), know(2), 'nothing'],
  ['no news brings back a show that was called off', known(3, 'cancelled'), know(4), 'nothing'],
  ['a sale that is not known cannot end yet', undefined, end(2), 'show_unknown'],
  ['a sale ends', known(2), end(3), known(3, 'cancelled')],
  ['a sale ends although newer news was faster', known(5), end(3), known(5, 'cancelled')],
  ['a sale ends once', known(3, 'cancelled'), end(4), 'nothing'],
])('%s', (_what, before, command, after) => {
  const decision = decideSale(before, command)
  if ('rejection' in decision) return expect(decision.rejection).toBe(after)
  const evolved = decision.facts.reduce<Sale | undefined>(evolveSale, before)
  expect(decision.facts).toHaveLength(after === 'nothing' ? 0 : 1)
  expect(evolved).toEqual(after === 'nothing' ? before : after)
})

test('the end of a sale that is not known is no fact', () => {
  expect(() => evolveSale(undefined, { type: 'SaleEnded', data: { showId: show.id, version: 1 } })).toThrow(
    'never known',
  )
})
