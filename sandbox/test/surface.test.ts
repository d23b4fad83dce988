// The rest of the surface: keys and CORS, sellers, tokens, expansion, and that no card number is
// ever kept.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { luhnValid } from '../src/cards/card-input.ts'
import { TEST_CARDS } from '../src/cards/test-cards.ts'
import { parseForm } from '../src/core/form.ts'
import { type Bench, refusal, startBench } from './harness.ts'

let bench: Bench
const logged: string[] = []
beforeAll(async () => {
  bench = await startBench({ log: (message) => void logged.push(message) })
})
afterAll(() => bench.close())

const automatic = { enabled: true, allow_redirects: 'never' as const }
const card = (number: string) => ({
  type: 'card' as const,
  card: { number, exp_month: 12, exp_year: 2032, cvc: '123' },
})

describe('a card number', () => {
  it('is accepted when it is on the list, and is never kept', async () => {
    for (const { number, threeDs, decline, fault } of TEST_CARDS) {
      if (fault !== undefined || decline !== undefined || threeDs !== 'none') continue
      const code = number.startsWith('37') ? '1234' : '123'
      const paid = await bench.stripe.paymentIntents.create({
        amount: 1000,
        currency: 'eur',
        confirm: true,
        automatic_payment_methods: automatic,
        payment_method_data: { type: 'card', card: { ...card(number).card, cvc: code } } as never,
      })
      expect(paid.status).toBe(
        TEST_CARDS.find((each) => each.number === number)?.processing === undefined
          ? 'succeeded'
          : 'processing',
      )
    }
    const files = await readdir(join(bench.dataDir, 'sandbox'))
    const stored = (
      await Promise.all(files.map((file) => readFile(join(bench.dataDir, 'sandbox', file), 'latin1')))
    ).join('')
    expect(stored).toContain('payment_intent.succeeded')
    const found = TEST_CARDS.filter(({ number }) => stored.includes(number)).map(({ key }) => key)
    expect(found).toEqual([])
  })

  it('that is no test card leaves no trace', async () => {
    const real = '4539578763621486'
    expect(luhnValid(real)).toBe(true)
    expect(await refusal(bench.stripe.paymentMethods.create(card(real)))).toMatchObject({
      statusCode: 402,
      decline_code: 'test_mode_live_card',
    })
    const files = await readdir(join(bench.dataDir, 'sandbox'))
    for (const file of files)
      expect(await readFile(join(bench.dataDir, 'sandbox', file), 'latin1')).not.toContain(real)
    expect(logged.join()).not.toContain(real)
  })

  it('of every test card passes its check digit', () => {
    expect(TEST_CARDS.filter(({ number }) => !luhnValid(number)).map(({ key }) => key)).toEqual([])
    expect(new Set(TEST_CARDS.map(({ number }) => number)).size).toBe(TEST_CARDS.length)
  })
})

describe('a publishable key', () => {
  it('makes tokens, each good for one payment', async () => {
    const token = await bench.publishable.rawRequest('POST', '/v1/confirmation_tokens', {
      payment_method_data: card('4242424242424242'),
    })
    const id = String((token as { id?: string }).id)
    const paid = await bench.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'eur',
      confirm: true,
      confirmation_token: id,
      automatic_payment_methods: automatic,
    })
    expect(paid.status).toBe('succeeded')
    expect(
      await refusal(
        bench.stripe.paymentIntents.create({
          amount: 1000,
          currency: 'eur',
          confirm: true,
          confirmation_token: id,
          automatic_payment_methods: automatic,
        }),
      ),
    ).toMatchObject({ param: 'confirmation_token' })
    expect(await bench.stripe.confirmationTokens.retrieve(id)).toMatchObject({ payment_intent: paid.id })
  })

  it('confirms with the client secret and sees a reduced intent', async () => {
    const intent = await bench.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'eur',
      metadata: { internal: 'note' },
    })
    const done = await bench.publishable.paymentIntents.confirm(intent.id, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example',
      client_secret: intent.client_secret,
    } as never)
    expect(done.status).toBe('succeeded')
    expect(done).not.toHaveProperty('metadata')
    expect(done).not.toHaveProperty('customer')
  })

  it('works from another origin', async () => {
    const response = await fetch(`${bench.sandbox.url}/v1/confirmation_tokens`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-headers': 'authorization' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
  })
})

