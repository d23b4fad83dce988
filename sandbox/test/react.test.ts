// Pages written for the processor's own script, through `loadStripe` and its React components, run
// against the sandbox unchanged.
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ShopPage } from './browser-page.ts'
import { startChromium } from './chromium.ts'
import { type Bench, startBench } from './harness.ts'
import { itLong } from './long.ts'
import { startReactShop } from './react-shop.ts'

let bench: Bench
let shop: ShopPage
let browser: Browser
let context: BrowserContext
let page: Page
let outside: string[]

beforeAll(async () => {
  bench = await startBench()
  shop = await startReactShop({
    sandboxUrl: bench.sandbox.url,
    async pay(token) {
      const intent = await bench.stripe.paymentIntents.create({
        amount: 2500,
        currency: 'eur',
        confirm: true,
        confirmation_token: token,
        automatic_payment_methods: { enabled: true },
      })
      return { status: intent.status, clientSecret: intent.client_secret }
    },
  })
  browser = await startChromium()
})
afterAll(async () => {
  await browser.close()
  await Promise.all([shop.close(), bench.close()])
})
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 390, height: 800 } })
  page = await context.newPage()
  outside = []
  // Nothing may leave the machine: the vendor's address is answered with the sandbox's file, every
  // other is refused and counted.
  await context.route(
    (url) => !['localhost', '127.0.0.1'].includes(url.hostname),
    async (route) => {
      const url = new URL(route.request().url())
      outside.push(url.href)
      if (url.origin !== 'https://js.stripe.com') return route.abort()
      const script = await fetch(`${bench.sandbox.url}${url.pathname}`)
      await route.fulfill({ contentType: 'text/javascript', body: await script.text() })
    },
  )
  await page.addInitScript(
    "window.violations = []; document.addEventListener('securitypolicyviolation', event => window.violations.push(event.violatedDirective + ' ' + event.blockedURI))",
  )
})
afterEach(async () => {
  expect(await page.evaluate('window.violations')).toEqual([])
  await context.close()
})

async function open(form: string, secret = '', path = ''): Promise<void> {
  await page.goto(`${shop.url}${path}?form=${form}&secret=${secret}`)
  await page.locator('iframe[title^="Secure"]').first().waitFor()
}

function frame(title = 'Secure'): FrameLocator {
  return page.frameLocator(`iframe[title^="${title}"]`)
}

async function type(form: FrameLocator, number: string): Promise<void> {
  await form.locator('#number').pressSequentially(number)
  await form.locator('#expiry').pressSequentially('1230')
  await form.locator('#cvc').pressSequentially('123')
}

async function payNow(): Promise<Record<string, Record<string, unknown>>> {
  await page.getByRole('button', { name: 'Pay', exact: true }).click()
  const out = page.locator('output:not(:empty)')
  await out.waitFor()
  return JSON.parse((await out.textContent()) ?? '') as Record<string, Record<string, unknown>>
}

async function newIntent(): Promise<{ id: string; secret: string }> {
  const { id, client_secret: secret } = await bench.stripe.paymentIntents.create({
    amount: 2500,
    currency: 'eur',
  })
  return { id, secret: secret ?? '' }
}

function heard(): Promise<string[]> {
  return page.evaluate('window.heard')
}

describe('a page with the Payment Element', () => {
  it('takes the script from the vendor’s address and never asks the network for anything else', async () => {
    const { id, secret } = await newIntent()
    await open('confirm', secret, 'loads')
    await type(frame(), '4242424242424242')
    expect(await payNow()).toMatchObject({ paymentIntent: { id, status: 'succeeded' } })
    expect(outside).toEqual(['https://js.stripe.com/endive/stripe.js'])
  })

  itLong('asks the vendor for nothing when the script of the sandbox is there already', async () => {
    const { secret } = await newIntent()
    const warnings: string[] = []
    page.on('console', (message) => void warnings.push(message.text()))
    await open('confirm', secret)
    await type(frame(), '4000000000009995')
    expect(await payNow()).toMatchObject({ error: { decline_code: 'insufficient_funds' } })
    expect(outside).toEqual([])
    expect(warnings.filter((text) => text.includes('was loaded on the page'))).toEqual([])
  })

  itLong('hears ready, change, focus, blur and escape', async () => {
    const { secret } = await newIntent()
    await open('confirm', secret)
    await type(frame(), '4242424242424242')
    await frame().locator('#cvc').press('Escape')
    await page.getByRole('button', { name: 'Pay', exact: true }).focus()
    await expect
      .poll(heard)
      .toEqual(expect.arrayContaining(['ready function', 'focus', 'change card true', 'escape', 'blur']))
  })

  itLong(
    'is styled by rules, of which only the documented ones count, and speaks the language of the page',
    async () => {
      const { secret } = await newIntent()
      const warnings: string[] = []
      page.on('console', (message) => void warnings.push(message.text()))
      await open('confirm', secret)
      const number = frame().getByLabel('Kartennummer')
      const style = await number.evaluate((input) => {
        const { borderRadius, backgroundColor, color } = getComputedStyle(input)
        return { borderRadius, backgroundColor, color }
      })
      expect(style).toMatchObject({ borderRadius: '3px', backgroundColor: 'rgb(250, 250, 200)' })
      expect(style.color).not.toBe('rgb(255, 0, 0)')
      expect(warnings.join('\n')).toContain('"body .Input" is not a supported selector')
      expect(warnings.join('\n')).toContain('"position" is not supported in ".Error"')
    },
  )

  it('makes a confirmation token, and the next action opens the bank’s dialog', async () => {
    await open('token')
    await type(frame(), '4000002760003184')
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await page
      .frameLocator('dialog iframe[title="3-D Secure"]')
      .getByRole('button', { name: 'Complete authentication' })
      .click()
    const out = page.locator('output:not(:empty)')
    await out.waitFor()
    expect(JSON.parse((await out.textContent()) ?? '')).toMatchObject({
      paymentIntent: { status: 'succeeded' },
    })
  })

  itLong('opens and closes as an accordion', async () => {
    await open('token')
    const button = frame().getByRole('button', { name: 'Card' })
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    await button.click()
    expect(await button.getAttribute('aria-expanded')).toBe('false')
    expect(await frame().locator('#number').isVisible()).toBe(false)
  })
})

