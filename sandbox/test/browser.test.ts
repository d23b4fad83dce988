// The sandbox's Stripe.js in a real browser, on a page with a strict content policy.

import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ShopPage, startShopPage } from './browser-page.ts'
import { startChromium } from './chromium.ts'
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
  await page.goto(shop.url)
})
afterEach(async () => {
  expect(await page.evaluate('window.violations')).toEqual([])
  await page.context().close()
})

const automatic = { enabled: true, allow_redirects: 'never' as const }

/** What the script makes of the page. One that never ends says what the frames showed meanwhile. */
async function run(script: string): Promise<unknown> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const patience = setTimeout(async () => {
    const shown = await Promise.all(
      page
        .frames()
        .map(async (frame) => `${frame.url()}: ${(await frame.locator('body').innerText()).slice(0, 200)}`),
    )
    reject(new Error(`no end of ${script}, while there was\n${shown.join('\n')}`))
  }, 30_000)
  try {
    return await Promise.race([page.evaluate(`(async () => { ${script} })()`), late])
  } finally {
    clearTimeout(patience)
  }
}

async function mount(
  kind: 'payment' | 'card',
  options = '{}',
  elementsOptions = "{mode:'payment',amount:2500,currency:'eur'}",
  stripeOptions = '{}',
): Promise<FrameLocator> {
  await run(`
    window.stripe = Stripe('pk_test_holdfast', ${stripeOptions});
    window.elements = stripe.elements(${elementsOptions});
    window.element = elements.create('${kind}', ${options});
    window.changes = [];
    element.on('change', event => changes.push(event));
    const ready = new Promise(resolve => element.on('ready', resolve));
    element.mount('${kind === 'payment' ? '#slot' : '#card-slot'}');
    await ready;`)
  return page.frameLocator(`iframe[title^="Secure"]`)
}

async function type(frame: FrameLocator, number: string): Promise<void> {
  await frame.locator('#number').pressSequentially(number)
  await frame.locator('#expiry').pressSequentially('1230')
  await frame.locator('#cvc').pressSequentially('123')
}

describe('the payment element', () => {
  it('makes a confirmation token that the server can pay with', async () => {
    const frame = await mount('payment')
    await type(frame, '4242424242424242')
    expect(await frame.locator('#number').inputValue()).toBe('4242 4242 4242 4242')
    const result = (await run(
      "await elements.submit(); return stripe.createConfirmationToken({ elements, params: { payment_method_data: { billing_details: { name: 'Ada' } } } })",
    )) as {
      confirmationToken: {
        id: string
        payment_method_preview: { card: { last4: string }; billing_details: { name: string } }
      }
    }
    expect(result.confirmationToken.payment_method_preview).toMatchObject({
      card: { last4: '4242' },
      billing_details: { name: 'Ada' },
    })
    const paid = await bench.stripe.paymentIntents.create({
      amount: 2500,
      currency: 'eur',
      confirm: true,
      confirmation_token: result.confirmationToken.id,
      automatic_payment_methods: automatic,
    })
    expect(paid.status).toBe('succeeded')
    expect((await run('return changes.at(-1)')) as object).toMatchObject({
      elementType: 'payment',
      complete: true,
      empty: false,
    })
  })

  it("shows what is wrong, in the page's language, and sends nothing", async () => {
    const frame = await mount('payment', '{}', "{mode:'payment',amount:2500,currency:'eur',locale:'de'}")
    await frame.locator('#number').fill('4242 4242 4242 4241')
    const result = (await run('return elements.submit()')) as { error: { code: string } }
    expect(result.error.code).toBe('invalid_number')
    expect(await frame.getByRole('alert').first().textContent()).toBe('Die Kartennummer ist ungültig.')
    expect(await frame.getByLabel('Kartennummer').getAttribute('aria-invalid')).toBe('true')
  })

  it('reports a card that the processor refuses', async () => {
    const frame = await mount('payment')
    await type(frame, '4111111111111111')
    expect(
      await run('await elements.submit(); return stripe.createConfirmationToken({ elements })'),
    ).toMatchObject({
      error: { code: 'card_declined', decline_code: 'test_mode_live_card' },
    })
  })

  it('is accessible, and wide enough for a phone', async () => {
    const frame = await mount('payment')
    const found = await new AxeBuilder({ page })
      .include('#slot')
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    expect(found.violations.map((violation) => violation.id)).toEqual([])
    const box = await frame.locator('#number').boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(44)
  })

  itLong("follows the shop's appearance", async () => {
    const frame = await mount(
      'payment',
      '{}',
      "{mode:'payment',amount:1,currency:'eur',appearance:{theme:'night',variables:{colorPrimary:'#ff0066'}}}",
    )
    expect(
      await frame
        .locator('html')
        .evaluate((root) => getComputedStyle(root).getPropertyValue('--colorPrimary')),
    ).toBe('#ff0066')
  })
})

