// The hosted page of a Checkout Session in a real browser: by keyboard, on a phone and a desktop,
// light and dark, in two languages.
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import type Stripe from 'stripe'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ShopPage, startShopPage } from './browser-page.ts'
import { startChromium, WCAG } from './chromium.ts'
import { type Bench, startBench } from './harness.ts'
import { itLong } from './long.ts'

let bench: Bench
let shop: ShopPage
let browser: Browser
let page: Page
beforeAll(async () => {
  bench = await startBench()
  ;[shop, browser] = await Promise.all([startShopPage(bench.sandbox.url), startChromium()])
})
afterAll(async () => {
  await browser.close()
  await Promise.all([shop.close(), bench.close()])
})
beforeEach(async () => {
  page = await (await browser.newContext({ viewport: { width: 390, height: 800 } })).newPage()
})
afterEach(() => page.context().close())

const lines = [
  {
    quantity: 2,
    price_data: { currency: 'eur', unit_amount: 1250, product_data: { name: 'Balcony, <b>row 3</b>' } },
  },
  { quantity: 1, price_data: { currency: 'eur', unit_amount: 500, product_data: { name: 'Programme' } } },
]

function session(more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> {
  return bench.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: `${shop.url}?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${shop.url}?cancelled=1`,
    line_items: lines,
    ...more,
  })
}

async function open(made: Stripe.Checkout.Session): Promise<void> {
  await page.goto(made.url ?? '')
}

async function typeCard(number: string): Promise<void> {
  await page.getByLabel('Email').fill('ada@example.com')
  await page.getByLabel('Card number').pressSequentially(number)
  await page.getByLabel('Expiration date').pressSequentially('1230')
  await page.getByLabel('Security code').pressSequentially('123')
  await page.getByLabel('Name on card').fill('Ada Lovelace')
}
const submit = () => page.getByRole('button', { name: 'Pay €30.00' }).click()
const challenge = (name: string) =>
  page.frameLocator('dialog iframe[title="3-D Secure"]').getByRole('button', { name }).click()