describe('sellers', () => {
  it('get their share, give it back with a refund, and the platform keeps or returns its fee', async () => {
    const seller = await bench.stripe.accounts.create({
      type: 'express',
      country: 'DE',
      email: 'seller@example.com',
    })
    const paid = await bench.stripe.paymentIntents.create({
      amount: 10_000,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_visa',
      automatic_payment_methods: automatic,
      application_fee_amount: 700,
      transfer_data: { destination: seller.id },
    })
    const booked = await bench.stripe.paymentIntents.retrieve(paid.id, {
      expand: ['latest_charge.transfer', 'latest_charge.application_fee'],
    })
    expect(booked.latest_charge).toMatchObject({
      transfer: { amount: 10_000, destination: seller.id },
      application_fee: { amount: 700, account: seller.id },
    })
    await bench.stripe.refunds.create({
      payment_intent: paid.id,
      amount: 5000,
      reverse_transfer: true,
      refund_application_fee: true,
    })
    const [fee] = (await bench.stripe.applicationFees.list()).data
    expect(fee).toMatchObject({ amount_refunded: 350, refunded: false })
    const [transfer] = (await bench.stripe.transfers.list({ destination: seller.id })).data
    expect(transfer).toMatchObject({ amount_reversed: 5000 })
  })

  it('are paid by hand from what is available, in parts, and no more than that', async () => {
    const seller = await bench.stripe.accounts.create({ type: 'express' })
    const source = await bench.stripe.paymentIntents.create({
      amount: 5000,
      currency: 'chf',
      confirm: true,
      payment_method: 'pm_card_bypassPending',
      automatic_payment_methods: automatic,
    })
    expect(
      await refusal(bench.stripe.transfers.create({ amount: 5000, currency: 'chf', destination: seller.id })),
    ).toMatchObject({
      code: 'balance_insufficient',
    })
    const transfer = await bench.stripe.transfers.create({
      amount: 4000,
      currency: 'chf',
      destination: seller.id,
      transfer_group: 'order_1',
    })
    const reversal = await bench.stripe.transfers.createReversal(transfer.id, { amount: 1000 })
    expect(reversal).toMatchObject({ amount: 1000, transfer: transfer.id })
    expect(
      (await refusal(bench.stripe.transfers.createReversal(transfer.id, { amount: 3001 }))).statusCode,
    ).toBe(400)
    expect((await bench.stripe.transfers.retrieve(transfer.id)).reversals.data).toHaveLength(1)
    expect(source.status).toBe('succeeded')
    const payout = await bench.stripe.payouts.create({ amount: 1000, currency: 'chf' })
    expect(payout.status).toBe('pending')
    await bench.post('/_sandbox/clock', { advance_seconds: 3 * 86_400 })
    expect((await bench.stripe.payouts.retrieve(payout.id)).status).toBe('paid')
    const link = await bench.stripe.accountLinks.create({
      account: seller.id,
      type: 'account_onboarding',
      refresh_url: 'https://a.example',
      return_url: 'https://b.example',
    })
    expect(link.url).toContain(seller.id)
  })

  it('have stores of their own', async () => {
    const seller = await bench.stripe.accounts.create({ type: 'standard' })
    const own = await bench.stripe.paymentIntents.create(
      { amount: 1000, currency: 'eur' },
      { stripeAccount: seller.id },
    )
    expect((await refusal(bench.stripe.paymentIntents.retrieve(own.id))).statusCode).toBe(404)
    expect((await bench.stripe.paymentIntents.retrieve(own.id, {}, { stripeAccount: seller.id })).id).toBe(
      own.id,
    )
    expect(await refusal(bench.stripe.paymentIntents.list({}, { stripeAccount: 'acct_none' }))).toMatchObject(
      { statusCode: 403 },
    )
  })
})

describe('lists and expansion', () => {
  it('filter by time and page in both directions', async () => {
    const customer = await bench.stripe.customers.create({})
    const made: string[] = []
    for (let index = 0; index < 7; index++)
      made.push(
        (
          await bench.stripe.paymentIntents.create({
            amount: 1000 + index,
            currency: 'eur',
            customer: customer.id,
          })
        ).id,
      )
    const first = await bench.stripe.paymentIntents.list({
      customer: customer.id,
      limit: 3,
      created: { gte: 1 },
    })
    expect(first.data.map((intent) => intent.id)).toEqual(made.slice(4).toReversed())
    expect(first.has_more).toBe(true)
    const back = await bench.stripe.paymentIntents.list({
      customer: customer.id,
      limit: 3,
      ending_before: made[3] ?? '',
    })
    expect(back.data.map((intent) => intent.id)).toEqual(made.slice(4).toReversed())
    expect((await bench.stripe.paymentIntents.list({ created: { lt: 1000 } })).data).toEqual([])
  })

  it('may be found by searching only some time later, as with the real thing', async () => {
    const late = await startBench({ searchLagSeconds: 60 })
    try {
      const { id } = await late.stripe.paymentIntents.create({
        amount: 700,
        currency: 'eur',
        metadata: { run: 'late' },
      })
      const found = async () =>
        (await late.stripe.paymentIntents.search({ query: "metadata['run']:'late'" })).data.map(
          (each) => each.id,
        )
      expect(await found()).toEqual([])
      expect((await late.stripe.paymentIntents.list()).data.map((each) => each.id)).toEqual([id])
      await late.post('/_sandbox/clock', { advance_seconds: 60 })
      expect(await found()).toEqual([id])
    } finally {
      await late.close()
    }
  })

  it('search in pages, by status and amount too', async () => {
    for (const amount of [7001, 7002, 7003])
      await bench.stripe.paymentIntents.create({ amount, currency: 'sek', metadata: { set: 'search' } })
    const ids: number[] = []
    for await (const intent of bench.stripe.paymentIntents.search({
      query: "metadata['set']:'search' AND amount>7001 AND status:'requires_payment_method'",
      limit: 1,
    }))
      ids.push(intent.amount)
    expect(ids).toEqual([7003, 7002])
  })

  it("accepts curl's Basic key", async () => {
    const response = await fetch(`${bench.sandbox.url}/v1/balance`, {
      headers: { authorization: `Basic ${Buffer.from('sk_test_holdfast:').toString('base64')}` },
    })
    expect(response.status).toBe(200)
  })
})

describe('reading forms', () => {
  it('understands nesting, indexes and plain lists', () => {
    expect(JSON.parse(JSON.stringify(parseForm('a[b][c]=1&e[0]=x&e[1]=y&f[]=p&f[]=q&g%5Bh%5D=i+j')))).toEqual(
      {
        a: { b: { c: '1' } },
        e: { 0: 'x', 1: 'y' },
        f: { 0: 'p', 1: 'q' },
        g: { h: 'i j' },
      },
    )
  })

  it('does not let a name reach a prototype', () => {
    const form = parseForm('__proto__[polluted]=1&constructor[prototype][x]=2')
    expect(Object.keys(form)).toEqual(['__proto__', 'constructor'])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})
