// The amounts that each currency takes, as https://docs.stripe.com/currencies publishes them
// ("Special cases", "Minimum and maximum charge amounts"); codes:
// https://docs.stripe.com/error-codes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CURRENCIES } from '../../src/core/currencies.ts'
import { type Bench, refusal, startBench } from '../harness.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

type Row = [currency: string, taken: number[], refused: [amount: number, code: string | undefined][]]

const AMOUNTS: Row[] = [
  [
    'usd',
    [50, 99_999_999],
    [
      [49, 'amount_too_small'],
      [100_000_000, 'amount_too_large'],
    ],
  ],
  ['eur', [50], [[49, 'amount_too_small']]],
  ['gbp', [30], [[29, 'amount_too_small']]],
  [
    'czk',
    [1500],
    [
      [1000, 'amount_too_small'],
      [1499, 'amount_too_small'],
    ],
  ],
  ['sek', [300], [[100, 'amount_too_small']]],
  ['huf', [17_500, 17_501], [[10_000, 'amount_too_small']]],
  ['jpy', [50], [[49, 'amount_too_small']]],
  ['krw', [50], [[49, 'amount_too_small']]],
  ['zar', [50], [[49, 'amount_too_small']]],
  [
    'isk',
    [99_000, 100],
    [
      [99_050, 'invalid_charge_amount'],
      [99, 'amount_too_small'],
    ],
  ],
  ['ugx', [500], [[550, 'invalid_charge_amount']]],
  ['kwd', [5120, 5130], [[5124, 'invalid_charge_amount']]],
  ['bhd', [1000], [[1005, 'invalid_charge_amount']]],
  ['idr', [150_000_000, 999_999_999_999], [[1_000_000_000_000, 'amount_too_large']]],
  ['inr', [999_999_999], [[1_000_000_000, 'amount_too_large']]],
  ['cop', [9_999_999_999], [[10_000_000_000, 'amount_too_large']]],
  ['EUR', [5000], []],
  ['hrk', [], [[5000, undefined]]],
  ['lyd', [], [[5000, undefined]]],
  ['iqd', [], [[5000, undefined]]],
  ['bgn', [], [[5000, undefined]]],
]

describe('a payment in', () => {
  it.each(AMOUNTS)('%s', async (currency, taken, refused) => {
    for (const amount of taken)
      expect(await bench.stripe.paymentIntents.create({ amount, currency })).toMatchObject({ amount })
    for (const [amount, code] of refused) {
      const error = await refusal(bench.stripe.paymentIntents.create({ amount, currency }))
      expect({ amount, status: error.statusCode, code: error.code, param: error.param }).toEqual({
        amount,
        status: 400,
        code,
        param: code === undefined ? 'currency' : 'amount',
      })
    }
  })
})

describe('a part of a payment', () => {
  async function paid(amount: number, currency: string, capture: 'manual' | 'automatic'): Promise<string> {
    const { id } = await bench.stripe.paymentIntents.create({
      amount,
      currency,
      confirm: true,
      capture_method: capture,
      payment_method: 'pm_card_bypassPending',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    })
    return id
  }

  it.each([
    ['usd', 5000, 49, 'amount_too_small'],
    ['isk', 99_000, 5050, 'invalid_charge_amount'],
    ['kwd', 5000, 1005, 'invalid_charge_amount'],
  ])('is captured only as cards allow: %s %d', async (currency, amount, part, code) => {
    const held = await paid(amount, currency, 'manual')
    const error = await refusal(bench.stripe.paymentIntents.capture(held, { amount_to_capture: part }))
    expect(error).toMatchObject({ statusCode: 400, code, param: 'amount_to_capture' })
    expect((await bench.stripe.paymentIntents.retrieve(held)).status).toBe('requires_capture')
  })

  it.each([
    ['isk', 99_000, 5050],
    ['kwd', 5000, 1005],
  ])('is refunded only as cards allow: %s', async (currency, amount, part) => {
    const payment = await paid(amount, currency, 'automatic')
    const error = await refusal(bench.stripe.refunds.create({ payment_intent: payment, amount: part }))
    expect(error).toMatchObject({ statusCode: 400, code: 'invalid_charge_amount', param: 'amount' })
  })

  it('is paid out in whole units where banks know no smaller ones', async () => {
    await paid(50_000, 'huf', 'automatic')
    const refused = await refusal(bench.stripe.payouts.create({ amount: 1045, currency: 'huf' }))
    expect(refused).toMatchObject({ code: 'invalid_charge_amount', param: 'amount' })
    expect(await bench.stripe.payouts.create({ amount: 1000, currency: 'huf' })).toMatchObject({
      amount: 1000,
    })
  })
})

it('every currency takes its own least amount', () => {
  const odd = [...CURRENCIES].filter(([, { least, step }]) => least < 1 || least % step !== 0)
  expect(odd).toEqual([])
})