describe('paying on the hosted page', () => {
  it('works by keyboard alone, and leads back to the shop', async () => {
    const made = await session()
    await open(made)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Back')
    for (const text of ['ada@example.com', '4242424242424242', '1230', '123']) {
      await page.keyboard.press('Tab')
      if (text === '1230' && (await page.evaluate('document.activeElement.id')) === 'cvc')
        await page.keyboard.press('Shift+Tab')
      await page.keyboard.type(text)
    }
    await page.keyboard.press('Enter')
    await page.waitForURL(`${shop.url}?session=${made.id}`)
    const done = await bench.stripe.checkout.sessions.retrieve(made.id, {
      expand: ['payment_intent.latest_charge'],
    })
    expect(done).toMatchObject({
      status: 'complete',
      customer_details: { email: 'ada@example.com' },
      payment_intent: { latest_charge: { billing_details: { email: 'ada@example.com' } } },
    })
  })

  it('shows all mistakes at once, sends nothing, and focuses the first', async () => {
    const made = await session()
    await open(made)
    const sent: string[] = []
    page.on('request', (request) => void (request.method() === 'POST' && sent.push(request.url())))
    await submit()
    expect(await page.locator('[aria-invalid=true]').evaluateAll((all) => all.map(({ id }) => id))).toEqual([
      'email',
      'number',
      'expiry',
      'cvc',
    ])
    expect(await page.evaluate('document.activeElement.id')).toBe('email')
    expect(await page.locator('#email-error').textContent()).toBe('Enter a valid email address.')
    expect(sent).toEqual([])
  })

  it('says why a card was declined, and takes another one', async () => {
    const made = await session()
    await open(made)
    await typeCard('4000000000009995')
    await submit()
    await expect.poll(() => page.locator('#problem').textContent()).toContain('insufficient funds')
    await page.getByLabel('Card number').fill('4242424242424242')
    await submit()
    await page.waitForURL(`${shop.url}?session=${made.id}`)
  })

  it.each([
    ['Complete authentication', true],
    ['Fail authentication', false],
  ])('asks the bank: %s', async (answer, paid) => {
    const made = await session()
    await open(made)
    await typeCard('4000002760003184')
    await submit()
    await challenge(answer)
    if (paid) await page.waitForURL(`${shop.url}?session=${made.id}`)
    else await expect.poll(() => page.locator('#problem').textContent()).toContain('unable to authenticate')
    expect((await bench.stripe.checkout.sessions.retrieve(made.id)).payment_status).toBe(
      paid ? 'paid' : 'unpaid',
    )
  })

  it('learns what happened when the answer is lost on its way', async () => {
    const made = await session()
    await open(made)
    await typeCard('4242424242424242')
    await page.route('**/complete', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await submit()
    await page.waitForURL(`${shop.url}?session=${made.id}`)
    expect(
      (await bench.stripe.paymentIntents.list()).data.filter(({ amount }) => amount === 3000)[0]?.status,
    ).toBe('succeeded')
  })

  itLong('leads back to the shop without paying', async () => {
    await open(await session())
    await page.getByRole('link', { name: 'Back' }).click()
    await page.waitForURL(`${shop.url}?cancelled=1`)
  })

  itLong('saves a card, in German', async () => {
    const customer = await bench.stripe.customers.create({ email: 'karla@example.com' })
    const made = await bench.stripe.checkout.sessions.create({
      mode: 'setup',
      currency: 'eur',
      customer: customer.id,
      locale: 'de',
      success_url: `${shop.url}?session={CHECKOUT_SESSION_ID}`,
    })
    await open(made)
    expect(await page.getByLabel('E-Mail').inputValue()).toBe('karla@example.com')
    await page.getByLabel('Kartennummer').fill('4000000000000002')
    await page.getByLabel('Ablaufdatum').fill('12 / 30')
    await page.getByLabel('Sicherheitscode').fill('123')
    await page.getByRole('button', { name: 'Karte speichern' }).click()
    await expect.poll(() => page.locator('#problem').textContent()).toBe('Die Karte wurde abgelehnt.')
    await page.getByLabel('Kartennummer').fill('4242424242424242')
    await page.getByRole('button', { name: 'Karte speichern' }).click()
    await page.waitForURL(`${shop.url}?session=${made.id}`)
    expect((await bench.stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1)
  })
})

describe('the page', () => {
  itLong('says that a session is over, and when it never was', async () => {
    const made = await session()
    await open(made)
    await bench.stripe.checkout.sessions.expire(made.id)
    await typeCard('4242424242424242')
    await submit()
    await page.getByRole('heading', { name: 'This page has expired' }).waitFor()
    expect(await page.getByText('Your card was not charged.').count()).toBe(1)
    const paid = await session()
    await bench.post(`/_sandbox/checkout/${paid.id}/complete`, {})
    await open({ ...made, url: `${bench.sandbox.url}/_sandbox/checkout/${paid.id}` })
    expect(await page.getByRole('link', { name: 'Return to the shop' }).getAttribute('href')).toContain(
      paid.id,
    )
    const nothing = await page.goto(`${bench.sandbox.url}/_sandbox/checkout/cs_test_none`)
    expect(nothing?.status()).toBe(404)
  })

  it.each([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('is readable and accessible at %i px, %s', async (width, colorScheme) => {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme })
    await open(await session())
    await submit()
    const found = await new AxeBuilder({ page }).withTags(WCAG).analyze()
    expect(found.violations.map(({ id, nodes }) => `${id} ${nodes.map((node) => node.html).join()}`)).toEqual(
      [],
    )
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    expect(await page.locator('li').first().innerText()).toContain('Balcony, <b>row 3</b>')
    const box = await page.getByRole('button', { name: 'Pay €30.00' }).boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(44)
  })
})
