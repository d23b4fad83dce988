// The flows of the processor's samples, rebuilt: with the Payment, Card, Link and Address Element,
// an SDK of 2020 and `/v3/`. Of stripe-samples: accept-a-payment, checkout-one-time-payments,
// saving-card-without-payment.
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ShopPage } from './browser-page.ts'
import { startChromium } from './chromium.ts'
import { type Bench, startBench } from './harness.ts'
import { itLong } from './long.ts'
import { OLD_SDKS, oldSdk } from './old-sdks.ts'
import { startSampleShop } from './sample-shop.ts'

const [oldest] = OLD_SDKS
let bench: Bench
let shop: ShopPage
let browser: Browser
let page: Page
let thrown: string[]
beforeAll(async () => {
  bench = await startBench()
  if (oldest === undefined) throw new Error('there is no older SDK')
  ;[shop, browser] = await Promise.all([startSampleShop(oldSdk(oldest, bench.sandbox.url)), startChromium()])
})
afterAll(async () => {
  await browser.close()
  await Promise.all([shop.close(), bench.close()])
})
beforeEach(async () => {
  page = await (await browser.newContext({ viewport: { width: 390, height: 900 } })).newPage()
  thrown = []
  page.on('pageerror', (error) => thrown.push(error.message))
  await page.route('https://js.stripe.com/**', async (route) => {
    const script = await fetch(`${bench.sandbox.url}${new URL(route.request().url()).pathname}`)
    await route.fulfill({ contentType: 'text/javascript', body: await script.text() })
  })
  await page.goto(shop.url)
  await page.evaluate(`window.call = (path, body) =>
    fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }).then(r => r.json());
    window.mounted = (element, slot) => new Promise(resolve => { element.on('ready', resolve); element.mount(slot) })`)
})
afterEach(async () => {
  expect(thrown).toEqual([])
  await page.context().close()
})

const run = (script: string): Promise<unknown> => page.evaluate(`(async () => { ${script} })()`)
const frame = (title: string): FrameLocator => page.frameLocator(`iframe[title="${title}"]`)
const START = "window.stripe = Stripe('pk_test_holdfast', { apiVersion: '2020-08-27' });"

async function typeCard(into: FrameLocator | Page, number: string): Promise<void> {
  await into.locator('#number').fill(number)
  await into.locator('#expiry').fill('12 / 30')
  await into.locator('#cvc').fill('123')
}

async function mountCard(): Promise<FrameLocator> {
  await run(
    `${START} window.card = stripe.elements().create('card', { hidePostalCode: true }); await mounted(card, '#card')`,
  )
  return frame('Secure card payment input frame')
}

describe('accepting a payment', () => {
  it('with Payment, Link and Address Element, and a return to the shop', async () => {
    await run(`${START}
      window.made = await call('/create-payment-intent', { types: 'link,card' });
      window.elements = stripe.elements({ clientSecret: made.clientSecret });
      window.emails = [];
      const link = elements.create('linkAuthentication');
      link.on('change', event => emails.push(event.value.email));
      const address = elements.create('address', { mode: 'shipping', defaultValues: { name: 'Ada', address: { country: 'DE' } } });
      const express = elements.create('expressCheckout');
      window.wallets = await mounted(express, '#express');
      await Promise.all([mounted(link, '#link'), mounted(address, '#address'), mounted(elements.create('payment'), '#payment')]);`)
    expect(await run('return window.wallets')).toEqual({ elementType: 'expressCheckout' })
    await typeCard(frame('Secure payment input frame'), '4242424242424242')
    const pay =
      "return stripe.confirmPayment({ elements, confirmParams: { return_url: location.origin + '/return' } })"
    expect(await run(pay)).toMatchObject({ error: { code: 'incomplete_email' } })
    await frame('Secure email input frame').getByLabel('Email').fill('ada@example.com')
    expect(await run(pay)).toMatchObject({ error: { code: 'incomplete_line1' } })
    const address = frame('Secure address input frame')
    expect(await address.getByLabel('Country or region').inputValue()).toBe('DE')
    await address.getByLabel('Address line 1').fill('Unter den Linden 1')
    await address.getByLabel('Postal code').fill('10117')
    await address.getByLabel('City').fill('Berlin')
    await run(`void (async () => { ${pay} })(); return null`)
    await page.waitForURL(/\/return\?/)
    const id = new URL(page.url()).searchParams.get('payment_intent') ?? ''
    const intent = await bench.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })
    expect(intent).toMatchObject({
      status: 'succeeded',
      payment_method_types: ['link', 'card'],
      shipping: { name: 'Ada', address: { line1: 'Unter den Linden 1', city: 'Berlin', country: 'DE' } },
      latest_charge: { billing_details: { email: 'ada@example.com' } },
    })
  })

  it('with a Card Element', async () => {
    await typeCard(await mountCard(), '4000002760003184')
    await run(`window.made = await call('/create-payment-intent');
      window.done = stripe.confirmCardPayment(made.clientSecret, { payment_method: { card, billing_details: { name: 'Ada' } } });
      return null`)
    await frame('3-D Secure').getByRole('button', { name: 'Complete authentication' }).click()
    expect(await run('return window.done')).toMatchObject({ paymentIntent: { status: 'succeeded' } })
  })

  itLong("with `createPaymentMethod('card', element)`, and the server's last word", async () => {
    await typeCard(await mountCard(), '4000002760003184')
    const made = await run(
      "return stripe.createPaymentMethod('card', card, { billing_details: { name: 'Ada' } })",
    )
    expect(made).toMatchObject({
      paymentMethod: { card: { last4: '3184' }, billing_details: { name: 'Ada' } },
    })
    const paymentMethodId = (made as { paymentMethod: { id: string } }).paymentMethod.id
    await run(`window.first = await call('/pay', { paymentMethodId: '${paymentMethodId}' });
      window.done = stripe.handleCardAction(first.clientSecret); return null`)
    await frame('3-D Secure').getByRole('button', { name: 'Complete authentication' }).click()
    expect(await run('return window.done')).toMatchObject({
      paymentIntent: { status: 'requires_confirmation' },
    })
    expect(await run("return call('/pay', { paymentIntentId: first.id })")).toMatchObject({
      status: 'succeeded',
    })
  })

  itLong('with the calls of the first years', async () => {
    await typeCard(await mountCard(), '4242424242424242')
    expect(
      await run(
        "window.made = await call('/create-payment-intent'); return stripe.handleCardPayment(made.clientSecret, card)",
      ),
    ).toMatchObject({ paymentIntent: { status: 'succeeded' } })
    expect(
      await run("return stripe.paymentRequest({ country: 'US', currency: 'usd' }).canMakePayment()"),
    ).toBeNull()
    expect(await run("return stripe.createToken('bank_account', {})")).toMatchObject({
      error: { type: 'invalid_request_error' },
    })
  })
})