describe('a page with the classic elements', () => {
  it('pays with a Card Element, whose postal code goes into the billing address', async () => {
    const { id, secret } = await newIntent()
    await open('card', secret)
    await type(frame(), '4242424242424242')
    await frame().locator('#postal').pressSequentially('94110')
    expect(await payNow()).toMatchObject({ paymentIntent: { id, status: 'succeeded' } })
    const intent = await bench.stripe.paymentIntents.retrieve(id, { expand: ['payment_method'] })
    expect(intent.payment_method).toMatchObject({
      billing_details: { name: 'Ada', address: { postal_code: '94110' } },
    })
    expect(await heard()).toContain('visa 94110 true')
    // On a phone all of it stays on one line: of the number the last digits, of the rest
    // everything.
    const hidden = await frame()
      .locator('input')
      .evaluateAll((inputs) =>
        inputs.map(({ id, scrollWidth, clientWidth, scrollLeft }) => [
          id,
          scrollWidth - clientWidth - scrollLeft > 1,
        ]),
      )
    expect(Object.fromEntries(hidden)).toEqual({ number: false, expiry: false, cvc: false, postal: false })
  })

  it('pays with number, expiry and security code in frames of their own', async () => {
    const { id, secret } = await newIntent()
    await open('split', secret)
    await frame('Secure card number').locator('#number').pressSequentially('378282246310005')
    await frame('Secure expiration').locator('#expiry').pressSequentially('1230')
    // Three digits are enough for other cards; the frame knows the brand that was typed beside it.
    const code = frame('Secure CVC').locator('#cvc')
    await code.pressSequentially('123')
    expect(await code.getAttribute('placeholder')).toBe('three digits')
    expect(await payNow()).toMatchObject({ error: { type: 'validation_error', code: 'incomplete_cvc' } })
    await code.pressSequentially('4')
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await expect.poll(() => page.locator('output').textContent()).toContain('"succeeded"')
    expect((await bench.stripe.paymentIntents.retrieve(id)).status).toBe('succeeded')
    expect(await heard()).toEqual(
      expect.arrayContaining(['number amex true', 'expiry true undefined', 'cvc true']),
    )
  })

  itLong('changes the style of a field while it is shown, and keeps what was typed', async () => {
    const { secret } = await newIntent()
    await open('split', secret)
    const number = frame('Secure card number').locator('#number')
    await number.pressSequentially('4242')
    await page.getByRole('button', { name: 'Larger' }).click()
    await expect.poll(() => number.evaluate((input) => getComputedStyle(input).fontSize)).toBe('22px')
    expect(await number.inputValue()).toBe('4242')
    await number.fill('4242 4242 4242 4241')
    await number.blur()
    expect(await number.evaluate((input) => getComputedStyle(input).color)).toBe('rgb(200, 0, 0)')
    await expect.poll(() => page.locator('#number').getAttribute('class')).toContain('StripeElement--invalid')
  })

  itLong('focuses the field when its label on the page is clicked', async () => {
    const { secret } = await newIntent()
    await open('split', secret)
    await frame('Secure card number').locator('#number').waitFor()
    await page.getByText('Number', { exact: true }).click()
    await expect.poll(() => page.locator('#number').getAttribute('class')).toContain('StripeElement--focus')
  })
})