describe('what Stripe.js demands of a page', () => {
  it('throws when elements were not submitted first', async () => {
    const frame = await mount('payment')
    await type(frame, '4242424242424242')
    expect(
      await run('return stripe.createConfirmationToken({ elements }).catch(error => error.message)'),
    ).toContain('elements.submit() must be called before stripe.createConfirmationToken()')
  })

  itLong('throws when the page keeps a field to itself and then does not pass it', async () => {
    const frame = await mount(
      'payment',
      "{fields:{billingDetails:{name:'never',address:{postalCode:'never'}}}}",
    )
    await type(frame, '4242424242424242')
    const create = (details: string): Promise<unknown> =>
      run(
        `await elements.submit(); return stripe.createConfirmationToken({ elements, params: { payment_method_data: { billing_details: ${details} } } }).then(done => done.confirmationToken.payment_method_preview.billing_details, error => error.message)`,
      )
    expect(await create("{ name: 'Ada' }")).toContain('fields.billing_details.address.postal_code')
    expect(await create("{ name: 'Ada', address: { postal_code: '10115' } }")).toMatchObject({
      name: 'Ada',
      address: { postal_code: '10115' },
    })
  })

  itLong('refuses wrong options for elements', async () => {
    const refused = (options: string): Promise<unknown> =>
      run(
        `try { Stripe('pk_test_holdfast').elements(${options}); return '' } catch (error) { return error.message }`,
      )
    expect(await refused("{mode:'payment',currency:'eur'}")).toContain('amount')
    expect(await refused("{mode:'payment',amount:100,currency:'EUR'}")).toContain('lowercase')
    expect(await refused("{mode:'gift',amount:100,currency:'eur'}")).toContain('mode')
  })

  itLong('updates elements in place and says when that is done', async () => {
    const frame = await mount('payment', "{layout:'accordion'}")
    await frame.locator('#number').pressSequentially('4242')
    await run(`
      window.ended = 0;
      elements.on('update-end', () => ended++);
      await elements.update({ amount: 3000, locale: 'de', appearance: { variables: { colorPrimary: '#00aa55' }, labels: 'floating' } });
      element.collapse();`)
    expect(await run('return ended')).toBe(1)
    expect(await frame.locator('#number').inputValue()).toBe('4242')
    expect(await frame.locator('label[for=number]').textContent()).toBe('Kartennummer')
    await expect.poll(() => frame.locator('#number').isVisible()).toBe(false)
  })
})

describe('the 3-D Secure dialog', () => {
  async function challenged(): Promise<string> {
    const frame = await mount('payment')
    await type(frame, '4000002760003184')
    const token = (await run(
      'await elements.submit(); return stripe.createConfirmationToken({ elements })',
    )) as {
      confirmationToken: { id: string }
    }
    const intent = await bench.stripe.paymentIntents.create({
      amount: 2500,
      currency: 'eur',
      confirm: true,
      capture_method: 'manual',
      confirmation_token: token.confirmationToken.id,
      automatic_payment_methods: automatic,
    })
    expect(intent).toMatchObject({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } })
    await run(
      `window.done = stripe.handleNextAction({ clientSecret: ${JSON.stringify(intent.client_secret)} }); return null`,
    )
    return intent.id
  }

  it('finishes the payment when the buyer agrees', async () => {
    const id = await challenged()
    await page
      .frameLocator('dialog iframe[title="3-D Secure"]')
      .getByRole('button', { name: 'Complete authentication' })
      .click()
    expect(await run('return window.done')).toMatchObject({
      paymentIntent: { id, status: 'requires_capture' },
    })
    expect(await page.locator('dialog').count()).toBe(0)
    const intent = await bench.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })
    expect(intent.latest_charge).toMatchObject({
      payment_method_details: { card: { three_d_secure: { result: 'authenticated' } } },
    })
  })

  it('fails it when the buyer refuses', async () => {
    await challenged()
    await page
      .frameLocator('dialog iframe[title="3-D Secure"]')
      .getByRole('button', { name: 'Fail authentication' })
      .click()
    expect(await run('return window.done')).toMatchObject({
      error: { code: 'payment_intent_authentication_failure' },
    })
  })

  it('finishes when the answer of the bank was lost on its way', async () => {
    const id = await challenged()
    await page.route('**/_sandbox/3ds/*', async (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      await route.fetch()
      await route.abort()
    })
    await page
      .frameLocator('dialog iframe[title="3-D Secure"]')
      .getByRole('button', { name: 'Complete authentication' })
      .click()
    expect(await run('return window.done')).toMatchObject({
      paymentIntent: { id, status: 'requires_capture' },
    })
  })

  itLong('counts closing it as a refusal', async () => {
    const id = await challenged()
    await page.getByRole('button', { name: 'Cancel authentication' }).click()
    expect(await run('return window.done')).toMatchObject({
      error: { code: 'payment_intent_authentication_failure' },
    })
    expect((await bench.stripe.paymentIntents.retrieve(id)).status).toBe('requires_payment_method')
  })
})