itLong('saves a card without a payment', async () => {
  await typeCard(await mountCard(), '4242424242424242')
  const done = await run(`const made = await call('/create-setup-intent');
    return stripe.confirmCardSetup(made.clientSecret, { payment_method: { card, billing_details: { email: 'saved@example.com' } } })`)
  expect(done).toMatchObject({ setupIntent: { status: 'succeeded' } })
})

describe('selling by Checkout', () => {
  async function payOnThePage(): Promise<void> {
    await page.waitForURL(/\/_sandbox\/checkout\/cs_test_/)
    await page.getByLabel('Email').fill('ada@example.com')
    await typeCard(page, '4242424242424242')
    await page.getByRole('button', { name: 'Pay $20.00' }).click()
    await page.waitForURL(/session_id=cs_test_/)
    const id = new URL(page.url()).searchParams.get('session_id') ?? ''
    expect(await bench.stripe.checkout.sessions.retrieve(id)).toMatchObject({
      payment_status: 'paid',
      amount_total: 2000,
    })
  }

  itLong('with a form that leads to the page', async () => {
    await page.getByRole('button', { name: 'Buy' }).click()
    await payOnThePage()
  })

  it('with `redirectToCheckout`', async () => {
    await run(
      `${START} const { id } = await call('/create-checkout-session'); void stripe.redirectToCheckout({ sessionId: id }); return null`,
    )
    await payOnThePage()
  })
})

describe('a newer script', () => {
  async function load(path: string): Promise<void> {
    await page.addScriptTag({ url: `${bench.sandbox.url}${path}` })
  }
  const caught = (script: string): Promise<unknown> =>
    run(`${START} try { ${script}; return '' } catch (error) { return error.message }`)

  it.each([
    ['/basil/stripe.js', 'basil', false, false],
    ['/clover/stripe.js', 'clover', true, false],
    ['/dahlia/stripe.js', 'dahlia', true, true],
    ['/endive/stripe.js', 'endive', true, true],
  ])('%s has what its release has', async (path, version, redirectGone, handleGone) => {
    await load(path)
    expect(await run('return Stripe.version')).toBe(version)
    const gone = /no longer supported/
    expect(await caught('void stripe.redirectToCheckout({})')).toMatch(redirectGone ? gone : /^$/)
    expect(await caught("void stripe.handleCardPayment('pi_0_secret_0')")).toMatch(handleGone ? gone : /^$/)
    const types = await caught(
      "stripe.elements({ mode: 'payment', amount: 1, currency: 'eur', paymentMethodTypes: ['card'] })",
    )
    expect(types).toMatch(version === 'endive' ? gone : /^$/)
  })
})

it('keeps the Card Element on one line at 320 px', async () => {
  await page.setViewportSize({ width: 320, height: 600 })
  await run(`${START} window.card = stripe.elements().create('card'); await mounted(card, '#card')`)
  const card = frame('Secure card payment input frame')
  const height = async () => (await page.locator('#card iframe').boundingBox())?.height ?? 0
  expect(await height()).toBeLessThan(32)
  await card.locator('#number').pressSequentially('4242424242424242')
  for (const [field, text] of [
    ['expiry', '1230'],
    ['cvc', '123'],
    ['postal', '10117'],
  ] as const) {
    await card.locator(`#${field}`).focus()
    await card.locator(`#${field}`).pressSequentially(text)
    expect(await height()).toBeLessThan(32)
  }
  const width = (await page.locator('#card iframe').boundingBox())?.width ?? 0
  const right = async (id: string) =>
    card.locator(`#${id}`).evaluate((input) => input.getBoundingClientRect().right)
  const left = async (id: string) =>
    card.locator(`#${id}`).evaluate((input) => input.getBoundingClientRect().left)
  expect(await left('number')).toBeGreaterThanOrEqual(0)
  expect(await right('postal')).toBeLessThanOrEqual(width + 1)
  await card.locator('#number').focus()
  expect(await card.locator('#number').evaluate((input) => input.clientWidth)).toBeGreaterThan(160)
})
