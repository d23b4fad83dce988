// What is written to an intent can be read by the shop that wrote it, and by nobody else.
import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { newId } from '../../platform/process/clock.ts'
import { openReceipt, type Receipt, sealReceipt } from './receipt.ts'

const key = randomBytes(32)
const receiptOf = (seats: number, email = 'jörg@example.com'): Receipt => ({
  orderId: newId(),
  organiserId: newId(),
  showId: newId(),
  buyer: { id: newId(), email },
  lines: [
    { ticketTypeId: newId(), quantity: 3 },
    { ticketTypeId: newId(), seatIds: Array.from({ length: seats }, () => newId()) },
  ],
  totalMinor: 12_345,
})

it.each([0, 1, 10, 50])(
  'an order with %i seats comes back as it was, within what metadata holds',
  (seats) => {
    const receipt = receiptOf(seats)
    const metadata = sealReceipt(key, receipt)
    expect(openReceipt(key, { order_id: 'x', ...metadata })).toEqual(receipt)
    const values = Object.entries(metadata)
    expect(values.length).toBeGreaterThan(0)
    expect(values.every(([name, value]) => /^hf[1-8]$/.test(name) && value.length <= 500)).toBe(true)
    expect(JSON.stringify(metadata)).not.toContain('example')
  },
)

it('the same order gives the same text, so that a repeated request is the same', () => {
  const receipt = receiptOf(5)
  expect(sealReceipt(key, receipt)).toEqual(sealReceipt(key, { ...receipt }))
  expect(sealReceipt(key, receipt)).not.toEqual(sealReceipt(key, { ...receipt, totalMinor: 1 }))
})

it('an order that is too large is left out as a whole', () => {
  expect(sealReceipt(key, receiptOf(400))).toEqual({})
})

it.each<[string, (metadata: Record<string, string>) => Record<string, string>, Buffer]>([
  ['another key', (metadata) => metadata, randomBytes(32)],
  [
    'a letter changed',
    ({ hf1 = '', ...rest }) => ({ ...rest, hf1: `${hf1.startsWith('A') ? 'B' : 'A'}${hf1.slice(1)}` }),
    key,
  ],
  ['a piece missing', ({ hf1: _gone, ...rest }) => rest, key],
  ['nothing', () => ({}), key],
  ['something else', () => ({ hf1: 'hello', hf2: '🎟' }), key],
])('nothing is read from %s', (_name, change, reader) => {
  expect(openReceipt(reader, change({ ...sealReceipt(key, receiptOf(20)) }))).toBeNull()
})