describe('the classic calls', () => {
  it('pay with a card element', async () => {
    const intent = await bench.stripe.paymentIntents.create({ amount: 2500, currency: 'eur' })
    const frame = await mount('card', '{hidePostalCode:true}')
    await type(frame, '5555555555554444')
    const done = await run(
      `return stripe.confirmCardPayment(${JSON.stringify(intent.client_secret)}, { payment_method: { card: element, billing_details: { name: 'Ada' } } })`,
    )
    expect(done).toMatchObject({ paymentIntent: { id: intent.id, status: 'succeeded' } })
    expect(done).not.toHaveProperty('paymentIntent.metadata')
  })

  it('pay with confirmPayment, and tell of a decline', async () => {
    const intent = await bench.stripe.paymentIntents.create({ amount: 2500, currency: 'eur' })
    const frame = await mount('payment', '{}', `{clientSecret:${JSON.stringify(intent.client_secret)}}`)
    await type(frame, '4000000000009995')
    expect(await run("return stripe.confirmPayment({ elements, redirect: 'if_required' })")).toMatchObject({
      error: { decline_code: 'insufficient_funds', payment_intent: { status: 'requires_payment_method' } },
    })
    expect(
      await run(`return stripe.retrievePaymentIntent(${JSON.stringify(intent.client_secret)})`),
    ).toMatchObject({
      paymentIntent: { status: 'requires_payment_method' },
    })
  })

  itLong('go back to the shop with what became of the payment', async () => {
    for (const [number, status] of [
      ['4242424242424242', 'succeeded'],
      ['4000009999000121', 'pending'],
    ] as const) {
      await page.goto(shop.url)
      const intent = await bench.stripe.paymentIntents.create({ amount: 2500, currency: 'eur' })
      const frame = await mount('payment', '{}', `{clientSecret:${JSON.stringify(intent.client_secret)}}`)
      await type(frame, number)
      await run(
        `void stripe.confirmPayment({ elements, confirmParams: { return_url: location.origin + '/?done=1' } }); return null`,
      )
      await page.waitForURL(/done=1/)
      const back = new URL(page.url()).searchParams
      expect([back.get('payment_intent'), back.get('redirect_status')]).toEqual([intent.id, status])
    }
  })

  itLong('pay a connected account directly', async () => {
    const seller = await bench.stripe.accounts.create({ type: 'custom', country: 'DE' })
    const intent = await bench.stripe.paymentIntents.create(
      { amount: 2500, currency: 'eur' },
      { stripeAccount: seller.id },
    )
    const frame = await mount('card', '{hidePostalCode:true}', '{}', `{stripeAccount:'${seller.id}'}`)
    await type(frame, '4242424242424242')
    expect(
      await run(
        `return stripe.confirmCardPayment(${JSON.stringify(intent.client_secret)}, { payment_method: { card: element } })`,
      ),
    ).toMatchObject({ paymentIntent: { id: intent.id, status: 'succeeded' } })
  })

  itLong('offer what wrappers look for', async () => {
    expect(
      await run(
        "const s = Stripe('pk_test_holdfast'); return [Stripe.version, ...['elements','createToken','createPaymentMethod','confirmCardPayment','registerAppInfo','_registerWrapper'].map(name => typeof s[name])]",
      ),
    ).toEqual(['endive', ...Array(6).fill('function')])
  })
})
