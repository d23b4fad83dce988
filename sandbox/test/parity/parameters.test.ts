// No parameter is accepted and dropped: each is in the answer, or a reason says what it does
// instead.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROUTES } from '../../src/api/routes.ts'
import type { Spec } from '../../src/core/params.ts'
import { type Bench, startBench } from '../harness.ts'
import { MONEY_AUDITS } from './audits-money.ts'
import { PEOPLE_AUDITS } from './audits-people.ts'
import { METHODS, pay, send } from './rows.ts'
import type { Audit } from './samples.ts'

const AUDITS = [...MONEY_AUDITS, ...PEOPLE_AUDITS]

let bench: Bench
const made: Record<string, string> = {}

async function payments({ stripe }: Bench): Promise<void> {
  const seller = (await stripe.accounts.create({ type: 'custom' })).id
  const sold = { amount: 5000, currency: 'eur', transfer_data: { destination: seller } }
  const held = await pay(bench, { ...sold, capture_method: 'manual' })
  const paid = await pay(bench)
  const fee = await pay(bench, { ...sold, application_fee_amount: 500 })
  const disputed = await pay(bench, { payment_method: 'pm_card_createDispute' })
  const swiss = await pay(bench, { amount: 90_000, currency: 'chf', payment_method: 'pm_card_bypassPending' })
  const plain = { amount: 5000, currency: 'eur', automatic_payment_methods: METHODS }
  Object.assign(made, {
    seller,
    split: (await stripe.paymentIntents.create({ ...sold, automatic_payment_methods: METHODS })).id,
    plain: (await stripe.paymentIntents.create(plain)).id,
    other: (await stripe.paymentIntents.create(plain)).id,
    held: held.id,
    paid: paid.id,
    charge: String(paid.latest_charge),
    swiss: String(swiss.latest_charge),
    fee: (await stripe.applicationFees.list({ charge: String(fee.latest_charge) })).data[0]?.id,
    dispute: (await stripe.disputes.list({ payment_intent: disputed.id })).data[0]?.id,
    refund: (await stripe.refunds.create({ payment_intent: disputed.id }).catch(() => undefined))?.id,
  })
}

async function others({ stripe }: Bench): Promise<void> {
  const owner = (await stripe.customers.create({ name: 'Owner' })).id
  const refundable = await pay(bench)
  const transfer = await stripe.transfers.create({
    amount: 100,
    currency: 'chf',
    destination: made['seller'] ?? '',
  })
  Object.assign(made, {
    customer: (await stripe.customers.create({ name: 'Buyer' })).id,
    card: (await stripe.paymentMethods.attach('pm_card_visa', { customer: owner })).id,
    endpoint: (await stripe.webhookEndpoints.create({ url: 'https://a.example', enabled_events: ['*'] })).id,
    setup: (await stripe.setupIntents.create({ automatic_payment_methods: METHODS })).id,
    setupToo: (await stripe.setupIntents.create({})).id,
    payout: (await stripe.payouts.create({ amount: 100, currency: 'chf' })).id,
    refund: (await stripe.refunds.create({ payment_intent: refundable.id, amount: 100 })).id,
    transfer: transfer.id,
    reversal: (await stripe.transfers.createReversal(transfer.id, { amount: 5 })).id,
  })
}

beforeAll(async () => {
  bench = await startBench()
  await payments(bench)
  await others(bench)
})
afterAll(() => bench.close())

const named = (text: string): string => text.replace(/\{(\w+)\}/g, (_all, name: string) => made[name] ?? name)

/**
 * All names that a route takes; what a browser types is the same everywhere and audited once, where
 * a method is made.
 */
function leaves(spec: Spec, prefix = ''): string[] {
  return Object.entries(spec).flatMap(([name, reader]) => {
    const full = prefix === '' ? name : `${prefix}[${name}]`
    if (full === 'payment_method_data') return []
    return reader.inside === undefined ? [full] : leaves(reader.inside, full)
  })
}

type Pair = [path: string, value: string]

function pairs(sent: unknown, prefix = ''): Pair[] {
  if (typeof sent !== 'object' || sent === null) return [[prefix, named(String(sent))]]
  return Object.entries(sent).flatMap(([name, value]) =>
    pairs(value, prefix === '' ? name : `${prefix}[${name}]`),
  )
}

function valueAt(body: unknown, path: string): unknown {
  let value = body
  for (const step of path.replaceAll(']', '').split('['))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined
  return value
}

/**
 * `a[0][b]` and `a[0]` of a list, and the keys of metadata, belong to the parameter `a[b]`, `a` and
 * `metadata`.
 */
function parameterOf(path: string): string {
  return path
    .replaceAll(/\[\d+\]/g, '')
    .replace(/(^|\[)metadata\]?\[\w+\]$/, (_all, open: string) => (open === '' ? 'metadata' : '[metadata]'))
}

const routeOf = (op: string) => Object.values(ROUTES).find((route) => route.op === op)

describe('a parameter is kept or does what it says:', () => {
  it.each(AUDITS)('$op', async ({ op, call, sent, acts = {} }: Audit) => {
    const route = routeOf(op)
    if (route === undefined) throw new Error(`no route ${op}`)
    const wanted = pairs(sent)
    const known = new Set([...wanted.map(([path]) => parameterOf(path)), ...Object.keys(acts)])
    expect(leaves(route.spec).filter((name) => !known.has(name))).toEqual([])
    expect([...known].filter((name) => !leaves(route.spec).includes(name))).toEqual([])
    const { status, body } = await send(bench, named(call), new URLSearchParams(wanted).toString())
    expect({ status, error: body['error'] }).toEqual({ status: 200, error: undefined })
    const dropped = wanted.filter(([path, value]) => {
      if (acts[parameterOf(path)] !== undefined) return false
      return String(valueAt(body, path)) !== value
    })
    expect(dropped).toEqual([])
  })
})

it('every route that changes something is audited', () => {
  // Answers that show no object, refusals that never change one, and routes without parameters.
  const others = new Set(['account_links.create', 'charges.capture'])
  const audited = new Set(AUDITS.map(({ op }) => op))
  const own = Object.entries(ROUTES).filter(
    ([path]) => path.startsWith('POST ') && !/\/(checkout|prices|products)/.test(path),
  )
  const missing = own.filter(
    ([, { op, spec }]) => Object.keys(spec).length > 0 && !audited.has(op) && !others.has(op),
  )
  expect(missing.map(([, { op }]) => op)).toEqual([])
})
