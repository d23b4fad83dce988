// The search language: https://docs.stripe.com/search#search-query-language
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, startBench } from '../harness.ts'
import { METHODS } from './rows.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
  const { stripe } = bench
  const people: [name: string, email: string, phone: string, metadata: Record<string, string>][] = [
    ['Ada Lovelace', 'ada@example.org', '+491', { tier: 'Gold', city: 'berlin' }],
    ['Grace Hopper', 'grace@example.com', '', { tier: 'silver' }],
    ['Alan Turing', 'alan@example.org', '+442', {}],
  ]
  for (const [name, email, phone, metadata] of people)
    await stripe.customers.create({ name, email, phone, metadata })
  const base = {
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: METHODS,
  }
  await stripe.paymentIntents.create({ ...base, amount: 1000, metadata: { run: 'a' } })
  await stripe.paymentIntents.create({ ...base, amount: 2000, payment_method: 'pm_card_mastercard' })
  await stripe.paymentIntents.create({ amount: 3000, currency: 'usd', metadata: { run: 'B' } })
})
afterAll(() => bench.close())

const CUSTOMERS: [query: string, names: string[]][] = [
  ["name:'Ada Lovelace' OR name:'Alan Turing'", ['Ada Lovelace', 'Alan Turing']],
  ["-name:'Ada Lovelace'", ['Alan Turing', 'Grace Hopper']],
  ["-email:'ada@example.org' AND -email:'alan@example.org'", ['Grace Hopper']],
  ['phone:null', ['Grace Hopper']],
  ['-phone:null', ['Ada Lovelace', 'Alan Turing']],
  ["metadata['tier']:null", ['Alan Turing']],
  ["-metadata['tier']:null", ['Ada Lovelace', 'Grace Hopper']],
  ["metadata['tier']:'gold'", ['Ada Lovelace']],
  ["email~'example.org'", ['Ada Lovelace', 'Alan Turing']],
  ["name~'LOVE'", ['Ada Lovelace']],
  ["-email~'example.org'", ['Grace Hopper']],
  ["email:'ADA@example.org'", ['Ada Lovelace']],
  ['email:"ada@example.org" name:"Ada Lovelace"', ['Ada Lovelace']],
  ["email:'ada@example.org' and metadata['city']:'Berlin'", ['Ada Lovelace']],
  ['created>0', ['Ada Lovelace', 'Alan Turing', 'Grace Hopper']],
  ['created<100', []],
]
const PAYMENTS: [query: string, amounts: number[]][] = [
  ["status:'succeeded' OR currency:'usd'", [1000, 2000, 3000]],
  ["status:'succeeded' AND amount>1000", [2000]],
  ["-status:'succeeded'", [3000]],
  ["metadata['run']:'b'", [3000]],
  ['customer:null', [1000, 2000, 3000]],
  ['amount>=1000 amount<3000', [1000, 2000]],
]
const CHARGES: [query: string, amounts: number[]][] = [
  ["payment_method_details.card.last4:'4242'", [1000]],
  ["payment_method_details.card.brand:'mastercard'", [2000]],
  ["refunded:'false'", [1000, 2000]],
  ["disputed:'true'", []],
  ["metadata['run']:'A'", [1000]],
]
const REFUSED: string[] = [
  "name:'a' AND name:'b' OR name:'c'",
  "name~'ab'",
  "created~'123'",
  "name>'a'",
  "colour:'red'",
  "(name:'a')",
  'name:Ada',
  Array.from({ length: 11 }, (_each, index) => `created>${index}`).join(' AND '),
]

describe('a search finds', () => {
  it.each(CUSTOMERS)('customers by %s', async (query, names) => {
    const { data } = await bench.stripe.customers.search({ query })
    expect(data.map((each) => each.name).toSorted()).toEqual(names)
  })
  it.each(PAYMENTS)('payments by %s', async (query, amounts) => {
    const { data } = await bench.stripe.paymentIntents.search({ query })
    expect(data.map((each) => each.amount).toSorted()).toEqual(amounts)
  })
  it.each(CHARGES)('charges by %s', async (query, amounts) => {
    const { data } = await bench.stripe.charges.search({ query })
    expect(data.map((each) => each.amount).toSorted()).toEqual(amounts)
  })
  it.each(REFUSED)('nothing by %s, which is refused', async (query) => {
    expect(await refusal(bench.stripe.customers.search({ query }))).toMatchObject({
      statusCode: 400,
      param: 'query',
    })
  })
})
